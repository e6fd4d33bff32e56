//! What changed of a thing, as Cloud writes it.

use alloc::string::String;

use serde_json::{Map, Value};

use super::declare::serialize;
use super::part::{Expected, Misread, Part};

/// Fields that changed, each with its value before and after: `{"name": {"old": ..., "new": ...}}`.
/// Kept as it is and looked at only when asked.
///
/// ```
/// use countersign::KnownEventKey;
/// use countersign::bitbucket::cloud::Event;
///
/// let body = br#"{"repository": {}, "changes": {"name": {"old": "rocket", "new": "lander"}}}"#;
/// let event = Event::parse(&KnownEventKey::RepoUpdated.into(), body)?;
/// let Event::RepoUpdated(updated) = event else { panic!("another event") };
/// let changes = updated.changes.unwrap_or_default();
/// assert_eq!(changes.before("name").and_then(|name| name.as_str()), Some("rocket"));
/// assert_eq!(changes.after("name").and_then(|name| name.as_str()), Some("lander"));
/// assert_eq!(changes.after("website"), None);
/// # Ok::<(), countersign::bitbucket::event::EventError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes(Map<String, Value>);

impl Changes {
    /// The names of the fields that changed.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The value of `field` before. `None` where it did not change or was not given.
    #[must_use]
    pub fn before(&self, field: &str) -> Option<&Value> {
        self.0.get(field)?.get("old")
    }

    /// The value of `field` now. `None` where it did not change or is not given.
    #[must_use]
    pub fn after(&self, field: &str) -> Option<&Value> {
        self.0.get(field)?.get("new")
    }

    /// The changes as they were written.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl From<Map<String, Value>> for Changes {
    fn from(changes: Map<String, Value>) -> Self {
        Self(changes)
    }
}

impl Part for Changes {
    fn takes(value: &Value) -> bool {
        value.is_object()
    }

    fn read(value: Value) -> Result<Self, Misread> {
        match value {
            Value::Object(changes) => Ok(Self(changes)),
            _ => Err(Misread::here(Expected::Object)),
        }
    }

    fn write(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

serialize!(Changes);
