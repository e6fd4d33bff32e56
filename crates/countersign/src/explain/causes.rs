//! The likely causes of a refusal, and their words.

use thiserror::Error;

/// A likely cause of a refusal. Its `Display` is one sentence. `secret` is an index in the order
/// given, and the sentence counts from 1.
///
/// ```
/// # use countersign::Cause;
/// let cause = Cause::LineEndingsChanged { signed_with_crlf: false };
/// assert_eq!(
///     cause.to_string(),
///     "The line endings of the body were changed on the way: it was signed with LF.",
/// );
/// ```
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
    /// A header of the dialect is there, and no secret of the kind that it takes.
    #[error("The request has {header}, and no secret of the kind that it takes is configured.")]
    HeaderWithoutSecret {
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
    /// A label where the dialect has none.
    #[error("The signature has a label, and the configured dialect has none.")]
    LabelUnexpected,
    /// The right label in another case.
    #[error("The label of the signature is right but for upper and lower case, which count.")]
    LabelCase,
    /// Base64 where hexadecimal belongs.
    #[error("The signature is base64 where hexadecimal belongs.")]
    Base64InsteadOfHex,
    /// Hexadecimal where base64 belongs.
    #[error("The signature is hexadecimal where base64 belongs.")]
    HexInsteadOfBase64,
    /// Nothing, or nothing after the label.
    #[error("There is no digest in the signature header.")]
    DigestEmpty,
    /// Too short or too long.
    #[error("The signature was cut off, or made with another algorithm than the dialect's.")]
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
    /// Made with a secret that counts no more. `secret` is an index among the expired ones.
    #[error("It was signed with a secret that has expired: the sender still uses the old one.")]
    SecretExpired {
        /// The index of the secret.
        secret: usize,
    },
    /// The configured secret fits in another dialect.
    #[error("It verifies in the dialect {dialect}: the configured dialect is not the sender's.")]
    OtherDialect {
        /// The name of the dialect.
        dialect: &'static str,
    },
    /// Made for the body with other line endings.
    #[error(
        "The line endings of the body were changed on the way: it was signed with {}.",
        if *.signed_with_crlf { "CRLF" } else { "LF" }
    )]
    LineEndingsChanged {
        /// Whether CRLF stood where LF came, or the other way round.
        signed_with_crlf: bool,
    },
    /// Made for the same JSON, written otherwise.
    #[error(
        "The body is the same JSON as was signed, but written anew: something on the way parsed it \
         and wrote it again. The signature covers the bytes as they were sent."
    )]
    JsonRewritten,
    /// Made for the JSON, and a form came.
    #[error(
        "The JSON was signed, and it came as a form field: choose application/json at the sender."
    )]
    JsonCameAsForm,
    /// Made for a form, and its JSON came.
    #[error("The form-encoded body was signed, and only the JSON in it came.")]
    FormCameAsJson,
    /// Made for the compressed bytes.
    #[error("The sender signed the gzipped bytes; the signature has to cover the plain ones.")]
    GzippedBytesSigned,
    /// Nothing else was found.
    #[error("The sender's secret is another one, or the body was changed on the way.")]
    SecretOrBodyDiffers,
    /// The clocks differ, or the request is a repetition.
    #[error("The clock here or at the sender is wrong, or an old request was sent again.")]
    ClockOrReplay,
}
