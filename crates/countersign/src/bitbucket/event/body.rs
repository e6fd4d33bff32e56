//! From bytes to the object that an event is read from, and why that fails.
//!
//! Parsing is serde_json's, with its limit of 128 levels on; the limit refuses the 128th, so
//! [`EVENT_DEPTH_MAX`] is 127. No error holds anything that the body says: its position, or the
//! names of fields that Bitbucket documents.

use alloc::string::String;

use serde_json::{Map, Value};
use thiserror::Error;

use super::part::{Expected, Misread};

/// The most levels of objects and lists in one another that a body may have.
pub const EVENT_DEPTH_MAX: usize = 127;

/// Why a body is no event. The fault is with whoever wrote the body.
///
/// ```
/// use countersign::KnownEventKey;
/// use countersign::bitbucket::cloud::Event;
/// use countersign::bitbucket::event::{EventError, Expected};
///
/// let push = KnownEventKey::RepoPush.into();
/// let body = br#"{"push": {"changes": [{"new": {"name": 7}}]}}"#;
/// assert_eq!(
///     Event::parse(&push, body),
///     Err(EventError::WrongType {
///         path: "/push/changes/0/new/name".into(),
///         expected: Expected::Text,
///     })
/// );
/// assert_eq!(Event::parse(&push, b"[]"), Err(EventError::NotAnObject));
/// assert_eq!(Event::parse(&push, b"{,}"), Err(EventError::NotJson { line: 1, column: 2 }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum EventError {
    /// Not JSON (RFC 8259) in UTF-8. A text with half of a surrogate pair is none either.
    #[error("not JSON at line {line}, column {column}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The byte in the line, from 1; 0 where the line before ended too early.
        column: usize,
    },
    /// Over [`EVENT_DEPTH_MAX`] levels of objects and lists.
    #[error("over {EVENT_DEPTH_MAX} levels of objects and lists")]
    TooDeep,
    /// JSON, but no object.
    #[error("not an object")]
    NotAnObject,
    /// A field has another type than Bitbucket gives it.
    #[error("{path} is not {expected}")]
    WrongType {
        /// Where it stands, as a JSON pointer (RFC 6901) of documented names and positions. Never
        /// the value.
        path: String,
        /// What it should be.
        expected: Expected,
    },
}

impl From<Misread> for EventError {
    fn from(misread: Misread) -> Self {
        if misread.path.is_empty() {
            return Self::NotAnObject;
        }
        Self::WrongType { path: misread.path, expected: misread.expected }
    }
}

/// The object that `body` is.
pub(crate) fn object_of(body: &[u8]) -> Result<Map<String, Value>, EventError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(EventError::NotAnObject),
        // Which of its errors it was, serde_json tells in words only.
        Err(_) if depth(body) > EVENT_DEPTH_MAX => Err(EventError::TooDeep),
        Err(error) => Err(EventError::NotJson { line: error.line(), column: error.column() }),
    }
}

/// The most brackets open at once, outside texts.
fn depth(body: &[u8]) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => {
                open += 1;
                most = most.max(open);
            }
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    fn nested(levels: usize) -> String {
        let lists = levels - 1;
        format!("{{\"a\":{}{}}}", "[".repeat(lists), "]".repeat(lists))
    }

    #[test]
    fn the_deepest_that_is_read_is_the_limit() {
        assert!(object_of(nested(EVENT_DEPTH_MAX).as_bytes()).is_ok());
        let over = nested(EVENT_DEPTH_MAX + 1);
        assert_eq!(object_of(over.as_bytes()), Err(EventError::TooDeep));
        let endless = "[".repeat(1_000_000);
        assert_eq!(object_of(endless.as_bytes()), Err(EventError::TooDeep));
    }

    #[test]
    fn brackets_in_texts_are_no_depth() {
        assert_eq!(depth(br#"{"[[[\"[[": ["{{\\"]}"#), 2);
        let broken = format!("{{\"{}\"", "[".repeat(300));
        assert_eq!(object_of(broken.as_bytes()), Err(EventError::NotJson { line: 1, column: 303 }));
    }

    #[test]
    fn what_is_no_json_is_told_by_its_place() {
        for body in [
            &b""[..],
            b"{",
            b"{\"a\":1,}",
            b"{} {}",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            b"\"\\ud800\"",
            b"NaN",
        ] {
            assert!(matches!(object_of(body), Err(EventError::NotJson { .. })), "{body:?}");
        }
        for body in ["null", "[]", "\"text\"", "1e9", "true"] {
            assert_eq!(object_of(body.as_bytes()), Err(EventError::NotAnObject), "{body}");
        }
    }
}
