//! The events of Bitbucket Cloud. Source: its page "Event payloads", its OpenAPI document and
//! requests as received.
//!
//! Owns [`Event`], a variant for each of the 29 event keys, and the parts of their bodies, a family a
//! file. A body does not name its event key. Every field may be absent: bodies have changed over the
//! years, and Bitbucket announces that they will. What is kept of a body is told in
//! [`bitbucket::event`](crate::bitbucket::event).

mod account;
mod comment;
mod commit;
mod issue;
mod payload;
mod pipeline;
mod project;
mod pull_request;
mod push;
mod repository;
mod shape;

use serde_json::{Map, Value};

pub use account::{Account, Author, Project, Workspace};
pub use comment::{Comment, Inline, Resolution};
pub use commit::{
    BuildState, Commit, CommitCommentEvent, CommitStatus, CommitStatusEvent, Ref, RefKind, Text,
};
pub use issue::{Issue, IssueCommentEvent, IssueEvent, IssueUpdate};
pub use pipeline::{Attribute, PipelineSpans, Resource, ResourceSpans, ScopeSpans, Span};
pub use project::ProjectUpdate;
pub use pull_request::{
    Branch, Participant, ParticipantRole, PullRequest, PullRequestApproval,
    PullRequestChangesRequest, PullRequestCommentEvent, PullRequestEvent, PullRequestState, Review,
    Side,
};
pub use push::{Change, Push, RepoPush};
pub use repository::{Repository, RepositoryEvent, RepositoryFork, RepositoryUpdate};

use crate::bitbucket::event::{
    Changes, EventError, Fit, Links, Timestamp, events, object, object_of, words,
};
use crate::event_key::EventKey;
use payload::{Payload, payload};

events! {
    /// An event of Bitbucket Cloud.
    ///
    /// Verify the request before anything that it says is believed, and see
    /// [`fit`](Self::fit): the event key is not covered by the signature.
    ///
    /// ```
    /// use countersign::KnownEventKey;
    /// use countersign::bitbucket::cloud::Event;
    ///
    /// let body = br#"{
    ///     "push": {"changes": [{
    ///         "old": null,
    ///         "new": {"type": "branch", "name": "main", "target": {"hash": "7d2b9c41"}}
    ///     }]},
    ///     "repository": {"full_name": "acme/rocket"}
    /// }"#;
    /// let event = Event::parse(&KnownEventKey::RepoPush.into(), body)?;
    ///
    /// let repository = event.repository().and_then(|repository| repository.full_name.as_deref());
    /// assert_eq!(repository, Some("acme/rocket"));
    /// for change in event.changes() {
    ///     assert_eq!(change.branch(), Some("main"));
    ///     assert_eq!(change.new_hash(), Some("7d2b9c41"));
    ///     assert!(change.is_created());
    /// }
    /// # Ok::<(), countersign::bitbucket::event::EventError>(())
    /// ```
    pub enum Event {
        RepoPush(RepoPush) "`repo:push`: branches or tags were pushed.",
        RepoFork(RepositoryFork) "`repo:fork`: the repository was forked.",
        RepoUpdated(RepositoryUpdate) "`repo:updated`: name, description or website changed.",
        RepoTransfer(RepositoryEvent) "`repo:transfer`: the repository changed hands.",
        RepoCreated(RepositoryEvent) "`repo:created`: the repository was made.",
        RepoDeleted(RepositoryEvent) "`repo:deleted`: the repository was deleted.",
        RepoImported(RepositoryEvent) "`repo:imported`: the repository was imported.",
        RepoCommitCommentCreated(CommitCommentEvent)
            "`repo:commit_comment_created`: a commit was commented on.",
        RepoCommitStatusCreated(CommitStatusEvent)
            "`repo:commit_status_created`: a build's state was set.",
        RepoCommitStatusUpdated(CommitStatusEvent)
            "`repo:commit_status_updated`: a build's state was set again.",
        PullrequestCreated(PullRequestEvent) "`pullrequest:created`: it was opened.",
        PullrequestUpdated(PullRequestEvent)
            "`pullrequest:updated`: it was edited, or its source was pushed to.",
        PullrequestPush(PullRequestEvent) "`pullrequest:push`: its source was pushed to.",
        PullrequestApproved(PullRequestApproval) "`pullrequest:approved`: somebody approves.",
        PullrequestUnapproved(PullRequestApproval)
            "`pullrequest:unapproved`: an approval was taken back.",
        PullrequestChangesRequestCreated(PullRequestChangesRequest)
            "`pullrequest:changes_request_created`: somebody asks for changes.",
        PullrequestChangesRequestRemoved(PullRequestChangesRequest)
            "`pullrequest:changes_request_removed`: that was taken back.",
        PullrequestFulfilled(PullRequestEvent) "`pullrequest:fulfilled`: it was merged.",
        PullrequestRejected(PullRequestEvent) "`pullrequest:rejected`: it was declined.",
        PullrequestCommentCreated(PullRequestCommentEvent)
            "`pullrequest:comment_created`: it was commented on.",
        PullrequestCommentUpdated(PullRequestCommentEvent)
            "`pullrequest:comment_updated`: a comment was edited.",
        PullrequestCommentDeleted(PullRequestCommentEvent)
            "`pullrequest:comment_deleted`: a comment was deleted.",
        PullrequestCommentResolved(PullRequestCommentEvent)
            "`pullrequest:comment_resolved`: a comment was resolved.",
        PullrequestCommentReopened(PullRequestCommentEvent)
            "`pullrequest:comment_reopened`: a comment was reopened.",
        IssueCreated(IssueEvent) "`issue:created`: it was opened.",
        IssueUpdated(IssueUpdate) "`issue:updated`: it was edited.",
        IssueCommentCreated(IssueCommentEvent) "`issue:comment_created`: it was commented on.",
        ProjectUpdated(ProjectUpdate) "`project:updated`: a project was edited.",
        PipelineSpanCreated(PipelineSpans)
            "`pipeline:span_created`: spans of a pipeline's trace.",
    }
}

impl Event {
    /// Reads the plain bytes of a body that came with `key`. A key that is not one of Bitbucket
    /// Cloud's gives [`Event::Unknown`].
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
    /// use countersign::bitbucket::cloud::Event;
    ///
    /// let event = Event::from_json(&KnownEventKey::RepoCreated.into(), Default::default())?;
    /// assert!(event.repository().is_none());
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

    /// What the body says about the event key. To be asked before an event is acted on that was
    /// received, as anyone with one genuine request can send its body under another key.
    #[must_use]
    pub fn fit(&self) -> Fit {
        shape::fit(self)
    }

    /// Who did it.
    #[must_use]
    pub fn actor(&self) -> Option<&Account> {
        self.payload().actor()
    }

    /// The repository that it happened in; of a pull request, that of the destination.
    #[must_use]
    pub fn repository(&self) -> Option<&Repository> {
        self.payload().repository()
    }

    /// The changes of a push; none for other events.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        self.payload().changes()
    }

    /// The pull request of a `pullrequest:` event.
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
