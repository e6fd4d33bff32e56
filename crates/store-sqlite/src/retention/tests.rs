//! What slices cost, and removal on a full disk.

use pipeline::{
    DeliveryId,
    store::{Retain, Slice},
};
use testkit::samples::Samples;

use super::*;
use crate::{SqliteStore, StoreOptions, schema};

#[test]
fn looking_for_finished_events_goes_by_their_indexes() {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection).unwrap();
    let unfinished = UNFINISHED.replace("?1", "e.seq").replace("?2", "5");
    let sql = format!(
        "EXPLAIN QUERY PLAN SELECT e.seq, {unfinished} FROM events AS e \
         WHERE e.seq > 1 AND e.seq < 9 ORDER BY e.seq"
    );
    let mut statement = connection.prepare(&sql).unwrap();
    let lines = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
    let plan = lines.collect::<Result<Vec<_>, _>>().unwrap().join("; ");
    assert!(plan.contains("SEARCH e USING INTEGER PRIMARY KEY"), "{plan}");
    assert!(plan.contains("deliveries_event") && !plan.contains("TEMP B-TREE"), "{plan}");
}

/// A resend between the look and the removal.
#[tokio::test]
async fn what_waits_again_since_it_was_found_stays() {
    use pipeline::store::{Accept, Dispatch, Expected, History, Keep, Record};
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&StoreOptions::new(folder.path())).unwrap();
    let samples = Samples::new(5);
    let webhook = samples.webhook();
    let to = webhook.id;
    let put = store.put_webhook(webhook, Expected::Absent);
    put.await.unwrap();
    let mut made: Vec<DeliveryId> = Vec::new();
    for _ in 0..2 {
        let mut new = samples.published("acme", None, samples.body());
        made.push(samples.deliver(&mut new, to, true));
        store.accept(new).await.unwrap();
    }
    for delivery in &made {
        let attempt = samples.attempt(*delivery, 1, Some(200));
        let next = pipeline::Next::Delivered;
        store.record(Record { attempt, next }).await.unwrap();
    }
    samples.clock.advance_ms(1_000);
    let slice = Slice::new(None, samples.now());
    let reader = crate::connection::reader(&folder.path().join(crate::DATABASE_FILE)).unwrap();
    let found = finished(&slice, &reader).unwrap();
    assert_eq!(found.events.len(), 2);
    store.resend(made[0], None, samples.now()).await.unwrap();
    let removed = store.writer().submit(RemoveFinished::new(slice, found)).await.unwrap();
    assert_eq!(removed.events, 1);
    let (stands, attempts) = store.delivery(made[0]).await.unwrap();
    assert_eq!((stands.status, attempts.len()), (pipeline::Status::Pending, 1));
    store.body(stands.event).await.unwrap();
    assert!(store.delivery(made[1]).await.is_err());
}

/// The file does not shrink, and what comes next takes the free pages.
#[tokio::test]
async fn freed_pages_are_used_again() {
    use pipeline::store::{Accept, Upkeep};
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&StoreOptions::new(folder.path())).unwrap();
    let samples = Samples::new(5);
    let mut peak = 0;
    for round in 0..6 {
        for _ in 0..8 {
            store.accept(samples.published("acme", None, vec![1; 256 << 10])).await.unwrap();
        }
        let used = store.extent().await.unwrap().used_bytes;
        peak = if round == 0 { used } else { peak };
        assert!(used <= peak + (256 << 10), "{used} after {peak}");
        samples.clock.advance_ms(1_000);
        let mut slice = Slice::new(None, samples.now());
        while let Some(next) = store.remove_finished(slice).await.unwrap().next {
            slice.after = Some(next);
        }
        assert_eq!(store.extent().await.unwrap().oldest, None);
    }
    store.close().await.unwrap();
    let file = folder.path().join(crate::DATABASE_FILE);
    let size = std::fs::metadata(file).unwrap().len();
    assert!(size <= peak + (1 << 20), "{size} bytes for {peak} in use at once");
}
