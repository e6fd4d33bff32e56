//! Comments of Bitbucket Data Center, and the events about one on a commit.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::{Repository, Timestamp, User, object, payload};

object! {
    /// A comment.
    pub struct Comment {
        /// Unique on the server.
        pub id: Option<i64>,
        /// Rises with every edit, from 0.
        pub version: Option<i64>,
        /// What was written, in Markdown.
        pub text: Option<String>,
        /// Who wrote it.
        pub author: Option<Box<User>>,
        /// When it was written. A number before 10.0, a text from then on.
        pub created_date: Option<Timestamp> = "createdDate",
        /// When it was last edited.
        pub updated_date: Option<Timestamp> = "updatedDate",
        /// The answers to it.
        pub comments: Option<Vec<Comment>>,
        /// Tasks of versions before 7.2; empty from then on.
        pub tasks: Option<Value>,
        /// `NORMAL`, or `BLOCKER` of a task. Since 7.2.
        pub severity: Option<String>,
        /// `OPEN`, `PENDING` or `RESOLVED`. Since 7.2.
        pub state: Option<String>,
        /// `repositoryId`, and what plugins add.
        pub properties: Option<Value>,
    }

    /// `repo:comment:added`, `repo:comment:edited` and `repo:comment:deleted`.
    pub struct CommitComment {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who did it.
        pub actor: Option<Box<User>>,
        /// The comment.
        pub comment: Option<Box<Comment>>,
        /// The repository of the commit.
        pub repository: Option<Box<Repository>>,
        /// The commit that was commented on, 40 hexadecimal digits.
        pub commit: Option<String>,
        /// The comment that it answers. Absent where it answers none.
        pub comment_parent_id: Option<i64> = "commentParentId",
        /// The text as it was. Of edited ones only.
        pub previous_comment: Option<String> = "previousComment",
    }
}

payload!(CommitComment: date actor repository comment);
