//! Rows of jobs, and a crash in the middle.

use pipeline::{
    FailReason, JobState, Next, Status, Tally,
    store::{Accept, Bulk, DeliveryFilter, Dispatch, Expected, History, Keep, Record, Step},
};
use testkit::samples::Samples;

use super::*;
use crate::{DATABASE_FILE, SqliteStore, StoreOptions, schema};

/// Copies of the files as they stand after each step: what a crash would leave.
#[tokio::test]
async fn a_crash_after_any_step_repeats_nothing_and_leaves_nothing_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&StoreOptions::new(folder.path())).unwrap();
    let samples = Samples::new(9);
    let webhook = samples.webhook();
    let to = webhook.id;
    let put = store.put_webhook(webhook, Expected::Absent);
    put.await.unwrap();
    let mut deliveries = Vec::new();
    for _ in 0..5 {
        let mut new = samples.published("acme", None, samples.body());
        let delivery = samples.deliver(&mut new, to, true);
        store.accept(new).await.unwrap();
        let attempt = samples.attempt(delivery, 1, None);
        let next = Next::Failed(FailReason::Exhausted);
        store.record(Record { attempt, next }).await.unwrap();
        deliveries.push(delivery);
    }
    let act = BulkAct::Resend(DeliveryFilter { webhook: Some(to), ..DeliveryFilter::default() });
    let job = store.begin_job(act, samples.now()).await.unwrap().number;
    let step =
        |limit| Step { job, webhook: None, limit, ids: samples.id_generator(), now: samples.now() };
    for done in 0..5 {
        let copy = tempfile::tempdir().unwrap();
        for name in [DATABASE_FILE.to_owned(), format!("{DATABASE_FILE}-wal")] {
            std::fs::copy(folder.path().join(&name), copy.path().join(&name)).unwrap();
        }
        let crashed = SqliteStore::open(&StoreOptions::new(copy.path())).unwrap();
        assert_eq!(crashed.job(job).await.unwrap().tally.done, done);
        // What was made due before the crash has been delivered: it must not be due again.
        for delivery in &deliveries[..done as usize] {
            crashed.cancel(*delivery, samples.now()).await.unwrap();
        }
        let ended = crashed.step_job(step(200)).await.unwrap().job;
        assert_eq!(ended.state, JobState::Done);
        assert_eq!(ended.tally, Tally { looked_at: 5, done: 5, without_body: 0 });
        for (index, delivery) in deliveries.iter().enumerate() {
            let (stands, _) = crashed.delivery(*delivery).await.unwrap();
            let before = index < done as usize;
            let expected = if before { Status::Cancelled } else { Status::Pending };
            assert_eq!(stands.status, expected);
        }
        store.step_job(step(1)).await.unwrap();
    }
}

/// Two recoveries of the same events that look before either acts.
#[tokio::test]
async fn what_was_made_since_it_was_looked_at_is_not_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&StoreOptions::new(folder.path())).unwrap();
    let samples = Samples::new(9);
    let mut webhook = samples.webhook();
    webhook.source = None;
    let to = webhook.id;
    let put = store.put_webhook(webhook.clone(), Expected::Absent);
    put.await.unwrap();
    let new = samples.published("acme", None, samples.body());
    store.accept(new).await.unwrap();
    let act = BulkAct::Recover(pipeline::Recovery {
        webhook: to,
        lost: pipeline::Lost::All,
        triggers: Vec::new(),
        since: Timestamp::from_millis(0),
        until: samples.now().plus_millis(1),
    });
    let reader = crate::connection::reader(&folder.path().join(DATABASE_FILE)).unwrap();
    let mut prepared = Vec::new();
    for _ in 0..2 {
        let job = store.begin_job(act.clone(), samples.now()).await.unwrap().number;
        let step = Step {
            job,
            webhook: Some(std::sync::Arc::new(webhook.clone())),
            limit: 10,
            ids: samples.id_generator(),
            now: samples.now(),
        };
        // From the deliveries on to the events.
        store.step_job(step.clone()).await.unwrap();
        prepared.push(step::prepare(step, &reader).unwrap());
    }
    let mut made = Vec::new();
    for step in prepared {
        made.push(store.writer().submit(step).await.unwrap().made);
    }
    assert_eq!(made, [1, 0]);
}

#[test]
fn looking_for_a_delivery_goes_by_the_event() {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection).unwrap();
    let plan = |sql: &str| {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let lines = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
        lines.collect::<Result<Vec<_>, _>>().unwrap().join("; ")
    };
    let backlog = plan(
        "SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE webhook = 1 AND status = 0 \
         AND due_at <= 5 LIMIT 9)",
    );
    assert!(backlog.contains("COVERING INDEX deliveries_due"), "{backlog}");
    for (condition, index) in [
        ("d.webhook = 5", "deliveries_webhook"),
        ("d.status > 1 AND d.status = 2", "deliveries_troubled"),
    ] {
        let walk = plan(&format!(
            "SELECT d.seq, d.low FROM deliveries AS d WHERE d.seq >= 1 AND d.seq < 9 \
             AND {condition} ORDER BY d.seq ASC"
        ));
        assert!(walk.contains(index) && !walk.contains("TEMP B-TREE"), "{walk}");
    }
}
