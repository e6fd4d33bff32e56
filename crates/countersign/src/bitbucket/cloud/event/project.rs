//! `project:updated`, the one event of a workspace's projects.

use alloc::boxed::Box;

use super::{Account, Changes, Project, object, payload};

object! {
    /// `project:updated`. What Bitbucket sends is not documented; what these fields do not hold is in
    /// `other`.
    pub struct ProjectUpdate {
        /// Who changed it.
        pub actor: Option<Box<Account>>,
        /// The project, as it is now.
        pub project: Option<Box<Project>>,
        /// What changed.
        pub changes: Option<Changes>,
    }
}

payload!(ProjectUpdate: actor);
