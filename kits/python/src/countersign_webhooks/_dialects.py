"""The dialects: how each system shows origin. A dialect is told and never guessed.

A guess would let the sender choose: ``X-Hub-Signature`` is SHA-256 at Bitbucket, SHA-1 at GitHub.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Optional, Union

from ._errors import WebhookError

_TOKEN = re.compile("[0-9A-Za-z!#$%&'*+.^_`|~-]{1,255}")  # a header's name, RFC 9110, 5.6.2
_PREFIX = re.compile("([!-~][ -~]{0,63})?")

SIGNATURES_HEADER = "webhook-signature"
ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"


@dataclass(frozen=True)
class Dialect:
    """What ``verify`` and ``sign`` need to know. Made by ``generic_hmac``, or named in DIALECTS."""

    signature: str
    event_key: Optional[str]
    request_ids: tuple[str, ...]
    """``webhook-id`` is none of these: where ``whsec`` is not "never", it is read before them."""
    label: str = ""
    encoding: str = "hex"
    algorithm: str = "sha256"
    attempt: Optional[str] = None
    hook_id: Optional[str] = None
    whsec: Literal["never", "by_prefix", "always"] = "never"
    """Which secrets are keys of Standard Webhooks, which sign an id and a time with the body."""


_DIALECTS: dict[str, Dialect] = {
    "bitbucket-cloud": Dialect(
        "X-Hub-Signature",
        "X-Event-Key",
        ("X-Request-UUID",),
        label="sha256=",
        attempt="X-Attempt-Number",
        hook_id="X-Hook-UUID",
    ),
    "bitbucket-data-center": Dialect(
        "X-Hub-Signature", "X-Event-Key", ("X-Request-Id",), label="sha256="
    ),
    "github": Dialect(
        "X-Hub-Signature-256",
        "X-GitHub-Event",
        ("X-GitHub-Delivery",),
        label="sha256=",
        hook_id="X-GitHub-Hook-ID",
    ),
    "gitlab": Dialect(
        "X-Gitlab-Token",
        "X-Gitlab-Event",
        ("Idempotency-Key", "X-Gitlab-Event-UUID"),
        encoding="token",
        hook_id="X-Gitlab-Webhook-UUID",
        whsec="by_prefix",
    ),
    "gitea": Dialect("X-Gitea-Signature", "X-Gitea-Event", ("X-Gitea-Delivery",)),
    "standard-webhooks": Dialect(SIGNATURES_HEADER, "X-Event-Key", (), whsec="always"),
}

DIALECTS: tuple[str, ...] = tuple(_DIALECTS)
"""The names that ``verify`` and ``sign`` take."""


def generic_hmac(
    header: str,
    prefix: str = "",
    encoding: Literal["hex", "base64"] = "hex",
    algorithm: Literal["sha256", "sha512"] = "sha256",
    event_key_header: Optional[str] = None,
    request_id_header: Optional[str] = None,
) -> Dialect:
    """An HMAC over the body in ``header``, after ``prefix``. ValueError for what cannot be."""
    if encoding not in ("hex", "base64") or algorithm not in ("sha256", "sha512"):
        raise ValueError("the encoding is hex or base64, the algorithm sha256 or sha512")
    names = [name for name in (header, event_key_header, request_id_header) if name is not None]
    if not all(_TOKEN.fullmatch(name) for name in names):
        raise ValueError("a header's name is 1 to 255 characters of RFC 9110's tokens")
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("a prefix is up to 64 characters of printable ASCII, the first no space")
    lower = [name.lower() for name in names]
    if event_key_header is not None and event_key_header.lower() == "x-event-key":
        event_key_header = "X-Event-Key"  # it is sent in every dialect, and once
        lower.remove("x-event-key")
    if len({*lower, "x-event-key", "x-attempt-number"}) != len(lower) + 2:
        raise ValueError("two headers would have one name")
    request_ids = (request_id_header,) if request_id_header is not None else ()
    return Dialect(header, event_key_header, request_ids, prefix, encoding, algorithm)


def rules_of(dialect: Union[str, Dialect]) -> Dialect:
    """The rules of a name, or of what ``generic_hmac`` made."""
    if isinstance(dialect, Dialect):
        return dialect
    if isinstance(dialect, str) and dialect in _DIALECTS:
        return _DIALECTS[dialect]
    raise WebhookError("dialect_unknown")
