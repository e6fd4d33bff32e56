"""Verifying beyond the shared vectors: the shapes that Python has."""

import email.message
import hashlib
import hmac
import io
import json
import os
import unittest
from collections import UserDict
from datetime import datetime, timezone
from unittest import mock

from countersign_webhooks import DIALECTS, WebhookError, generic_hmac, sign, verify

SECRET = "a secret of the tests, for nobody"
WHSEC = "whsec_" + "A" * 43 + "="
BODY = b'{"push": {"changes": []}}'
GENUINE = sign("bitbucket-cloud", SECRET, BODY, event_key="repo:push", request_id="id-1", attempt=2)
SIGNATURE = GENUINE["X-Hub-Signature"]
NOW = 1_700_000_000


def cloud(headers, secrets=SECRET, body=BODY, **options):
    return verify("bitbucket-cloud", secrets, headers, body, **options)


class Case(unittest.TestCase):
    def refused(self, reason, call, *arguments, **options):
        with self.assertRaises(WebhookError) as raised:
            call(*arguments, **options)
        self.assertEqual(raised.exception.reason, reason)
        return raised.exception


class HeaderShapes(Case):
    def test_maps_pairs_and_bytes_are_read(self):
        message = email.message.Message()
        for name, value in GENUINE.items():
            message[name] = value
        shapes = {
            "map": GENUINE,
            "map in lower case": {name.lower(): value for name, value in GENUINE.items()},
            "map of lists": {name: [value] for name, value in GENUINE.items()},
            "map of tuples": {name: (value,) for name, value in GENUINE.items()},
            "another map": UserDict(GENUINE),
            "pairs": list(GENUINE.items()),
            "lists of two": [list(pair) for pair in GENUINE.items()],
            "an iterator": iter(GENUINE.items()),
            "ASGI": [(name.lower().encode(), value.encode()) for name, value in GENUINE.items()],
            "http.server": message,
            "with an absent one": {**GENUINE, "X-Other": None, "X-None": []},
            "blanks around": {name: f" \t{value}\t " for name, value in GENUINE.items()},
        }
        for name, headers in shapes.items():
            with self.subTest(name):
                verified = cloud(headers)
                self.assertEqual(
                    vars(verified),
                    {
                        "event_key": "repo:push",
                        "request_id": "id-1",
                        "attempt": 2,
                        "secret_id": "0",
                    },
                )

    def test_a_second_signature_is_seen_in_every_shape(self):
        message = email.message.Message()
        message["X-Hub-Signature"] = SIGNATURE
        message["x-hub-signature"] = SIGNATURE
        shapes = {
            "map": {"X-Hub-Signature": SIGNATURE, "x-hub-signature": SIGNATURE},
            "map of lists": {"X-Hub-Signature": [SIGNATURE, SIGNATURE]},
            "pairs": [("X-Hub-Signature", SIGNATURE)] * 2,
            "ASGI": [(b"x-hub-signature", SIGNATURE.encode())] * 2,
            "http.server": message,
        }
        for name, headers in shapes.items():
            with self.subTest(name):
                self.refused("signature_repeated", cloud, headers)

    def test_joined_by_wsgi_they_are_refused(self):
        for joined in (f"{SIGNATURE},{SIGNATURE}", f"{SIGNATURE}, {SIGNATURE}"):
            self.refused("encoding_invalid", cloud, {"X-Hub-Signature": joined})

    def test_a_name_that_only_looks_alike_is_another(self):
        # The Kelvin sign is a k in lower case.
        headers = sign("standard-webhooks", WHSEC, BODY, event_key="a", request_id="b", now=NOW)
        alike = {name.replace("k", "\u212a"): value for name, value in headers.items()}
        self.refused("signature_missing", verify, "standard-webhooks", WHSEC, alike, BODY, NOW)

    def test_what_is_no_header_is_a_type_error(self):
        for headers in ("X-Hub-Signature: sha256=", b"", {"X-Hub-Signature": 5}, {5: "x"}, None):
            with self.subTest(headers=headers), self.assertRaises(TypeError):
                cloud(headers)

    def test_values_of_any_characters_are_refused_and_never_crash(self):
        strange = [
            "\udc80",
            "\ud800",
            "\u0663" * 64,
            "\x00",
            "é",
            "sha256=" + "\uff10" * 64,
            "𝟘" * 64,
        ]
        secrets = {"standard-webhooks": WHSEC}
        for dialect in DIALECTS:
            for value in strange:
                with self.subTest(dialect=dialect, value=value):
                    names = ("X-Hub-Signature", "X-Hub-Signature-256", "X-Gitea-Signature")
                    names += ("X-Gitlab-Token", "webhook-signature", "webhook-id", "X-Event-Key")
                    headers = [(name, value) for name in names]
                    with self.assertRaises(WebhookError):
                        verify(dialect, secrets.get(dialect, SECRET), headers, BODY, NOW)


class Decoding(Case):
    """What Python's own decoders would take."""

    def test_hexadecimal_is_strict(self):
        digits = SIGNATURE[len("sha256=") :]
        lenient = {
            "blanks between": digits[:2] + " " + digits[2:],
            "a tab between": digits[:2] + "\t" + digits[2:],
            "a line feed after": digits + "\n",
            "blanks in place of digits": digits[:30] + "  " + digits[32:],
            "digits of another script": "\u0663" * 64,
            "0x before": "0x" + digits,
            "not hexadecimal before": "zz" + digits,
            "a byte of zero after": digits + "\0",
        }
        for name, text in lenient.items():
            with self.subTest(name):
                self.refused("encoding_invalid", cloud, {"X-Hub-Signature": "sha256=" + text})
        for text in ("", digits[:-1], digits[:62], digits + "00", digits * 2):
            with self.subTest(length=len(text)):
                self.refused("length_wrong", cloud, {"X-Hub-Signature": "sha256=" + text})
        self.assertEqual(cloud({"X-Hub-Signature": "sha256=" + digits.upper()}).secret_id, "0")

    def test_base64_is_strict(self):
        dialect = generic_hmac("X-Signature", encoding="base64")
        text = sign(dialect, SECRET, BODY, event_key="a", request_id="b")["X-Signature"]
        last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        stray = last[last.index(text[42]) + 1]
        lenient = {
            "stray bits at the end": text[:42] + stray + "=",
            "no padding": text[:43],
            "too much padding": text + "=",
            "a line feed within": text[:10] + "\n" + text[10:],
            "a line feed after": text + "\n",
            "a blank within": text[:10] + " " + text[10:],
            "another alphabet": "-" + text[1:],
            "another script": "\uff21" + text[1:],
            "something after it": text + text,
        }
        for name, changed in lenient.items():
            with self.subTest(name):
                self.refused(
                    "encoding_invalid", verify, dialect, SECRET, {"X-Signature": changed}, BODY
                )
        self.refused("length_wrong", verify, dialect, SECRET, {"X-Signature": "A" * 92}, BODY)
        self.assertEqual(verify(dialect, SECRET, {"X-Signature": text}, BODY).secret_id, "0")

    def test_labels_are_exact(self):
        digits = SIGNATURE[len("sha256=") :]
        for label in ("", "sha1=", "SHA256=", "sha256", "sha256:", " sha256 =", "sha512="):
            with self.subTest(label=label):
                self.refused("label_unknown", cloud, {"X-Hub-Signature": label + digits})

    def test_timestamps_are_ascii_digits(self):
        headers = sign("standard-webhooks", WHSEC, BODY, event_key="a", request_id="b", now=NOW)
        strange = [
            "",
            "+1700000000",
            "-1",
            "1_700_000_000",
            "1700000000.0",
            "\u0661" * 10,
            "1" * 20,
        ]
        strange += ["9223372036854775808", "1e9", "0x10", "1700000000\n"]
        for text in strange:
            with self.subTest(text=text):
                changed = {**headers, "webhook-timestamp": text}
                self.refused(
                    "timestamp_invalid", verify, "standard-webhooks", WHSEC, changed, BODY, NOW
                )
        changed = {**headers, "webhook-timestamp": "9223372036854775807"}
        self.refused("mismatch", verify, "standard-webhooks", WHSEC, changed, BODY, NOW)

    def test_attempts_are_ascii_digits(self):
        for text in ("\u0663", "²", "+1", "-1", "1_0", "1.0", "", "4294967296", "9" * 256):
            with self.subTest(text=text):
                self.assertIsNone(cloud({**GENUINE, "X-Attempt-Number": text}).attempt)
        self.assertEqual(cloud({**GENUINE, "X-Attempt-Number": "4294967295"}).attempt, 4294967295)


class Bodies(Case):
    def test_what_is_not_bytes_names_the_way_to_the_bytes(self):
        async def body():
            return BODY

        forgotten_await = body()
        wrong = [
            BODY.decode(),
            json.loads(BODY),
            [BODY],
            list(BODY),
            None,
            5,
            io.BytesIO(BODY),
            iter([BODY]),
            forgotten_await,
        ]
        for value in wrong:
            with self.subTest(type=type(value).__name__):
                error = self.refused("body_not_raw", cloud, GENUINE, body=value)
                for words in ("get_data()", "await request.body()", "Django", "isBase64Encoded"):
                    self.assertIn(words, str(error))
        forgotten_await.close()
        self.refused("body_not_raw", sign, "github", SECRET, {}, event_key="a", request_id="b")

    def test_bytes_of_every_kind_are_taken(self):
        for kind in (bytes, bytearray, memoryview):
            with self.subTest(kind.__name__):
                self.assertEqual(cloud(GENUINE, body=kind(BODY)).secret_id, "0")

    def test_every_byte_counts(self):
        for changed in (
            BODY + b"\n",
            BODY[:-1],
            b"",
            BODY.replace(b" ", b""),
            b"\xef\xbb\xbf" + BODY,
        ):
            with self.subTest(changed=changed):
                self.refused("mismatch", cloud, GENUINE, body=changed)


class SecretShapes(Case):
    def test_one_several_and_named(self):
        shapes = {
            "text": (SECRET, "0"),
            "bytes": (SECRET.encode(), "0"),
            "a bytearray": (bytearray(SECRET.encode()), "0"),
            "a list": (["another secret", SECRET], "1"),
            "a tuple": ((SECRET, "another secret"), "0"),
            "a map": ({"old": "another secret", "new": SECRET.encode()}, "new"),
            "the first of two that fit": ({"a": "other", "b": SECRET, "c": SECRET}, "b"),
            "the last of four": (["1", "2", "3", SECRET], "3"),
        }
        for name, (secrets, id) in shapes.items():
            with self.subTest(name):
                self.assertEqual(cloud(GENUINE, secrets).secret_id, id)

    def test_nothing_is_skipped(self):
        wrong = [
            ("no_secret", None),
            ("no_secret", []),
            ("no_secret", {}),
            ("secret_empty", ""),
            ("secret_empty", b""),
            ("secret_empty", [SECRET, ""]),
            ("secret_empty", ["", SECRET]),
            ("secret_empty", [SECRET, None]),
            ("secret_empty", {"new": SECRET, "old": b""}),
            ("secret_blank", [SECRET, " \t\r\n"]),
            ("secret_blank", "\u3000\u2003\xa0"),
            ("secret_too_long", [SECRET, "x" * 1025]),
            ("too_many_secrets", [SECRET] * 5),
            ("too_many_secrets", [SECRET, "", "", "", ""]),
        ]
        for reason, secrets in wrong:
            with self.subTest(secrets=secrets):
                self.refused(reason, cloud, GENUINE, secrets)

    def test_nobody_signs_with_the_empty_key(self):
        forged = "sha256=" + hmac.new(b"", BODY, hashlib.sha256).hexdigest()
        for secrets in ("", b"", [""], [SECRET, ""], None, [], " "):
            with self.subTest(secrets=secrets), self.assertRaises(WebhookError):
                cloud({"X-Hub-Signature": forged}, secrets)

    def test_control_characters_are_no_white_space(self):
        # str.isspace says that this is blank.
        for secret in ("\x1c\x1d", "\x0b", "\x0c"):
            self.refused("mismatch", cloud, GENUINE, secret)

    def test_nothing_is_trimmed(self):
        self.refused("mismatch", cloud, GENUINE, SECRET + "\n")

    def test_bytes_of_the_environment_are_restored(self):
        exact = b"\xff\xfe caf\xe9 of bytes"
        headers = sign("github", exact, BODY, event_key="push", request_id="1")
        from_environment = exact.decode("utf-8", "surrogateescape")
        self.assertEqual(verify("github", from_environment, headers, BODY).secret_id, "0")

    def test_types_that_are_no_secret(self):
        for secrets in (5, {SECRET}, iter([SECRET]), [5], {"a": ["x"]}):
            with self.subTest(secrets=secrets), self.assertRaises(TypeError):
                cloud(GENUINE, secrets)

    def test_all_are_compared_without_an_early_exit(self):
        compared = []

        def compare(a, b):
            compared.append(len(a) == len(b) == 32)
            return hmac.compare_digest(a, b)

        with mock.patch("countersign_webhooks._verify.hmac") as counting:
            counting.compare_digest = compare
            for position in range(4):
                compared.clear()
                secrets = ["1", "2", "3", "4"]
                secrets[position] = SECRET
                with self.subTest(position=position):
                    self.assertEqual(cloud(GENUINE, secrets).secret_id, str(position))
                    self.assertEqual(compared, [True] * 4)
            compared.clear()
            headers = sign("gitlab", "token", BODY, event_key="push_hook", request_id="b")
            verify("gitlab", ["token", "longer token", "t"], headers, BODY)
            self.assertEqual(compared, [True] * 3)
            compared.clear()
            headers = sign("standard-webhooks", [WHSEC] * 3, BODY, event_key="a", request_id="b")
            verify("standard-webhooks", [WHSEC] * 4, headers, BODY)
            self.assertEqual(compared, [True] * 12)


class Times(Case):
    def setUp(self):
        self.headers = sign(
            "standard-webhooks", WHSEC, BODY, event_key="a", request_id="b", now=NOW
        )

    def at(self, now):
        return verify("standard-webhooks", WHSEC, self.headers, BODY, now)

    def test_exactly_the_tolerance_is_taken(self):
        for now in (NOW - 300, NOW + 300, NOW + 300.9, datetime.fromtimestamp(NOW, timezone.utc)):
            with self.subTest(now=now):
                self.assertEqual(self.at(now).secret_id, "0")
        self.refused("timestamp_too_old", self.at, NOW + 301)
        self.refused("timestamp_too_new", self.at, NOW - 301)
        self.refused("timestamp_too_old", self.at, None)

    def test_the_clock_is_the_default(self):
        headers = sign("standard-webhooks", WHSEC, BODY, event_key="a", request_id="b")
        self.assertEqual(verify("standard-webhooks", WHSEC, headers, BODY).secret_id, "0")

    def test_a_time_that_compares_with_nothing_is_an_error(self):
        for now in (float("nan"), float("inf")):
            with self.subTest(now=now), self.assertRaises((ValueError, OverflowError)):
                self.at(now)

    def test_a_datetime_without_a_zone_is_an_error(self):
        with self.assertRaises(ValueError):
            self.at(datetime(2026, 1, 1))


class TypeInTheBody(Case):
    def of(self, body):
        headers = sign("standard-webhooks", WHSEC, body, event_key="a", request_id="b", now=NOW)
        del headers["X-Event-Key"]
        return verify("standard-webhooks", WHSEC, headers, body, NOW).event_key

    def test_it_is_the_string_at_the_top(self):
        cases = {
            b'{"data": {"type": "inner"}, "type": "invoice.paid"}': "invoice.paid",
            b' {"type":"a","type":"b"}': "a",
            b'{"type": "a", "name": "caf\xe9"}': "a",
            b'{"type": "not an event key"}': None,
            b'{"type": 5}': None,
            b'{"type": ["a"]}': None,
            b'[["type", "a"]]': None,
            b'"type"': None,
            b"": None,
            b"\xff\xfe": None,
            b'{"type": "a"': None,
        }
        for body, expected in cases.items():
            with self.subTest(body=body):
                self.assertEqual(self.of(body), expected)

    def test_hostile_bodies_cost_little_and_raise_nothing(self):
        long_number = b'{"n": ' + b"9" * 1_000_000 + b', "type": "a"}'
        self.assertEqual(self.of(long_number), "a")
        self.assertIsNone(self.of(b"[" * 1_000_000))
        self.assertIsNone(self.of(b'{"a":' * 1_000_000))


class Errors(Case):
    def test_no_message_shows_a_secret_or_a_digest(self):
        other = sign("bitbucket-cloud", "another", BODY, event_key="a", request_id="b")
        error = self.refused("mismatch", cloud, other)
        for shown in (str(error), repr(error), repr(error.args)):
            for hidden in (SECRET, SIGNATURE[7:], other["X-Hub-Signature"][7:]):
                self.assertNotIn(hidden, shown)

    def test_a_lone_surrogate_is_not_quoted(self):
        with self.assertRaises(ValueError) as raised:
            cloud(GENUINE, "hidden \ud800")
        self.assertNotIsInstance(raised.exception, UnicodeError)
        self.assertIsNone(raised.exception.__cause__)
        self.assertNotIn("hidden", str(raised.exception))

    def test_a_dialect_is_never_guessed(self):
        for dialect in ("bitbucket", "Bitbucket-Cloud", "", "generic-hmac", None, 5, ["github"]):
            with self.subTest(dialect=dialect):
                self.refused("dialect_unknown", verify, dialect, SECRET, GENUINE, BODY)

    def test_other_families_are_ignored(self):
        headers = {**GENUINE, "X-Hub-Signature-256": "sha256=00", "webhook-signature": "v1,"}
        self.assertEqual(cloud(headers).secret_id, "0")

    def test_random_signatures_are_refused(self):
        for _ in range(100):
            self.refused("mismatch", cloud, {"X-Hub-Signature": "sha256=" + os.urandom(32).hex()})
