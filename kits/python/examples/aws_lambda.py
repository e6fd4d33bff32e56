"""A receiver as an AWS Lambda function behind API Gateway (both formats), a function URL or a
load balancer. The handler is `aws_lambda.handler`."""

import base64
import json
import logging

from countersign_webhooks import WebhookError, verify
from secret_source import secret

SECRETS = {"current": secret()}

log = logging.getLogger()


def handler(event, context):
    try:
        body = raw_body(event)
        # Format 1.0 keeps one value of each name in `headers`, and all of them in this map.
        headers = event.get("multiValueHeaders") or event.get("headers") or {}
        verified = verify("bitbucket-cloud", SECRETS, headers, body)
    except (WebhookError, ValueError) as error:
        log.warning("refused: %s", getattr(error, "reason", "body"))  # the sender learns nothing
        return {"statusCode": 403, "body": "refused\n"}
    push = json.loads(body)  # only now
    log.info("%s %s has %d parts", verified.event_key, verified.request_id, len(push))
    return {"statusCode": 202, "body": json.dumps({"request_id": verified.request_id})}


def raw_body(event):
    """The bytes that came: AWS hands over text, which is base64 where it says so."""
    text = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return base64.b64decode(text, validate=True)
    return text.encode("utf-8")
