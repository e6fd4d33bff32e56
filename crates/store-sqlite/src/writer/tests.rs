//! Batches, failing jobs, full and failing disks, crashes.

use std::sync::{Arc, Mutex, atomic::Ordering, mpsc};

use pipeline::{
    DeliveryId, Next, Status, Timestamp, WebhookId,
    store::{
        Accept, Accepted, Dispatch, Expected, History, Keep, NewEvent, Page, Record, Retain, Slice,
        Upkeep,
    },
};
use tempfile::TempDir;
use testkit::{assert_refused, samples::Samples};
use tokio::sync::oneshot;

use super::*;
use crate::{DATABASE_FILE, SqliteStore, StoreOptions};

mod disks;

/// A store in a folder of its own.
struct Place {
    _parent: TempDir,
    options: StoreOptions,
    store: Arc<SqliteStore>,
    samples: Samples,
}

impl Place {
    fn new() -> Place {
        Place::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut StoreOptions)) -> Place {
        let parent = tempfile::tempdir().unwrap();
        let mut options = StoreOptions::new(parent.path().join("data"));
        change(&mut options);
        Place {
            _parent: parent,
            store: Arc::new(SqliteStore::open(&options).unwrap()),
            options,
            samples: Samples::new(3),
        }
    }

    fn event(&self) -> NewEvent {
        self.samples.published("acme", None, self.samples.body())
    }

    async fn webhook(&self) -> WebhookId {
        let webhook = self.samples.webhook();
        let id = webhook.id;
        let put = self.store.put_webhook(webhook, Expected::Absent);
        put.await.unwrap();
        id
    }

    async fn leased(&self) -> DeliveryId {
        let webhook = self.webhook().await;
        let mut new = self.event();
        let delivery = self.samples.deliver(&mut new, webhook, true);
        self.store.accept(new).await.unwrap();
        delivery
    }

    fn record(&self, delivery: DeliveryId) -> Record {
        let attempt = self.samples.attempt(delivery, 1, Some(200));
        let next = Next::Delivered;
        Record { attempt, next }
    }

    /// Events in a store.
    async fn events(store: &SqliteStore) -> usize {
        let page = Page { before: None, limit: 500 };
        let listed = store.events(Default::default(), page).await.unwrap();
        assert_eq!(listed.next, None);
        listed.items.len()
    }

    /// Opens a copy of the files as they stand now: what a crash would leave.
    fn crash(&self) -> (TempDir, SqliteStore) {
        let copy = tempfile::tempdir().unwrap();
        let journal = format!("{DATABASE_FILE}-wal");
        for name in [DATABASE_FILE, &journal] {
            std::fs::copy(self.options.path.join(name), copy.path().join(name)).unwrap();
        }
        let store = SqliteStore::open(&StoreOptions::new(copy.path())).unwrap();
        (copy, store)
    }

    /// Holds the writer in the middle of a batch until the gate is dropped.
    async fn hold(&self) -> Gate {
        let (entered, inside) = oneshot::channel();
        let (open, opened) = mpsc::sync_channel(1);
        let held = Held { entered: Mutex::new(Some(entered)), opened: Mutex::new(opened) };
        let store = self.store.clone();
        tokio::spawn(async move { store.writer().submit(held).await });
        inside.await.unwrap();
        Gate(open)
    }

    async fn until_queued(&self, jobs: usize) {
        while self.store.writer().queued() < jobs {
            tokio::task::yield_now().await;
        }
    }

    fn commits(&self) -> u64 {
        self.store.writer().signals().commits()
    }
}

/// Opens when it is dropped.
struct Gate(#[expect(dead_code, reason = "held for its end")] mpsc::SyncSender<()>);

struct Held {
    entered: Mutex<Option<oneshot::Sender<()>>>,
    opened: Mutex<mpsc::Receiver<()>>,
}

impl Work for Held {
    type Answer = ();

    fn run(&self, _: &mut Context<'_>) -> Result<(), WorkError> {
        if let Some(entered) = self.entered.lock().unwrap().take() {
            entered.send(()).unwrap();
        }
        // An error is the gate's end.
        let _ = self.opened.lock().unwrap().recv();
        Ok(())
    }
}

/// Runs one statement, then fails as it is told.
struct Statement {
    sql: &'static str,
    then: Option<fn() -> WorkError>,
}

impl Work for Statement {
    type Answer = ();

    fn run(&self, context: &mut Context<'_>) -> Result<(), WorkError> {
        context.connection.execute_batch(self.sql)?;
        self.then.map_or(Ok(()), |then| Err(then()))
    }
}

#[tokio::test]
async fn what_queues_during_a_commit_shares_the_next_one() {
    let place = Place::new();
    let gate = place.hold().await;
    let mut tasks = Vec::new();
    for _ in 0..1_025 {
        let (store, new) = (place.store.clone(), place.event());
        tasks.push(tokio::spawn(async move { store.accept(new).await }));
    }
    place.until_queued(1_025).await;
    assert_eq!(place.commits(), 0);
    drop(gate);
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    // The gate's own, twice 512, and the one that is left.
    assert_eq!(place.commits(), 4);
}

#[tokio::test]
async fn a_batch_ends_with_the_event_that_goes_past_its_bytes() {
    let place = Place::new();
    let gate = place.hold().await;
    let mut tasks = Vec::new();
    for _ in 0..6 {
        let new = place.samples.published("acme", None, vec![0; 3 << 20]);
        let store = place.store.clone();
        tasks.push(tokio::spawn(async move { store.accept(new).await }));
    }
    place.until_queued(6).await;
    drop(gate);
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(place.commits(), 3);
}

#[tokio::test]
async fn nothing_is_answered_or_seen_before_the_commit() {
    let place = Place::new();
    let gate = place.hold().await;
    let mut new = place.event();
    let webhook = place.samples.id();
    place.samples.deliver(&mut new, webhook, true);
    let store = place.store.clone();
    let answered = tokio::spawn(async move { store.accept(new).await });
    place.until_queued(1).await;
    // Outcomes and changes go first in the next batch; what holds it comes behind the event.
    let (entered, inside) = oneshot::channel();
    let (open, opened) = mpsc::sync_channel::<()>(1);
    let held = Held { entered: Mutex::new(Some(entered)), opened: Mutex::new(opened) };
    let store = place.store.clone();
    tokio::spawn(async move { store.writer().accept(held, 0).await });
    place.until_queued(2).await;
    drop(gate);
    inside.await.unwrap();
    // The event's rows are written and not committed now.
    assert!(!answered.is_finished());
    assert_eq!(Place::events(&place.store).await, 0);
    let (_copy, crashed) = place.crash();
    assert_eq!(Place::events(&crashed).await, 0);
    assert!(!answered.is_finished());
    drop(open);
    assert_eq!(answered.await.unwrap().unwrap(), Accepted::New { deliveries: 0 });
    assert_eq!(Place::events(&place.store).await, 1);
}

#[tokio::test]
async fn a_failing_job_is_taken_out_and_the_rest_is_committed() {
    let place = Place::new();
    let source = place.samples.source("s");
    let put = place.store.put_source(source, Expected::Absent);
    put.await.unwrap();
    let gate = place.hold().await;
    let before = place.commits();
    let mut events = Vec::new();
    for _ in 0..10 {
        let (store, new) = (place.store.clone(), place.event());
        events.push(tokio::spawn(async move { store.accept(new).await }));
    }
    // A refusal, a failure after a write, and a refusal after a write.
    let (store, taken) = (place.store.clone(), place.samples.source("s"));
    let taken = tokio::spawn(async move { store.put_source(taken, Expected::Absent).await });
    let run = |statement: Statement| {
        let store = place.store.clone();
        tokio::spawn(async move { store.writer().submit(statement).await })
    };
    let failing = run(Statement {
        sql: "INSERT INTO settings VALUES ('failing', x''); INSERT INTO settings VALUES (NULL, 1)",
        then: None,
    });
    let refused = run(Statement {
        sql: "INSERT INTO settings VALUES ('refused', x'')",
        then: Some(|| WorkError::Refused(StoreError::WrongStatus)),
    });
    place.until_queued(13).await;
    drop(gate);
    for event in events {
        event.await.unwrap().unwrap();
    }
    assert_refused!(taken.await.unwrap(), StoreError::Taken);
    assert_refused!(failing.await.unwrap(), StoreError::Failed(_));
    assert_refused!(refused.await.unwrap(), StoreError::WrongStatus);
    assert_eq!(Place::events(&place.store).await, 10);
    assert_eq!(place.commits(), before + 2);
    for name in ["failing", "refused"] {
        assert_eq!(place.store.setting(name).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_a_refused_job_wrote_is_undone() {
    let place = Place::new();
    let refused = Statement {
        sql: "INSERT INTO settings VALUES ('refused', x'')",
        then: Some(|| WorkError::Refused(StoreError::WrongStatus)),
    };
    let answer = place.store.writer().submit(refused).await;
    assert_refused!(answer, StoreError::WrongStatus);
    assert_eq!(place.store.setting("refused").await.unwrap(), None);
}

#[tokio::test]
async fn a_panic_of_the_thread_is_answered_and_frees_the_folder() {
    struct Panics;
    impl Work for Panics {
        type Answer = ();
        fn run(&self, _: &mut Context<'_>) -> Result<(), WorkError> {
            panic!("a job that panics, on purpose");
        }
    }
    let place = Place::new();
    let gate = place.hold().await;
    let (store, new) = (place.store.clone(), place.event());
    let event = tokio::spawn(async move { store.accept(new).await });
    let store = place.store.clone();
    let panics = tokio::spawn(async move { store.writer().submit(Panics).await });
    place.until_queued(2).await;
    drop(gate);
    assert_refused!(panics.await.unwrap(), StoreError::Unavailable);
    assert_refused!(event.await.unwrap(), StoreError::Unavailable);
    assert_refused!(place.store.accept(place.event()).await, StoreError::Unavailable);
    assert_eq!(place.store.health(), Health::Unavailable);
    assert_refused!(place.store.close().await, StoreError::Unavailable);
    let Place { store, options, .. } = place;
    drop(store);
    SqliteStore::open(&options).unwrap();
}

#[tokio::test]
async fn a_crash_loses_nothing_that_was_answered() {
    let place = Place::new();
    let delivery = place.leased().await;
    for _ in 0..20 {
        place.store.accept(place.event()).await.unwrap();
    }
    assert!(place.store.record(place.record(delivery)).await.unwrap());
    let (_copy, crashed) = place.crash();
    assert_eq!(Place::events(&crashed).await, 21);
    let (stands, attempts) = crashed.delivery(delivery).await.unwrap();
    assert_eq!((stands.status, attempts.len()), (Status::Delivered, 1));
}

#[tokio::test]
async fn closing_does_what_is_queued() {
    let place = Place::new();
    let gate = place.hold().await;
    let (store, new) = (place.store.clone(), place.event());
    let event = tokio::spawn(async move { store.accept(new).await });
    place.until_queued(1).await;
    let store = place.store.clone();
    let closing = tokio::spawn(async move { store.close().await });
    tokio::task::yield_now().await;
    assert_refused!(place.store.accept(place.event()).await, StoreError::Unavailable);
    drop(gate);
    closing.await.unwrap().unwrap();
    event.await.unwrap().unwrap();
    let reopened = SqliteStore::open(&place.options).unwrap();
    assert_eq!(Place::events(&reopened).await, 1);
}

#[tokio::test(start_paused = true)]
async fn an_event_waits_five_seconds_for_room_and_is_then_told() {
    let place = Place::new();
    let gate = place.hold().await;
    let mut tasks = Vec::new();
    for _ in 0..4_096 {
        let (store, new) = (place.store.clone(), place.event());
        tasks.push(tokio::spawn(async move { store.accept(new).await }));
    }
    place.until_queued(4_096).await;
    let begun = tokio::time::Instant::now();
    assert_refused!(place.store.accept(place.event()).await, StoreError::Busy);
    assert_eq!(begun.elapsed().as_secs(), 5);
    // Everything else has room of its own.
    let (store, name) = (place.store.clone(), "check");
    let put = tokio::spawn(async move { store.put_setting(name, vec![1]).await });
    place.until_queued(4_097).await;
    drop(gate);
    put.await.unwrap().unwrap();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_body_that_was_removed_is_told() {
    let place = Place::new();
    let webhook = place.webhook().await;
    let mut new = place.event();
    let due = place.samples.deliver(&mut new, webhook, false);
    let event = new.event.facts.id;
    place.store.accept(new).await.unwrap();
    let now = Timestamp::from_millis(i64::MAX);
    let removal = Statement { sql: "DELETE FROM bodies", then: None };
    place.store.writer().submit(removal).await.unwrap();
    assert_refused!(place.store.body(event).await, StoreError::BodyExpired);
    let resent = place.store.resend(due, None, now).await;
    assert_refused!(resent, StoreError::BodyExpired);
    let claim =
        pipeline::store::Claim { webhook, due_by: now, limit: 1, body_bytes_max: 1, probe: false };
    let claimed = place.store.claim(claim).await.unwrap();
    assert_eq!(claimed.deliveries[0].delivery.id, due);
    assert!(claimed.deliveries[0].event.is_none());
}
