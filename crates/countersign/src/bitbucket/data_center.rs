//! The request headers of Bitbucket Server and Data Center. Source: Atlassian's pages "Manage
//! webhooks" and "Event payload", and requests as received. With the feature `events` the events
//! too.

#[cfg(feature = "events")]
pub mod event;

use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

#[cfg(feature = "http")]
use super::write_text;
use super::{HubSignature, RequestHeadersError, read_event_key, read_hub_signature, read_text};
use crate::basic::BasicCredentials;
use crate::event_key::EventKey;
use crate::headers::{Headers, Occurrence, occurrence};

#[cfg(feature = "events")]
pub use event::Event;

/// The most bytes of an `Authorization` header that is kept.
const AUTHORIZATION_MAX_BYTES: usize = 4096;

/// The headers that Bitbucket Server and Data Center put on a webhook request.
///
/// ```
/// use countersign::bitbucket::data_center::RequestHeaders;
///
/// let received = [("X-Event-Key", "repo:refs_changed"), ("X-Request-Id", "1-not-a-uuid")];
/// let headers = RequestHeaders::read(&received)?;
/// assert_eq!(headers.event_key.as_str(), "repo:refs_changed");
/// assert_eq!(headers.request_id.as_deref(), Some("1-not-a-uuid"));
/// assert!(headers.authorization.is_none());
/// # Ok::<(), countersign::bitbucket::RequestHeadersError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RequestHeaders {
    /// `Authorization`: where the webhook has credentials. Redacted in `Debug`.
    pub authorization: Option<Authorization>,
    /// `X-Event-Key`: what happened.
    pub event_key: EventKey,
    /// `X-Hub-Signature`: where the webhook has a secret, but never on `diagnostics:ping`.
    pub hub_signature: Option<HubSignature>,
    /// `X-Request-Id`: the request, a UUID from Bitbucket itself.
    pub request_id: Option<String>,
}

impl RequestHeaders {
    /// Headers with this event key and nothing else.
    ///
    /// ```
    /// use countersign::KnownEventKey;
    /// use countersign::bitbucket::data_center::RequestHeaders;
    ///
    /// let ping = RequestHeaders::new(KnownEventKey::DiagnosticsPing.into());
    /// assert!(ping.hub_signature.is_none());
    /// ```
    #[must_use]
    pub fn new(event_key: EventKey) -> Self {
        Self { authorization: None, event_key, hub_signature: None, request_id: None }
    }

    /// Reads them from the headers of a request. Only the event key must be there; an optional
    /// header that cannot be read is `None`.
    ///
    /// # Errors
    ///
    /// [`RequestHeadersError`], where `X-Event-Key` is missing, stands twice or holds no event key.
    ///
    /// ```
    /// # use countersign::bitbucket::{RequestHeadersError, data_center::RequestHeaders};
    /// let twice = [("X-Event-Key", "pr:opened"), ("X-Event-Key", "pr:merged")];
    /// let refused = RequestHeaders::read(&twice);
    /// assert_eq!(refused.unwrap_err(), RequestHeadersError::EventKeyRepeated);
    /// ```
    pub fn read<H: Headers + ?Sized>(headers: &H) -> Result<Self, RequestHeadersError> {
        let authorization = match occurrence(headers, "authorization") {
            Occurrence::Once(value) => {
                core::str::from_utf8(value).ok().and_then(Authorization::new)
            }
            Occurrence::Missing | Occurrence::Repeated => None,
        };
        Ok(Self {
            authorization,
            event_key: read_event_key(headers)?,
            hub_signature: read_hub_signature(headers),
            request_id: read_text(headers, "x-request-id"),
        })
    }

    /// Writes them into `map`, in place of those that are there; an absent one is removed. The
    /// value of `Authorization` is marked sensitive.
    ///
    /// # Errors
    ///
    /// [`RequestHeadersError::ValueInvalid`], where a field holds what no header can, such as a line
    /// ending. Headers before that one are then written.
    ///
    /// ```
    /// use countersign::bitbucket::data_center::RequestHeaders;
    /// use countersign::{BasicCredentials, KnownEventKey};
    ///
    /// let credentials = BasicCredentials::new("jenkins", "open sesame")?;
    /// let mut headers = RequestHeaders::new(KnownEventKey::RepoRefsChanged.into());
    /// headers.authorization = Some((&credentials).into());
    /// let mut map = http::HeaderMap::new();
    /// headers.write(&mut map)?;
    /// assert!(credentials.matches(&map));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "http")]
    pub fn write(&self, map: &mut http::HeaderMap) -> Result<(), RequestHeadersError> {
        let signature = self.hub_signature.as_ref().map(HubSignature::as_str);
        let authorization = self.authorization.as_ref().map(Authorization::expose);
        write_text(map, "authorization", authorization)?;
        if let Some(value) = map.get_mut("authorization") {
            value.set_sensitive(true);
        }
        write_text(map, "x-event-key", Some(self.event_key.as_str()))?;
        write_text(map, "x-hub-signature", signature)?;
        write_text(map, "x-request-id", self.request_id.as_deref())
    }
}

/// The value of an `Authorization` header. Overwritten when dropped, redacted in `Debug`, and cannot
/// be compared; to check one, use [`BasicCredentials::matches`].
///
/// ```
/// use countersign::bitbucket::data_center::Authorization;
///
/// let authorization = Authorization::new("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
/// assert_eq!(format!("{authorization:?}"), "Some(Authorization([redacted]))");
/// ```
#[derive(Clone)]
pub struct Authorization(Zeroizing<String>);

impl Authorization {
    /// Keeps `value`: 1 to 4,096 printable ASCII characters, else `None`.
    #[must_use]
    pub fn new(value: &str) -> Option<Self> {
        let fits = (1..=AUTHORIZATION_MAX_BYTES).contains(&value.len());
        let printable = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        (fits && printable).then(|| Self(Zeroizing::new(value.into())))
    }

    /// The value of the header. Whoever calls this has to keep it from logs and answers.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&BasicCredentials> for Authorization {
    fn from(credentials: &BasicCredentials) -> Self {
        Self(credentials.header_value())
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorization([redacted])")
    }
}
