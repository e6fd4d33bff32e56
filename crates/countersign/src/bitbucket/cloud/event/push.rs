//! `repo:push`: what changed of which branches and tags.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Account, Commit, Links, Ref, RefKind, Repository, object, payload};

object! {
    /// `repo:push`.
    pub struct RepoPush {
        /// Who pushed. Not always who made the commits.
        pub actor: Option<Box<Account>>,
        /// The repository that was pushed to.
        pub repository: Option<Box<Repository>>,
        /// What was pushed.
        pub push: Option<Push>,
    }

    /// What was pushed.
    pub struct Push {
        /// A change for each branch or tag. Can be empty: Bitbucket then knows that something was
        /// pushed, but not what, and a receiver has to look at all branches.
        pub changes: Option<Vec<Change>>,
    }

    /// What a push did to one branch or tag.
    pub struct Change {
        /// The branch or tag before. Null where it is new.
        pub old: Option<Box<Ref>>,
        /// The branch or tag now. Null where it was deleted.
        pub new: Option<Box<Ref>>,
        /// Whether it is new.
        pub created: Option<bool>,
        /// Whether it was deleted.
        pub closed: Option<bool>,
        /// Whether commits that it held before are gone from it.
        pub forced: Option<bool>,
        /// Whether there are more commits than `commits` holds.
        pub truncated: Option<bool>,
        /// The newest of the commits that were pushed, at most 5, newest first. Not sent for a
        /// deleted branch, nor always for a tag.
        pub commits: Option<Vec<Commit>>,
        /// `commits` (all of them, by REST), `html`, `diff`.
        pub links: Option<Links>,
    }
}

impl RepoPush {
    /// The changes, or none.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        self.push.as_ref().and_then(|push| push.changes.as_deref()).unwrap_or_default()
    }
}

impl Change {
    /// The branch or tag: as it is now, or as it was before it was deleted.
    fn subject(&self) -> Option<&Ref> {
        self.new.as_deref().or(self.old.as_deref())
    }

    /// The name of the branch or tag, without `refs/heads/` or `refs/tags/`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.subject()?.name.as_deref()
    }

    /// The name of the branch; `None` for a tag.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        let subject = self.subject()?;
        subject.name.as_deref().filter(|_| subject.is_branch())
    }

    /// The name of the tag; `None` for a branch.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        let subject = self.subject()?;
        subject.name.as_deref().filter(|_| subject.kind == Some(RefKind::Tag))
    }

    /// The name as Git has it: `refs/heads/main`, `refs/tags/v1`. `None` where it is neither branch
    /// nor tag.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let branch = self.branch().map(|name| format!("refs/heads/{name}"));
        branch.or_else(|| self.tag().map(|name| format!("refs/tags/{name}")))
    }

    /// The hash of the commit before, 40 digits. `None` where the branch or tag is new.
    #[must_use]
    pub fn old_hash(&self) -> Option<&str> {
        self.old.as_ref()?.target.as_ref()?.hash.as_deref()
    }

    /// The hash of the commit now, 40 digits. `None` where the branch or tag was deleted.
    #[must_use]
    pub fn new_hash(&self) -> Option<&str> {
        self.new.as_ref()?.target.as_ref()?.hash.as_deref()
    }

    /// Whether the branch or tag is new.
    #[must_use]
    pub fn is_created(&self) -> bool {
        self.created == Some(true) || (self.old.is_none() && self.new.is_some())
    }

    /// Whether the branch or tag was deleted.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.new.is_none() && (self.old.is_some() || self.closed == Some(true))
    }

    /// Whether commits that it held before are gone from it.
    #[must_use]
    pub fn is_forced(&self) -> bool {
        self.forced == Some(true)
    }

    /// Whether there are more commits than `commits` holds.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.truncated == Some(true)
    }
}

payload!(RepoPush: actor repository changes);
