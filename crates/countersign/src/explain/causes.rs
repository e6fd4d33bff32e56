//! The likely causes of a refusal.
//!
//! Each is found by a trial that a person would make: another header, another spelling, another end
//! of the secret or the body. The trials of a mismatch use the verifier itself.

use alloc::vec::Vec;

use thiserror::Error;

use crate::dialect::Dialect;
use crate::headers::{Headers, Occurrence, occurrence};
use crate::mac::{digest_of_base64, digest_of_hex};
use crate::secret::Secret;
use crate::verify::{UnixSeconds, Verifier, VerifyError};

/// Signature headers of known systems, to point out when one stands in place of the dialect's own.
const SIGNATURE_HEADERS: &[&str] = &[
    "X-Hub-Signature",
    "X-Hub-Signature-256",
    "X-Gitea-Signature",
    "X-Gitlab-Token",
    "webhook-signature",
    "svix-signature",
];

/// A likely cause of a refusal. Its `Display` is one sentence. `secret` is an index in the order
/// given, and the sentence counts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Cause {
    /// No signature header of any known system: the sender has no secret configured.
    #[error(
        "The request has no signature of any known kind: the webhook at the sender has no secret, \
         or something on the way removed the header."
    )]
    Unsigned,
    /// `diagnostics:ping`, which Data Center never signs.
    #[error("It is the ping of \"Test connection\", which Data Center does not sign.")]
    UnsignedPing,
    /// The header of another system is there.
    #[error("The request has {header}, which another dialect uses.")]
    OtherSignatureHeader {
        /// The name of the header that was found.
        header: &'static str,
    },
    /// The signature header stands more than once.
    #[error(
        "Something on the way added a second signature header, or the request was made by hand."
    )]
    HeaderRepeated,
    /// `sha1=`, as GitHub's header of the same name has it.
    #[error("The signature is labelled sha1=, as GitHub's older header is; only SHA-256 is taken.")]
    Sha1,
    /// A digest without a label.
    #[error("The signature is a bare digest without its label.")]
    LabelMissing,
    /// The right label in another case.
    #[error("The label of the signature is not in lower case.")]
    LabelCase,
    /// Base64 where hexadecimal belongs.
    #[error("The signature is base64 where hexadecimal belongs.")]
    Base64InsteadOfHex,
    /// Hexadecimal where base64 belongs.
    #[error("The signature is hexadecimal where base64 belongs.")]
    HexInsteadOfBase64,
    /// Nothing after the label.
    #[error("There is nothing after the label of the signature.")]
    DigestEmpty,
    /// Too short or too long.
    #[error("The signature was cut off, or made with another algorithm than SHA-256.")]
    DigestLength,
    /// Made without the white space around the configured secret.
    #[error(
        "It was signed with secret {} without the white space around it: the secret was saved with \
         a line ending or a blank.", secret + 1
    )]
    SecretHasSurroundingWhitespace {
        /// The index of the secret.
        secret: usize,
    },
    /// Made with a line feed after the configured secret.
    #[error("It was signed with secret {} and a line ending after it: the sender's has one.", secret + 1)]
    SenderSecretHasLineFeed {
        /// The index of the secret.
        secret: usize,
    },
    /// Made for the empty body.
    #[error("The signature is that of an empty body: the body was lost on the way, or replaced.")]
    SignatureOfEmptyBody,
    /// Made for the body without its last line ending.
    #[error("It was signed without the line ending at the end of the body.")]
    BodyGainedLineEnding,
    /// Made for the body with a line feed after it.
    #[error("It was signed with a line ending after the body, which was lost on the way.")]
    BodyLostLineEnding,
    /// The body begins as gzip does.
    #[error("The body is still gzip: the signature covers the plain bytes.")]
    BodyIsGzip,
    /// Nothing else was found.
    #[error("The sender's secret is another one, or the body was changed on the way.")]
    SecretOrBodyDiffers,
    /// The clocks differ, or the request is a repetition.
    #[error("The clock here or at the sender is wrong, or an old request was sent again.")]
    ClockOrReplay,
}

pub(super) fn of<H: Headers + ?Sized>(
    error: VerifyError,
    dialect: &Dialect,
    secrets: &[Secret],
    headers: &H,
    body: &[u8],
) -> Vec<Cause> {
    match error {
        VerifyError::SignatureMissing => of_missing(dialect, headers),
        VerifyError::SignatureRepeated => [Cause::HeaderRepeated].into(),
        VerifyError::LabelUnknown | VerifyError::EncodingInvalid | VerifyError::LengthWrong => {
            match occurrence(headers, dialect.signature_header()) {
                Occurrence::Once(value) => of_form(error, value),
                Occurrence::Missing | Occurrence::Repeated => Vec::new(),
            }
        }
        VerifyError::Mismatch => of_mismatch(dialect, secrets, headers, body),
        VerifyError::TimestampTooOld | VerifyError::TimestampTooNew => {
            [Cause::ClockOrReplay].into()
        }
        _ => Vec::new(),
    }
}

fn of_missing<H: Headers + ?Sized>(dialect: &Dialect, headers: &H) -> Vec<Cause> {
    let mut causes: Vec<Cause> = SIGNATURE_HEADERS
        .iter()
        .filter(|name| !name.eq_ignore_ascii_case(dialect.signature_header()))
        .filter(|name| occurrence(headers, name) != Occurrence::Missing)
        .map(|header| Cause::OtherSignatureHeader { header })
        .collect();
    let ping = occurrence(headers, "X-Event-Key") == Occurrence::Once(b"diagnostics:ping");
    if causes.is_empty() {
        causes.push(if ping { Cause::UnsignedPing } else { Cause::Unsigned });
    }
    causes
}

fn of_form(error: VerifyError, value: &[u8]) -> Vec<Cause> {
    let labelled = |label: &[u8]| {
        value.split_at_checked(label.len()).filter(|(start, _)| start.eq_ignore_ascii_case(label))
    };
    let digest = labelled(b"sha256=").or_else(|| labelled(b"v1,")).map_or(value, |(_, rest)| rest);
    let bare = digest_of_hex(value).is_ok() || digest_of_base64(value).is_ok();
    let cause = match error {
        VerifyError::LabelUnknown if labelled(b"sha1=").is_some() => Cause::Sha1,
        VerifyError::LabelUnknown if digest.len() < value.len() => Cause::LabelCase,
        VerifyError::LabelUnknown if bare => Cause::LabelMissing,
        VerifyError::LengthWrong if digest.is_empty() => Cause::DigestEmpty,
        VerifyError::EncodingInvalid if digest_of_base64(digest).is_ok() => {
            Cause::Base64InsteadOfHex
        }
        // 64 hexadecimal digits are base64 too, of 48 bytes.
        VerifyError::LengthWrong if digest_of_hex(digest).is_ok() => Cause::HexInsteadOfBase64,
        VerifyError::LengthWrong => Cause::DigestLength,
        _ => return Vec::new(),
    };
    [cause].into()
}

fn of_mismatch<H: Headers + ?Sized>(
    dialect: &Dialect,
    secrets: &[Secret],
    headers: &H,
    body: &[u8],
) -> Vec<Cause> {
    let signed = |secret: &Secret, parts: &[&[u8]]| signed(dialect, secret, headers, parts);
    let mut causes = Vec::new();
    for (index, secret) in secrets.iter().enumerate() {
        let trimmed = secret.without_surrounding_whitespace();
        if trimmed.is_some_and(|trimmed| signed(&trimmed, &[body])) {
            causes.push(Cause::SecretHasSurroundingWhitespace { secret: index });
        }
        if signed(&secret.with_line_feed(), &[body]) {
            causes.push(Cause::SenderSecretHasLineFeed { secret: index });
        }
    }
    let by_any = |parts: &[&[u8]]| secrets.iter().any(|secret| signed(secret, parts));
    let shorter = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n"));
    if by_any(&[]) {
        causes.push(Cause::SignatureOfEmptyBody);
    }
    if shorter.is_some_and(|shorter| by_any(&[shorter])) {
        causes.push(Cause::BodyGainedLineEnding);
    }
    if by_any(&[body, b"\n"]) {
        causes.push(Cause::BodyLostLineEnding);
    }
    if body.starts_with(&[0x1f, 0x8b]) {
        causes.push(Cause::BodyIsGzip);
    }
    if causes.is_empty() {
        causes.push(Cause::SecretOrBodyDiffers);
    }
    causes
}

/// Whether `secret` made the signature for these bytes, whatever the time.
fn signed<H: Headers + ?Sized>(
    dialect: &Dialect,
    secret: &Secret,
    headers: &H,
    parts: &[&[u8]],
) -> bool {
    let Ok(verifier) = Verifier::new(dialect.clone(), [secret]) else {
        return false;
    };
    let Ok(mut verification) = verifier.begin(headers) else {
        return false;
    };
    for part in parts {
        verification.update(part);
    }
    !matches!(verification.finish(UnixSeconds(0)), Err(VerifyError::Mismatch))
}
