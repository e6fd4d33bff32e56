//! What a `generic-hmac` dialect is configured with, and the rules for it.
//!
//! Names of headers are tokens (RFC 9110, 5.1) of at most 255 bytes, differ from each other, and are
//! none that HTTP or every dialect uses already.

#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use thiserror::Error;

use crate::dialect::labelled_digest::Form;
use crate::headers::HEADER_TEXT_MAX_BYTES;
use crate::mac::{Algorithm, Encoding};

/// The most bytes of a `prefix`.
pub const GENERIC_HMAC_PREFIX_MAX_BYTES: usize = 64;

/// Headers that carry something else in every request.
const RESERVED: &[&str] = &[
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-attempt-number",
];

/// The settings of a [`Dialect::GenericHmac`](crate::Dialect::GenericHmac): an HMAC over the body in
/// a header of one's own choosing.
///
/// ```
/// use countersign::{Algorithm, Dialect, Encoding, GenericHmac, GenericHmacError};
///
/// let shop = GenericHmac::new("X-Shop-Hmac-Sha256")?
///     .with_encoding(Encoding::Base64)
///     .with_event_key_header("X-Shop-Topic")?
///     .with_request_id_header("X-Shop-Webhook-Id")?;
/// assert_eq!(shop.algorithm(), Algorithm::Sha256);
/// let dialect = Dialect::from(shop);
/// assert_eq!(dialect.as_str(), "generic-hmac");
/// # Ok::<(), GenericHmacError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GenericHmac {
    signature: [Cow<'static, str>; 1],
    prefix: String,
    encoding: Encoding,
    algorithm: Algorithm,
    event_key_header: Option<String>,
    request_id_header: Option<String>,
    /// The last two, as a dialect lists them.
    event_headers: Vec<Cow<'static, str>>,
}

impl GenericHmac {
    /// HMAC-SHA256 in lower-case hexadecimal in `header`, without a prefix, an event key or an id.
    ///
    /// # Errors
    ///
    /// [`GenericHmacError::HeaderName`] and [`GenericHmacError::HeaderTaken`].
    ///
    /// ```
    /// use countersign::{GenericHmac, GenericHmacError};
    ///
    /// assert_eq!(GenericHmac::new("X Signature"), Err(GenericHmacError::HeaderName));
    /// assert_eq!(GenericHmac::new("Authorization"), Err(GenericHmacError::HeaderTaken));
    /// ```
    pub fn new(header: &str) -> Result<Self, GenericHmacError> {
        let header = checked(header, &["x-event-key"])?;
        Ok(Self {
            signature: [Cow::Owned(header)],
            prefix: String::new(),
            encoding: Encoding::default(),
            algorithm: Algorithm::default(),
            event_key_header: None,
            request_id_header: None,
            event_headers: Vec::new(),
        })
    }

    /// With a text before the digest, such as `sha256=`: up to [`GENERIC_HMAC_PREFIX_MAX_BYTES`]
    /// visible ASCII characters, or spaces within.
    ///
    /// # Errors
    ///
    /// [`GenericHmacError::Prefix`].
    ///
    /// ```
    /// # use countersign::{GenericHmac, GenericHmacError};
    /// let labelled = GenericHmac::new("X-Signature")?.with_prefix("sha256=")?;
    /// assert_eq!(labelled.prefix(), "sha256=");
    /// assert_eq!(labelled.with_prefix(" sha256="), Err(GenericHmacError::Prefix));
    /// # Ok::<(), GenericHmacError>(())
    /// ```
    pub fn with_prefix(mut self, prefix: &str) -> Result<Self, GenericHmacError> {
        let plain = prefix.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
        if !plain || prefix.starts_with(' ') || prefix.len() > GENERIC_HMAC_PREFIX_MAX_BYTES {
            return Err(GenericHmacError::Prefix);
        }
        self.prefix = prefix.into();
        Ok(self)
    }

    /// With the digest written so.
    ///
    /// ```
    /// # use countersign::{Encoding, GenericHmac, GenericHmacError};
    /// let base64 = GenericHmac::new("X-Signature")?.with_encoding(Encoding::Base64);
    /// assert_eq!(base64.encoding(), Encoding::Base64);
    /// # Ok::<(), GenericHmacError>(())
    /// ```
    #[must_use]
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// With this hash function.
    ///
    /// ```
    /// # use countersign::{Algorithm, GenericHmac, GenericHmacError};
    /// let long = GenericHmac::new("X-Signature")?.with_algorithm(Algorithm::Sha512);
    /// assert_eq!(long.algorithm(), Algorithm::Sha512);
    /// # Ok::<(), GenericHmacError>(())
    /// ```
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// With the event key in this header.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); also taken is a header that another setting names.
    ///
    /// ```
    /// # use countersign::{GenericHmac, GenericHmacError};
    /// let named = GenericHmac::new("X-Signature")?.with_event_key_header("X-Topic")?;
    /// assert_eq!(named.event_key_header(), Some("X-Topic"));
    /// assert_eq!(named.with_event_key_header("x-signature"), Err(GenericHmacError::HeaderTaken));
    /// # Ok::<(), GenericHmacError>(())
    /// ```
    pub fn with_event_key_header(mut self, header: &str) -> Result<Self, GenericHmacError> {
        let request_id = self.request_id_header.as_deref().unwrap_or_default();
        self.event_key_header = Some(checked(header, &[self.header(), request_id])?);
        Ok(self.listed())
    }

    /// With the request id in this header.
    ///
    /// # Errors
    ///
    /// As [`with_event_key_header`](Self::with_event_key_header).
    ///
    /// ```
    /// # use countersign::{GenericHmac, GenericHmacError};
    /// let named = GenericHmac::new("X-Signature")?.with_request_id_header("X-Message-Id")?;
    /// assert_eq!(named.request_id_header(), Some("X-Message-Id"));
    /// # Ok::<(), GenericHmacError>(())
    /// ```
    pub fn with_request_id_header(mut self, header: &str) -> Result<Self, GenericHmacError> {
        let event_key = self.event_key_header.as_deref().unwrap_or_default();
        let taken = &[self.header(), event_key, "x-event-key"];
        self.request_id_header = Some(checked(header, taken)?);
        Ok(self.listed())
    }

    /// The header of the signature, as it was given.
    ///
    /// ```
    /// # use countersign::{GenericHmac, GenericHmacError};
    /// assert_eq!(GenericHmac::new("X-Signature")?.header(), "X-Signature");
    /// # Ok::<(), GenericHmacError>(())
    /// ```
    #[must_use]
    pub fn header(&self) -> &str {
        let [header] = &self.signature;
        header
    }

    /// What stands before the digest.
    ///
    /// ```
    /// # use countersign::{GenericHmac, GenericHmacError};
    /// assert_eq!(GenericHmac::new("X-Signature")?.prefix(), "");
    /// # Ok::<(), GenericHmacError>(())
    /// ```
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// How the digest is written.
    ///
    /// ```
    /// # use countersign::{Encoding, GenericHmac, GenericHmacError};
    /// assert_eq!(GenericHmac::new("X-Signature")?.encoding(), Encoding::Hex);
    /// # Ok::<(), GenericHmacError>(())
    /// ```
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The hash function.
    ///
    /// ```
    /// # use countersign::{Algorithm, GenericHmac, GenericHmacError};
    /// assert_eq!(GenericHmac::new("X-Signature")?.algorithm(), Algorithm::Sha256);
    /// # Ok::<(), GenericHmacError>(())
    /// ```
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The header of the event key.
    ///
    /// ```
    /// # use countersign::{GenericHmac, GenericHmacError};
    /// assert_eq!(GenericHmac::new("X-Signature")?.event_key_header(), None);
    /// # Ok::<(), GenericHmacError>(())
    /// ```
    #[must_use]
    pub fn event_key_header(&self) -> Option<&str> {
        self.event_key_header.as_deref()
    }

    /// The header of the request id.
    ///
    /// ```
    /// # use countersign::{GenericHmac, GenericHmacError};
    /// assert_eq!(GenericHmac::new("X-Signature")?.request_id_header(), None);
    /// # Ok::<(), GenericHmacError>(())
    /// ```
    #[must_use]
    pub fn request_id_header(&self) -> Option<&str> {
        self.request_id_header.as_deref()
    }

    pub(in crate::dialect) fn signature_headers(&self) -> &[Cow<'static, str>] {
        &self.signature
    }

    pub(in crate::dialect) fn form(&self) -> Form<'_> {
        Form {
            header: self.header(),
            label: &self.prefix,
            encoding: self.encoding,
            algorithm: self.algorithm,
        }
    }

    pub(in crate::dialect) fn event_headers(&self) -> &[Cow<'static, str>] {
        &self.event_headers
    }

    fn listed(mut self) -> Self {
        let names = self.event_key_header.iter().chain(&self.request_id_header);
        self.event_headers = names.cloned().map(Cow::Owned).collect();
        self
    }
}

fn checked(name: &str, taken: &[&str]) -> Result<String, GenericHmacError> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !(1..=HEADER_TEXT_MAX_BYTES).contains(&name.len()) || !name.bytes().all(token) {
        return Err(GenericHmacError::HeaderName);
    }
    if RESERVED.iter().chain(taken).any(|other| other.eq_ignore_ascii_case(name)) {
        return Err(GenericHmacError::HeaderTaken);
    }
    Ok(name.into())
}

/// Why settings of `generic-hmac` cannot be used. The fault is with whoever configured them.
///
/// ```
/// # use countersign::{GenericHmac, GenericHmacError};
/// let error = GenericHmac::new("Content-Type").unwrap_err();
/// assert_eq!(error, GenericHmacError::HeaderTaken);
/// assert_eq!(error.to_string(), "this header carries something else already");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum GenericHmacError {
    /// Not the name of a header.
    #[error("the name of a header is 1 to 255 letters, digits and any of !#$%&'*+-.^_`|~")]
    HeaderName,
    /// The header carries something else: HTTP or another setting uses it.
    #[error("this header carries something else already")]
    HeaderTaken,
    /// The prefix cannot stand in a header.
    #[error(
        "the prefix is at most {GENERIC_HMAC_PREFIX_MAX_BYTES} visible ASCII characters and spaces, and \
         does not begin with a space"
    )]
    Prefix,
}
