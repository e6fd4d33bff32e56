//! Events of keys that a product is not known to send.

use alloc::string::String;

use serde_json::{Map, Value};

use crate::event_key::EventKey;

/// An event whose key is not one of the product's: a new one, or one of another sender.
///
/// ```
/// use countersign::EventKey;
/// use countersign::bitbucket::cloud::Event;
///
/// let key = EventKey::parse("repo:archived")?;
/// let event = Event::parse(&key, br#"{"repository": {"full_name": "acme/rocket"}}"#)?;
/// let Event::Unknown(unknown) = &event else { panic!("a known event") };
/// assert_eq!(unknown.key, key);
/// assert_eq!(unknown.body["repository"]["full_name"], "acme/rocket");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// What happened.
    pub key: EventKey,
    /// The whole body.
    pub body: Map<String, Value>,
}

impl UnknownEvent {
    pub(crate) fn has(&self, part: &str) -> bool {
        self.body.get(part).is_some_and(|value| !value.is_null())
    }
}
