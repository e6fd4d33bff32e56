//! The events of Bitbucket Server and Data Center. Source: Atlassian's page "Event payload", the
//! server's list of webhook events, and requests as received.
//!
//! Owns [`Event`], a variant for each of the 29 event keys, and the parts of their bodies, a family a
//! file. A body names its event key in `eventKey`. Every field may be absent: bodies differ from
//! version to version. What is kept of a body is told in
//! [`bitbucket::event`](crate::bitbucket::event).

mod comment;
mod diagnostics;
mod payload;
mod person;
mod pull_request;
mod refs_changed;
mod repository;

use serde_json::{Map, Value};

pub use comment::{Comment, CommitComment};
pub use diagnostics::Ping;
pub use person::{Project, ProjectEvent, ProjectModified, User};
pub use pull_request::{
    Participant, ParticipantRole, ParticipantStatus, PullRequest, PullRequestComment,
    PullRequestEvent, PullRequestModified, PullRequestSourceUpdated, PullRequestState,
    ReviewerEvent, ReviewersUpdated, Side,
};
pub use refs_changed::{
    Change, ChangeKind, Commit, MirrorServer, MirrorSynchronized, Ref, RefKind, RefsChanged,
};
pub use repository::{
    Repository, RepositoryEvent, RepositoryForked, RepositoryModified, SecretDetected,
    SecretLocation,
};

use crate::bitbucket::event::{
    EventError, Fit, Links, Timestamp, events, object, object_of, words,
};
use crate::event_key::{EventKey, KnownEventKey};
use payload::{Payload, payload};

events! {
    /// An event of Bitbucket Server or Data Center.
    ///
    /// Verify the request before anything that it says is believed, and see
    /// [`fit`](Self::fit): the event key in the header is not covered by the signature.
    ///
    /// ```
    /// use countersign::KnownEventKey;
    /// use countersign::bitbucket::event::Fit;
    /// use countersign::bitbucket::data_center::Event;
    ///
    /// let body = br#"{
    ///     "eventKey": "repo:refs_changed",
    ///     "date": "2026-03-02T11:42:37+0000",
    ///     "repository": {"slug": "rocket", "project": {"key": "ROC"}},
    ///     "changes": [{
    ///         "refId": "refs/heads/main", "type": "DELETE",
    ///         "fromHash": "7d2b9c41e8f05a6b3c94d1e7f20a5b8c6d3e9f14",
    ///         "toHash": "0000000000000000000000000000000000000000"
    ///     }]
    /// }"#;
    /// let event = Event::parse(&KnownEventKey::RepoRefsChanged.into(), body)?;
    ///
    /// assert_eq!(event.fit(), Fit::Fits);
    /// assert_eq!(event.date().and_then(|date| date.unix_ms()), Some(1_772_451_757_000));
    /// let repository = event.repository().and_then(|repository| repository.full_name());
    /// assert_eq!(repository.as_deref(), Some("ROC/rocket"));
    /// for change in event.changes() {
    ///     assert_eq!(change.branch(), Some("main"));
    ///     assert_eq!(change.new_hash(), None);
    ///     assert!(change.is_deleted());
    /// }
    /// # Ok::<(), countersign::bitbucket::event::EventError>(())
    /// ```
    pub enum Event {
        RepoRefsChanged(RefsChanged) "`repo:refs_changed`: branches or tags were pushed.",
        RepoModified(RepositoryModified) "`repo:modified`: the repository was renamed or moved.",
        RepoForked(RepositoryForked) "`repo:forked`: the repository was forked.",
        RepoCommentAdded(CommitComment) "`repo:comment:added`: a commit was commented on.",
        RepoCommentEdited(CommitComment) "`repo:comment:edited`: such a comment was edited.",
        RepoCommentDeleted(CommitComment) "`repo:comment:deleted`: such a comment was deleted.",
        RepoSecretDetected(SecretDetected) "`repo:secret_detected`: a secret was pushed.",
        RepoCreated(RepositoryEvent) "`repo:created`: the repository was made.",
        RepoDeleted(RepositoryEvent) "`repo:deleted`: the repository was deleted.",
        RepoDefaultBranchModified(RepositoryEvent)
            "`repo:default_branch_modified`: the default branch is another one.",
        MirrorRepoSynchronized(MirrorSynchronized)
            "`mirror:repo_synchronized`: a mirror has what was pushed.",
        PrOpened(PullRequestEvent) "`pr:opened`: it was opened.",
        PrModified(PullRequestModified) "`pr:modified`: title, description or target changed.",
        PrFromRefUpdated(PullRequestSourceUpdated)
            "`pr:from_ref_updated`: its source was pushed to.",
        PrMerged(PullRequestEvent) "`pr:merged`: it was merged.",
        PrDeclined(PullRequestEvent) "`pr:declined`: it was declined.",
        PrDeleted(PullRequestEvent) "`pr:deleted`: it was deleted.",
        PrReviewerUpdated(ReviewersUpdated) "`pr:reviewer:updated`: others are asked to review.",
        PrReviewerApproved(ReviewerEvent) "`pr:reviewer:approved`: a reviewer approves.",
        PrReviewerUnapproved(ReviewerEvent)
            "`pr:reviewer:unapproved`: a reviewer took that back.",
        PrReviewerChangesRequested(ReviewerEvent)
            "`pr:reviewer:changes_requested`: a reviewer asks for changes.",
        PrReviewerNeedsWork(ReviewerEvent)
            "`pr:reviewer:needs_work`: the same, as older versions call it.",
        PrCommentAdded(PullRequestComment) "`pr:comment:added`: it was commented on.",
        PrCommentEdited(PullRequestComment) "`pr:comment:edited`: a comment was edited.",
        PrCommentDeleted(PullRequestComment) "`pr:comment:deleted`: a comment was deleted.",
        ProjectCreated(ProjectEvent) "`project:created`: the project was made.",
        ProjectModified(ProjectModified) "`project:modified`: the project was edited.",
        ProjectDeleted(ProjectEvent) "`project:deleted`: the project was deleted.",
        DiagnosticsPing(Ping) "`diagnostics:ping`: \"Test connection\" was pressed.",
    }
}

impl Event {
    /// Reads the plain bytes of a body that came with `key`, the header's. A key that is not one of
    /// Data Center's gives [`Event::Unknown`].
    ///
    /// # Errors
    ///
    /// [`EventError`], where the body is no JSON object, nests too deep, or has a field of another
    /// type.
    pub fn parse(key: &EventKey, body: &[u8]) -> Result<Self, EventError> {
        Self::from_json(key, object_of(body)?)
    }

    /// Reads a body that is JSON already.
    ///
    /// # Errors
    ///
    /// [`EventError::WrongType`], where a field has another type.
    ///
    /// ```
    /// use countersign::KnownEventKey;
    /// use countersign::bitbucket::data_center::Event;
    ///
    /// let event = Event::from_json(&KnownEventKey::PrOpened.into(), Default::default())?;
    /// assert!(event.pull_request().is_none());
    /// # Ok::<(), countersign::bitbucket::event::EventError>(())
    /// ```
    pub fn from_json(
        key: &EventKey,
        body: Map<alloc::string::String, Value>,
    ) -> Result<Self, EventError> {
        Ok(Self::read(key, body)?)
    }

    /// The body: equal, as JSON, to the one that was read.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.payload().to_json()
    }

    /// The event key that the body names. Unlike the header's it is covered by the signature.
    #[must_use]
    pub fn body_key(&self) -> Option<&str> {
        self.payload().event_key()
    }

    /// Whether the body names the key that the event was read with; of a ping, which names none,
    /// whether it is one. To be asked before an event is acted on that was received, as anyone with
    /// one genuine request can send its body under another key.
    #[must_use]
    pub fn fit(&self) -> Fit {
        let (key, body) = (self.key(), self.payload());
        match self.body_key() {
            Some(named) if named == key.as_str() => Fit::Fits,
            Some(_) => Fit::Contradicts { path: "/eventKey" },
            None if key.known() == Some(KnownEventKey::DiagnosticsPing) => {
                if body.has("test") {
                    Fit::Fits
                } else {
                    Fit::Lacks { path: "/test" }
                }
            }
            None if matches!(self, Self::Unknown(_)) => Fit::Unknown,
            None => Fit::Lacks { path: "/eventKey" },
        }
    }

    /// When it happened.
    #[must_use]
    pub fn date(&self) -> Option<&Timestamp> {
        self.payload().date()
    }

    /// Who did it.
    #[must_use]
    pub fn actor(&self) -> Option<&User> {
        self.payload().actor()
    }

    /// The repository that it happened in: of a pull request that of the destination, of
    /// `repo:modified` as it is now, of `repo:secret_detected` that of the first location.
    #[must_use]
    pub fn repository(&self) -> Option<&Repository> {
        self.payload().repository()
    }

    /// The changes of a push or of a mirror; none for other events.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        self.payload().changes()
    }

    /// The pull request of a `pr:` event.
    #[must_use]
    pub fn pull_request(&self) -> Option<&PullRequest> {
        self.payload().pull_request()
    }

    /// The comment that was made, edited or deleted.
    #[must_use]
    pub fn comment(&self) -> Option<&Comment> {
        self.payload().comment()
    }
}
