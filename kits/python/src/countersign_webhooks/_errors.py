"""The one error of verifying and signing.

A message never holds a secret, a digest or anything else of the request: refusals are logged, and a
log that shows the expected digest signs for whoever reads it.
"""

from __future__ import annotations


REASONS: dict[str, str] = {
    # The request's fault. Answer each with the same 403 and the same body.
    "signature_missing": "the dialect's signature header is absent",
    "signature_repeated": "the dialect's signature header stands more than once",
    "label_unknown": "the signature does not begin with the dialect's label",
    "encoding_invalid": "the signature has a character that does not belong, or wrong padding",
    "length_wrong": "the signature is not as long as the algorithm's digest",
    "too_many_signatures": "webhook-signature has over 16 items",
    "id_missing": "the signed id is absent",
    "id_repeated": "the signed id stands more than once",
    "id_invalid": "the id is not 1 to 255 visible ASCII characters, or has a dot but is signed",
    "timestamp_missing": "the signed time is absent",
    "timestamp_repeated": "the signed time stands more than once",
    "timestamp_invalid": "the time is not a whole number of seconds since 1970",
    "mismatch": "no active secret made this signature for these bytes",
    "timestamp_too_old": "it was signed over 300 seconds ago",
    "timestamp_too_new": "it was signed over 300 seconds in the future",
    # The receiver's own fault.
    "dialect_unknown": "no dialect has this name; see DIALECTS, or make one with generic_hmac(...)",
    "no_secret": "no secret was given, and without one nothing can be verified or signed",
    "too_many_secrets": "at most 4 secrets can be active at once",
    "secret_empty": "a secret is empty, and anybody could sign with that",
    "secret_blank": "a secret is nothing but white space",
    "secret_too_long": "a secret has over 1024 bytes",
    "secret_not_whsec": "a secret of standard-webhooks begins with whsec_",
    "secret_encoding": "what follows whsec_ is not strict base64",
    "secret_length": "the key in a whsec_ secret has fewer than 24 or more than 64 bytes",
    "secret_not_header_text": "a GitLab token has something else than printable ASCII, "
    "or a space at an end",
    "body_not_raw": "the body must be the bytes that were signed, before anything parsed or "
    "decoded them. Flask: request.get_data(); FastAPI, Starlette: await request.body(); "
    "Django: request.body; http.server: self.rfile.read(length); AWS Lambda: "
    "base64.b64decode(event['body']) if event['isBase64Encoded'], else event['body'].encode(). "
    "To sign or publish: serialise once, json.dumps(value).encode(), and send those bytes",
}


class WebhookError(Exception):
    """A request that is not genuine, or a secret, dialect or body that cannot be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """One of REASONS: a word for the log and for metrics."""

    def __str__(self) -> str:
        return f"{self.reason}: {REASONS[self.reason]}"
