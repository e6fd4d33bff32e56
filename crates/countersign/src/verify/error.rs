//! Why verifying failed: the configuration's fault ([`VerifierError`]) apart from the request's
//! ([`VerifyError`]).

use thiserror::Error;

use super::{SIGNATURES_MAX, TIMESTAMP_TOLERANCE_S};
use crate::secret::{SECRETS_ACTIVE_MAX, SecretError};

/// Why a verifier or signer could not be made. The fault is with the configuration.
///
/// ```
/// # use countersign::{Dialect, Signer, VerifierError};
/// assert_eq!(Signer::new(Dialect::Github, []).unwrap_err(), VerifierError::NoSecret);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum VerifierError {
    /// No secret was given.
    #[error("no secret was given")]
    NoSecret,
    /// Over [`SECRETS_ACTIVE_MAX`] secrets were given.
    #[error("over {SECRETS_ACTIVE_MAX} secrets were given")]
    TooManySecrets,
    /// The dialect cannot use one of the secrets.
    #[error("a secret cannot be used in this dialect")]
    Secret(#[from] SecretError),
}

/// Why a request was refused. The fault is with whoever sent it, or with a secret that differs.
///
/// ```
/// # use countersign::VerifyError;
/// assert_eq!(VerifyError::Mismatch.to_string(), "the signature matches no active secret");
/// assert_eq!(VerifyError::Mismatch.reason(), "mismatch");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The dialect's signature header is missing. At `gitlab`: the one that the secrets ask for.
    #[error("the signature header is missing")]
    SignatureMissing,
    /// The dialect's signature header stands more than once.
    #[error("the signature header stands more than once")]
    SignatureRepeated,
    /// The signature has no label, or not the dialect's: `sha256=` at Bitbucket and GitHub, `v1,` at
    /// Standard Webhooks.
    #[error("the signature has no label or another one than the dialect's")]
    LabelUnknown,
    /// What follows the label is not strict hexadecimal, or not strict base64.
    #[error("the signature is not strictly encoded")]
    EncodingInvalid,
    /// The signature is shorter or longer than the algorithm's digests: 32 bytes, with SHA-512 64.
    #[error("the signature has the wrong length")]
    LengthWrong,
    /// A list of over [`SIGNATURES_MAX`] signatures.
    #[error("the list has over {SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// No active secret made this signature for this body; at `gitlab`, none is this token.
    #[error("the signature matches no active secret")]
    Mismatch,
    /// The signed id is missing.
    #[error("the signed id is missing")]
    IdMissing,
    /// The signed id stands more than once.
    #[error("the signed id stands more than once")]
    IdRepeated,
    /// The signed id is empty, over 255 bytes, or has a `.` or a character that is not visible ASCII.
    #[error("the signed id is not valid")]
    IdInvalid,
    /// The signed time is missing.
    #[error("the signed time is missing")]
    TimestampMissing,
    /// The signed time stands more than once.
    #[error("the signed time stands more than once")]
    TimestampRepeated,
    /// The signed time is not a whole number of seconds.
    #[error("the signed time is not a whole number of seconds")]
    TimestampInvalid,
    /// Signed over [`TIMESTAMP_TOLERANCE_S`] ago.
    #[error("it was signed over {TIMESTAMP_TOLERANCE_S} s ago")]
    TimestampTooOld,
    /// Signed over [`TIMESTAMP_TOLERANCE_S`] in the future.
    #[error("it was signed over {TIMESTAMP_TOLERANCE_S} s in the future")]
    TimestampTooNew,
}

impl VerifyError {
    /// A stable word for counters, logs and scripts.
    ///
    /// ```
    /// # use countersign::VerifyError;
    /// assert_eq!(VerifyError::TimestampTooOld.reason(), "timestamp_too_old");
    /// ```
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::SignatureMissing => "signature_missing",
            Self::SignatureRepeated => "signature_repeated",
            Self::LabelUnknown => "label_unknown",
            Self::EncodingInvalid => "encoding_invalid",
            Self::LengthWrong => "length_wrong",
            Self::TooManySignatures => "too_many_signatures",
            Self::Mismatch => "mismatch",
            Self::IdMissing => "id_missing",
            Self::IdRepeated => "id_repeated",
            Self::IdInvalid => "id_invalid",
            Self::TimestampMissing => "timestamp_missing",
            Self::TimestampRepeated => "timestamp_repeated",
            Self::TimestampInvalid => "timestamp_invalid",
            Self::TimestampTooOld => "timestamp_too_old",
            Self::TimestampTooNew => "timestamp_too_new",
        }
    }
}
