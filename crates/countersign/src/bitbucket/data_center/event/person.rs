//! Users and projects of Bitbucket Data Center, and the events about a project.

use alloc::boxed::Box;
use alloc::string::String;

use super::{Links, Timestamp, object, payload};

object! {
    /// A user, or, as author of a commit, what Git says: name and address only.
    pub struct User {
        /// The name to sign in with. Can change.
        pub name: Option<String>,
        /// The address. Null where it is hidden.
        pub email_address: Option<String> = "emailAddress",
        /// Unique on the server. Never changes.
        pub id: Option<i64>,
        /// The name to show.
        pub display_name: Option<String> = "displayName",
        /// Whether the user can sign in.
        pub active: Option<bool>,
        /// The name in addresses.
        pub slug: Option<String>,
        /// `NORMAL` or `SERVICE`.
        pub kind: Option<String> = "type",
        /// `self`.
        pub links: Option<Links>,
    }

    /// A project: a group of repositories, or the personal one of a user.
    pub struct Project {
        /// Unique on the server: `ROC`; `~` and the user's name for a personal one.
        pub key: Option<String>,
        /// Unique on the server. Never changes.
        pub id: Option<i64>,
        /// The name to show.
        pub name: Option<String>,
        /// What people wrote about it. Absent where there is nothing.
        pub description: Option<String>,
        /// Whether anyone may read it.
        pub public: Option<bool>,
        /// `NORMAL` or `PERSONAL`.
        pub kind: Option<String> = "type",
        /// Whose it is. Of personal ones only.
        pub owner: Option<Box<User>>,
        /// `self`.
        pub links: Option<Links>,
    }

    /// `project:created` and `project:deleted`. Their bodies are not documented; what these fields do
    /// not hold is in `other`.
    pub struct ProjectEvent {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who did it.
        pub actor: Option<Box<User>>,
        /// The project.
        pub project: Option<Box<Project>>,
    }

    /// `project:modified`. For webhooks of a project, since 8.9.
    pub struct ProjectModified {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who changed it.
        pub actor: Option<Box<User>>,
        /// The project as it was.
        pub old: Option<Box<Project>>,
        /// The project as it is.
        pub new: Option<Box<Project>>,
    }
}

payload!(ProjectEvent: date actor);
payload!(ProjectModified: date actor);
