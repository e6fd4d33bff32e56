//! Pull requests at Bitbucket Cloud, and the events about one.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Account, Comment, Commit, Links, Repository, Text, Timestamp, object, payload, words};

words! {
    /// The state of a pull request.
    pub enum PullRequestState {
        /// It waits.
        Open = "OPEN",
        /// It was merged.
        Merged = "MERGED",
        /// It was declined.
        Declined = "DECLINED",
        /// Another one took its place.
        Superseded = "SUPERSEDED",
    }

    /// The part that an account has in a pull request.
    pub enum ParticipantRole {
        /// Commented or voted, without being asked.
        Participant = "PARTICIPANT",
        /// Was asked to review.
        Reviewer = "REVIEWER",
    }
}

object! {
    /// A pull request. In a comment only id, title and links are given.
    pub struct PullRequest {
        /// `pullrequest`.
        pub kind: Option<String> = "type",
        /// Unique in the repository, from 1.
        pub id: Option<i64>,
        /// The title.
        pub title: Option<String>,
        /// The description as it was written. Can be empty.
        pub description: Option<String>,
        /// The state.
        pub state: Option<PullRequestState>,
        /// Whether it is a draft. Since 2024.
        pub draft: Option<bool>,
        /// Whether it waits to be merged. Newer bodies only.
        pub queued: Option<bool>,
        /// Who opened it.
        pub author: Option<Box<Account>>,
        /// Where the commits come from.
        pub source: Option<Box<Side>>,
        /// Where they are to go.
        pub destination: Option<Box<Side>>,
        /// Who was asked to review.
        pub reviewers: Option<Vec<Account>>,
        /// Who has commented, voted or was asked to.
        pub participants: Option<Vec<Participant>>,
        /// Whether the source branch is deleted after merging.
        pub close_source_branch: Option<bool>,
        /// The commit that merging made. Null until then.
        pub merge_commit: Option<Box<Commit>>,
        /// Who merged or declined it. Null until then.
        pub closed_by: Option<Box<Account>>,
        /// Why it was declined. Can be empty.
        pub reason: Option<String>,
        /// How many comments it has.
        pub comment_count: Option<i64>,
        /// How many tasks it has.
        pub task_count: Option<i64>,
        /// The description, formatted.
        pub summary: Option<Box<Text>>,
        /// When it was opened.
        pub created_on: Option<Timestamp>,
        /// When it last changed.
        pub updated_on: Option<Timestamp>,
        /// `self`, `html`, `commits`, `diff`, `approve`, `merge`, `decline`, `statuses`, ...
        pub links: Option<Links>,
    }

    /// One side of a pull request: the source or the destination.
    pub struct Side {
        /// The branch.
        pub branch: Option<Box<Branch>>,
        /// The newest commit of the branch, its hash cut to 12 digits. Null where the branch is gone.
        pub commit: Option<Box<Commit>>,
        /// The repository; of the source a fork where it comes from one, and null where the fork is
        /// gone.
        pub repository: Option<Box<Repository>>,
    }

    /// A branch of a pull request.
    pub struct Branch {
        /// Its name, without `refs/heads/`.
        pub name: Option<String>,
        /// How it may be brought up to date: `merge_commit`, `rebase`. Since 2025.
        pub sync_strategies: Option<Vec<String>>,
        /// Can be empty.
        pub links: Option<Links>,
    }

    /// The part that an account has in a pull request.
    pub struct Participant {
        /// `participant`.
        pub kind: Option<String> = "type",
        /// Who. Some old samples name the account in the place of the participant; it is in `other`
        /// then.
        pub user: Option<Box<Account>>,
        /// Which part.
        pub role: Option<ParticipantRole>,
        /// Whether the account approves.
        pub approved: Option<bool>,
        /// `approved` or `changes_requested`; null where the account has not voted.
        pub state: Option<String>,
        /// When the account last commented or voted. Null where it was only asked to.
        pub participated_on: Option<Timestamp>,
    }

    /// An approval or a request for changes.
    pub struct Review {
        /// When.
        pub date: Option<Timestamp>,
        /// By whom.
        pub user: Option<Box<Account>>,
    }

    /// `pullrequest:created`, `pullrequest:updated`, `pullrequest:push`, `pullrequest:fulfilled`
    /// (merged) and `pullrequest:rejected` (declined).
    pub struct PullRequestEvent {
        /// Who did it.
        pub actor: Option<Box<Account>>,
        /// The repository of the destination.
        pub repository: Option<Box<Repository>>,
        /// The pull request, as it is now.
        pub pullrequest: Option<Box<PullRequest>>,
    }

    /// `pullrequest:approved` and `pullrequest:unapproved`.
    pub struct PullRequestApproval {
        /// Who did it.
        pub actor: Option<Box<Account>>,
        /// The repository of the destination.
        pub repository: Option<Box<Repository>>,
        /// The pull request, as it is now.
        pub pullrequest: Option<Box<PullRequest>>,
        /// The approval that was given or taken back.
        pub approval: Option<Box<Review>>,
    }

    /// `pullrequest:changes_request_created` and `pullrequest:changes_request_removed`.
    pub struct PullRequestChangesRequest {
        /// Who did it.
        pub actor: Option<Box<Account>>,
        /// The repository of the destination.
        pub repository: Option<Box<Repository>>,
        /// The pull request, as it is now.
        pub pullrequest: Option<Box<PullRequest>>,
        /// The request that was made or taken back.
        pub changes_request: Option<Box<Review>>,
    }

    /// `pullrequest:comment_created`, `_updated`, `_deleted`, `_resolved` and `_reopened`.
    pub struct PullRequestCommentEvent {
        /// Who did it.
        pub actor: Option<Box<Account>>,
        /// The repository of the destination.
        pub repository: Option<Box<Repository>>,
        /// The pull request, as it is now.
        pub pullrequest: Option<Box<PullRequest>>,
        /// The comment.
        pub comment: Option<Box<Comment>>,
    }
}

impl PullRequest {
    /// The name of the branch that the commits come from.
    #[must_use]
    pub fn source_branch(&self) -> Option<&str> {
        self.source.as_ref()?.branch_name()
    }

    /// The name of the branch that they are to go to.
    #[must_use]
    pub fn destination_branch(&self) -> Option<&str> {
        self.destination.as_ref()?.branch_name()
    }

    /// The newest commit of the source, cut to 12 digits.
    #[must_use]
    pub fn source_hash(&self) -> Option<&str> {
        self.source.as_ref()?.commit.as_ref()?.hash.as_deref()
    }

    /// The newest commit of the destination, cut to 12 digits.
    #[must_use]
    pub fn destination_hash(&self) -> Option<&str> {
        self.destination.as_ref()?.commit.as_ref()?.hash.as_deref()
    }

    /// Whether the source is known to be another repository than the destination. A build of it runs
    /// code of people who may not push here.
    #[must_use]
    pub fn is_from_fork(&self) -> bool {
        let uuid = |side: &Option<Box<Side>>| side.as_ref()?.repository.as_ref()?.uuid.clone();
        let (source, destination) = (uuid(&self.source), uuid(&self.destination));
        source.is_some() && destination.is_some() && source != destination
    }
}

impl Side {
    /// The name of the branch.
    #[must_use]
    pub fn branch_name(&self) -> Option<&str> {
        self.branch.as_ref()?.name.as_deref()
    }
}

payload!(PullRequestEvent: actor repository pull_request);
payload!(PullRequestApproval: actor repository pull_request);
payload!(PullRequestChangesRequest: actor repository pull_request);
payload!(PullRequestCommentEvent: actor repository pull_request comment);
