"""Verify, sign and publish webhooks, without a dependency.

``verify`` proves that a request was signed with one of your secrets, over the raw bytes of its
body. ``sign`` makes the headers of a request. ``basic_matches`` checks basic authentication.
``publish`` hands an event to a Countersign server. A refusal is one exception, ``WebhookError``,
whose ``reason`` is a word for your log; the sender is told nothing but 403.
"""

from ._basic import basic_matches
from ._dialects import DIALECTS, Dialect, generic_hmac
from ._errors import REASONS, WebhookError
from ._publish import Published, PublishError, publish
from ._sign import sign
from ._verify import Verified, verify

__version__ = "0.1.0"

__all__ = [
    "DIALECTS",
    "Dialect",
    "PublishError",
    "Published",
    "REASONS",
    "Verified",
    "WebhookError",
    "basic_matches",
    "generic_hmac",
    "publish",
    "sign",
    "verify",
]
