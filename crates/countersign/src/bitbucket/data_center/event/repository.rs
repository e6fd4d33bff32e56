//! Repositories of Bitbucket Data Center, and the events about one as a whole.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Links, Project, Timestamp, User, object, payload};

object! {
    /// A repository.
    pub struct Repository {
        /// The name in addresses, unique in the project.
        pub slug: Option<String>,
        /// Unique on the server. Never changes.
        pub id: Option<i64>,
        /// The name to show.
        pub name: Option<String>,
        /// What people wrote about it. Absent where there is nothing.
        pub description: Option<String>,
        /// The same in a repository and its forks.
        pub hierarchy_id: Option<String> = "hierarchyId",
        /// `git`.
        pub scm_id: Option<String> = "scmId",
        /// `AVAILABLE`, `INITIALISING`, `INITIALISATION_FAILED` or `OFFLINE`.
        pub state: Option<String>,
        /// The state in words.
        pub status_message: Option<String> = "statusMessage",
        /// Whether it may be forked.
        pub forkable: Option<bool>,
        /// The project that it is in.
        pub project: Option<Box<Project>>,
        /// Whether anyone may read it.
        pub public: Option<bool>,
        /// Whether nobody may write to it. Since 8.0.
        pub archived: Option<bool>,
        /// What it was forked from. Absent where it is no fork.
        pub origin: Option<Box<Repository>>,
        /// `self`, and `clone` with `ssh` and `http`. Not always sent.
        pub links: Option<Links>,
    }

    /// `repo:created`, `repo:deleted` and `repo:default_branch_modified`. Their bodies are not
    /// documented; what these fields do not hold is in `other`.
    pub struct RepositoryEvent {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who did it.
        pub actor: Option<Box<User>>,
        /// The repository.
        pub repository: Option<Box<Repository>>,
    }

    /// `repo:forked`.
    pub struct RepositoryForked {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who forked.
        pub actor: Option<Box<User>>,
        /// The new repository; its `origin` is the one that was forked.
        pub repository: Option<Box<Repository>>,
    }

    /// `repo:modified`.
    pub struct RepositoryModified {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who changed it.
        pub actor: Option<Box<User>>,
        /// The repository as it was.
        pub old: Option<Box<Repository>>,
        /// The repository as it is.
        pub new: Option<Box<Repository>>,
    }

    /// `repo:secret_detected`. Since 8.3. Holds where the secrets are, and never a secret.
    pub struct SecretDetected {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who pushed.
        pub actor: Option<Box<User>>,
        /// Where the secrets are.
        pub secret_locations: Option<Vec<SecretLocation>> = "secretLocations",
    }

    /// A line that holds a secret.
    pub struct SecretLocation {
        /// The repository.
        pub repository: Option<Box<Repository>>,
        /// The commit, 40 hexadecimal digits.
        pub commit_id: Option<String> = "commitId",
        /// The file.
        pub path: Option<String>,
        /// The line, from 1.
        pub line: Option<i64>,
        /// The rule that found it.
        pub rule_name: Option<String> = "ruleName",
    }
}

impl Repository {
    /// `PROJECT/slug`: `ROC/rocket`.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        Some(format!("{}/{}", self.project_key()?, self.slug.as_deref()?))
    }

    /// The key of the project: `ROC`.
    #[must_use]
    pub fn project_key(&self) -> Option<&str> {
        self.project.as_ref()?.key.as_deref()
    }
}

impl SecretDetected {
    /// The repository of the first location.
    fn first_repository(&self) -> Option<&Repository> {
        self.secret_locations.as_ref()?.first()?.repository.as_deref()
    }
}

payload!(RepositoryEvent: date actor repository);
payload!(RepositoryForked: date actor repository);
payload!(RepositoryModified: date actor new_repository);
payload!(SecretDetected: date actor first_repository);
