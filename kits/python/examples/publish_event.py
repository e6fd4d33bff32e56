"""Publishes a JSON value from standard input: publish_event.py KEY SCOPE REQUEST_ID

COUNTERSIGN_SERVER is the address of the API, COUNTERSIGN_TOKEN_FILE the file with a token."""

import os
import sys
from pathlib import Path

from countersign_webhooks import PublishError, publish


def main(key, scope, request_id):
    token = Path(os.environ["COUNTERSIGN_TOKEN_FILE"]).read_text("ascii").rstrip("\r\n")
    server = os.environ.get("COUNTERSIGN_SERVER", "http://127.0.0.1:8491")
    try:
        published = publish(
            server, token, sys.stdin.buffer.read(), key=key, scope=scope, request_id=request_id
        )
    except PublishError as error:
        raise SystemExit(str(error)) from None
    print(
        published.id, "duplicate" if published.duplicate else f"{published.deliveries} deliveries"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
