"""Signing: the headers that a request in a dialect carries.

Every value is checked before it becomes a header: a line ending in one would add headers.
"""

from __future__ import annotations

import base64
import re
from typing import Optional, Union

from ._dialects import ID_HEADER, SIGNATURES_HEADER, TIMESTAMP_HEADER, Dialect, rules_of
from ._encodings import RawBytes, Time, raw, unix_seconds, visible
from ._errors import WebhookError
from ._secrets import Secrets, active_keys
from ._verify import EVENT_KEY

_GITLAB_HOOK = re.compile("[a-z]+(_[a-z]+)*_hook")


def sign(
    dialect: Union[str, Dialect],
    secrets: Secrets,
    body: RawBytes,
    *,
    event_key: str,
    request_id: str,
    attempt: int = 1,
    hook_id: Optional[str] = None,
    now: Optional[Time] = None,
) -> dict[str, str]:
    """All headers of the dialect for ``body``, the exact bytes that will be sent. No name twice.

    A dialect with one signature signs with the last secret, one with a list with each of them.
    ``request_id`` stays the same over all attempts. ``Content-Type`` is yours to add. Raises
    WebhookError, and ValueError for an event key, attempt or hook id that cannot be sent.
    """
    rules = rules_of(dialect)
    keys = active_keys(rules, secrets)
    message = raw(body)
    whsec = [key for key in keys if key.is_whsec]
    plain = [key for key in keys if not key.is_whsec]
    if visible(request_id) is None or (whsec and "." in request_id):
        raise WebhookError("id_invalid")
    if not isinstance(event_key, str) or not EVENT_KEY.fullmatch(event_key):
        raise ValueError("an event key is 1 to 128 of A-Za-z0-9_.:/-")
    if type(attempt) is not int or not 0 <= attempt < 2**32:
        raise ValueError("an attempt is a whole number up to 4294967295")
    if hook_id is not None and visible(hook_id) is None:
        raise ValueError("a hook id is 1 to 255 visible ASCII characters")

    headers = {"X-Event-Key": event_key}
    if rules.event_key is not None:
        is_gitlab_hook = rules.encoding == "token" and _GITLAB_HOOK.fullmatch(event_key)
        headers[rules.event_key] = (
            event_key.replace("_", " ").title() if is_gitlab_hook else event_key
        )
    headers.update((name, request_id) for name in rules.request_ids)
    if hook_id is not None and rules.hook_id is not None:
        headers[rules.hook_id] = hook_id
    headers["X-Attempt-Number"] = str(attempt)
    if plain:
        headers[rules.signature] = (
            plain[-1].token()
            if rules.encoding == "token"
            else rules.label + _written(plain[-1].mac(rules.algorithm, message), rules.encoding)
        )
    if whsec:
        seconds = unix_seconds(now)
        if not 0 <= seconds < 2**63:
            raise WebhookError("timestamp_invalid")
        headers[ID_HEADER] = request_id
        headers[TIMESTAMP_HEADER] = str(seconds)
        prefix = f"{request_id}.{seconds}.".encode("ascii")
        macs = (key.mac("sha256", prefix, message) for key in reversed(whsec))
        headers[SIGNATURES_HEADER] = " ".join(f"v1,{_written(mac, 'base64')}" for mac in macs)
    return headers


def _written(digest: bytes, encoding: str) -> str:
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode("ascii")
