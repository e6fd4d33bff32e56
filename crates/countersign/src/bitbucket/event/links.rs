//! Links, as both products write them.

use alloc::string::String;

use serde_json::{Map, Value};

use super::declare::serialize;
use super::part::{Expected, Misread, Part};

/// Addresses by name: `{"html": {"href": "..."}}` at Cloud, `{"self": [{"href": "..."}]}` at Data
/// Center, and for cloning `{"clone": [{"name": "ssh", "href": "..."}]}` at both.
///
/// The object is kept as it is and looked at only when asked, so that a link of another shape is
/// never an error. Where the body was not verified, anybody can have written these: a receiver that
/// sends credentials to one gives them away (CVE-2023-41937).
///
/// ```
/// use countersign::KnownEventKey;
/// use countersign::bitbucket::data_center::Event;
///
/// let body = br#"{"repository": {"links": {
///     "clone": [{"name": "ssh", "href": "ssh://git@git.example/acme/rocket.git"}],
///     "self": [{"href": "https://git.example/projects/ACME/repos/rocket/browse"}]
/// }}}"#;
/// let event = Event::parse(&KnownEventKey::RepoRefsChanged.into(), body)?;
/// let links = event.repository().and_then(|repository| repository.links.as_ref());
/// let ssh = links.and_then(|links| links.clone_href("ssh"));
/// assert_eq!(ssh, Some("ssh://git@git.example/acme/rocket.git"));
/// # Ok::<(), countersign::bitbucket::event::EventError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links(Map<String, Value>);

impl Links {
    /// The address `name` (`self`, `html`, `avatar`, `commits`, ...); the first, where there are
    /// several.
    #[must_use]
    pub fn href(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Array(links) => links.first()?.get("href")?.as_str(),
            link => link.get("href")?.as_str(),
        }
    }

    /// The address to clone from by `protocol`: `ssh`, and `https` (Cloud) or `http` (Data Center).
    #[must_use]
    pub fn clone_href(&self, protocol: &str) -> Option<&str> {
        let links = self.0.get("clone")?.as_array()?;
        let named = |link: &&Value| link.get("name").and_then(Value::as_str) == Some(protocol);
        links.iter().find(named)?.get("href")?.as_str()
    }

    /// The links as they were written.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl From<Map<String, Value>> for Links {
    fn from(links: Map<String, Value>) -> Self {
        Self(links)
    }
}

impl Part for Links {
    fn takes(value: &Value) -> bool {
        value.is_object()
    }

    fn read(value: Value) -> Result<Self, Misread> {
        match value {
            Value::Object(links) => Ok(Self(links)),
            _ => Err(Misread::here(Expected::Object)),
        }
    }

    fn write(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

serialize!(Links);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn links(value: Value) -> Links {
        Links::read(value).expect("links")
    }

    #[test]
    fn both_shapes_are_read() {
        let cloud =
            links(json!({"html": {"href": "a"}, "clone": [{"name": "https", "href": "b"}]}));
        assert_eq!(cloud.href("html"), Some("a"));
        assert_eq!(cloud.clone_href("https"), Some("b"));
        assert_eq!(cloud.clone_href("ssh"), None);
        let data_center = links(json!({"self": [{"href": "c"}, {"href": "d"}]}));
        assert_eq!(data_center.href("self"), Some("c"));
        assert_eq!(data_center.href("html"), None);
    }

    #[test]
    fn any_other_shape_is_kept_and_gives_nothing() {
        for odd in [
            json!("text"),
            json!(7),
            json!(null),
            json!({}),
            json!([]),
            json!([7]),
            json!({"href": 7}),
            json!([{"name": 7, "href": []}]),
            json!([[{"name": "ssh", "href": "x"}]]),
        ] {
            let written = json!({"clone": odd, "self": odd});
            let links = links(written.clone());
            assert_eq!(links.href("self"), None, "{written}");
            assert_eq!(links.clone_href("ssh"), None, "{written}");
            assert_eq!(links.write(), written);
        }
    }
}
