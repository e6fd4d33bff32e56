"""Publishing an event to a Countersign server.

The token goes to the given server and nowhere else: redirects are not followed, and proxies that
the environment names are not used. It stands in no error, even where the server repeats it.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
import urllib.request
from dataclasses import dataclass
from typing import Any, Optional
from urllib.parse import quote, urlencode, urlsplit

from ._encodings import RawBytes, raw

_ANSWER_MAX_BYTES = 1024 * 1024
_TOKEN = re.compile("[!-~]{1,1024}")
_CONTENT_TYPE = re.compile("[!-~]([ -~]{0,253}[!-~])?")


@dataclass(frozen=True)
class Published:
    """The event that the server has on its disk."""

    id: str
    deliveries: int
    duplicate: bool
    """The same request id had come before in the scope; ``id`` is the first event's."""


class PublishError(Exception):
    """The event was not taken; or, where ``status`` is None, nobody knows.

    ``code`` is the server's stable word for the problem and ``errors`` what is wrong with fields,
    where it said so. After a lost answer the same ``request_id`` can be published again safely.
    """

    def __init__(
        self,
        status: Optional[int],
        code: Optional[str],
        detail: Optional[str],
        errors: Optional[list[Any]] = None,
    ) -> None:
        super().__init__(status, code, detail, errors)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors: list[Any] = errors or []

    def __str__(self) -> str:
        parts = [str(part) for part in (self.status, self.code, self.detail) if part is not None]
        fields = [error for error in self.errors if isinstance(error, dict)]
        parts += [f"{error.get('pointer')}: {error.get('message')}" for error in fields]
        return "not published: " + ", ".join(parts)


def publish(
    server_url: str,
    token: str,
    body: RawBytes,
    *,
    key: str,
    scope: str,
    request_id: Optional[str] = None,
    content_type: str = "application/json",
    timeout_s: float = 10.0,
    proxy: Optional[str] = None,
    tls: Optional[ssl.SSLContext] = None,
) -> Published:
    """Publishes ``body``, the raw bytes, as an event. It is on the server's disk when this returns.

    ``server_url`` is the address of the API, with a path before ``/api/v1`` if it has one.
    ``timeout_s`` bounds connecting and each wait for the server. Raises PublishError; WebhookError
    for a body that is not bytes; ValueError for an address, token or type that cannot be sent.
    """
    message = raw(body)
    # http.client refuses a line ending too, but with the value in its error.
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise ValueError(
            "the token is not visible ASCII: does it end with a line feed from its file?"
        )
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise ValueError("the content type is not 1 to 255 printable ASCII characters")
    query = {"key": key, "scope": scope}
    if request_id is not None:
        query["request_id"] = request_id
    request = urllib.request.Request(
        f"{_base(server_url)}/api/v1/events?{urlencode(query, quote_via=quote, safe='')}",
        data=message,
        method="POST",
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": content_type,
            "Accept": "application/json",
            "User-Agent": "countersign-webhooks",
        },
    )
    status, answer = _exchange(_opener(proxy, tls), request, timeout_s)
    return _read(status, answer.replace(token.encode("ascii"), b"[redacted]"))


def _base(server_url: str) -> str:
    parts = urlsplit(server_url)
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise ValueError("the server's address is http:// or https://, a host and at most a path")
    return server_url.rstrip("/")


def _opener(proxy: Optional[str], tls: Optional[ssl.SSLContext]) -> urllib.request.OpenerDirector:
    """By hand, as build_opener adds redirects, the environment's proxies, file: and ftp:."""
    opener = urllib.request.OpenerDirector()
    opener.add_handler(urllib.request.HTTPHandler())
    opener.add_handler(urllib.request.HTTPSHandler(context=tls))
    if proxy is not None:
        opener.add_handler(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
    return opener


def _exchange(
    opener: urllib.request.OpenerDirector, request: urllib.request.Request, timeout_s: float
) -> tuple[int, bytes]:
    try:
        with opener.open(request, timeout=timeout_s) as response:
            return response.status, response.read(_ANSWER_MAX_BYTES)
    except OSError as error:  # also URLError and a timeout
        raise PublishError(None, None, f"no answer: {getattr(error, 'reason', error)}") from None
    except http.client.HTTPException as error:
        raise PublishError(None, None, f"no answer in HTTP: {type(error).__name__}") from None


def _read(status: int, answer: bytes) -> Published:
    try:
        value = json.loads(answer.decode("utf-8"))
    except (ValueError, RecursionError):
        value = None
    fields = value if isinstance(value, dict) else {}
    if status in (200, 202):
        id, deliveries = fields.get("id"), fields.get("deliveries")
        if isinstance(id, str) and isinstance(deliveries, int):
            return Published(id=id, deliveries=deliveries, duplicate=status == 200)
        raise PublishError(status, None, "the answer is not one of a Countersign server")
    code, detail, errors = fields.get("code"), fields.get("detail"), fields.get("errors")
    raise PublishError(
        status,
        code if isinstance(code, str) else None,
        detail if isinstance(detail, str) else None,
        errors if isinstance(errors, list) else None,
    )
