//! Explaining: why a request was refused, for the operator who asks.
//!
//! Owns the likely causes and one sentence for each. It verifies first, as [`Verifier`] does, and
//! then tries what usually went wrong. It never accepts more than the verifier, and what it says has
//! neither a secret nor a digest in it, be it expected or received. The work is bounded: the body is
//! hashed at most 24 times per active secret and once per expired one, and rewritten on the way into
//! the hash, never in memory, and to no more than 8 times its length (or 4 KiB). Not for answers to
//! whoever sent the request: the causes are hints to forge.

mod causes;
mod rewriting;
#[cfg(test)]
mod tests;
mod trials;

use alloc::vec::Vec;
use core::fmt;

use crate::dialect::Dialect;
use crate::headers::Headers;
use crate::secret::Secret;
use crate::verify::{UnixSeconds, Verified, Verifier, VerifierError, VerifyError};

pub use causes::Cause;

/// Verifies a request and says which check failed and what is likely to have caused that.
///
/// `body` is the plain bytes as the source would verify them, `secrets` the active ones.
/// [`Explainer`] takes more facts.
///
/// ```
/// use countersign::{Cause, Dialect, Secret, UnixSeconds, Verdict, VerifyError, explain};
///
/// let secret = Secret::new("It's a Secret to Everybody\n")?;
/// let headers = [(
///     "X-Hub-Signature",
///     "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
/// )];
/// let now = UnixSeconds(1_700_000_000);
/// let explanation = explain(&Dialect::BitbucketCloud, &[secret], &headers, b"Hello World!", now);
/// assert_eq!(explanation.verdict(), Verdict::Refused(VerifyError::Mismatch));
/// assert_eq!(explanation.causes(), [Cause::SecretHasSurroundingWhitespace { secret: 0 }]);
/// println!("{explanation}");
/// # Ok::<(), countersign::SecretError>(())
/// ```
#[must_use]
pub fn explain<H: Headers + ?Sized>(
    dialect: &Dialect,
    secrets: &[Secret],
    headers: &H,
    body: &[u8],
    now: UnixSeconds,
) -> Explanation {
    Explainer::new(dialect, secrets).explain(headers, body, now)
}

/// [`explain`] with more facts than a verifier has.
///
/// ```
/// use countersign::{Cause, Dialect, Explainer, Secret, UnixSeconds};
///
/// let active = [Secret::new("the new secret, 2026")?];
/// let expired = [Secret::new("It's a Secret to Everybody")?];
/// let headers = [(
///     "X-Hub-Signature",
///     "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
/// )];
/// let explainer = Explainer::new(&Dialect::BitbucketCloud, &active).with_expired(&expired);
/// let explanation = explainer.explain(&headers, b"Hello World!", UnixSeconds(1_700_000_000));
/// assert_eq!(explanation.causes(), [Cause::SecretExpired { secret: 0 }]);
/// # Ok::<(), countersign::SecretError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Explainer<'a> {
    dialect: &'a Dialect,
    secrets: &'a [Secret],
    expired: &'a [Secret],
    encoded: Option<&'a [u8]>,
}

impl<'a> Explainer<'a> {
    /// With the active `secrets`, in the order in which causes count them.
    ///
    /// ```
    /// # use countersign::{Dialect, Explainer, Secret, UnixSeconds, Verdict, VerifyError};
    /// let secrets = [Secret::new("correct horse battery staple")?];
    /// let explainer = Explainer::new(&Dialect::Gitea, &secrets);
    /// let unsigned: [(&str, &str); 0] = [];
    /// let explanation = explainer.explain(&unsigned, b"{}", UnixSeconds(1_700_000_000));
    /// assert_eq!(explanation.verdict(), Verdict::Refused(VerifyError::SignatureMissing));
    /// # Ok::<(), countersign::SecretError>(())
    /// ```
    #[must_use]
    pub fn new(dialect: &'a Dialect, secrets: &'a [Secret]) -> Self {
        Self { dialect, secrets, expired: &[], encoded: None }
    }

    /// With secrets that count no more: to say that a sender still uses one.
    ///
    /// ```
    /// # use countersign::{Cause, Dialect, Explainer, Secret, UnixSeconds};
    /// let (active, expired) = ([Secret::new("the new token")?], [Secret::new("the old token")?]);
    /// let explainer = Explainer::new(&Dialect::Gitlab, &active).with_expired(&expired);
    /// let headers = [("X-Gitlab-Token", "the old token")];
    /// let explanation = explainer.explain(&headers, b"{}", UnixSeconds(1_700_000_000));
    /// assert_eq!(explanation.causes(), [Cause::SecretExpired { secret: 0 }]);
    /// # Ok::<(), countersign::SecretError>(())
    /// ```
    #[must_use]
    pub fn with_expired(self, expired: &'a [Secret]) -> Self {
        Self { expired, ..self }
    }

    /// With the bytes of the body as they came, where its content encoding was undone: to say that
    /// the sender signed those.
    ///
    /// ```
    /// # use countersign::{Cause, Dialect, Explainer, Secret, UnixSeconds};
    /// # let secrets = [Secret::new("It's a Secret to Everybody")?];
    /// # let as_it_came = b"Hello World!";
    /// # let plain = b"what it was before it was compressed";
    /// let headers = [(
    ///     "X-Hub-Signature",
    ///     "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
    /// )];
    /// let explainer = Explainer::new(&Dialect::BitbucketCloud, &secrets);
    /// let explainer = explainer.with_encoded_body(as_it_came);
    /// let explanation = explainer.explain(&headers, plain, UnixSeconds(1_700_000_000));
    /// assert_eq!(explanation.causes(), [Cause::GzippedBytesSigned]);
    /// # Ok::<(), countersign::SecretError>(())
    /// ```
    #[must_use]
    pub fn with_encoded_body(self, encoded: &'a [u8]) -> Self {
        Self { encoded: Some(encoded), ..self }
    }

    /// Verifies and explains. `body` is the plain bytes.
    ///
    /// ```
    /// # use countersign::{Cause, Dialect, Explainer, Secret, UnixSeconds};
    /// let secrets = [Secret::new("correct horse battery staple")?];
    /// let headers = [("X-Hub-Signature", "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59")];
    /// let explainer = Explainer::new(&Dialect::BitbucketCloud, &secrets);
    /// let explanation = explainer.explain(&headers, b"{}", UnixSeconds(1_700_000_000));
    /// assert_eq!(explanation.causes(), [Cause::Sha1]);
    /// # Ok::<(), countersign::SecretError>(())
    /// ```
    #[must_use]
    pub fn explain<H: Headers + ?Sized>(
        &self,
        headers: &H,
        body: &[u8],
        now: UnixSeconds,
    ) -> Explanation {
        let verdict = match Verifier::new(self.dialect.clone(), self.secrets) {
            Err(error) => Verdict::CannotVerify(error),
            Ok(verifier) => match verifier.verify(headers, body, now) {
                Ok(verified) => Verdict::Genuine(verified),
                Err(error) => Verdict::Refused(error),
            },
        };
        let causes = match verdict {
            Verdict::Refused(error) => trials::causes(self, error, headers, body),
            Verdict::Genuine(_) | Verdict::CannotVerify(_) => Vec::new(),
        };
        Explanation { verdict, causes }
    }
}

impl fmt::Debug for Explainer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explainer")
            .field("dialect", self.dialect)
            .field("secrets", &self.secrets.len())
            .field("expired", &self.expired.len())
            .finish_non_exhaustive()
    }
}

/// What became of a request, by [`explain`]. Its `Display` is one sentence a line.
///
/// ```
/// # use countersign::{Cause, Dialect, Secret, UnixSeconds, Verdict, VerifyError, explain};
/// let secrets = [Secret::new("correct horse battery staple")?];
/// let ping = [("X-Event-Key", "diagnostics:ping")];
/// let now = UnixSeconds(1_700_000_000);
/// let explanation = explain(&Dialect::BitbucketDataCenter, &secrets, &ping, b"{}", now);
/// assert_eq!(explanation.verdict(), Verdict::Refused(VerifyError::SignatureMissing));
/// assert_eq!(explanation.causes(), [Cause::UnsignedPing]);
/// assert_eq!(explanation.to_string().lines().count(), 2);
/// # Ok::<(), countersign::SecretError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    verdict: Verdict,
    causes: Vec<Cause>,
}

impl Explanation {
    /// Whether it is genuine, and which check failed if not.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The likely causes of a refusal, the likeliest first. Empty where none was found.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict)?;
        for cause in &self.causes {
            write!(f, "\n{cause}")?;
        }
        Ok(())
    }
}

/// The outcome that an [`Explanation`] is about.
///
/// ```
/// # use countersign::{Verdict, VerifyError};
/// let verdict = Verdict::Refused(VerifyError::Mismatch);
/// assert_eq!(verdict.to_string(), "Refused: the signature matches no active secret.");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Signed with one of the secrets.
    Genuine(Verified),
    /// Refused by this check.
    Refused(VerifyError),
    /// The secrets cannot be used to verify in this dialect.
    CannotVerify(VerifierError),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Genuine(verified) => {
                write!(f, "Genuine: signed with secret {}.", verified.secret + 1)
            }
            Self::Refused(error) => write!(f, "Refused: {error}."),
            Self::CannotVerify(VerifierError::Secret(error)) => {
                write!(f, "Cannot be verified: {error}.")
            }
            Self::CannotVerify(error) => write!(f, "Cannot be verified: {error}."),
        }
    }
}
