//! The request headers of Bitbucket Cloud. Source: Bitbucket Cloud's page "Manage webhooks" and
//! requests as received. With the feature `events` the events too.

#[cfg(feature = "events")]
pub mod event;

use alloc::string::String;

#[cfg(feature = "http")]
use super::write_text;
use super::{
    HubSignature, RequestHeadersError, read_event_key, read_hub_signature, read_line, read_text,
};
use crate::dialect::attempt;
use crate::event_key::EventKey;
use crate::headers::Headers;

#[cfg(feature = "events")]
pub use event::Event;

/// The headers that Bitbucket Cloud puts on a webhook request.
///
/// ```
/// use countersign::KnownEventKey;
/// use countersign::bitbucket::cloud::RequestHeaders;
///
/// let received = [
///     ("X-Event-Key", "repo:push"),
///     ("X-Request-UUID", "not-a-uuid-but-kept"),
///     ("X-Attempt-Number", "1"),
/// ];
/// let headers = RequestHeaders::read(&received)?;
/// assert_eq!(headers.event_key.known(), Some(KnownEventKey::RepoPush));
/// assert_eq!(headers.request_uuid.as_deref(), Some("not-a-uuid-but-kept"));
/// assert_eq!(headers.attempt_number, Some(1));
/// assert_eq!(headers.hub_signature, None);
/// # Ok::<(), countersign::bitbucket::RequestHeadersError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHeaders {
    /// `X-Event-Key`: what happened.
    pub event_key: EventKey,
    /// `X-Hook-UUID`: the webhook at Bitbucket, a UUID without braces.
    pub hook_uuid: Option<String>,
    /// `X-Request-UUID`: the delivery; the same in each of its up to three attempts.
    pub request_uuid: Option<String>,
    /// `X-Attempt-Number`: 1 to 3 from Bitbucket, any number from others.
    pub attempt_number: Option<u32>,
    /// `X-Event-Time`: when it happened, an RFC 1123 date kept as text. Not always sent.
    pub event_time: Option<String>,
    /// `X-Hub-Signature`: only where the webhook has a secret.
    pub hub_signature: Option<HubSignature>,
}

impl RequestHeaders {
    /// Headers with this event key and nothing else.
    ///
    /// ```
    /// use countersign::KnownEventKey;
    /// use countersign::bitbucket::cloud::RequestHeaders;
    ///
    /// let mut headers = RequestHeaders::new(KnownEventKey::RepoPush.into());
    /// headers.attempt_number = Some(1);
    /// ```
    #[must_use]
    pub fn new(event_key: EventKey) -> Self {
        Self {
            event_key,
            hook_uuid: None,
            request_uuid: None,
            attempt_number: None,
            event_time: None,
            hub_signature: None,
        }
    }

    /// Reads them from the headers of a request. Only the event key must be there; an optional
    /// header that cannot be read is `None`.
    ///
    /// # Errors
    ///
    /// [`RequestHeadersError`], where `X-Event-Key` is missing, stands twice or holds no event key.
    ///
    /// ```
    /// # use countersign::bitbucket::{RequestHeadersError, cloud::RequestHeaders};
    /// let none: [(&str, &str); 0] = [];
    /// assert_eq!(RequestHeaders::read(&none), Err(RequestHeadersError::EventKeyMissing));
    /// ```
    pub fn read<H: Headers + ?Sized>(headers: &H) -> Result<Self, RequestHeadersError> {
        Ok(Self {
            event_key: read_event_key(headers)?,
            hook_uuid: read_text(headers, "x-hook-uuid"),
            request_uuid: read_text(headers, "x-request-uuid"),
            attempt_number: attempt(headers),
            event_time: read_line(headers, "x-event-time"),
            hub_signature: read_hub_signature(headers),
        })
    }

    /// Writes them into `map`, in place of those that are there; an absent one is removed.
    ///
    /// # Errors
    ///
    /// [`RequestHeadersError::ValueInvalid`], where a field holds what no header can, such as a line
    /// ending. Headers before that one are then written.
    ///
    /// ```
    /// use countersign::KnownEventKey;
    /// use countersign::bitbucket::cloud::RequestHeaders;
    ///
    /// let headers = RequestHeaders::new(KnownEventKey::RepoPush.into());
    /// let mut map = http::HeaderMap::new();
    /// headers.write(&mut map)?;
    /// assert_eq!(map["x-event-key"], "repo:push");
    /// assert_eq!(RequestHeaders::read(&map)?, headers);
    /// # Ok::<(), countersign::bitbucket::RequestHeadersError>(())
    /// ```
    #[cfg(feature = "http")]
    pub fn write(&self, map: &mut http::HeaderMap) -> Result<(), RequestHeadersError> {
        use alloc::string::ToString as _;

        let attempt = self.attempt_number.map(|number| number.to_string());
        let signature = self.hub_signature.as_ref().map(HubSignature::as_str);
        write_text(map, "x-event-key", Some(self.event_key.as_str()))?;
        write_text(map, "x-hook-uuid", self.hook_uuid.as_deref())?;
        write_text(map, "x-request-uuid", self.request_uuid.as_deref())?;
        write_text(map, "x-attempt-number", attempt.as_deref())?;
        write_text(map, "x-event-time", self.event_time.as_deref())?;
        write_text(map, "x-hub-signature", signature)
    }
}
