"""Received headers, from whatever a framework has.

Repeated headers are kept apart where the framework keeps them, since a second signature header is a
reason to refuse. WSGI (Flask, Django) joins repeated headers with commas: such a value is refused
too, because a comma belongs to no signature. Never use ``dict(headers)``, which keeps one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional, Protocol, Union

from ._encodings import visible
from ._errors import WebhookError


class HasItems(Protocol):
    """A map, or a map that can hold a name twice, as frameworks have."""

    def items(self) -> Iterable[tuple[Any, Any]]: ...


Headers = Union[HasItems, Iterable[tuple[Any, Any]]]
"""Name to value, name to list of values, or pairs. Each is str, or bytes as in ASGI."""


class Received:
    """The values of each name, in the order received, without the blanks around them."""

    def __init__(self, headers: Headers) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in _pairs(headers):
            key = _text(name)
            # lower() makes a k of the Kelvin sign, for one: names are ASCII or nothing.
            if not key.isascii() or value is None:
                continue
            several = value if isinstance(value, (list, tuple)) else (value,)
            # Only spaces and tabs: strip() without them takes Unicode's white space as well.
            values = [_text(one).strip(" \t") for one in several]
            self._values.setdefault(key.lower(), []).extend(values)

    def stands(self, name: str) -> bool:
        """Whether there is one or more."""
        return bool(self._values.get(name.lower()))

    def once(self, name: str, missing: str, repeated: str) -> str:
        """The value of a header that must stand exactly once."""
        values = self._values.get(name.lower(), [])
        if len(values) == 1:
            return values[0]
        raise WebhookError(repeated if values else missing)

    def tolerant(self, name: Optional[str]) -> Optional[str]:
        """The value where it stands once, in at most 255 characters; else None."""
        values = self._values.get(name.lower(), []) if name else []
        return values[0] if len(values) == 1 and len(values[0]) <= 255 else None

    def visible(self, name: Optional[str]) -> Optional[str]:
        """As ``tolerant``, and only visible ASCII."""
        return visible(self.tolerant(name))


def _pairs(headers: Headers) -> Iterable[tuple[Any, Any]]:
    if isinstance(headers, (str, bytes)):
        raise TypeError("headers must be a map or pairs")
    for method in ("multi_items", "items"):  # httpx joins with commas in items()
        if hasattr(headers, method):
            pairs: Iterable[tuple[Any, Any]] = getattr(headers, method)()
            return pairs
    return headers  # type: ignore[return-value]


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")  # each byte a character, so nothing is lost or merged
    raise TypeError("a header's name and value must be str or bytes")
