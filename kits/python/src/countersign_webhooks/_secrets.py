"""Which bytes are a secret, and which key they stand for.

An empty or blank secret is an error and never skipped: HMAC works with an empty key, and anybody
can compute it. Nothing is trimmed. A secret is shown by no ``repr`` and stands in no message.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

from ._dialects import Dialect
from ._encodings import RawBytes, strict_base64
from ._errors import WebhookError

Secret = Union[str, RawBytes]
Secrets = Union[Secret, Sequence[Secret], Mapping[str, Secret]]
"""One, a list (ids "0", "1", ...), or a map from id; the one activated last at the end."""

_SECRETS_MAX = 4
_BYTES_MAX = 1024
_WHSEC = b"whsec_"
# Unicode's white space but for vertical tab and form feed; str.isspace takes more.
_BLANK = re.compile("[\t\n\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_HEADER_TEXT = re.compile(rb"[!-~]([ -~]*[!-~])?")


class Key:
    """A secret that can be used. Without a ``repr`` of its own, so that none shows the bytes."""

    __slots__ = ("id", "is_whsec", "_bytes")

    def __init__(self, id: str, secret: bytes, rules: Dialect) -> None:
        self.id = id
        self.is_whsec = rules.whsec == "always" or (
            rules.whsec == "by_prefix" and secret.startswith(_WHSEC)
        )
        self._bytes = _whsec_key(secret) if self.is_whsec else secret
        if rules.encoding == "token" and not self.is_whsec and not _HEADER_TEXT.fullmatch(secret):
            raise WebhookError("secret_not_header_text")

    def mac(self, algorithm: str, *parts: bytes) -> bytes:
        """The HMAC of the parts, one after the other."""
        mac = hmac.new(self._bytes, digestmod=algorithm)
        for part in parts:
            mac.update(part)
        return mac.digest()

    def token(self) -> str:
        """The secret as a header shows it."""
        return self._bytes.decode("ascii")

    def token_digest(self) -> bytes:
        """By which a token is compared, so that the time shows neither its bytes nor its length."""
        return hashlib.sha256(self._bytes).digest()


def active_keys(rules: Dialect, secrets: Optional[Secrets]) -> list[Key]:
    """The keys of 1 to 4 secrets, in their order."""
    named: list[Any]
    if secrets is None:  # what os.environ.get gives for a variable that is not set
        named = []
    elif isinstance(secrets, (str, bytes, bytearray, memoryview)):
        named = [("0", secrets)]
    elif isinstance(secrets, Mapping):
        named = list(secrets.items())
    elif isinstance(secrets, Sequence):
        named = [(str(position), secret) for position, secret in enumerate(secrets)]
    else:
        raise TypeError("secrets must be one secret, a list of them, or a map from id to secret")
    if not named:
        raise WebhookError("no_secret")
    if len(named) > _SECRETS_MAX:
        raise WebhookError("too_many_secrets")
    return [Key(id, _checked(secret), rules) for id, secret in named]


def _checked(secret: object) -> bytes:
    exact = _exact(secret)
    if not exact:
        raise WebhookError("secret_empty")
    if len(exact) > _BYTES_MAX:
        raise WebhookError("secret_too_long")
    # A byte that is not UTF-8 becomes a character that is not blank.
    if _BLANK.fullmatch(exact.decode("utf-8", "surrogateescape")):
        raise WebhookError("secret_blank")
    return exact


def _exact(secret: object) -> bytes:
    if secret is None:
        return b""
    if isinstance(secret, str):
        try:
            # os.environ gives the bytes that are not UTF-8 as surrogates; this restores them.
            return secret.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            # From None, as that error carries the text.
            raise ValueError("a secret has a lone surrogate: pass its bytes") from None
    if isinstance(secret, (bytes, bytearray, memoryview)):
        return bytes(secret)
    raise TypeError("a secret must be str or bytes")


def _whsec_key(secret: bytes) -> bytes:
    if not secret.startswith(_WHSEC):
        raise WebhookError("secret_not_whsec")
    encoded = secret[len(_WHSEC) :]
    if len(encoded) > 88:  # the base64 of 64 bytes
        raise WebhookError("secret_length")
    key = strict_base64(encoded.decode("latin-1"))
    if key is None:
        raise WebhookError("secret_encoding")
    if not 24 <= len(key) <= 64:
        raise WebhookError("secret_length")
    return key
