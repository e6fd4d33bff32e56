"""A receiver with the standard library alone: python http_server.py"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from countersign_webhooks import WebhookError, verify
from secret_source import secret

SECRETS = {"current": secret()}
BODY_MAX_BYTES = 1024 * 1024


class Receiver(BaseHTTPRequestHandler):
    timeout = 10  # seconds that a silent sender may hold a thread

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        # isdecimal alone takes digits of every script, int() takes signs: read(-1) never ends.
        if not (length.isascii() and length.isdecimal()):
            return self.answer(411, b"length required\n")
        if len(length) > 9 or int(length) > BODY_MAX_BYTES:
            return self.answer(413, b"too large\n")
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the sender hung up
            return self.answer(400, b"incomplete\n")
        try:
            verified = verify("bitbucket-cloud", SECRETS, self.headers, body)
        except WebhookError as error:
            self.log_error("refused: %s", error.reason)  # the sender learns nothing
            return self.answer(403, b"refused\n")
        event = json.loads(body)  # only now
        self.log_message("%s %s has %d parts", verified.event_key, verified.request_id, len(event))
        return self.answer(202, b"accepted\n")

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if __name__ == "__main__":
    with ThreadingHTTPServer(
        ("127.0.0.1", int(os.environ.get("PORT", "8080"))), Receiver
    ) as server:
        print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
