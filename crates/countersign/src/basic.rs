//! Basic authentication (RFC 7617), which Bitbucket Data Center can send besides a signature.
//!
//! Owns one pair of user name and password, as a header to send and as a check of a received one.
//! The check takes exactly one `Authorization` header and compares SHA-256 of both sides in constant
//! time, so that neither content nor length of the expected pair shows in the time it takes. The
//! pair is overwritten when dropped and never printed.

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::headers::{Headers, Occurrence, occurrence};
use crate::mac::{Claimed, Digest, sha256};

/// The most bytes of a user name, and of a password.
pub const BASIC_PART_MAX_BYTES: usize = 1024;

/// The base64 of the longest pair with its colon.
const PAIR_TEXT_MAX_BYTES: usize = (2 * BASIC_PART_MAX_BYTES + 1).div_ceil(3) * 4;

/// A user name and a password.
///
/// ```
/// use countersign::{BasicCredentials, BasicError};
///
/// let credentials = BasicCredentials::new("Aladdin", "open sesame")?;
/// let headers = [("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")];
/// assert!(credentials.matches(&headers));
/// assert_eq!(credentials.header_value().as_str(), headers[0].1);
/// assert_eq!(format!("{credentials:?}"), "BasicCredentials([redacted])");
/// # Ok::<(), BasicError>(())
/// ```
#[derive(Clone)]
pub struct BasicCredentials {
    /// `username:password`.
    pair: Zeroizing<String>,
    /// SHA-256 of the pair, made once, so that its length does not show in the time of a check.
    digest: Digest,
}

impl BasicCredentials {
    /// Keeps the pair exactly, to be sent and compared as UTF-8. One of the two may be empty.
    ///
    /// # Errors
    ///
    /// [`BasicError`] where both are empty, one has over [`BASIC_PART_MAX_BYTES`] or a control
    /// character, or the user name has a colon (RFC 7617, 2).
    ///
    /// ```
    /// # use countersign::{BasicCredentials, BasicError};
    /// let refused = BasicCredentials::new("a:b", "password");
    /// assert_eq!(refused.unwrap_err(), BasicError::ColonInUsername);
    /// ```
    pub fn new(username: &str, password: &str) -> Result<Self, BasicError> {
        if username.is_empty() && password.is_empty() {
            return Err(BasicError::Empty);
        }
        if username.len().max(password.len()) > BASIC_PART_MAX_BYTES {
            return Err(BasicError::TooLong);
        }
        if username.contains(':') {
            return Err(BasicError::ColonInUsername);
        }
        if username.chars().chain(password.chars()).any(char::is_control) {
            return Err(BasicError::ControlCharacter);
        }
        // Sized before it is filled: growing would leave copies that nobody overwrites.
        let mut pair = Zeroizing::new(String::with_capacity(username.len() + 1 + password.len()));
        pair.push_str(username);
        pair.push(':');
        pair.push_str(password);
        let digest = sha256(pair.as_bytes());
        Ok(Self { pair, digest })
    }

    /// The value of the `Authorization` header. Whoever calls this has to keep it from logs.
    ///
    /// ```
    /// # use countersign::BasicCredentials;
    /// let value = BasicCredentials::new("ci", "")?.header_value();
    /// assert_eq!(value.as_str(), "Basic Y2k6");
    /// # Ok::<(), countersign::BasicError>(())
    /// ```
    #[must_use]
    pub fn header_value(&self) -> Zeroizing<String> {
        let mut value = Zeroizing::new(String::with_capacity(6 + self.pair.len().div_ceil(3) * 4));
        value.push_str("Basic ");
        STANDARD.encode_string(self.pair.as_bytes(), &mut value);
        value
    }

    /// Whether exactly one `Authorization` header stands in `headers` and carries this pair: the
    /// scheme in either case, one or more spaces, strict base64.
    ///
    /// ```
    /// # use countersign::BasicCredentials;
    /// let credentials = BasicCredentials::new("ci", "open sesame")?;
    /// let unauthenticated: [(&str, &str); 0] = [];
    /// assert!(!credentials.matches(&unauthenticated));
    /// # Ok::<(), countersign::BasicError>(())
    /// ```
    #[must_use]
    pub fn matches<H: Headers + ?Sized>(&self, headers: &H) -> bool {
        let claimed = match occurrence(headers, "Authorization") {
            Occurrence::Once(value) => digest_of_pair(value),
            Occurrence::Missing | Occurrence::Repeated => None,
        };
        claimed.is_some_and(|claimed| self.digest.matches(&claimed).into())
    }
}

/// SHA-256 of the pair that a value of `Authorization` carries.
fn digest_of_pair(value: &[u8]) -> Option<Claimed> {
    let (scheme, rest) = value.split_at_checked(5)?;
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    if !scheme.eq_ignore_ascii_case(b"Basic") || spaces == 0 {
        return None;
    }
    let encoded = rest.get(spaces..)?;
    let mut pair = Zeroizing::new(vec![0; PAIR_TEXT_MAX_BYTES]);
    let length = STANDARD.decode_slice(encoded, &mut pair).ok()?;
    Some(sha256(pair.get(..length)?).claimed())
}

impl fmt::Debug for BasicCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BasicCredentials([redacted])")
    }
}

/// Why a user name and a password cannot be used. The fault is with whoever configured them.
///
/// ```
/// # use countersign::{BasicCredentials, BasicError};
/// assert_eq!(BasicCredentials::new("", "").unwrap_err(), BasicError::Empty);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum BasicError {
    /// Both are empty.
    #[error("user name and password are both empty")]
    Empty,
    /// One of them has over [`BASIC_PART_MAX_BYTES`].
    #[error("user name or password has over {BASIC_PART_MAX_BYTES} bytes")]
    TooLong,
    /// The user name has a colon, which ends it.
    #[error("the user name has a colon")]
    ColonInUsername,
    /// One of them has a control character, such as a line ending.
    #[error("user name or password has a control character")]
    ControlCharacter,
}
