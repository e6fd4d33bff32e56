"""Where the examples have their secret from: a file, or the environment. Never a command line."""

import os


def secret() -> bytes:
    """What the file COUNTERSIGN_SECRET_FILE holds, or the variable COUNTERSIGN_SECRET.

    Ends the program where that is nothing: with an empty secret anybody could sign.
    """
    path = os.environ.get("COUNTERSIGN_SECRET_FILE")
    value = from_file(path) if path else os.fsencode(os.environ.get("COUNTERSIGN_SECRET", ""))
    if not value.strip():
        raise SystemExit("set COUNTERSIGN_SECRET_FILE or COUNTERSIGN_SECRET to a secret")
    return value


def from_file(path: str) -> bytes:
    """The bytes without one final line ending, which editors add. All else is the secret's."""
    with open(path, "rb") as file:
        value = file.read(4096)
    if value.endswith(b"\n"):
        value = value[:-1]
        if value.endswith(b"\r"):
            value = value[:-1]
    return value
