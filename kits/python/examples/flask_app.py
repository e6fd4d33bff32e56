"""A receiver with Flask: python flask_app.py"""

import json
import os

from flask import Flask, Response, jsonify, request

from countersign_webhooks import WebhookError, verify
from secret_source import secret

SECRETS = {"current": secret()}

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024  # 413 over it: who sends has proven nothing yet


@app.errorhandler(WebhookError)
def refused(error: WebhookError):
    app.logger.warning("refused: %s", error.reason)  # for the operator; the sender learns nothing
    return Response("refused\n", 403, content_type="text/plain")


@app.post("/webhook")
def webhook():
    body = request.get_data()  # before request.form or request.json, and in place of them
    verified = verify("bitbucket-cloud", SECRETS, request.headers, body)
    event = json.loads(body)  # only now
    app.logger.info("%s %s has %d parts", verified.event_key, verified.request_id, len(event))
    return jsonify(request_id=verified.request_id), 202


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8080")))
