//! Scopes: `acme`, `acme/api`, up to 8 segments; the empty one is the whole server.

use std::{fmt, hash, str::FromStr, sync::Arc};

/// The most segments that a scope has.
pub const SEGMENTS_MAX: usize = 8;
/// The most bytes that a scope has.
pub const LENGTH_MAX: usize = 512;

/// A path of workspace and repository, project and repository, or tenant and application.
///
/// Segments are of `A-Za-z0-9._~-` and neither `.` nor `..`. The text is kept as written and
/// compared without case.
#[derive(Clone, Default)]
pub struct Scope(Arc<str>);

/// Why a text is no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// More than [`SEGMENTS_MAX`] segments or [`LENGTH_MAX`] bytes.
    #[error("a scope has at most {SEGMENTS_MAX} segments and {LENGTH_MAX} characters")]
    TooLong,
    /// A segment is empty, `.`, `..`, or has another character.
    #[error("a scope is segments of A-Z, a-z, 0-9 and `._~-`, with `/` between them")]
    BadSegment,
}

impl Scope {
    /// The whole server.
    pub fn whole() -> Scope {
        Scope::default()
    }

    /// Checks and keeps a text.
    pub fn parse(text: &str) -> Result<Scope, ScopeError> {
        if text.is_empty() {
            return Ok(Scope::whole());
        }
        if text.len() > LENGTH_MAX || text.split('/').count() > SEGMENTS_MAX {
            return Err(ScopeError::TooLong);
        }
        if text.split('/').all(is_segment) {
            Ok(Scope(text.into()))
        } else {
            Err(ScopeError::BadSegment)
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In lower case: equal scopes give equal texts.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Whether `other` is this scope or below it.
    pub fn contains(&self, other: &Scope) -> bool {
        let (above, below) = (self.0.as_bytes(), other.0.as_bytes());
        if above.is_empty() {
            return true;
        }
        below.len() >= above.len()
            && below[..above.len()].eq_ignore_ascii_case(above)
            && (below.len() == above.len() || below[above.len()] == b'/')
    }
}

fn is_segment(segment: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(allowed)
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Scope, ScopeError> {
        Scope::parse(text)
    }
}

impl PartialEq for Scope {
    fn eq(&self, other: &Scope) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Scope {}

impl hash::Hash for Scope {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        for byte in self.0.bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    #[test]
    fn a_scope_contains_what_is_at_and_below_it() {
        assert!(scope("").contains(&scope("acme/api")));
        assert!(scope("ACME").contains(&scope("acme/api")));
        assert!(scope("acme/api").contains(&scope("Acme/API")));
        assert!(!scope("acme").contains(&scope("acme-two/api")));
        assert!(!scope("acme/api").contains(&scope("acme")));
        assert!(!scope("acme").contains(&scope("")));
    }

    #[test]
    fn scopes_are_compared_without_case() {
        assert_eq!(scope("PROJ/~dev"), scope("proj/~DEV"));
        assert_eq!(scope("PROJ").folded(), "proj");
        assert_eq!(scope("PROJ").as_str(), "PROJ");
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in ["/", "a/", "/a", "a//b", "..", "a/./b", "a b", "a?", "ä"] {
            assert_eq!(Scope::parse(bad), Err(ScopeError::BadSegment), "{bad}");
        }
        assert_eq!(Scope::parse("a/a/a/a/a/a/a/a/a"), Err(ScopeError::TooLong));
        assert_eq!(Scope::parse(&"a".repeat(513)), Err(ScopeError::TooLong));
    }
}
