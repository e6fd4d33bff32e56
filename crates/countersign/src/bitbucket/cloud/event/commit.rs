//! Commits, branches and tags at Bitbucket Cloud, and the events about a commit.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Account, Author, Comment, Links, Repository, Timestamp, object, payload, words};

words! {
    /// Whether a name is of a branch or a tag.
    pub enum RefKind {
        /// A branch.
        Branch = "branch",
        /// A branch, as Mercurial repositories had them until 2020.
        NamedBranch = "named_branch",
        /// A tag.
        Tag = "tag",
    }

    /// The state of a build.
    pub enum BuildState {
        /// It runs.
        InProgress = "INPROGRESS",
        /// It succeeded.
        Successful = "SUCCESSFUL",
        /// It failed.
        Failed = "FAILED",
        /// It was stopped.
        Stopped = "STOPPED",
    }
}

object! {
    /// A branch or a tag, and the commit that it points to.
    pub struct Ref {
        /// Whether it is a branch or a tag.
        pub kind: Option<RefKind> = "type",
        /// Its name, without `refs/heads/` or `refs/tags/`.
        pub name: Option<String>,
        /// The commit that it points to.
        pub target: Option<Box<Commit>>,
        /// The message of an annotated tag. Null for other tags.
        pub message: Option<String>,
        /// When an annotated tag was made. Null for other tags.
        pub date: Option<Timestamp>,
        /// Who made an annotated tag. Null for other tags.
        pub tagger: Option<Box<Author>>,
        /// How pull requests may be merged into a branch: `merge_commit`, `squash`, ...
        pub merge_strategies: Option<Vec<String>>,
        /// How a branch may be brought up to date: `merge_commit`, `rebase`. Since 2025.
        pub sync_strategies: Option<Vec<String>>,
        /// The one of `merge_strategies` that is offered first.
        pub default_merge_strategy: Option<String>,
        /// `self`, `commits`, `html`; `pullrequest_create` of a new branch.
        pub links: Option<Links>,
    }

    /// A commit. Its parents have hash and links only, and so has the commit in a pull request.
    pub struct Commit {
        /// `commit`.
        pub kind: Option<String> = "type",
        /// 40 hexadecimal digits; 12 in a pull request.
        pub hash: Option<String>,
        /// When it was committed.
        pub date: Option<Timestamp>,
        /// The whole message.
        pub message: Option<String>,
        /// Who wrote it.
        pub author: Option<Box<Author>>,
        /// Who committed it. Can be an empty object.
        pub committer: Option<Box<Author>>,
        /// None for the first commit, two or more for a merge.
        pub parents: Option<Vec<Commit>>,
        /// The message, formatted.
        pub summary: Option<Box<Text>>,
        /// `self`, `html`, `diff`, `comments`, `statuses`, `patch`.
        pub links: Option<Links>,
    }

    /// A text that a person wrote, and how it looks.
    pub struct Text {
        /// `rendered`.
        pub kind: Option<String> = "type",
        /// As it was written.
        pub raw: Option<String>,
        /// What it was written in: `markdown`, `creole`, `plaintext`.
        pub markup: Option<String>,
        /// As HTML of Bitbucket's making.
        pub html: Option<String>,
    }

    /// The state of a build of a commit, set by a CI server.
    pub struct CommitStatus {
        /// `build`.
        pub kind: Option<String> = "type",
        /// Unique in the commit: setting it again updates the status.
        pub key: Option<String>,
        /// The name to show.
        pub name: Option<String>,
        /// The state.
        pub state: Option<BuildState>,
        /// A line on the state. Can be empty.
        pub description: Option<String>,
        /// Where the build can be looked at.
        pub url: Option<String>,
        /// The branch that was built. Null where it was not said.
        pub refname: Option<String>,
        /// The commit. Absent from old samples, where `links` has it.
        pub commit: Option<Box<Commit>>,
        /// The repository. Absent from old samples.
        pub repository: Option<Box<Repository>>,
        /// When it was first set.
        pub created_on: Option<Timestamp>,
        /// When it was last set.
        pub updated_on: Option<Timestamp>,
        /// `self`, `commit`.
        pub links: Option<Links>,
    }

    /// `repo:commit_status_created` and `repo:commit_status_updated`.
    pub struct CommitStatusEvent {
        /// Who set it.
        pub actor: Option<Box<Account>>,
        /// The repository of the commit.
        pub repository: Option<Box<Repository>>,
        /// The status.
        pub commit_status: Option<Box<CommitStatus>>,
    }

    /// `repo:commit_comment_created`.
    pub struct CommitCommentEvent {
        /// Who commented.
        pub actor: Option<Box<Account>>,
        /// The repository of the commit.
        pub repository: Option<Box<Repository>>,
        /// The comment.
        pub comment: Option<Box<Comment>>,
        /// The commit that was commented on.
        pub commit: Option<Box<Commit>>,
    }
}

impl Ref {
    /// Whether it is a branch.
    #[must_use]
    pub fn is_branch(&self) -> bool {
        matches!(self.kind, Some(RefKind::Branch | RefKind::NamedBranch))
    }
}

payload!(CommitStatusEvent: actor repository);
payload!(CommitCommentEvent: actor repository comment);
