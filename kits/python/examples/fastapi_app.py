"""A receiver with FastAPI; with Starlette alone it is the same Request. python fastapi_app.py"""

import json
import logging
import os

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from countersign_webhooks import WebhookError, verify
from secret_source import secret

SECRETS = {"current": secret()}
BODY_MAX_BYTES = 1024 * 1024

log = logging.getLogger("uvicorn.error")
app = FastAPI()


@app.exception_handler(WebhookError)
async def refused(_: Request, error: WebhookError):
    log.warning("refused: %s", error.reason)  # for the operator; the sender learns nothing
    return PlainTextResponse("refused\n", 403)


@app.post("/webhook", status_code=202)
async def webhook(request: Request):  # no parameter with a model: that would parse the body first
    body = bytearray()
    async for chunk in request.stream():  # request.body() does the same without a bound
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            return PlainTextResponse("too large\n", 413)
    verified = verify("bitbucket-cloud", SECRETS, request.headers, body)
    event = json.loads(body)  # only now
    log.info("%s %s has %d parts", verified.event_key, verified.request_id, len(event))
    return JSONResponse({"request_id": verified.request_id}, 202)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8080")))
