//! Comments at Bitbucket Cloud, on commits, pull requests and issues.

use alloc::boxed::Box;
use alloc::string::String;

use super::{Account, Links, PullRequest, Text, Timestamp, object};

object! {
    /// A comment.
    pub struct Comment {
        /// `pullrequest_comment`, `commit_comment`, `issue_comment`. Absent from old samples.
        pub kind: Option<String> = "type",
        /// Unique at Bitbucket.
        pub id: Option<i64>,
        /// What was written.
        pub content: Option<Box<Text>>,
        /// Who wrote it. Absent from old samples.
        pub user: Option<Box<Account>>,
        /// The place in a file that it is about. Absent from comments on the whole.
        pub inline: Option<Box<Inline>>,
        /// The comment that it answers: its `id` and links only.
        pub parent: Option<Box<Comment>>,
        /// Whether it was deleted.
        pub deleted: Option<bool>,
        /// Whether it waits to be published with a review.
        pub pending: Option<bool>,
        /// How it was resolved. Absent until it was.
        pub resolution: Option<Box<Resolution>>,
        /// The pull request: id, title and links only. Absent from old samples.
        pub pullrequest: Option<Box<PullRequest>>,
        /// When it was written.
        pub created_on: Option<Timestamp>,
        /// When it was last edited.
        pub updated_on: Option<Timestamp>,
        /// `self`, `html`.
        pub links: Option<Links>,
    }

    /// A place in a file.
    pub struct Inline {
        /// The file.
        pub path: Option<String>,
        /// The line in the old version, from 1. Null where it is about a new line.
        pub from: Option<i64>,
        /// The line in the new version, from 1. Null where it is about a removed line.
        pub to: Option<i64>,
    }

    /// How a comment was resolved. Can be an empty object.
    pub struct Resolution {
        /// `comment_resolution`.
        pub kind: Option<String> = "type",
        /// By whom.
        pub user: Option<Box<Account>>,
        /// When.
        pub created_on: Option<Timestamp>,
    }
}
