"""Basic authentication (RFC 7617), which Bitbucket Data Center can send besides a signature."""

from __future__ import annotations

import hashlib
import hmac
import re

from ._encodings import strict_base64
from ._errors import WebhookError
from ._headers import Headers, Received

# With ASCII, as the long s of Unicode is an s without case.
_VALUE = re.compile("basic +([^ ]*)", re.IGNORECASE | re.ASCII)


def basic_matches(username: str, password: str, headers: Headers) -> bool:
    """Whether exactly one Authorization header stands and carries this user name and password.

    The scheme is taken in either case with one or more spaces after it, the pair in strict base64.
    A pair that cannot be is never matched: both empty, as a variable that is not set would have it,
    or a colon in the user name, after which "a:b" with "c" would be "a" with "b:c".
    """
    if ":" in username or not (username or password):
        return False
    try:
        value = Received(headers).once("Authorization", "signature_missing", "signature_repeated")
    except WebhookError:
        return False
    claim = _VALUE.fullmatch(value)
    pair = strict_base64(claim.group(1)) if claim else None
    if pair is None:
        return False
    # Through a hash of both sides: compare_digest by itself shows whether the lengths differ.
    expected = hashlib.sha256(f"{username}:{password}".encode("utf-8", "surrogateescape")).digest()
    return hmac.compare_digest(expected, hashlib.sha256(pair).digest())
