"""Signing beyond the shared vectors."""

import unittest

from countersign_webhooks import DIALECTS, WebhookError, generic_hmac, sign, verify

SECRET = "a secret of the tests, for nobody"
WHSEC = "whsec_" + "A" * 43 + "="


def signed(dialect="bitbucket-cloud", secrets=SECRET, **options):
    return sign(dialect, secrets, b"{}", **{"event_key": "repo:push", "request_id": "1", **options})


class Signing(unittest.TestCase):
    def test_a_published_example_is_met(self):
        # From Bitbucket's page about webhooks.
        headers = sign(
            "bitbucket-cloud",
            "It's a Secret to Everybody",
            b"Hello World!",
            event_key="repo:push",
            request_id="1",
        )
        expected = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
        self.assertEqual(headers["X-Hub-Signature"], expected)

    def test_every_dialect_verifies_what_it_signs(self):
        for dialect in [*DIALECTS, *self.generic()]:
            secret = WHSEC if dialect == "standard-webhooks" else SECRET
            with self.subTest(dialect=dialect):
                headers = signed(
                    dialect, ["whsec_" + "B" * 32, WHSEC] if secret == WHSEC else secret
                )
                self.assertEqual(len({name.lower() for name in headers}), len(headers))
                self.assertEqual(verify(dialect, secret, headers, b"{}").secret_id, "0")
                for body in (b"{} ", b""):
                    if dialect != "gitlab":  # a token signs nothing
                        with self.assertRaises(WebhookError):
                            verify(dialect, secret, headers, body)

    def generic(self):
        for encoding in ("hex", "base64"):
            for algorithm in ("sha256", "sha512"):
                yield generic_hmac("X-Signature", "v0=", encoding, algorithm, "X-Event", "X-Id")

    def test_no_line_ending_becomes_a_header(self):
        for text in ("a\r\nX-Forged: 1", "a\n", "", " a", "a b", "é", "x" * 256, None, 5, b"a"):
            with self.subTest(text=text):
                for field in ("event_key", "hook_id"):
                    if text is not None:
                        with self.assertRaises(ValueError):
                            signed(**{field: text})
                with self.assertRaises(WebhookError) as raised:
                    signed(request_id=text)
                self.assertEqual(raised.exception.reason, "id_invalid")

    def test_a_dot_in_an_id_is_refused_where_it_separates(self):
        self.assertEqual(signed(request_id="a.b")["X-Request-UUID"], "a.b")
        for dialect in ("standard-webhooks", "gitlab"):
            with self.subTest(dialect=dialect), self.assertRaises(WebhookError) as raised:
                signed(dialect, WHSEC, request_id="a.b")
            self.assertEqual(raised.exception.reason, "id_invalid")

    def test_attempts_and_times_have_bounds(self):
        for attempt in (-1, 2**32, True, 1.0, "1"):
            with self.subTest(attempt=attempt), self.assertRaises(ValueError):
                signed(attempt=attempt)
        with self.assertRaises(WebhookError) as raised:
            signed("standard-webhooks", WHSEC, now=-1)
        self.assertEqual(raised.exception.reason, "timestamp_invalid")

    def test_generic_dialects_that_cannot_be(self):
        wrong = [
            {"header": ""},
            {"header": "X Signature"},
            {"header": "X-Signature\r\n"},
            {"header": "X-Attempt-Number"},
            {"header": "x-event-key"},
            {"header": "X-A", "event_key_header": "x-a"},
            {"header": "X-A", "event_key_header": "X-B", "request_id_header": "x-b"},
            {"header": "X-A", "request_id_header": ""},
            {"header": "X-A", "prefix": "a\n"},
            {"header": "X-A", "prefix": " a"},
            {"header": "X-A", "encoding": "base32"},
            {"header": "X-A", "algorithm": "md5"},
        ]
        for arguments in wrong:
            with self.subTest(arguments), self.assertRaises(ValueError):
                generic_hmac(**arguments)

    def test_the_event_key_is_sent_once(self):
        headers = signed(generic_hmac("X-A", event_key_header="x-event-key"))
        self.assertEqual(
            [name for name in headers if name.lower() == "x-event-key"], ["X-Event-Key"]
        )
