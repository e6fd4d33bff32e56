//! `repo:refs_changed` and `mirror:repo_synchronized`: what changed of which branches and tags.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Links, Repository, Timestamp, User, object, payload, words};

words! {
    /// Whether a name is of a branch or a tag.
    pub enum RefKind {
        /// A branch.
        Branch = "BRANCH",
        /// A tag.
        Tag = "TAG",
    }

    /// What became of a branch or tag.
    pub enum ChangeKind {
        /// It is new.
        Add = "ADD",
        /// It points to another commit.
        Update = "UPDATE",
        /// It was deleted.
        Delete = "DELETE",
    }
}

object! {
    /// `repo:refs_changed`: a push, or a merge.
    pub struct RefsChanged {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who pushed.
        pub actor: Option<Box<User>>,
        /// The repository that was pushed to.
        pub repository: Option<Box<Repository>>,
        /// A change for each branch or tag.
        pub changes: Option<Vec<Change>>,
        /// The newest of the commits that were pushed, at most 5 unless configured otherwise. Newer
        /// versions only.
        pub commits: Option<Vec<Commit>>,
        /// The newest commit. Newer versions only.
        pub to_commit: Option<Box<Commit>> = "toCommit",
    }

    /// `mirror:repo_synchronized`: a mirror has what was pushed. Since 6.5.
    pub struct MirrorSynchronized {
        /// What happened, as the header says too.
        pub event_key: Option<String> = "eventKey",
        /// When.
        pub date: Option<Timestamp>,
        /// Who pushed. Not always sent.
        pub actor: Option<Box<User>>,
        /// The repository; its clone links are those of the mirror too.
        pub repository: Option<Box<Repository>>,
        /// A change for each branch or tag. Empty where there are too many.
        pub changes: Option<Vec<Change>>,
        /// The mirror.
        pub mirror_server: Option<Box<MirrorServer>> = "mirrorServer",
        /// `SNAPSHOT` or `INCREMENTAL`, in either case; `smartMirror` from mirrors before 6.7.
        pub sync_type: Option<String> = "syncType",
        /// Whether `changes` is empty because there are too many.
        pub ref_limit_exceeded: Option<bool> = "refLimitExceeded",
    }

    /// A mirror.
    pub struct MirrorServer {
        /// Unique on the server.
        pub id: Option<String>,
        /// The name to show.
        pub name: Option<String>,
    }

    /// What became of one branch or tag.
    pub struct Change {
        /// The branch or tag.
        pub subject: Option<Box<Ref>> = "ref",
        /// Its name as Git has it: `refs/heads/main`.
        pub ref_id: Option<String> = "refId",
        /// The commit before, 40 hexadecimal digits; zeros where it is new.
        pub from_hash: Option<String> = "fromHash",
        /// The commit now, 40 hexadecimal digits; zeros where it was deleted.
        pub to_hash: Option<String> = "toHash",
        /// What became of it.
        pub kind: Option<ChangeKind> = "type",
    }

    /// A branch or a tag.
    pub struct Ref {
        /// Its name as Git has it: `refs/heads/main`.
        pub id: Option<String>,
        /// Its name without `refs/heads/` or `refs/tags/`.
        pub display_id: Option<String> = "displayId",
        /// Whether it is a branch or a tag.
        pub kind: Option<RefKind> = "type",
        /// The commit that it points to. Of a pull request's former target only.
        pub latest_commit: Option<String> = "latestCommit",
    }

    /// A commit.
    pub struct Commit {
        /// 40 hexadecimal digits.
        pub id: Option<String>,
        /// The first 11 of them.
        pub display_id: Option<String> = "displayId",
        /// The whole message.
        pub message: Option<String>,
        /// Who wrote it.
        pub author: Option<Box<User>>,
        /// When it was written.
        pub author_timestamp: Option<Timestamp> = "authorTimestamp",
        /// Who committed it.
        pub committer: Option<Box<User>>,
        /// When it was committed.
        pub committer_timestamp: Option<Timestamp> = "committerTimestamp",
        /// None for the first commit, two or more for a merge; often id and display id only.
        pub parents: Option<Vec<Commit>>,
        /// Not always sent.
        pub links: Option<Links>,
    }
}

impl Change {
    /// The name as Git has it: `refs/heads/main`.
    #[must_use]
    pub fn full_name(&self) -> Option<&str> {
        self.ref_id.as_deref().or_else(|| self.subject.as_ref()?.id.as_deref())
    }

    /// The name of the branch or tag, without `refs/heads/` or `refs/tags/`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let shown = self.subject.as_ref().and_then(|subject| subject.display_id.as_deref());
        shown.or_else(|| self.branch()).or_else(|| self.tag())
    }

    /// The name of the branch; `None` for a tag.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.full_name()?.strip_prefix("refs/heads/")
    }

    /// The name of the tag; `None` for a branch.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.full_name()?.strip_prefix("refs/tags/")
    }

    /// The commit before. `None` where the branch or tag is new.
    #[must_use]
    pub fn old_hash(&self) -> Option<&str> {
        self.from_hash.as_deref().filter(|hash| is_commit(hash))
    }

    /// The commit now. `None` where the branch or tag was deleted.
    #[must_use]
    pub fn new_hash(&self) -> Option<&str> {
        self.to_hash.as_deref().filter(|hash| is_commit(hash))
    }

    /// Whether the branch or tag is new.
    #[must_use]
    pub fn is_created(&self) -> bool {
        self.kind == Some(ChangeKind::Add)
    }

    /// Whether the branch or tag was deleted.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.kind == Some(ChangeKind::Delete)
    }
}

/// Whether a hash is not all zeros, of whatever length: those of SHA-256 repositories have 64.
fn is_commit(hash: &str) -> bool {
    hash.bytes().any(|digit| digit != b'0')
}

payload!(RefsChanged: date actor repository changes);
payload!(MirrorSynchronized: date actor repository changes);
