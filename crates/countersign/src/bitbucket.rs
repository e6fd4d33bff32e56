//! The headers of Bitbucket's webhook requests, as types, and with the feature `events` their
//! bodies.
//!
//! Owns one type per product, [`cloud::RequestHeaders`] and [`data_center::RequestHeaders`], read
//! from any [`Headers`] and written to an `http::HeaderMap` (feature `http`). Reading is
//! tolerant: an id need not be a UUID, and an optional header that stands twice, is over 255 bytes or
//! is not text is `None`. Reading verifies nothing; that is [`Verifier`](crate::Verifier)'s.
//!
//! `cloud::Event` and `data_center::Event` are the bodies, a variant for each event key; what they
//! share is told in `bitbucket::event`.

pub mod cloud;
pub mod data_center;
#[cfg(feature = "events")]
pub mod event;
#[cfg(test)]
mod tests;

use alloc::string::String;
use core::fmt;

use thiserror::Error;

use crate::event_key::{EventKey, EventKeyError};
use crate::headers::{
    HEADER_TEXT_MAX_BYTES, Headers, Occurrence, as_visible_text, occurrence, visible_text,
};
use crate::mac::{Algorithm, Encoding};

/// The text of an `X-Hub-Signature` header as it was received or will be sent: a claim, not a proof.
///
/// ```
/// use countersign::bitbucket::HubSignature;
///
/// let signature = HubSignature::new("sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59");
/// assert_eq!(signature.as_ref().map(HubSignature::digest), Some(None));
/// assert_eq!(HubSignature::new("not\nvisible"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HubSignature(String);

impl HubSignature {
    /// Keeps `text`, 1 to 255 visible ASCII characters, else `None`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        as_visible_text(text.as_bytes()).map(|text| Self(text.into()))
    }

    /// The text of the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 32 bytes of a well-formed `sha256=<64 hexadecimal digits>`, else `None`.
    ///
    /// ```
    /// # use countersign::bitbucket::HubSignature;
    /// let text = format!("sha256={}", "0f".repeat(32));
    /// let signature = HubSignature::new(&text);
    /// assert_eq!(signature.and_then(|signature| signature.digest()), Some([0x0f; 32]));
    /// ```
    #[must_use]
    pub fn digest(&self) -> Option<[u8; 32]> {
        let digits = self.0.strip_prefix("sha256=")?.as_bytes();
        let claimed = Encoding::Hex.read(digits, Algorithm::Sha256).ok()?;
        claimed.as_slice().try_into().ok()
    }
}

impl fmt::Display for HubSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why request headers of Bitbucket cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum RequestHeadersError {
    /// `X-Event-Key` is missing: no request of Bitbucket's.
    #[error("X-Event-Key is missing")]
    EventKeyMissing,
    /// `X-Event-Key` stands more than once.
    #[error("X-Event-Key stands more than once")]
    EventKeyRepeated,
    /// `X-Event-Key` holds no event key.
    #[error("X-Event-Key holds no event key")]
    EventKeyInvalid(#[from] EventKeyError),
    /// A value cannot stand in this header. The fault is with whoever set the field.
    #[error("a value cannot stand in {header}")]
    ValueInvalid {
        /// The name of the header.
        header: &'static str,
    },
}

fn read_event_key<H: Headers + ?Sized>(headers: &H) -> Result<EventKey, RequestHeadersError> {
    match occurrence(headers, "x-event-key") {
        Occurrence::Missing => Err(RequestHeadersError::EventKeyMissing),
        Occurrence::Repeated => Err(RequestHeadersError::EventKeyRepeated),
        Occurrence::Once(value) => {
            let text = core::str::from_utf8(value).map_err(|_| EventKeyError::Character)?;
            Ok(EventKey::parse(text)?)
        }
    }
}

fn read_hub_signature<H: Headers + ?Sized>(headers: &H) -> Option<HubSignature> {
    HubSignature::new(visible_text(headers, "x-hub-signature")?)
}

fn read_text<H: Headers + ?Sized>(headers: &H, name: &'static str) -> Option<String> {
    visible_text(headers, name).map(String::from)
}

/// A text of up to 255 bytes that may have inner spaces, such as a date.
fn read_line<H: Headers + ?Sized>(headers: &H, name: &'static str) -> Option<String> {
    let Occurrence::Once(value) = occurrence(headers, name) else {
        return None;
    };
    let printable = value.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let fits = (1..=HEADER_TEXT_MAX_BYTES).contains(&value.len());
    if printable && fits { core::str::from_utf8(value).ok().map(String::from) } else { None }
}

/// Sets the header `name` (in lower case) in place of any that was there; `None` removes it.
#[cfg(feature = "http")]
fn write_text(
    map: &mut http::HeaderMap,
    name: &'static str,
    text: Option<&str>,
) -> Result<(), RequestHeadersError> {
    let Some(text) = text else {
        map.remove(name);
        return Ok(());
    };
    let value = http::HeaderValue::from_str(text)
        .map_err(|_| RequestHeadersError::ValueInvalid { header: name })?;
    map.insert(name, value);
    Ok(())
}
