//! Verifying: whether a request was signed with one of the active secrets.
//!
//! Owns the order of the checks: the dialect's own signature header exactly once, the exact label,
//! strict decoding to the digest's length, all of that before the body is read; then the body in
//! chunks; then the comparison with every active secret, in constant time and without early exit;
//! then the time, where the dialect signs one. It sees raw bytes and never parses a body. At most
//! [`SECRETS_ACTIVE_MAX`] secrets and [`SIGNATURES_MAX`] signatures of a list are tried.

mod error;
#[cfg(test)]
mod tests;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use subtle::{Choice, ConditionallySelectable as _};

use crate::dialect::{Claim, Dialect};
use crate::headers::Headers;
use crate::mac::{Digest, Mac};
use crate::secret::{SECRETS_ACTIVE_MAX, Secret};

pub use error::{VerifierError, VerifyError};

/// How far the time of a signature may be from now, in seconds, before and after: 5 minutes, as
/// Standard Webhooks proposes.
pub const TIMESTAMP_TOLERANCE_S: i64 = 300;

/// The most items of a list of signatures. A longer list is refused.
pub const SIGNATURES_MAX: usize = 16;

/// A time as seconds since 1970-01-01 00:00:00 UTC, leap seconds not counted. Given by the caller.
///
/// ```
/// # use countersign::UnixSeconds;
/// assert!(UnixSeconds(1_700_000_000) > UnixSeconds(0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub i64);

/// Verifies requests in one dialect under 1 to [`SECRETS_ACTIVE_MAX`] secrets.
///
/// The keys are prepared once; a clone shares them. To verify a body as it streams in, use
/// [`begin`](Self::begin).
///
/// ```
/// use countersign::{Dialect, Secret, UnixSeconds, Verifier, VerifyError};
///
/// let (old, new) = (Secret::new("the old secret, 2025")?, Secret::new("the new secret, 2026")?);
/// let verifier = Verifier::new(Dialect::BitbucketDataCenter, [&old, &new])?;
/// let unsigned: [(&str, &str); 0] = [];
/// let refused = verifier.verify(&unsigned, b"{}", UnixSeconds(1_700_000_000));
/// assert_eq!(refused, Err(VerifyError::SignatureMissing));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    dialect: Dialect,
    keys: Arc<[Mac]>,
    decoy: bool,
}

impl Verifier {
    /// A verifier that accepts what any of `secrets` signed.
    ///
    /// # Errors
    ///
    /// [`VerifierError`] for no secret, for more than [`SECRETS_ACTIVE_MAX`], and for one that the
    /// dialect cannot use.
    ///
    /// ```
    /// use countersign::{Dialect, Verifier, VerifierError};
    ///
    /// let none = Verifier::new(Dialect::BitbucketCloud, []);
    /// assert_eq!(none.unwrap_err(), VerifierError::NoSecret);
    /// ```
    pub fn new<'a>(
        dialect: Dialect,
        secrets: impl IntoIterator<Item = &'a Secret>,
    ) -> Result<Self, VerifierError> {
        let keys = keys(&dialect, secrets)?;
        if keys.is_empty() {
            return Err(VerifierError::NoSecret);
        }
        Ok(Self { dialect, keys: keys.into(), decoy: false })
    }

    /// A verifier that accepts nothing, with the work of one that has one secret: to answer for a
    /// source that does not exist in the same time and with the same refusals.
    ///
    /// ```
    /// use countersign::{Dialect, UnixSeconds, Verifier, VerifyError};
    ///
    /// let decoy = Verifier::decoy(Dialect::BitbucketCloud);
    /// let headers = [("X-Hub-Signature", format!("sha256={}", "0".repeat(64)))];
    /// let refused = decoy.verify(&headers, b"{}", UnixSeconds(1_700_000_000));
    /// assert_eq!(refused, Err(VerifyError::Mismatch));
    /// ```
    #[must_use]
    pub fn decoy(dialect: Dialect) -> Self {
        let secret = Secret::generate(&dialect, &mut |bytes| bytes.fill(0));
        // Every dialect can use what it generates.
        let key = dialect.key(&secret).unwrap_or_else(|_| Mac::new(&[0; 32]));
        Self { dialect, keys: [key].into(), decoy: true }
    }

    /// The dialect that it verifies.
    ///
    /// ```
    /// # use countersign::{Dialect, Verifier};
    /// let decoy = Verifier::decoy(Dialect::StandardWebhooks);
    /// assert_eq!(decoy.dialect(), &Dialect::StandardWebhooks);
    /// ```
    #[must_use]
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Checks the headers, before the body is read. Other signature headers than the dialect's own
    /// are ignored.
    ///
    /// # Errors
    ///
    /// Any [`VerifyError`] but a mismatch and a time outside the tolerance.
    ///
    /// ```
    /// use countersign::{Dialect, Secret, UnixSeconds, Verifier};
    ///
    /// let secret = Secret::new("It's a Secret to Everybody")?;
    /// let verifier = Verifier::new(Dialect::BitbucketCloud, [&secret])?;
    /// let headers = [(
    ///     "x-hub-signature",
    ///     "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
    /// )];
    /// let mut verification = verifier.begin(&headers)?;
    /// verification.update(b"Hello ");
    /// verification.update(b"World!");
    /// assert_eq!(verification.finish(UnixSeconds(1_700_000_000))?.secret, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin<H: Headers + ?Sized>(&self, headers: &H) -> Result<Verification, VerifyError> {
        let claim = self.dialect.claim(headers, &self.keys)?;
        let macs = self.answering(&claim).map(|(index, mac)| (index, started(mac, &claim)));
        Ok(Verification { macs: macs.collect(), claim: claim.without_headers(), decoy: self.decoy })
    }

    /// Verifies a request whose body is at hand: the plain bytes, transport encodings undone.
    ///
    /// # Errors
    ///
    /// [`VerifyError`], which tells the operator why. Whoever sent the request should be told only
    /// that it was refused.
    ///
    /// ```
    /// # use countersign::{Dialect, Secret, UnixSeconds, Verifier, VerifyError};
    /// # let secret = Secret::new("It's a Secret to Everybody")?;
    /// let verifier = Verifier::new(Dialect::BitbucketCloud, [&secret])?;
    /// let headers = [("X-Hub-Signature", "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59")];
    /// let refused = verifier.verify(&headers, b"Hello, World!", UnixSeconds(0));
    /// assert_eq!(refused, Err(VerifyError::LabelUnknown));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify<H: Headers + ?Sized>(
        &self,
        headers: &H,
        body: &[u8],
        now: UnixSeconds,
    ) -> Result<Verified, VerifyError> {
        let claim = self.dialect.claim(headers, &self.keys)?;
        let mut comparison = Comparison::default();
        let [id, dot, timestamp, end] = claim.before;
        for (index, mac) in self.answering(&claim) {
            let expected = mac.digest(&[id, dot, timestamp, end, body]);
            comparison.add(index, &expected, &claim);
        }
        comparison.verdict(self.decoy, claim.signed_at, now)
    }

    /// The keys that can prove `claim`, each with its index.
    fn answering(&self, claim: &Claim<'_>) -> impl Iterator<Item = (u32, &Mac)> {
        let proof = claim.proof;
        (0..).zip(self.keys.iter()).filter(move |(_, mac)| mac.proof() == proof)
    }
}

/// A copy of `key` that was fed with what is signed before the body.
fn started(key: &Mac, claim: &Claim<'_>) -> Mac {
    let mut mac = key.clone();
    for part in claim.before {
        mac.update(part);
    }
    mac
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("dialect", &self.dialect)
            .field("secrets", &self.keys.len())
            .finish_non_exhaustive()
    }
}

/// The prepared key of each secret, at most [`SECRETS_ACTIVE_MAX`].
pub(crate) fn keys<'a>(
    dialect: &Dialect,
    secrets: impl IntoIterator<Item = &'a Secret>,
) -> Result<Vec<Mac>, VerifierError> {
    let mut keys = Vec::with_capacity(SECRETS_ACTIVE_MAX);
    for secret in secrets {
        if keys.len() == SECRETS_ACTIVE_MAX {
            return Err(VerifierError::TooManySecrets);
        }
        keys.push(dialect.key(secret)?);
    }
    Ok(keys)
}

/// A verification under way, by [`Verifier::begin`]: fed with the body in chunks of any size.
///
/// ```
/// # use countersign::{Dialect, UnixSeconds, Verifier};
/// # let verifier = Verifier::decoy(Dialect::BitbucketCloud);
/// let headers = [("X-Hub-Signature", format!("sha256={}", "0".repeat(64)))];
/// let mut verification = verifier.begin(&headers)?;
/// verification.update(b"{\"push\":");
/// verification.update(b"{}}");
/// assert!(verification.finish(UnixSeconds(1_700_000_000)).is_err());
/// # Ok::<(), countersign::VerifyError>(())
/// ```
#[must_use = "nothing is verified before `finish`"]
pub struct Verification {
    macs: Vec<(u32, Mac)>,
    claim: Claim<'static>,
    decoy: bool,
}

impl Verification {
    /// Takes the next bytes of the body.
    ///
    /// ```
    /// # use countersign::{Dialect, UnixSeconds, Verifier, VerifyError};
    /// let decoy = Verifier::decoy(Dialect::Gitea);
    /// let mut verification = decoy.begin(&[("X-Gitea-Signature", "0".repeat(64))])?;
    /// verification.update(b"{}");
    /// assert_eq!(verification.finish(UnixSeconds(0)), Err(VerifyError::Mismatch));
    /// # Ok::<(), VerifyError>(())
    /// ```
    pub fn update(&mut self, chunk: &[u8]) {
        for (_, mac) in &mut self.macs {
            mac.update(chunk);
        }
    }

    /// Compares with every secret, then checks the time at which it was signed against `now`.
    ///
    /// # Errors
    ///
    /// [`VerifyError::Mismatch`]; and in dialects that sign a time [`VerifyError::TimestampTooOld`]
    /// or [`VerifyError::TimestampTooNew`], over [`TIMESTAMP_TOLERANCE_S`] from `now`.
    ///
    /// ```
    /// # use countersign::{Dialect, UnixSeconds, Verifier, VerifyError};
    /// let decoy = Verifier::decoy(Dialect::Gitea);
    /// let mut verification = decoy.begin(&[("X-Gitea-Signature", "0".repeat(64))])?;
    /// verification.update(b"{}");
    /// assert_eq!(verification.finish(UnixSeconds(0)), Err(VerifyError::Mismatch));
    /// # Ok::<(), VerifyError>(())
    /// ```
    pub fn finish(self, now: UnixSeconds) -> Result<Verified, VerifyError> {
        let mut comparison = Comparison::default();
        for (index, mac) in self.macs {
            comparison.add(index, &mac.finish(), &self.claim);
        }
        comparison.verdict(self.decoy, self.claim.signed_at, now)
    }
}

/// What comparing has found so far: all of it in constant time, without an early exit.
struct Comparison {
    found: Choice,
    /// The first secret that matched.
    secret: u32,
}

impl Default for Comparison {
    fn default() -> Self {
        Self { found: Choice::from(0), secret: 0 }
    }
}

impl Comparison {
    fn add(&mut self, index: u32, expected: &Digest, claim: &Claim<'_>) {
        let mut matches = Choice::from(0);
        for claimed in claim.digests() {
            matches |= expected.matches(&claimed);
        }
        self.secret.conditional_assign(&index, matches & !self.found);
        self.found |= matches;
    }

    fn verdict(
        self,
        decoy: bool,
        signed_at: Option<UnixSeconds>,
        now: UnixSeconds,
    ) -> Result<Verified, VerifyError> {
        let found = self.found & !Choice::from(u8::from(decoy));
        if !bool::from(found) {
            return Err(VerifyError::Mismatch);
        }
        check_time(signed_at, now)?;
        Ok(Verified { secret: usize::try_from(self.secret).unwrap_or_default() })
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification").field("secrets", &self.macs.len()).finish_non_exhaustive()
    }
}

fn check_time(signed_at: Option<UnixSeconds>, now: UnixSeconds) -> Result<(), VerifyError> {
    let Some(signed_at) = signed_at else {
        return Ok(());
    };
    let age_s = now.0.saturating_sub(signed_at.0);
    if age_s > TIMESTAMP_TOLERANCE_S {
        Err(VerifyError::TimestampTooOld)
    } else if age_s < -TIMESTAMP_TOLERANCE_S {
        Err(VerifyError::TimestampTooNew)
    } else {
        Ok(())
    }
}

/// A request that was signed with one of the secrets.
///
/// ```
/// # use countersign::{Dialect, Secret, UnixSeconds, Verifier};
/// let (old, new) = (Secret::new("the old token")?, Secret::new("the new token")?);
/// let verifier = Verifier::new(Dialect::Gitlab, [&old, &new])?;
/// let headers = [("X-Gitlab-Token", "the new token")];
/// assert_eq!(verifier.verify(&headers, b"{}", UnixSeconds(0))?.secret, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Which secret matched: its index in the order given to [`Verifier::new`]. The first, where
    /// several match.
    pub secret: usize,
}
