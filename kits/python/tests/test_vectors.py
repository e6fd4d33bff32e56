"""Every vector that all implementations share."""

import base64
import json
import unittest
from pathlib import Path

from countersign_webhooks import (
    DIALECTS,
    REASONS,
    WebhookError,
    basic_matches,
    generic_hmac,
    sign,
    verify,
)

FOLDER = Path(__file__).resolve().parents[3] / "vectors"
NAMES = [*DIALECTS, "generic-hmac"]


def load(name):
    document = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    if document["format"] != 1:
        raise AssertionError(f"{name}.json has format {document['format']}")
    return document


def dialect_of(document, case):
    if document["dialect"] != "generic-hmac":
        return document["dialect"]
    return generic_hmac(**case["generic_hmac"])


def secrets_of(case):
    return {secret["id"]: base64.b64decode(secret["base64"]) for secret in case["secrets"]}


def body_of(case):
    return base64.b64decode(case["body_base64"]) * case.get("body_times", 1)


class Vectors(unittest.TestCase):
    def test_files_are_all_known(self):
        found = {path.stem for path in FOLDER.glob("*.json")}
        self.assertEqual(found, {*NAMES, "secrets", "basic"})

    def test_verify(self):
        for name in NAMES:
            document = load(name)
            self.assertTrue(document["verify"])
            for case in document["verify"]:
                with self.subTest(dialect=name, name=case["name"]):
                    self.assertEqual(self.outcome(document, case), self.expected(case))

    def outcome(self, document, case):
        try:
            verified = verify(
                dialect_of(document, case),
                secrets_of(case),
                [(name, value) for name, value in case["headers"]],
                body_of(case),
                case["now"],
            )
        except WebhookError as error:
            return error.reason
        return vars(verified)

    def expected(self, case):
        if "refused" in case:
            self.assertNotIn("accepted", case)
            self.assertIn(case["refused"], REASONS)
            return case["refused"]
        return case["accepted"]

    def test_sign(self):
        for name in NAMES:
            document = load(name)
            self.assertTrue(document["sign"])
            for case in document["sign"]:
                with self.subTest(dialect=name, name=case["name"]):
                    headers = sign(
                        dialect_of(document, case),
                        secrets_of(case),
                        body_of(case),
                        event_key=case["event_key"],
                        request_id=case["request_id"],
                        attempt=case["attempt"],
                        hook_id=case["hook_id"],
                        now=case["now"],
                    )
                    self.assertEqual(sorted(map(list, headers.items())), sorted(case["headers"]))

    def test_what_is_signed_is_verified(self):
        for name in NAMES:
            document = load(name)
            for case in document["sign"]:
                with self.subTest(dialect=name, name=case["name"]):
                    arguments = (dialect_of(document, case), secrets_of(case), case["headers"])
                    verify(*arguments, body_of(case), case["now"])

    def test_secrets(self):
        cases = load("secrets")["cases"]
        self.assertTrue(cases)
        for case in cases:
            with self.subTest(name=case["name"], dialect=case["dialect"]):
                dialect = case["dialect"]
                if dialect == "generic-hmac":
                    dialect = generic_hmac("X-Signature")
                with self.assertRaises(WebhookError) as raised:
                    verify(dialect, base64.b64decode(case["base64"]), [], b"")
                # What gets as far as the headers is a secret.
                expected = case.get("refused", "signature_missing")
                self.assertEqual(raised.exception.reason, expected)

    def test_basic(self):
        cases = load("basic")["cases"]
        self.assertTrue(cases)
        for case in cases:
            with self.subTest(name=case["name"]):
                matches = basic_matches(case["username"], case["password"], case["headers"])
                self.assertIs(matches, case["matches"])
