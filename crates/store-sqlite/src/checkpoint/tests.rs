//! The pace, and that checkpoints move pages.

use super::*;

const MIB: u64 = 1024 * 1024;

fn database() -> (tempfile::TempDir, PathBuf, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("db");
    std::fs::write(&file, "").unwrap();
    let connection = connection::writer(&file).unwrap();
    connection::set_up_file(&connection, Some(4_096)).unwrap();
    connection
        .execute_batch("CREATE TABLE t (x BLOB); INSERT INTO t VALUES (zeroblob(3000000))")
        .unwrap();
    (folder, file, connection)
}

#[test]
fn a_checkpoint_moves_what_was_committed() {
    let (_folder, file, _connection) = database();
    assert!(std::fs::metadata(&file).unwrap().len() < 10_000);
    let mut checkpointer = Checkpointer::start(file.clone()).unwrap();
    checkpointer.ask_and_wait(Duration::from_secs(30));
    assert!(std::fs::metadata(&file).unwrap().len() > 3_000_000);
    checkpointer.stop();
}

#[test]
fn one_is_asked_for_every_four_mebibytes_and_awaited_past_sixty_four() {
    let (_folder, file, _connection) = database();
    let checkpointer = Checkpointer::start(file).unwrap();
    let asked = || checkpointer.desk.orders().asked;
    let mut pace = Pace::new(MIB);
    for pages in 1..=3 {
        pace.after_commit(pages, &checkpointer);
    }
    assert_eq!(asked(), 0);
    for pages in 4..=7 {
        pace.after_commit(pages, &checkpointer);
    }
    assert_eq!(asked(), 1);
    pace.after_commit(64, &checkpointer);
    let orders = checkpointer.desk.orders();
    assert_eq!((orders.asked, orders.done), (2, 2), "awaited");
    drop(orders);
    // Not at every commit, where the journal cannot begin anew.
    pace.after_commit(65, &checkpointer);
    assert_eq!(asked(), 2);
    // It began anew.
    pace.after_commit(1, &checkpointer);
    pace.after_commit(4, &checkpointer);
    assert_eq!(asked(), 3);
}
