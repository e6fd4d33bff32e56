//! Explaining: why a request was refused, for the operator who asks.
//!
//! Owns the likely causes and one sentence for each. It verifies first, as [`Verifier`] does, and
//! then tries what usually went wrong. It never accepts more than the verifier, and what it says has
//! neither a secret nor an expected digest in it. The work is bounded: the body is hashed at most
//! 6 times per secret. Not for answers to whoever sent the request: the causes are hints to forge.

mod causes;
#[cfg(test)]
mod tests;

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
    let verdict = match Verifier::new(dialect.clone(), secrets) {
        Err(error) => Verdict::CannotVerify(error),
        Ok(verifier) => match verifier.verify(headers, body, now) {
            Ok(verified) => Verdict::Genuine(verified),
            Err(error) => Verdict::Refused(error),
        },
    };
    let causes = match verdict {
        Verdict::Refused(error) => causes::of(error, dialect, secrets, headers, body),
        Verdict::Genuine(_) | Verdict::CannotVerify(_) => Vec::new(),
    };
    Explanation { verdict, causes }
}

/// What became of a request, by [`explain`]. Its `Display` is one sentence a line.
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
