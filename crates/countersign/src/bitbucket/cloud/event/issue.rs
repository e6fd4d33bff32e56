//! Issues at Bitbucket Cloud, and the events about one.

use alloc::boxed::Box;
use alloc::string::String;

use serde_json::Value;

use super::{Account, Changes, Comment, Links, Repository, Text, Timestamp, object, payload};

object! {
    /// An issue. The states, kinds and priorities are those of the repository's tracker and kept as
    /// text.
    pub struct Issue {
        /// Unique in the repository, from 1.
        pub id: Option<i64>,
        /// The title.
        pub title: Option<String>,
        /// What was written.
        pub content: Option<Box<Text>>,
        /// `new`, `open`, `on hold`, `resolved`, `duplicate`, `invalid`, `wontfix` or `closed`.
        pub state: Option<String>,
        /// `bug`, `enhancement`, `proposal` or `task`; in old samples this stands in `type`.
        pub kind: Option<String>,
        /// `issue`; in old samples what now is `kind`.
        pub issue_type: Option<String> = "type",
        /// `trivial`, `minor`, `major`, `critical` or `blocker`.
        pub priority: Option<String>,
        /// A text, or an object with `name`. Null where there is none.
        pub component: Option<Value>,
        /// An object with `name`. Null where there is none.
        pub milestone: Option<Value>,
        /// An object with `name`. Null where there is none.
        pub version: Option<Value>,
        /// Who wrote it. Absent from old samples.
        pub reporter: Option<Box<Account>>,
        /// Who is to see to it. Null where nobody is.
        pub assignee: Option<Box<Account>>,
        /// When it was opened.
        pub created_on: Option<Timestamp>,
        /// When it last changed.
        pub updated_on: Option<Timestamp>,
        /// `self`, `html`.
        pub links: Option<Links>,
    }

    /// `issue:created`.
    pub struct IssueEvent {
        /// Who opened it.
        pub actor: Option<Box<Account>>,
        /// The repository of the issue.
        pub repository: Option<Box<Repository>>,
        /// The issue.
        pub issue: Option<Box<Issue>>,
    }

    /// `issue:updated`.
    pub struct IssueUpdate {
        /// Who changed it.
        pub actor: Option<Box<Account>>,
        /// The repository of the issue.
        pub repository: Option<Box<Repository>>,
        /// The issue, as it is now.
        pub issue: Option<Box<Issue>>,
        /// What changed: `status`, `assignee`, ...
        pub changes: Option<Changes>,
        /// What was said to it.
        pub comment: Option<Box<Comment>>,
    }

    /// `issue:comment_created`.
    pub struct IssueCommentEvent {
        /// Who commented.
        pub actor: Option<Box<Account>>,
        /// The repository of the issue.
        pub repository: Option<Box<Repository>>,
        /// The issue.
        pub issue: Option<Box<Issue>>,
        /// The comment.
        pub comment: Option<Box<Comment>>,
    }
}

payload!(IssueEvent: actor repository);
payload!(IssueUpdate: actor repository comment);
payload!(IssueCommentEvent: actor repository comment);
