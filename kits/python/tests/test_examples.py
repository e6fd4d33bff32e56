"""Every example, really started: a genuine request is taken, and what is forged gets one 403."""

import base64
import http.client
import importlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from unittest import mock

from countersign_webhooks import sign

KIT = Path(__file__).resolve().parents[1]
EXAMPLES = KIT / "examples"
SECRET = "a secret of the examples, for nobody"
BODY = '{"push": {"changes": []}, "author": "Zoë 🦀"}'.encode()
ADDRESS = re.compile(r"http://127\.0\.0\.1:([1-9][0-9]*)")
START_LIMIT_S = 60


def environment(**variables):
    """The machine's, with the kit to import, a free port, and no secret but in `variables`."""
    kept = {name: value for name, value in os.environ.items() if "COUNTERSIGN" not in name}
    path = os.pathsep.join([str(KIT / "src"), str(EXAMPLES)])
    fixed = {
        "PYTHONPATH": path,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "PORT": "0",
    }
    return {**kept, **fixed, **variables}


class Started:
    """An example as a process, ended on leaving. Its output is read to the end by a thread."""

    def __init__(self, name, **variables):
        self.process = subprocess.Popen(
            [sys.executable, str(EXAMPLES / name)],
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.lines = []
        self.port = None
        self.known = threading.Event()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.decode("utf-8", "replace"))
            address = ADDRESS.search(self.lines[-1])
            if address and self.port is None:
                self.port = int(address.group(1))
                self.known.set()
        self.known.set()

    def __enter__(self):
        self.known.wait(START_LIMIT_S)
        if self.port is None:
            self.__exit__()
            raise AssertionError("it did not start: " + self.output())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()

    def output(self):
        return "".join(self.lines)

    def post(self, headers, body=BODY, path="/webhook"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest("POST", path)
            named = {name.lower() for name, _ in headers}
            if "content-length" not in named:
                connection.putheader("Content-Length", str(len(body)))
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def signed(body=BODY, secret=SECRET):
    headers = sign("bitbucket-cloud", secret, body, event_key="repo:push", request_id="id-1")
    return [*headers.items(), ("Content-Type", "application/json")]


def forgeries():
    genuine = signed()
    signature = dict(genuine)["X-Hub-Signature"]
    rest = [pair for pair in genuine if pair[0] != "X-Hub-Signature"]
    as_form = [pair for pair in signed(b"") if pair[0] != "Content-Type"]
    return {
        "tampered": (genuine, BODY.replace(b"[]", b"[1]")),
        "unsigned": (rest, BODY),
        "another secret": (signed(secret="another secret of the examples"), BODY),
        "two signatures": ([*genuine, ("X-Hub-Signature", signature)], BODY),
        "sha1": ([*rest, ("X-Hub-Signature", "sha1=" + "0" * 40)], BODY),
        "a shortened digest": ([*rest, ("X-Hub-Signature", signature[:-2])], BODY),
        "not JSON and unsigned": (rest, b"{"),
        "a form with the signature of nothing": (
            [*as_form, ("Content-Type", "application/x-www-form-urlencoded")],
            b"payload=%7B%7D",
        ),
    }


class Receivers(unittest.TestCase):
    def test_servers(self):
        needs = {
            "flask_app.py": ["flask"],
            "fastapi_app.py": ["fastapi", "uvicorn"],
            "django_app.py": ["django"],
            "http_server.py": [],
        }
        for name, modules in needs.items():
            with self.subTest(name):
                missing = [one for one in modules if importlib.util.find_spec(one) is None]
                if missing:
                    self.skipTest(f"{name} needs {', '.join(missing)}")
                self.start_and_ask(name)

    def start_and_ask(self, name):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "secret"
            path.write_bytes(SECRET.encode() + b"\n")
            with Started(name, COUNTERSIGN_SECRET_FILE=str(path)) as server:
                with self.subTest(name, request="genuine"):
                    self.assertEqual(server.post(signed())[0], 202, server.output())
                bodies = set()
                for forgery, (headers, body) in forgeries().items():
                    with self.subTest(name, request=forgery):
                        status, answer = server.post(headers, body)
                        self.assertEqual(status, 403, server.output())
                        bodies.add(answer)
                with self.subTest(name, request="all refusals alike"):
                    self.assertEqual(bodies, {b"refused\n"})
                with self.subTest(name, request="too large"):
                    large = [("Content-Length", str(2 * 1024 * 1024))]
                    self.assertIn(self.sent_large(server, large), (400, 413, None))
                with self.subTest(name, request="genuine again"):
                    self.assertEqual(server.post(signed())[0], 202, server.output())
                with self.subTest(name, request="no secret in the log"):
                    self.assertNotIn(SECRET, server.output())
                    self.assertNotIn(dict(signed())["X-Hub-Signature"][7:], server.output())

    def sent_large(self, server, headers):
        """The status; None where the server closed before all was sent."""
        try:
            return server.post([*signed(), *headers], b"x" * (2 * 1024 * 1024))[0]
        except OSError:
            return None

    def test_the_secret_of_the_environment(self):
        with Started("http_server.py", COUNTERSIGN_SECRET=SECRET) as server:
            self.assertEqual(server.post(signed())[0], 202)

    def test_lengths_that_lie(self):
        with Started("http_server.py", COUNTERSIGN_SECRET=SECRET) as server:
            for length, status in (("-1", 411), ("+25", 411), ("", 411), ("9" * 12, 413)):
                with self.subTest(length=length):
                    self.assertEqual(
                        server.post([*signed(), ("Content-Length", length)])[0], status
                    )

    def test_without_a_secret_none_starts(self):
        with tempfile.TemporaryDirectory() as folder:
            empty = Path(folder) / "empty"
            empty.write_bytes(b"\n")
            wrong = [{}, {"COUNTERSIGN_SECRET": ""}, {"COUNTERSIGN_SECRET": " \n"}]
            wrong.append({"COUNTERSIGN_SECRET_FILE": str(empty), "COUNTERSIGN_SECRET": SECRET})
            for variables in wrong:
                with (
                    self.subTest(variables),
                    mock.patch.dict(os.environ, environment(**variables), clear=True),
                ):
                    source = importlib.import_module("secret_source")
                    with self.assertRaises(SystemExit):
                        source.secret()
        uses = [
            path
            for path in EXAMPLES.glob("*.py")
            if "import verify" in path.read_text("utf-8") or "verify\n" in path.read_text("utf-8")
        ]
        self.assertEqual(len(uses), 5)
        for path in uses:
            with self.subTest(path.name):
                self.assertIn('{"current": secret()}', path.read_text("utf-8"))


class Lambda(unittest.TestCase):
    """The handler in the same process, with the events of AWS's ways in."""

    @classmethod
    def setUpClass(cls):
        with mock.patch.dict(os.environ, environment(COUNTERSIGN_SECRET=SECRET), clear=True):
            cls.handler = staticmethod(importlib.import_module("aws_lambda").handler)

    def status(self, headers, body, encoded, **others):
        text = base64.b64encode(body).decode() if encoded else body.decode()
        event = {"headers": headers, "body": text, "isBase64Encoded": encoded, **others}
        answer = self.handler(event, None)
        if answer["statusCode"] == 403:
            self.assertEqual(answer["body"], "refused\n")
        return answer["statusCode"]

    def test_both_encodings(self):
        headers = dict(signed())
        for encoded in (True, False):
            with self.subTest(encoded=encoded):
                self.assertEqual(self.status(headers, BODY, encoded), 202)
                self.assertEqual(self.status(headers, BODY + b" ", encoded), 403)
                self.assertEqual(self.status({}, BODY, encoded), 403)

    def test_the_flag_is_believed_and_nothing_is_guessed(self):
        headers = dict(signed())
        encoded = base64.b64encode(BODY).decode()
        event = {"headers": headers, "body": encoded, "isBase64Encoded": False}
        self.assertEqual(self.handler(event, None)["statusCode"], 403)
        event = {"headers": headers, "body": BODY.decode(), "isBase64Encoded": True}
        self.assertEqual(self.handler(event, None)["statusCode"], 403)

    def test_binary_bodies(self):
        body = b'{"a": "\xff\xfe"}'
        with mock.patch("aws_lambda.json.loads", return_value={}):
            self.assertEqual(self.status(dict(signed(body)), body, True), 202)

    def test_formats(self):
        headers = dict(signed())
        lower = {name.lower(): value for name, value in headers.items()}
        several = {name: [value] for name, value in headers.items()}
        self.assertEqual(self.status(lower, BODY, False, version="2.0"), 202)
        self.assertEqual(self.status(headers, BODY, False, multiValueHeaders=several), 202)
        self.assertEqual(self.status(headers, BODY, False, multiValueHeaders=None), 202)
        self.assertEqual(self.status(None, BODY, True, multiValueHeaders=several), 202)

    def test_a_second_signature_is_seen_in_format_1(self):
        headers = dict(signed())
        several = {name: [value] for name, value in headers.items()}
        several["X-Hub-Signature"] = ["sha256=" + "0" * 64, headers["X-Hub-Signature"]]
        self.assertEqual(self.status(headers, BODY, False, multiValueHeaders=several), 403)

    def test_no_body(self):
        event = {"headers": dict(signed()), "body": None, "isBase64Encoded": False}
        self.assertEqual(self.handler(event, None)["statusCode"], 403)


class FrameworkHeaders(unittest.TestCase):
    """What the frameworks' own header types hand over, duplicates among them."""

    def test_starlette_keeps_repeated_headers(self):
        if importlib.util.find_spec("starlette") is None:
            self.skipTest("starlette is not installed")
        from starlette.datastructures import Headers

        from countersign_webhooks import WebhookError, verify

        pairs = [(name.lower().encode(), value.encode()) for name, value in signed()]
        self.assertEqual(verify("bitbucket-cloud", SECRET, Headers(raw=pairs), BODY).attempt, 1)
        twice = [*pairs, *(pair for pair in pairs if pair[0] == b"x-hub-signature")]
        with self.assertRaises(WebhookError) as raised:
            verify("bitbucket-cloud", SECRET, Headers(raw=twice), BODY)
        self.assertEqual(raised.exception.reason, "signature_repeated")

    def test_werkzeug_keeps_repeated_headers(self):
        if importlib.util.find_spec("werkzeug") is None:
            self.skipTest("werkzeug is not installed")
        from werkzeug.datastructures import Headers

        from countersign_webhooks import WebhookError, verify

        self.assertEqual(verify("bitbucket-cloud", SECRET, Headers(signed()), BODY).attempt, 1)
        twice = Headers([*signed(), ("x-hub-signature", dict(signed())["X-Hub-Signature"])])
        with self.assertRaises(WebhookError) as raised:
            verify("bitbucket-cloud", SECRET, twice, BODY)
        self.assertEqual(raised.exception.reason, "signature_repeated")


class PublishExample(unittest.TestCase):
    def test_it_publishes_its_input(self):
        from test_publish import EVENT, TOKEN, Publishing

        double = Publishing()
        double.setUp()
        self.addCleanup(double.doCleanups)
        double.answer(202, {"id": EVENT, "deliveries": 2})
        with tempfile.TemporaryDirectory() as folder:
            token = Path(folder) / "token"
            token.write_text(TOKEN + "\n")
            done = subprocess.run(
                [
                    sys.executable,
                    str(EXAMPLES / "publish_event.py"),
                    "invoice.paid",
                    "acme",
                    "id-1",
                ],
                env=environment(COUNTERSIGN_SERVER=double.url, COUNTERSIGN_TOKEN_FILE=str(token)),
                input=b'{"amount": 5}',
                stdout=subprocess.PIPE,
                timeout=60,
                check=True,
            )
        self.assertEqual(done.stdout.decode().strip(), f"{EVENT} 2 deliveries")
        path, headers, body = double.server.requests[0]
        self.assertEqual(path, "/api/v1/events?key=invoice.paid&scope=acme&request_id=id-1")
        self.assertEqual((headers["Authorization"], body), (f"Bearer {TOKEN}", b'{"amount": 5}'))
