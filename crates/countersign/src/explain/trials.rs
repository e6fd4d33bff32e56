//! Finding the likely causes of a refusal.
//!
//! Each is found by a trial that a person would make: another header, another spelling, another end
//! of the secret or the body. The trials of a mismatch use the verifier itself.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use super::rewriting::{self, Json};
use super::{Cause, Explainer};
use crate::dialect::{Dialect, Form};
use crate::headers::{Headers, Occurrence, occurrence};
use crate::mac::Encoding;
use crate::secret::Secret;
use crate::verify::{UnixSeconds, Verification, Verifier, VerifyError};

/// Signature headers of known systems, to point out when one stands in place of the dialect's own.
const SIGNATURE_HEADERS: &[&str] = &[
    "X-Hub-Signature",
    "X-Hub-Signature-256",
    "X-Gitea-Signature",
    "X-Gitlab-Token",
    "webhook-signature",
    "svix-signature",
];

/// Labels of known systems, to point out one where the dialect has none.
const LABELS: &[&str] = &["sha256=", "sha512=", "v1,"];

/// A longer body is not tried in other writings: webhooks are shorter, and each try hashes it.
const REWRITTEN_MAX_BYTES: usize = 1024 * 1024;

/// The likely causes, the likeliest first.
pub(super) fn causes<H: Headers + ?Sized>(
    facts: &Explainer<'_>,
    error: VerifyError,
    headers: &H,
    body: &[u8],
) -> Vec<Cause> {
    let mut causes = match error {
        VerifyError::SignatureMissing => of_missing(facts.dialect, headers),
        VerifyError::SignatureRepeated => [Cause::HeaderRepeated].into(),
        VerifyError::LabelUnknown | VerifyError::EncodingInvalid | VerifyError::LengthWrong => {
            of_form(facts.dialect.form(), error, headers)
        }
        VerifyError::Mismatch => return Trials { facts, headers, body }.run(),
        VerifyError::TimestampTooOld | VerifyError::TimestampTooNew => {
            return [Cause::ClockOrReplay].into();
        }
        _ => Vec::new(),
    };
    causes.extend(Trials { facts, headers, body }.other_dialect());
    causes
}

fn of_missing<H: Headers + ?Sized>(dialect: &Dialect, headers: &H) -> Vec<Cause> {
    let own = |name: &str| dialect.signature_headers().any(|own| own.eq_ignore_ascii_case(name));
    let mut causes: Vec<Cause> = SIGNATURE_HEADERS
        .iter()
        .filter(|name| occurrence(headers, name) != Occurrence::Missing)
        .map(|header| match own(header) {
            true => Cause::HeaderWithoutSecret { header },
            false => Cause::OtherSignatureHeader { header },
        })
        .collect();
    let ping = occurrence(headers, "X-Event-Key") == Occurrence::Once(b"diagnostics:ping");
    if causes.is_empty() {
        causes.push(if ping { Cause::UnsignedPing } else { Cause::Unsigned });
    }
    causes
}

/// The signature is not written as the dialect writes it.
fn of_form<H: Headers + ?Sized>(form: Form<'_>, error: VerifyError, headers: &H) -> Vec<Cause> {
    let Occurrence::Once(value) = occurrence(headers, form.header) else {
        return Vec::new();
    };
    let after = |label: &str| {
        let (start, rest) = value.split_at_checked(label.len())?;
        start.eq_ignore_ascii_case(label.as_bytes()).then_some(rest)
    };
    let digest = after(form.label).unwrap_or(value);
    let unlabelled = digest.len() == value.len();
    let is = |encoding: Encoding| encoding.read(digest, form.algorithm).is_ok();
    let digest_alone = is(Encoding::Hex) || is(Encoding::Base64);
    let (hex, base64) = (form.encoding == Encoding::Hex, form.encoding == Encoding::Base64);
    let label_of_another = LABELS.iter().any(|label| after(label).is_some());
    let cause = match error {
        VerifyError::LengthWrong if digest.is_empty() => Cause::DigestEmpty,
        _ if unlabelled && after("sha1=").is_some() => Cause::Sha1,
        _ if form.label.is_empty() && label_of_another => Cause::LabelUnexpected,
        VerifyError::LengthWrong if base64 && is(Encoding::Hex) => Cause::HexInsteadOfBase64,
        VerifyError::LengthWrong => Cause::DigestLength,
        VerifyError::LabelUnknown if !unlabelled => Cause::LabelCase,
        VerifyError::LabelUnknown if digest_alone => Cause::LabelMissing,
        VerifyError::EncodingInvalid if hex && is(Encoding::Base64) => Cause::Base64InsteadOfHex,
        _ => return Vec::new(),
    };
    [cause].into()
}

/// A well-formed signature that fits no secret.
struct Trials<'a, H: ?Sized> {
    facts: &'a Explainer<'a>,
    headers: &'a H,
    body: &'a [u8],
}

impl<H: Headers + ?Sized> Trials<'_, H> {
    fn run(&self) -> Vec<Cause> {
        let mut causes = self.of_secrets();
        causes.extend(self.other_dialect());
        if self.body.len() <= REWRITTEN_MAX_BYTES {
            causes.extend(self.of_body());
        }
        if self.body.starts_with(&[0x1f, 0x8b]) {
            causes.push(Cause::BodyIsGzip);
        }
        if causes.is_empty() {
            causes.push(Cause::SecretOrBodyDiffers);
        }
        causes
    }

    /// The body is as it was signed, and the secret is not.
    fn of_secrets(&self) -> Vec<Cause> {
        let mut causes = Vec::new();
        let whole = |feed: &mut Verification| feed.update(self.body);
        for (secret, text) in self.facts.expired.iter().enumerate() {
            if self.signed_by(text, whole) {
                causes.push(Cause::SecretExpired { secret });
            }
        }
        for (secret, text) in self.facts.secrets.iter().enumerate() {
            let trimmed = text.without_surrounding_whitespace();
            if trimmed.is_some_and(|trimmed| self.signed_by(&trimmed, whole)) {
                causes.push(Cause::SecretHasSurroundingWhitespace { secret });
            }
            if self.signed_by(&text.with_line_feed(), whole) {
                causes.push(Cause::SenderSecretHasLineFeed { secret });
            }
        }
        causes
    }

    /// The dialect in which a secret fits the request, where it is not the configured one.
    fn other_dialect(&self) -> Option<Cause> {
        let own = self.facts.dialect.form();
        let fits = |dialect: &Dialect, secret: &Secret| {
            fits(dialect, secret, self.headers, |feed| feed.update(self.body))
        };
        // The two of Bitbucket sign alike.
        let found = |other: &&Dialect| {
            !other.form().is_like(&own)
                && self.facts.secrets.iter().any(|secret| fits(other, secret))
        };
        let other = Dialect::ALL.iter().find(found)?;
        Some(Cause::OtherDialect { dialect: other.as_str() })
    }

    /// The secret is right, and the body is not as it was signed.
    fn of_body(&self) -> Vec<Cause> {
        let body = self.body;
        let mut causes = Vec::new();
        let mut note = |cause: Cause, signed: bool| {
            if signed {
                causes.push(cause);
            }
        };
        note(Cause::SignatureOfEmptyBody, self.signed(|_| {}));
        if let Some(encoded) = self.facts.encoded {
            note(Cause::GzippedBytesSigned, self.signed(|feed| feed.update(encoded)));
        }
        if let Some(shorter) = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")) {
            note(Cause::BodyGainedLineEnding, self.signed(|feed| feed.update(shorter)));
        }
        let longer =
            self.signed(|feed| [body, b"\n"].into_iter().for_each(|part| feed.update(part)));
        note(Cause::BodyLostLineEnding, longer);
        for signed_with_crlf in [false, true] {
            let signed = body.contains(&b'\n')
                && self.signed(|feed| {
                    rewriting::line_endings(body, signed_with_crlf, |part| feed.update(part));
                });
            note(Cause::LineEndingsChanged { signed_with_crlf }, signed);
        }
        let decoded = body.starts_with(b"payload=")
            && self.signed(|feed| rewriting::form_decoded(body, |part| feed.update(part)));
        note(Cause::JsonCameAsForm, decoded);
        let encoded = self.signed(|feed| rewriting::form_encoded(body, |part| feed.update(part)));
        note(Cause::FormCameAsJson, encoded);
        // Blanks at the end are a line ending's cause, and gone from rewritten JSON too.
        if causes.is_empty() && Json::ALL.iter().any(|json| self.signed_json(*json)) {
            causes.push(Cause::JsonRewritten);
        }
        causes
    }

    fn signed_json(&self, json: Json) -> bool {
        let start = self.body.trim_ascii_start();
        (start.starts_with(b"{") || start.starts_with(b"["))
            && self.signed(|feed| json.rewrite(self.body, |part| feed.update(part)))
    }

    /// Whether an active secret made the signature for the bytes that `feed` gives.
    fn signed(&self, feed: impl Fn(&mut Verification)) -> bool {
        self.facts.secrets.iter().any(|secret| self.signed_by(secret, &feed))
    }

    fn signed_by(&self, secret: &Secret, feed: impl Fn(&mut Verification)) -> bool {
        fits(self.facts.dialect, secret, self.headers, feed)
    }
}

/// Whether `secret` made the signature in `dialect` for the bytes that `feed` gives, whatever the time.
fn fits<H: Headers + ?Sized>(
    dialect: &Dialect,
    secret: &Secret,
    headers: &H,
    feed: impl Fn(&mut Verification),
) -> bool {
    let Ok(verifier) = Verifier::new(dialect.clone(), [secret]) else {
        return false;
    };
    let Ok(mut verification) = verifier.begin(headers) else {
        return false;
    };
    feed(&mut verification);
    !matches!(verification.finish(UnixSeconds(0)), Err(VerifyError::Mismatch))
}
