//! Whether a body fits the event key it came with.
//!
//! A signature covers the body alone. Whoever holds one genuine request can send its body again
//! under another event key, and it verifies.

/// What the body says about the event key it came with. The key is a header, which no signature of
/// Bitbucket's covers.
///
/// At Data Center the body names its key, so that [`Fit::Fits`] is an answer. At Cloud it does not:
/// [`Fit::Fits`] then means that a body of this key can look like this one, and bodies of
/// `pullrequest:created`, `pullrequest:updated` and `pullrequest:push` look alike.
///
/// ```
/// use countersign::KnownEventKey;
/// use countersign::bitbucket::{cloud, event::Fit};
///
/// let body = br#"{"push": {"changes": []}, "repository": {}, "actor": {}}"#;
/// let as_sent = cloud::Event::parse(&KnownEventKey::RepoPush.into(), body)?;
/// assert_eq!(as_sent.fit(), Fit::Fits);
///
/// let passed_off = cloud::Event::parse(&KnownEventKey::RepoDeleted.into(), body)?;
/// assert_eq!(passed_off.fit(), Fit::Contradicts { path: "/push" });
/// # Ok::<(), countersign::bitbucket::event::EventError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fit {
    /// The body is of this key (Data Center), or has the shape of it (Cloud).
    Fits,
    /// A part is absent or null that every body of this key has.
    Lacks {
        /// A JSON pointer to the part.
        path: &'static str,
    },
    /// A part says that the body is of another key.
    Contradicts {
        /// A JSON pointer to the part.
        path: &'static str,
    },
    /// The key is not one of the product's, and the body says nothing of its key.
    Unknown,
}
