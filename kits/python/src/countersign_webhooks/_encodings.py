"""Strict decoding, raw bodies and times.

Python's decoders are lenient. ``bytes.fromhex`` skips blanks; ``base64.b64decode`` drops whatever
is no base64, and with ``validate=True`` it still takes stray bits after the last byte, so that one
digest has many spellings; ``str.isdigit`` and ``int`` take digits of every script, and ``int``
takes signs and underscores. Here a pattern of ASCII characters decides first. It is always
``fullmatch``: ``$`` would let a line feed through.
"""

from __future__ import annotations

import base64
import math
import re
import time
from datetime import datetime
from typing import Optional, Union

from ._errors import WebhookError

RawBytes = Union[bytes, bytearray, memoryview]
Time = Union[int, float, datetime]

_HEX = re.compile("[0-9A-Fa-f]*")
_VISIBLE = re.compile("[!-~]{1,255}")
_BASE64_MAX_CHARACTERS = 88  # 64 bytes, a digest of SHA-512


def strict_base64(text: str) -> Optional[bytes]:
    """The bytes of padded standard base64, else None. Only the one canonical text is taken."""
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:  # also binascii.Error and UnicodeEncodeError
        return None
    return decoded if base64.b64encode(decoded).decode("ascii") == text else None


def digest_from(text: str, encoding: str, length: int) -> bytes:
    """The claimed digest of exactly ``length`` bytes."""
    if encoding == "hex":
        if not _HEX.fullmatch(text):
            raise WebhookError("encoding_invalid")
        if len(text) != 2 * length:
            raise WebhookError("length_wrong")
        return bytes.fromhex(text)
    if len(text) > _BASE64_MAX_CHARACTERS:
        raise WebhookError("length_wrong")
    decoded = strict_base64(text)
    if decoded is None:
        raise WebhookError("encoding_invalid")
    if len(decoded) != length:
        raise WebhookError("length_wrong")
    return decoded


def visible(text: object) -> Optional[str]:
    """``text`` where it is 1 to 255 visible ASCII characters."""
    return text if isinstance(text, str) and _VISIBLE.fullmatch(text) else None


def raw(body: object) -> bytes:
    """The bytes of ``body``. Text is refused too: its bytes are a guess, often a wrong one."""
    if isinstance(body, bytes):
        return body
    if isinstance(body, (bytearray, memoryview)):
        return bytes(body)
    raise WebhookError("body_not_raw")


def unix_seconds(now: Optional[Time]) -> int:
    """Whole seconds since 1970, from the clock where ``now`` is None.

    A whole number, because every comparison with a NaN is false and would let any age pass.
    """
    if isinstance(now, datetime):
        if now.tzinfo is None:  # timestamp() would take it as local time
            raise ValueError("now has no time zone: use datetime.now(timezone.utc)")
        now = now.timestamp()
    return math.floor(time.time() if now is None else now)
