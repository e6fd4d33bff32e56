//! Event keys: what happened, as the field writes it.
//!
//! Owns the type and the list of all keys that Bitbucket Cloud and Data Center send. A key is 1 to
//! [`EVENT_KEY_MAX_BYTES`] of `A-Za-z0-9_.:/-`, compared with case. A key that is not in the list
//! is kept as it is; nothing here decides what a key means.

mod known;
#[cfg(test)]
mod tests;

use alloc::sync::Arc;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use thiserror::Error;

pub use known::{KnownEventKey, Product};

/// The most bytes of an event key.
pub const EVENT_KEY_MAX_BYTES: usize = 128;

/// What happened: `repo:push`, `repo:refs_changed`, `invoice.paid`. 1 to [`EVENT_KEY_MAX_BYTES`]
/// of `A-Za-z0-9_.:/-`. Cheap to clone.
///
/// ```
/// use countersign::{EventKey, KnownEventKey};
///
/// let push: EventKey = "repo:push".parse()?;
/// assert_eq!(push.known(), Some(KnownEventKey::RepoPush));
///
/// let paid = EventKey::parse("invoice.paid")?;
/// assert_eq!(paid.known(), None);
/// assert_eq!(paid.as_str(), "invoice.paid");
/// # Ok::<(), countersign::EventKeyError>(())
/// ```
#[derive(Clone)]
pub struct EventKey(Kind);

// Parsing never keeps the text of a known key as `Other`.
#[derive(Clone)]
enum Kind {
    Known(KnownEventKey),
    Other(Arc<str>),
}

impl EventKey {
    /// Reads an event key. Nothing is trimmed and case is kept.
    ///
    /// # Errors
    ///
    /// [`EventKeyError`], where it is empty, too long, or holds another character.
    ///
    /// ```
    /// use countersign::{EventKey, EventKeyError};
    ///
    /// assert_eq!(EventKey::parse("").unwrap_err(), EventKeyError::Empty);
    /// assert_eq!(EventKey::parse("repo push").unwrap_err(), EventKeyError::Character);
    /// assert_eq!(EventKey::parse(&"k".repeat(129)).unwrap_err(), EventKeyError::TooLong);
    /// ```
    pub fn parse(text: &str) -> Result<Self, EventKeyError> {
        if let Some(known) = KnownEventKey::of(text) {
            return Ok(known.into());
        }
        if text.is_empty() {
            return Err(EventKeyError::Empty);
        }
        if text.len() > EVENT_KEY_MAX_BYTES {
            return Err(EventKeyError::TooLong);
        }
        if !text.bytes().all(is_allowed) {
            return Err(EventKeyError::Character);
        }
        Ok(Self(Kind::Other(text.into())))
    }

    /// The text of the key.
    ///
    /// ```
    /// # use countersign::EventKey;
    /// assert_eq!(EventKey::parse("pr:opened")?.as_str(), "pr:opened");
    /// # Ok::<(), countersign::EventKeyError>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Kind::Known(known) => known.as_str(),
            Kind::Other(text) => text,
        }
    }

    /// The key among those that Bitbucket sends, or `None` for any other.
    ///
    /// ```
    /// # use countersign::{EventKey, KnownEventKey};
    /// let ping = EventKey::parse("diagnostics:ping")?;
    /// assert_eq!(ping.known(), Some(KnownEventKey::DiagnosticsPing));
    /// # Ok::<(), countersign::EventKeyError>(())
    /// ```
    #[must_use]
    pub fn known(&self) -> Option<KnownEventKey> {
        match self.0 {
            Kind::Known(known) => Some(known),
            Kind::Other(_) => None,
        }
    }
}

fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'/' | b'-')
}

impl From<KnownEventKey> for EventKey {
    fn from(known: KnownEventKey) -> Self {
        Self(Kind::Known(known))
    }
}

impl FromStr for EventKey {
    type Err = EventKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EventKey").field(&self.as_str()).finish()
    }
}

impl AsRef<str> for EventKey {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for EventKey {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for EventKey {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for EventKey {}

impl PartialOrd for EventKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EventKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for EventKey {
    fn hash<S: Hasher>(&self, state: &mut S) {
        self.as_str().hash(state);
    }
}

/// Why a text is no event key. The fault is with whoever wrote the text.
///
/// ```
/// # use countersign::{EventKey, EventKeyError};
/// assert_eq!(EventKey::parse("repo push").unwrap_err(), EventKeyError::Character);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum EventKeyError {
    /// No characters.
    #[error("the event key is empty")]
    Empty,
    /// Over [`EVENT_KEY_MAX_BYTES`].
    #[error("the event key has over {EVENT_KEY_MAX_BYTES} characters")]
    TooLong,
    /// A character outside `A-Za-z0-9_.:/-`.
    #[error("an event key has only the characters A-Z a-z 0-9 _ . : / -")]
    Character,
}
