//! Repositories at Bitbucket Cloud, and the events about one as a whole.

use alloc::boxed::Box;
use alloc::string::String;

use super::{Account, Changes, Links, Project, Workspace, object, payload};

object! {
    /// A repository. Inside a pull request only names, UUID and links are given.
    pub struct Repository {
        /// `repository`.
        pub kind: Option<String> = "type",
        /// `workspace/slug`: `acme/rocket`. Changes when it is renamed or transferred.
        pub full_name: Option<String>,
        /// The name to show; not always the slug.
        pub name: Option<String>,
        /// In braces. Never changes.
        pub uuid: Option<String>,
        /// `git`; `hg` until 2020.
        pub scm: Option<String>,
        /// Whether only members see it.
        pub is_private: Option<bool>,
        /// An address or empty; null where none was ever set.
        pub website: Option<String>,
        /// The user or team that owns it.
        pub owner: Option<Box<Account>>,
        /// The workspace that it is in.
        pub workspace: Option<Box<Workspace>>,
        /// The project that it is in.
        pub project: Option<Box<Project>>,
        /// What it was forked from; null where it is no fork.
        pub parent: Option<Box<Repository>>,
        /// `self`, `html`, `avatar`; `clone` is not sent.
        pub links: Option<Links>,
    }

    /// `repo:created`, `repo:deleted`, `repo:imported` and `repo:transfer`. Of a transfer, what else
    /// Bitbucket sends is not documented, and in `other`.
    pub struct RepositoryEvent {
        /// Who did it.
        pub actor: Option<Box<Account>>,
        /// The repository, as it is now.
        pub repository: Option<Box<Repository>>,
    }

    /// `repo:fork`.
    pub struct RepositoryFork {
        /// Who forked.
        pub actor: Option<Box<Account>>,
        /// The repository that was forked.
        pub repository: Option<Box<Repository>>,
        /// The new repository.
        pub fork: Option<Box<Repository>>,
    }

    /// `repo:updated`.
    pub struct RepositoryUpdate {
        /// Who changed it.
        pub actor: Option<Box<Account>>,
        /// The repository, as it is now.
        pub repository: Option<Box<Repository>>,
        /// Of `name`, `full_name`, `website`, `language`, `links` and `description`, those that
        /// changed.
        pub changes: Option<Changes>,
    }
}

impl Repository {
    /// The first half of the full name: `acme` of `acme/rocket`.
    #[must_use]
    pub fn workspace_slug(&self) -> Option<&str> {
        self.full_name.as_deref()?.split_once('/').map(|(workspace, _)| workspace)
    }

    /// The second half of the full name: `rocket` of `acme/rocket`.
    #[must_use]
    pub fn slug(&self) -> Option<&str> {
        self.full_name.as_deref()?.split_once('/').map(|(_, slug)| slug)
    }
}

payload!(RepositoryEvent: actor repository);
payload!(RepositoryFork: actor repository);
payload!(RepositoryUpdate: actor repository);
