//! The event keys that Bitbucket sends.
//!
//! Owns the list: the 29 keys that a webhook of Bitbucket Cloud may subscribe to (its OpenAPI
//! document, `hook_event.event`), and the 29 of Data Center (its page "Event payload" and the
//! server's list of webhook events). Two keys belong to both, so there are 56.

use core::fmt;

/// Which product of Bitbucket sends a key.
///
/// ```
/// use countersign::{KnownEventKey, Product};
///
/// assert_eq!(KnownEventKey::RepoPush.product(), Product::Cloud);
/// assert_eq!(KnownEventKey::RepoRefsChanged.product(), Product::DataCenter);
/// assert_eq!(KnownEventKey::RepoCreated.product(), Product::Both);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Product {
    /// Bitbucket Cloud only.
    Cloud,
    /// Bitbucket Server and Data Center only.
    DataCenter,
    /// Both, under the same key.
    Both,
}

macro_rules! known_event_keys {
    ($($variant:ident $text:literal $product:ident $meaning:literal)+) => {
        /// An event key that Bitbucket Cloud or Data Center sends.
        ///
        /// ```
        /// use countersign::KnownEventKey;
        ///
        /// assert_eq!(KnownEventKey::PullrequestFulfilled.as_str(), "pullrequest:fulfilled");
        /// assert_eq!(KnownEventKey::ALL.len(), 56);
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum KnownEventKey {
            $(#[doc = concat!("`", $text, "`: ", $meaning, ".")] $variant,)+
        }

        impl KnownEventKey {
            /// All of them: Cloud's, then Data Center's.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text of the key.
            ///
            /// ```
            /// # use countersign::KnownEventKey;
            /// assert_eq!(KnownEventKey::RepoPush.as_str(), "repo:push");
            /// ```
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Which product sends it.
            ///
            /// ```
            /// # use countersign::{KnownEventKey, Product};
            /// assert_eq!(KnownEventKey::RepoPush.product(), Product::Cloud);
            /// ```
            #[must_use]
            pub const fn product(self) -> Product {
                match self { $(Self::$variant => Product::$product,)+ }
            }

            /// The key of this exact text.
            pub(super) fn of(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

known_event_keys! {
    RepoPush "repo:push" Cloud "commits, branches or tags were pushed"
    RepoFork "repo:fork" Cloud "a repository was forked"
    RepoUpdated "repo:updated" Cloud "a repository's description changed"
    RepoTransfer "repo:transfer" Cloud "a repository changed hands"
    RepoCreated "repo:created" Both "a repository was created"
    RepoDeleted "repo:deleted" Both "a repository was deleted"
    RepoImported "repo:imported" Cloud "a repository was imported"
    RepoCommitCommentCreated "repo:commit_comment_created" Cloud "a commit was commented on"
    RepoCommitStatusCreated "repo:commit_status_created" Cloud "a build status was set"
    RepoCommitStatusUpdated "repo:commit_status_updated" Cloud "a build status changed"
    PullrequestCreated "pullrequest:created" Cloud "a pull request was opened"
    PullrequestUpdated "pullrequest:updated" Cloud "a pull request was edited"
    PullrequestPush "pullrequest:push" Cloud "commits were pushed to a pull request's source"
    PullrequestApproved "pullrequest:approved" Cloud "a reviewer approved"
    PullrequestUnapproved "pullrequest:unapproved" Cloud "an approval was taken back"
    PullrequestChangesRequestCreated "pullrequest:changes_request_created" Cloud
        "a reviewer requested changes"
    PullrequestChangesRequestRemoved "pullrequest:changes_request_removed" Cloud
        "a request for changes was taken back"
    PullrequestFulfilled "pullrequest:fulfilled" Cloud "a pull request was merged"
    PullrequestRejected "pullrequest:rejected" Cloud "a pull request was declined"
    PullrequestCommentCreated "pullrequest:comment_created" Cloud "a comment was made"
    PullrequestCommentUpdated "pullrequest:comment_updated" Cloud "a comment was edited"
    PullrequestCommentDeleted "pullrequest:comment_deleted" Cloud "a comment was deleted"
    PullrequestCommentResolved "pullrequest:comment_resolved" Cloud "a comment was resolved"
    PullrequestCommentReopened "pullrequest:comment_reopened" Cloud "a comment was reopened"
    IssueCreated "issue:created" Cloud "an issue was opened"
    IssueUpdated "issue:updated" Cloud "an issue was edited"
    IssueCommentCreated "issue:comment_created" Cloud "an issue was commented on"
    ProjectUpdated "project:updated" Cloud "a project was edited"
    PipelineSpanCreated "pipeline:span_created" Cloud "a span of a pipeline's trace was made"

    RepoRefsChanged "repo:refs_changed" DataCenter "branches or tags changed"
    RepoModified "repo:modified" DataCenter "a repository was renamed or moved"
    RepoForked "repo:forked" DataCenter "a repository was forked"
    RepoCommentAdded "repo:comment:added" DataCenter "a commit was commented on"
    RepoCommentEdited "repo:comment:edited" DataCenter "a comment on a commit was edited"
    RepoCommentDeleted "repo:comment:deleted" DataCenter "a comment on a commit was deleted"
    RepoSecretDetected "repo:secret_detected" DataCenter "a secret was found in a push"
    RepoDefaultBranchModified "repo:default_branch_modified" DataCenter
        "a repository's default branch changed"
    MirrorRepoSynchronized "mirror:repo_synchronized" DataCenter "a mirror caught up"
    PrOpened "pr:opened" DataCenter "a pull request was opened"
    PrModified "pr:modified" DataCenter "a pull request was edited"
    PrFromRefUpdated "pr:from_ref_updated" DataCenter "a pull request's source branch changed"
    PrMerged "pr:merged" DataCenter "a pull request was merged"
    PrDeclined "pr:declined" DataCenter "a pull request was declined"
    PrDeleted "pr:deleted" DataCenter "a pull request was deleted"
    PrReviewerUpdated "pr:reviewer:updated" DataCenter "the reviewers changed"
    PrReviewerApproved "pr:reviewer:approved" DataCenter "a reviewer approved"
    PrReviewerUnapproved "pr:reviewer:unapproved" DataCenter "an approval was taken back"
    PrReviewerChangesRequested "pr:reviewer:changes_requested" DataCenter
        "a reviewer requested changes"
    PrReviewerNeedsWork "pr:reviewer:needs_work" DataCenter
        "a reviewer requested changes, as older versions write it"
    PrCommentAdded "pr:comment:added" DataCenter "a pull request was commented on"
    PrCommentEdited "pr:comment:edited" DataCenter "a comment on a pull request was edited"
    PrCommentDeleted "pr:comment:deleted" DataCenter "a comment on a pull request was deleted"
    ProjectCreated "project:created" DataCenter "a project was created"
    ProjectModified "project:modified" DataCenter "a project was edited"
    ProjectDeleted "project:deleted" DataCenter "a project was deleted"
    DiagnosticsPing "diagnostics:ping" DataCenter "\"Test connection\" was pressed; never signed"
}

impl fmt::Display for KnownEventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
