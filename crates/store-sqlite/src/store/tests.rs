//! The embedded store passes the conformance suite; what only it has is tested here.

use std::sync::Arc;

use pipeline::Store;
use tempfile::TempDir;
use testkit::conformance::Rig;

use super::*;

struct FolderRig(TempDir);

impl FolderRig {
    fn new() -> FolderRig {
        FolderRig(tempfile::tempdir().unwrap())
    }
}

impl Rig for FolderRig {
    async fn open(&self) -> Arc<dyn Store> {
        let options = StoreOptions::new(self.0.path().join("data"));
        Arc::new(SqliteStore::open(&options).unwrap())
    }
}

mod conformance {
    use super::FolderRig;

    testkit::conformance!(FolderRig::new());
}
