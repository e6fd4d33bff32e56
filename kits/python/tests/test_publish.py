"""Publishing to a double of the server on loopback, which checks what it gets."""

import json
import os
import socket
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock
from urllib.parse import parse_qs, urlsplit

from countersign_webhooks import Published, PublishError, WebhookError, publish

TOKEN = "tok_canary-of-the-tests"
EVENT = "evt_01hzzzzzzzzzzzzzzzzzzzzzzz"


class Double(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers.items()), body))
        status, headers, answer = self.server.answers[
            min(len(self.server.requests), len(self.server.answers)) - 1
        ]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_CONNECT = lambda self: self.server.requests.append((self.command, {}, b""))

    def log_message(self, *_):
        pass


class Publishing(unittest.TestCase):
    def setUp(self):
        self.server = HTTPServer(("127.0.0.1", 0), Double)
        self.server.requests = []
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.server.shutdown)

    def answer(self, status, value, headers=None):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.server.answers = [(status, headers or {"Content-Type": "application/json"}, body)]

    def publish(self, body=b"{}", **options):
        arguments = {"key": "repo:push", "scope": "acme/api", "timeout_s": 5.0, **options}
        url = arguments.pop("server_url", self.url)
        return publish(url, arguments.pop("token", TOKEN), body, **arguments)

    def refused(self, **options):
        with self.assertRaises(PublishError) as raised:
            self.publish(**options)
        self.assertNotIn(TOKEN, str(raised.exception) + repr(raised.exception))
        return raised.exception

    def test_a_new_event(self):
        self.answer(202, {"id": EVENT, "deliveries": 3})
        self.assertEqual(
            self.publish(b"\xff\x00", request_id="a b/c&d+é"), Published(EVENT, 3, False)
        )
        path, headers, body = self.server.requests[0]
        self.assertEqual(urlsplit(path).path, "/api/v1/events")
        query = {"key": ["repo:push"], "scope": ["acme/api"], "request_id": ["a b/c&d+é"]}
        self.assertEqual(parse_qs(urlsplit(path).query, strict_parsing=True), query)
        self.assertNotIn("+", path)
        self.assertEqual(headers["Authorization"], f"Bearer {TOKEN}")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(body, b"\xff\x00")

    def test_a_path_before_the_api_another_type_and_no_request_id(self):
        self.answer(202, {"id": EVENT, "deliveries": 0})
        self.publish(b"", server_url=self.url + "/hooks/", scope="", content_type="text/plain")
        path, headers, body = self.server.requests[0]
        self.assertEqual(path, "/hooks/api/v1/events?key=repo%3Apush&scope=")
        self.assertEqual((headers["Content-Type"], body), ("text/plain", b""))

    def test_a_duplicate_has_the_first_id(self):
        self.answer(200, {"id": EVENT, "status": "duplicate", "deliveries": 0})
        self.assertEqual(self.publish(), Published(EVENT, 0, True))

    def test_a_problem_is_told(self):
        wrong = [{"pointer": "?key", "code": "bad_format", "message": "not an event key"}]
        problem = {"code": "invalid_fields", "detail": "a field is wrong", "errors": wrong}
        self.answer(422, problem, {"Content-Type": "application/problem+json"})
        error = self.refused()
        self.assertEqual((error.status, error.code), (422, "invalid_fields"))
        self.assertEqual((error.detail, error.errors), ("a field is wrong", wrong))
        self.assertEqual(
            str(error),
            "not published: 422, invalid_fields, a field is wrong, ?key: not an event key",
        )

    def test_answers_of_another_server(self):
        for status, value in [
            (200, b"<html>"),
            (202, b""),
            (202, {"id": 5, "deliveries": 0}),
            (204, b""),
            (401, b"\xff"),
            (500, [1]),
            (502, b"[" * 100_000),
            (503, {"code": 5, "detail": [], "errors": "x"}),
        ]:
            with self.subTest(
                status=status, value=value[:10] if isinstance(value, bytes) else value
            ):
                self.server.requests.clear()
                self.answer(status, value)
                error = self.refused()
                self.assertEqual((error.status, error.code, error.errors), (status, None, []))

    def test_redirects_are_not_followed(self):
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status=status):
                self.server.requests.clear()
                self.answer(status, b"", {"Location": f"{self.url}/elsewhere"})
                self.assertEqual(self.refused().status, status)
                self.assertEqual(len(self.server.requests), 1)

    def test_the_environments_proxies_are_not_used(self):
        self.answer(202, {"id": EVENT, "deliveries": 0})
        proxies = {
            "http_proxy": "http://127.0.0.1:9",
            "all_proxy": "http://127.0.0.1:9",
            "no_proxy": "",
        }
        with mock.patch.dict(os.environ, proxies):
            self.assertEqual(self.publish().id, EVENT)

    def test_a_proxy_that_is_asked_for_is_used(self):
        self.answer(202, {"id": EVENT, "deliveries": 0})
        with mock.patch.dict(os.environ, {"no_proxy": ""}):
            self.publish(server_url="http://countersign.invalid", proxy=self.url)
        self.assertTrue(
            self.server.requests[0][0].startswith("http://countersign.invalid/api/v1/events?")
        )

    def test_the_token_is_in_no_error(self):
        self.answer(
            403,
            {"code": "forbidden", "detail": f"Bearer {TOKEN} has no such scope", "errors": [TOKEN]},
        )
        error = self.refused()
        self.assertIn("[redacted]", error.detail)
        for token in (TOKEN + "\n", "", TOKEN + " x", TOKEN + "é", TOKEN + "\r\nX: y", None, b"x"):
            with self.subTest(token=token), self.assertRaises(ValueError) as raised:
                self.publish(token=token)
            self.assertNotIn(TOKEN, str(raised.exception))

    def test_addresses_that_are_none(self):
        for url in (
            "file:///etc/passwd",
            "ftp://127.0.0.1/",
            "127.0.0.1:8491",
            "",
            "http://",
            "http://user:word@127.0.0.1",
            self.url + "?x=1",
            self.url + "#x",
        ):
            with self.subTest(url=url), self.assertRaises(ValueError) as raised:
                self.publish(server_url=url)
            self.assertNotIn("word", str(raised.exception))

    def test_types_that_cannot_be_sent(self):
        for content_type in ("", "a\r\nX: y", " a", "é", "x" * 256):
            with self.subTest(content_type=content_type), self.assertRaises(ValueError):
                self.publish(content_type=content_type)

    def test_the_body_is_raw(self):
        for body in ("{}", {}, None):
            with self.subTest(body=body), self.assertRaises(WebhookError) as raised:
                self.publish(body)
            self.assertIn("json.dumps(value).encode()", str(raised.exception))

    def test_no_answer(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            error = self.refused(server_url=f"http://127.0.0.1:{closed.getsockname()[1]}")
        self.assertEqual((error.status, error.code), (None, None))

    def test_a_silent_server_is_left_after_the_timeout(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            began = time.monotonic()
            error = self.refused(
                server_url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.2
            )
        self.assertLess(time.monotonic() - began, 3)
        self.assertIsNone(error.status)

    def test_an_answer_that_is_not_http(self):
        with socket.create_server(("127.0.0.1", 0)) as other:

            def speak():
                connection, _ = other.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(f"{TOKEN}\r\n\r\n".encode())

            thread = threading.Thread(target=speak)
            thread.start()
            error = self.refused(server_url=f"http://127.0.0.1:{other.getsockname()[1]}")
            thread.join()
        self.assertIsNone(error.status)
