//! Secrets: the shared key of a dialect.
//!
//! Owns the type that holds one and the rules for what may be one: 1 to [`SECRET_MAX_BYTES`] bytes,
//! not all white space; up to [`SECRETS_ACTIVE_MAX`] may be active at once. The bytes are kept
//! exactly as given, overwritten when dropped, and never trimmed, printed, compared or serialised.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::dialect::Dialect;

/// The most bytes that a secret may have.
pub const SECRET_MAX_BYTES: usize = 1024;

/// The most secrets that may be active at once in one verifier or signer: room for a rotation.
pub const SECRETS_ACTIVE_MAX: usize = 4;

/// A secret of fewer bytes gets [`SecretWarning::Short`].
const SECRET_SHORT_BYTES: usize = 16;

/// The shared key of a dialect: 1 to [`SECRET_MAX_BYTES`] bytes, not all white space.
///
/// It is overwritten with zeros when dropped, cannot be compared or serialised, and its `Debug` is
/// always `Secret([redacted])`.
///
/// ```
/// use countersign::{Secret, SecretError};
///
/// let secret = Secret::new("correct horse battery staple")?;
/// assert_eq!(format!("{secret:?}"), "Secret([redacted])");
/// assert_eq!(secret.expose(), b"correct horse battery staple");
/// assert_eq!(Secret::new("").unwrap_err(), SecretError::Empty);
/// # Ok::<(), SecretError>(())
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Keeps `bytes` exactly: nothing is trimmed, decoded or re-encoded.
    ///
    /// What a dialect asks beyond this, [`Dialect::check_secret`] says.
    ///
    /// # Errors
    ///
    /// [`SecretError::Empty`], [`SecretError::OnlyWhitespace`] or [`SecretError::TooLong`]. The
    /// refused bytes are overwritten too.
    ///
    /// ```
    /// use countersign::{Secret, SecretError};
    ///
    /// assert_eq!(Secret::new(" \r\n").unwrap_err(), SecretError::OnlyWhitespace);
    /// assert_eq!(Secret::new(vec![7; 1025]).unwrap_err(), SecretError::TooLong);
    /// assert!(Secret::new([0xff, 0x00]).is_ok());
    /// ```
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() {
            return Err(SecretError::Empty);
        }
        if bytes.len() > SECRET_MAX_BYTES {
            return Err(SecretError::TooLong);
        }
        if trimmed(&bytes).is_empty() {
            return Err(SecretError::OnlyWhitespace);
        }
        Ok(Self(bytes))
    }

    /// The bytes of the secret. Whoever calls this has to keep them from logs and answers.
    ///
    /// ```
    /// # use countersign::Secret;
    /// assert_eq!(Secret::new("s3cret\n")?.expose(), b"s3cret\n");
    /// # Ok::<(), countersign::SecretError>(())
    /// ```
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// A fresh secret in the form that `dialect` asks for, from 32 bytes (256 bits) of randomness.
    ///
    /// `fill` is called once and must fill the whole slice with bytes that nobody can predict. At
    /// `standard-webhooks` it is `whsec_` and the base64 of the 32 bytes, in every other dialect 43
    /// characters of base64url without padding.
    ///
    /// ```
    /// use countersign::{Dialect, Secret};
    ///
    /// // A real caller fills the slice from the system's randomness.
    /// let secret = Secret::generate(&Dialect::StandardWebhooks, &mut |bytes| bytes.fill(0x5a));
    /// assert!(secret.expose().starts_with(b"whsec_"));
    /// ```
    #[must_use]
    pub fn generate(dialect: &Dialect, fill: &mut dyn FnMut(&mut [u8])) -> Self {
        let mut random = Zeroizing::new([0_u8; 32]);
        fill(random.as_mut_slice());
        Self(dialect.secret_text(&random))
    }

    /// A fresh secret for `dialect`, as [`generate`](Self::generate), from the system's randomness.
    ///
    /// # Errors
    ///
    /// [`RandomnessUnavailable`] where the operating system gives none.
    ///
    /// ```
    /// use countersign::{Dialect, Secret};
    ///
    /// let secret = Secret::generate_from_system(&Dialect::BitbucketCloud)?;
    /// assert_eq!(secret.expose().len(), 43);
    /// # Ok::<(), countersign::RandomnessUnavailable>(())
    /// ```
    #[cfg(feature = "getrandom")]
    pub fn generate_from_system(dialect: &Dialect) -> Result<Self, RandomnessUnavailable> {
        let mut filled = Ok(());
        let secret = Self::generate(dialect, &mut |bytes| filled = getrandom::fill(bytes));
        filled.map_err(|_| RandomnessUnavailable)?;
        Ok(secret)
    }

    /// Warnings that hold in every dialect.
    pub(crate) fn warnings(&self) -> Vec<SecretWarning> {
        let mut warnings = Vec::new();
        if self.0.len() < SECRET_SHORT_BYTES {
            warnings.push(SecretWarning::Short);
        }
        if trimmed(&self.0).len() != self.0.len() {
            warnings.push(SecretWarning::SurroundingWhitespace);
        }
        warnings
    }

    /// The secret without surrounding white space, where that differs: to explain, never to verify.
    pub(crate) fn without_surrounding_whitespace(&self) -> Option<Self> {
        let inner = trimmed(&self.0);
        (inner.len() != self.0.len()).then(|| Self(Zeroizing::new(inner.to_vec())))
    }

    /// The secret with a line feed after it, where that is one: to explain, never to verify.
    pub(crate) fn with_line_feed(&self) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.0.len() + 1));
        bytes.extend_from_slice(&self.0);
        bytes.push(b'\n');
        Self(bytes)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

/// `bytes` without white space at both ends.
///
/// White space is what a keyboard or an editor leaves: Unicode's where the bytes are UTF-8, else
/// space, tab, carriage return and line feed. Vertical tab and form feed are none: nobody types
/// them, and RFC 4231 has keys of nothing else.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let Ok(text) = core::str::from_utf8(bytes) else {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let start = bytes.iter().position(|byte| !blank(byte)).unwrap_or(bytes.len());
        let end = bytes.iter().rposition(|byte| !blank(byte)).map_or(start, |last| last + 1);
        return bytes.get(start..end).unwrap_or_default();
    };
    let blank = |c: char| c.is_whitespace() && !matches!(c, '\u{b}' | '\u{c}');
    text.trim_matches(blank).as_bytes()
}

/// Why bytes are no secret, or none of a dialect. The fault is with whoever configured it.
///
/// ```
/// # use countersign::{Dialect, Secret, SecretError};
/// let token = Secret::new("a token\n")?;
/// assert_eq!(Dialect::Gitlab.check_secret(&token), Err(SecretError::NotHeaderText));
/// # Ok::<(), SecretError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum SecretError {
    /// No bytes at all. Anybody could sign with an empty secret.
    #[error("the secret is empty")]
    Empty,
    /// Nothing but white space.
    #[error("the secret is nothing but white space")]
    OnlyWhitespace,
    /// Over [`SECRET_MAX_BYTES`].
    #[error("the secret has over {SECRET_MAX_BYTES} bytes")]
    TooLong,
    /// `standard-webhooks`: does not begin with `whsec_`.
    #[error("a standard-webhooks secret begins with whsec_")]
    NotWhsec,
    /// `standard-webhooks`: what follows `whsec_` is not padded standard base64, and nothing else.
    #[error("what follows whsec_ is not strict base64")]
    WhsecEncoding,
    /// `standard-webhooks`: the decoded key has fewer than 24 or more than 64 bytes.
    #[error("the base64 after whsec_ must decode to 24 to 64 bytes")]
    WhsecLength,
    /// `gitlab`: a token with something else than visible ASCII and spaces within.
    #[error("a gitlab token is visible ASCII characters, with spaces only within")]
    NotHeaderText,
}

impl SecretError {
    /// A stable word for scripts, and for the test vectors.
    ///
    /// ```
    /// # use countersign::SecretError;
    /// assert_eq!(SecretError::OnlyWhitespace.reason(), "secret_blank");
    /// ```
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Empty => "secret_empty",
            Self::OnlyWhitespace => "secret_blank",
            Self::TooLong => "secret_too_long",
            Self::NotWhsec => "secret_not_whsec",
            Self::WhsecEncoding => "secret_encoding",
            Self::WhsecLength => "secret_length",
            Self::NotHeaderText => "secret_not_header_text",
        }
    }
}

/// What is unwise or will not work elsewhere about a secret that is otherwise allowed.
///
/// ```
/// # use countersign::{Dialect, Secret, SecretWarning};
/// let short = Secret::new("hunter2")?;
/// assert_eq!(Dialect::Github.check_secret(&short)?, [SecretWarning::Short]);
/// # Ok::<(), countersign::SecretError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum SecretWarning {
    /// Under 16 bytes: can be guessed.
    #[error("the secret has under 16 bytes and could be guessed")]
    Short,
    /// `bitbucket-cloud`: over 128 characters (Bitbucket's REST API, `maxLength` of `secret`).
    #[error("Bitbucket takes no secret of over 128 characters")]
    LongerThanBitbucketTakes,
    /// Begins or ends with white space, such as the line ending of a file. It is part of the key.
    #[error("the secret begins or ends with white space, which is part of it")]
    SurroundingWhitespace,
}

/// The operating system gave no randomness.
#[cfg(feature = "getrandom")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("the operating system gave no randomness")]
pub struct RandomnessUnavailable;
