"""Verifying: whether a request was signed with one of the active secrets.

The order of the checks: the dialect's own signature header exactly once, the exact label, strict
decoding to the digest's length, the id and the time where they are signed; then the comparison;
then the age. It is all over raw bytes, and nothing of the body is parsed before it is proven
genuine.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any, Optional, Union

from ._dialects import ID_HEADER, SIGNATURES_HEADER, TIMESTAMP_HEADER, Dialect, rules_of
from ._encodings import RawBytes, Time, digest_from, raw, unix_seconds, visible
from ._errors import WebhookError
from ._headers import Headers, Received
from ._secrets import Key, Secrets, active_keys

_TOLERANCE_S = 300
_SIGNATURES_MAX = 16
_LABEL = "v1,"
_TIMESTAMP = re.compile("[0-9]{1,19}")
_DIGITS = re.compile("[0-9]+")
_GITLAB_WORDS = re.compile("[A-Za-z]+( [A-Za-z]+)+")
EVENT_KEY = re.compile("[A-Za-z0-9_.:/-]{1,128}")


@dataclass(frozen=True)
class Verified:
    """What a genuine request says of itself.

    Only the body is signed, and ``request_id`` where ``webhook-id`` carries it: who has one genuine
    request can send it again under another event key or id.
    """

    event_key: Optional[str]
    request_id: Optional[str]
    attempt: Optional[int]
    secret_id: str
    """Which secret fitted, the first of several: when it is no longer the old one, remove that."""


def verify(
    dialect: Union[str, Dialect],
    secrets: Secrets,
    headers: Headers,
    body: RawBytes,
    now: Optional[Time] = None,
) -> Verified:
    """Proves that ``body``, the raw bytes, was signed with one of ``secrets``.

    ``now`` is a time in seconds since 1970, or a datetime with a zone; the clock where it is None.
    Raises WebhookError for every refusal, with the reason for the log and not for the sender.
    """
    rules = rules_of(dialect)
    keys = active_keys(rules, secrets)
    message = raw(body)
    at = unix_seconds(now)
    received = Received(headers)

    whsec = [key for key in keys if key.is_whsec]
    signed_at = at
    if whsec and (len(whsec) == len(keys) or received.stands(SIGNATURES_HEADER)):
        keys = whsec
        signature = received.once(SIGNATURES_HEADER, "signature_missing", "signature_repeated")
        claims = _claims_of_list(signature)
        signed_id, timestamp = _signed_id(received), _signed_timestamp(received)
        signed_at = int(timestamp)
        prefix = f"{signed_id}.{timestamp}.".encode("ascii")
        expected = [key.mac("sha256", prefix, message) for key in keys]
    else:
        keys = [key for key in keys if not key.is_whsec]
        signature = received.once(rules.signature, "signature_missing", "signature_repeated")
        claims = [_claim(rules, signature)]
        expected = [_expected(rules, key, message) for key in keys]

    found = _first_fitting(keys, expected, claims)
    if found is None:
        raise WebhookError("mismatch")
    if at - signed_at > _TOLERANCE_S:
        raise WebhookError("timestamp_too_old")
    if signed_at - at > _TOLERANCE_S:
        raise WebhookError("timestamp_too_new")
    return Verified(
        event_key=_event_key(rules, received, message),
        request_id=_request_id(rules, received),
        attempt=_attempt(received.tolerant(rules.attempt)),
        secret_id=found.id,
    )


def _claim(rules: Dialect, signature: str) -> bytes:
    if rules.encoding == "token":
        # Compared as a digest: compare_digest raises for text that is not ASCII, and shows lengths.
        return hashlib.sha256(signature.encode("utf-8", "surrogatepass")).digest()
    if not signature.startswith(rules.label):
        raise WebhookError("label_unknown")
    length = hashlib.new(rules.algorithm).digest_size
    return digest_from(signature[len(rules.label) :], rules.encoding, length)


def _claims_of_list(signature: str) -> list[bytes]:
    """The digests of a list. A malformed item is the reason only where no item is well formed."""
    items = signature.split(" ")
    if len(items) > _SIGNATURES_MAX:
        raise WebhookError("too_many_signatures")
    claims: list[bytes] = []
    malformed: Optional[WebhookError] = None
    for item in items:
        if item.startswith(_LABEL):
            try:
                claims.append(digest_from(item[len(_LABEL) :], "base64", 32))
            except WebhookError as error:
                malformed = malformed or error
    if claims:
        return claims
    raise malformed or WebhookError("label_unknown")


def _signed_id(received: Received) -> str:
    signed_id = visible(received.once(ID_HEADER, "id_missing", "id_repeated"))
    if signed_id is None or "." in signed_id:  # the dot is what separates the signed parts
        raise WebhookError("id_invalid")
    return signed_id


def _signed_timestamp(received: Received) -> str:
    timestamp = received.once(TIMESTAMP_HEADER, "timestamp_missing", "timestamp_repeated")
    if not _TIMESTAMP.fullmatch(timestamp) or int(timestamp) >= 2**63:
        raise WebhookError("timestamp_invalid")
    return timestamp


def _expected(rules: Dialect, key: Key, message: bytes) -> bytes:
    return key.token_digest() if rules.encoding == "token" else key.mac(rules.algorithm, message)


def _first_fitting(keys: list[Key], expected: list[bytes], claims: list[bytes]) -> Optional[Key]:
    """Compares each with each in constant time, to the end: the time shows neither how much of a
    digest is right nor how many secrets there are before the one that fits."""
    found: Optional[Key] = None
    for key, digest in zip(keys, expected):
        for claim in claims:
            fits = hmac.compare_digest(digest, claim)
            found = key if fits and found is None else found
    return found


def _event_key(rules: Dialect, received: Received, message: bytes) -> Optional[str]:
    value = received.tolerant(rules.event_key)
    if value and rules.encoding == "token" and _GITLAB_WORDS.fullmatch(value):
        value = value.lower().replace(" ", "_")
    if value and EVENT_KEY.fullmatch(value):
        return value
    return _type_of(message) if rules.whsec == "always" else None


def _type_of(message: bytes) -> Optional[str]:
    """The first string ``type`` at the top of a JSON object, at ``standard-webhooks``.

    Numbers are not read: a long one costs quadratic time in older Pythons, raises in newer ones.
    """

    def unread(_: str) -> Any:
        return None

    try:
        top = json.loads(
            message.decode("utf-8", "surrogateescape"),
            object_pairs_hook=tuple,  # an array is a list
            parse_int=unread,
            parse_float=unread,
            parse_constant=unread,
        )
    except (ValueError, RecursionError):
        return None
    members: tuple[tuple[str, Any], ...] = top if isinstance(top, tuple) else ()
    value = next((value for name, value in members if name == "type"), None)
    return value if isinstance(value, str) and EVENT_KEY.fullmatch(value) else None


def _request_id(rules: Dialect, received: Received) -> Optional[str]:
    # First the id that a signature can cover: a replay cannot change it.
    first = () if rules.whsec == "never" else (ID_HEADER,)
    ids = (received.visible(name) for name in first + rules.request_ids)
    return next((id for id in ids if id is not None), None)


def _attempt(value: Optional[str]) -> Optional[int]:
    if value is None or not _DIGITS.fullmatch(value):
        return None
    attempt = int(value)
    return attempt if attempt < 2**32 else None
