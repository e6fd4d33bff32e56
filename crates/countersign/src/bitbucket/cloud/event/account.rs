//! Who acts at Bitbucket Cloud: accounts, authors of commits, workspaces and projects.

use alloc::boxed::Box;
use alloc::string::String;

use super::{Links, object};

object! {
    /// A person, a team or an app.
    pub struct Account {
        /// `user`, `team` or `app_user`. Absent from old samples.
        pub kind: Option<String> = "type",
        /// The name to show. Never to be compared: anyone can choose any.
        pub display_name: Option<String>,
        /// A short name that a person chose; not unique. Users have one since 2019.
        pub nickname: Option<String>,
        /// The workspace's name in addresses. Of teams only: users have none since 2019.
        pub username: Option<String>,
        /// The Atlassian account of a user, unique over all products. Teams have none.
        pub account_id: Option<String>,
        /// Unique at Bitbucket, in braces: `{3c1f4e0a-...}`.
        pub uuid: Option<String>,
        /// `self`, `html`, `avatar`.
        pub links: Option<Links>,
    }

    /// Who made a commit or a tag: what Git says, and the account that Bitbucket found to it.
    pub struct Author {
        /// `author`.
        pub kind: Option<String> = "type",
        /// `Name <address>`, as in the commit: a claim of whoever made it.
        pub raw: Option<String>,
        /// The account with this address. Absent where there is none.
        pub user: Option<Box<Account>>,
    }

    /// What owns repositories and projects.
    pub struct Workspace {
        /// `workspace`.
        pub kind: Option<String> = "type",
        /// The first half of a repository's full name.
        pub slug: Option<String>,
        /// The name to show.
        pub name: Option<String>,
        /// In braces.
        pub uuid: Option<String>,
        /// `self`, `html`, `avatar`.
        pub links: Option<Links>,
    }

    /// A group of repositories in a workspace.
    pub struct Project {
        /// `project`.
        pub kind: Option<String> = "type",
        /// Unique in the workspace: `ROC`.
        pub key: Option<String>,
        /// The name to show.
        pub name: Option<String>,
        /// In braces.
        pub uuid: Option<String>,
        /// What people wrote about it. Only in events about the project.
        pub description: Option<String>,
        /// Only in events about the project.
        pub is_private: Option<bool>,
        /// Only in events about the project.
        pub workspace: Option<Box<Workspace>>,
        /// `self`, `html`, `avatar`.
        pub links: Option<Links>,
    }
}
