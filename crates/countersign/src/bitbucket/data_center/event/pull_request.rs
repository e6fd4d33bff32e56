//! Pull requests of Bitbucket Data Center, and the events about one.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::{Comment, Links, Ref, RefKind, Repository, Timestamp, User, object, payload, words};

words! {
    /// The state of a pull request.
    pub enum PullRequestState {
        /// It waits.
        Open = "OPEN",
        /// It was merged.
        Merged = "MERGED",
        /// It was declined.
        Declined = "DECLINED",
    }

    /// The part that a user has in a pull request.
    pub enum ParticipantRole {
        /// Opened it.
        Author = "AUTHOR",
        /// Was asked to review.
        Reviewer = "REVIEWER",
        /// Commented, without being asked.
        Participant = "PARTICIPANT",
    }

    /// What a reviewer says.
    pub enum ParticipantStatus {
        /// Nothing yet.
        Unapproved = "UNAPPROVED",
        /// Changes are needed.
        NeedsWork = "NEEDS_WORK",
        /// It is good.
        Approved = "APPROVED",
    }
}

object! {
    /// A pull request.
    pub struct PullRequest {
        /// Unique in the repository of the target, from 1.
        pub id: Option<i64>,
        /// Rises with every edit, from 0.
        pub version: Option<i64>,
        /// The title.
        pub title: Option<String>,
        /// The description. Absent where there is none.
        pub description: Option<String>,
        /// The state.
        pub state: Option<PullRequestState>,
        /// Whether the state is open.
        pub open: Option<bool>,
        /// Whether the state is merged or declined.
        pub closed: Option<bool>,
        /// Whether it is a draft. Since 8.18.
        pub draft: Option<bool>,
        /// Whether nobody may comment.
        pub locked: Option<bool>,
        /// When it was opened. A number before 10.0, a text from then on.
        pub created_date: Option<Timestamp> = "createdDate",
        /// When it last changed.
        pub updated_date: Option<Timestamp> = "updatedDate",
        /// When it was merged or declined. Absent until then.
        pub closed_date: Option<Timestamp> = "closedDate",
        /// Where the commits come from.
        pub from_ref: Option<Box<Side>> = "fromRef",
        /// Where they are to go.
        pub to_ref: Option<Box<Side>> = "toRef",
        /// Who opened it.
        pub author: Option<Box<Participant>>,
        /// Who was asked to review.
        pub reviewers: Option<Vec<Participant>>,
        /// Who else has commented.
        pub participants: Option<Vec<Participant>>,
        /// Plugins add to it; `mergeCommit` of a merged one.
        pub properties: Option<Value>,
        /// `self`.
        pub links: Option<Links>,
    }

    /// One side of a pull request: a branch, or as source also a tag, of a repository.
    pub struct Side {
        /// Its name as Git has it: `refs/heads/main`.
        pub id: Option<String>,
        /// Its name without `refs/heads/` or `refs/tags/`.
        pub display_id: Option<String> = "displayId",
        /// The newest commit, 40 hexadecimal digits.
        pub latest_commit: Option<String> = "latestCommit",
        /// Whether it is a branch or a tag. Newer versions only.
        pub kind: Option<RefKind> = "type",
        /// The repository; of the source a fork, where it comes from one.
        pub repository: Option<Box<Repository>>,
    }

    /// The part that a user has in a pull request.
    pub struct Participant {
        /// Who.
        pub user: Option<Box<User>>,
        /// Which part.
        pub role: Option<ParticipantRole>,
        /// Whether the user approves.
        pub approved: Option<bool>,
        /// What the user says.
        pub status: Option<ParticipantStatus>,
        /// The commit that the user looked at last. Absent where there is none.
        pub last_reviewed_commit: Option<String> = "lastReviewedCommit",
    }

    /// `pr:opened`, `pr:merged`, `pr:declined` and `pr:deleted`.
    pub struct PullRequestEvent {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who did it.
        pub actor: Option<Box<User>>,
        /// The pull request, as it is now.
        pub pull_request: Option<Box<PullRequest>> = "pullRequest",
    }

    /// `pr:modified`: title, description or target. Since 5.10.
    pub struct PullRequestModified {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who did it.
        pub actor: Option<Box<User>>,
        /// The pull request, as it is now.
        pub pull_request: Option<Box<PullRequest>> = "pullRequest",
        /// The title as it was.
        pub previous_title: Option<String> = "previousTitle",
        /// The description as it was. Null where there was none.
        pub previous_description: Option<String> = "previousDescription",
        /// The target as it was.
        pub previous_target: Option<Box<Ref>> = "previousTarget",
    }

    /// `pr:from_ref_updated`: the source was pushed to. Since 7.0.
    pub struct PullRequestSourceUpdated {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who pushed.
        pub actor: Option<Box<User>>,
        /// The pull request, as it is now.
        pub pull_request: Option<Box<PullRequest>> = "pullRequest",
        /// The newest commit of the source as it was.
        pub previous_from_hash: Option<String> = "previousFromHash",
    }

    /// `pr:reviewer:updated`: who is asked to review.
    pub struct ReviewersUpdated {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who did it.
        pub actor: Option<Box<User>>,
        /// The pull request, as it is now.
        pub pull_request: Option<Box<PullRequest>> = "pullRequest",
        /// Who is asked now.
        pub added_reviewers: Option<Vec<User>> = "addedReviewers",
        /// Who is no longer asked.
        pub removed_reviewers: Option<Vec<User>> = "removedReviewers",
    }

    /// `pr:reviewer:approved`, `pr:reviewer:unapproved`, `pr:reviewer:changes_requested` and, as older
    /// versions call that, `pr:reviewer:needs_work`.
    pub struct ReviewerEvent {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who did it.
        pub actor: Option<Box<User>>,
        /// The pull request, as it is now.
        pub pull_request: Option<Box<PullRequest>> = "pullRequest",
        /// The reviewer.
        pub participant: Option<Box<Participant>>,
        /// What the reviewer said before.
        pub previous_status: Option<ParticipantStatus> = "previousStatus",
    }

    /// `pr:comment:added`, `pr:comment:edited` and `pr:comment:deleted`.
    pub struct PullRequestComment {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who did it.
        pub actor: Option<Box<User>>,
        /// The pull request, as it is now.
        pub pull_request: Option<Box<PullRequest>> = "pullRequest",
        /// The comment.
        pub comment: Option<Box<Comment>>,
        /// The comment that it answers. Absent where it answers none.
        pub comment_parent_id: Option<i64> = "commentParentId",
        /// The text as it was. Of edited ones only.
        pub previous_comment: Option<String> = "previousComment",
    }
}

impl PullRequest {
    /// The name of the branch that the commits come from, without `refs/heads/`.
    #[must_use]
    pub fn source_branch(&self) -> Option<&str> {
        self.from_ref.as_ref()?.display_id.as_deref()
    }

    /// The name of the branch that they are to go to, without `refs/heads/`.
    #[must_use]
    pub fn destination_branch(&self) -> Option<&str> {
        self.to_ref.as_ref()?.display_id.as_deref()
    }

    /// The newest commit of the source, 40 hexadecimal digits.
    #[must_use]
    pub fn source_hash(&self) -> Option<&str> {
        self.from_ref.as_ref()?.latest_commit.as_deref()
    }

    /// The newest commit of the destination, 40 hexadecimal digits.
    #[must_use]
    pub fn destination_hash(&self) -> Option<&str> {
        self.to_ref.as_ref()?.latest_commit.as_deref()
    }

    /// The repository of the destination.
    #[must_use]
    pub fn repository(&self) -> Option<&Repository> {
        self.to_ref.as_ref()?.repository.as_deref()
    }

    /// The commit that merging made, 40 hexadecimal digits. `None` until then.
    #[must_use]
    pub fn merge_hash(&self) -> Option<&str> {
        self.properties.as_ref()?.get("mergeCommit")?.get("id")?.as_str()
    }

    /// Whether the source is known to be another repository than the destination. A build of it runs
    /// code of people who may not push here.
    #[must_use]
    pub fn is_from_fork(&self) -> bool {
        let id = |side: &Option<Box<Side>>| side.as_ref()?.repository.as_ref()?.id;
        let (source, destination) = (id(&self.from_ref), id(&self.to_ref));
        source.is_some() && destination.is_some() && source != destination
    }
}

payload!(PullRequestEvent: date actor pull_request);
payload!(PullRequestModified: date actor pull_request);
payload!(PullRequestSourceUpdated: date actor pull_request);
payload!(ReviewersUpdated: date actor pull_request);
payload!(ReviewerEvent: date actor pull_request);
payload!(PullRequestComment: date actor pull_request comment);
