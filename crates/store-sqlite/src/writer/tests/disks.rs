//! Disks that are full, nearly full, or fail.

use std::time::Duration;

use super::*;

async fn until_health(place: &Place, health: Health) {
    let wait = async {
        while place.store.health() != health {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), wait).await;
    waited.unwrap_or_else(|_| panic!("the store did not become {health:?}"));
}

fn pages(place: &Place) -> u32 {
    let file = place.options.path.join(DATABASE_FILE);
    let reader = crate::connection::reader(&file).unwrap();
    reader.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_full_disk_refuses_events_and_keeps_outcomes() {
    let place = Place::new();
    let delivery = place.leased().await;
    let pages_max = &place.options.faults.pages_max;
    pages_max.store(pages(&place), Ordering::Relaxed);

    let large = place.samples.published("acme", None, vec![0; 1 << 20]);
    assert_refused!(place.store.accept(large).await, StoreError::Full);
    assert_eq!(place.store.health(), Health::DiskFull);
    assert_refused!(place.store.accept(place.event()).await, StoreError::Full);
    let change = place.store.put_setting("large", vec![0; 1 << 20]);
    assert_refused!(change.await, StoreError::Full);
    // An outcome too large for what is left waits.
    let mut record = place.record(delivery);
    if let Some(response) = &mut record.attempt.response {
        response.body = vec![0; 1 << 20].into();
    }
    let store = place.store.clone();
    let mut recorded = tokio::spawn(async move { store.record(record).await });
    let waited = tokio::time::timeout(Duration::from_millis(1_500), &mut recorded).await;
    assert!(waited.is_err(), "answered with no space: {waited:?}");
    assert_refused!(place.store.accept(place.event()).await, StoreError::Full);

    pages_max.store(0, Ordering::Relaxed);
    assert!(recorded.await.unwrap().unwrap());
    until_health(&place, Health::Ready).await;
    place.store.accept(place.event()).await.unwrap();
    let (stands, attempts) = place.store.delivery(delivery).await.unwrap();
    assert_eq!((stands.status, attempts.len()), (Status::Delivered, 1));
    assert_eq!(Place::events(&place.store).await, 2);
}

#[tokio::test]
async fn on_a_full_disk_removing_makes_room_for_the_outcomes_that_wait() {
    let place = Place::new();
    let old = place.samples.published("acme", None, vec![0; 2 << 20]);
    place.store.accept(old).await.unwrap();
    let delivery = place.leased().await;
    let pages_max = &place.options.faults.pages_max;
    pages_max.store(pages(&place), Ordering::Relaxed);
    let mut record = place.record(delivery);
    record.attempt.request.url = "x".repeat(1 << 20);
    let store = place.store.clone();
    let recorded = tokio::spawn(async move { store.record(record).await });
    until_health(&place, Health::DiskFull).await;
    assert!(!recorded.is_finished());

    place.samples.clock.advance_ms(1_000);
    let slice = Slice::new(None, place.samples.now());
    assert_eq!(place.store.remove_finished(slice).await.unwrap().events, 1);
    assert!(recorded.await.unwrap().unwrap());
    until_health(&place, Health::Ready).await;
    place.store.accept(place.event()).await.unwrap();
}

#[tokio::test]
async fn under_the_reserve_removing_goes_on() {
    let place = Place::with(|options| options.reserve_bytes = 0);
    place.store.accept(place.event()).await.unwrap();
    place.store.close().await.unwrap();
    let Place { options, store, samples, _parent } = place;
    drop(store);
    let options = StoreOptions { reserve_bytes: u64::MAX, ..options };
    let store = SqliteStore::open(&options).unwrap();
    samples.clock.advance_ms(1_000);
    let removed = store.remove_finished(Slice::new(None, samples.now())).await.unwrap();
    assert_eq!((removed.events, store.health()), (1, Health::DiskFull));
    drop(store);
}

#[tokio::test]
async fn a_full_disk_does_not_keep_a_store_from_closing() {
    let place = Place::new();
    let delivery = place.leased().await;
    let pages_max = &place.options.faults.pages_max;
    pages_max.store(pages(&place), Ordering::Relaxed);
    let mut record = place.record(delivery);
    record.attempt.request.url = "x".repeat(1 << 20);
    let store = place.store.clone();
    let recorded = tokio::spawn(async move { store.record(record).await });
    until_health(&place, Health::DiskFull).await;
    // Another one queues behind it and shares its last chance.
    let (store, id) = (place.store.clone(), place.samples.id());
    let behind =
        tokio::spawn(async move { store.release(vec![id], Timestamp::from_millis(0)).await });
    place.until_queued(1).await;
    place.store.close().await.unwrap();
    assert_refused!(recorded.await.unwrap(), StoreError::Full);
    assert_refused!(behind.await.unwrap(), StoreError::Full);
}

#[tokio::test]
async fn under_the_reserve_events_are_refused_and_the_rest_goes_on() {
    let place = Place::with(|options| options.reserve_bytes = u64::MAX);
    until_health(&place, Health::DiskFull).await;
    assert_refused!(place.store.accept(place.event()).await, StoreError::Full);
    place.webhook().await;
    place.store.put_setting("check", vec![1]).await.unwrap();
    assert_eq!(place.store.setting("check").await.unwrap(), Some(vec![1]));
    assert_eq!(place.store.health(), Health::DiskFull);
}

#[tokio::test]
async fn after_a_failed_commit_nothing_is_confirmed_and_the_file_is_checked() {
    let place = Place::new();
    place.store.accept(place.event()).await.unwrap();
    let gate = place.hold().await;
    let mut tasks = Vec::new();
    for _ in 0..5 {
        let (store, new) = (place.store.clone(), place.event());
        tasks.push(tokio::spawn(async move { store.accept(new).await }));
    }
    let (store, name) = (place.store.clone(), "check");
    let put = tokio::spawn(async move { store.put_setting(name, vec![1]).await });
    place.until_queued(6).await;
    place.options.faults.fail_next_commit.store(true, Ordering::Relaxed);
    drop(gate);
    // The gate's own batch fails; what queued behind it is answered before the file is checked.
    for task in tasks {
        assert_refused!(task.await.unwrap(), StoreError::Unavailable);
    }
    assert_refused!(put.await.unwrap(), StoreError::Unavailable);
    until_health(&place, Health::Ready).await;
    // A table that lives as long as the connection.
    let on_connection = |sql| {
        let statement = Statement { sql, then: None };
        place.store.writer().submit(statement)
    };
    on_connection("CREATE TEMP TABLE mark (x)").await.unwrap();
    on_connection("INSERT INTO mark VALUES (1)").await.unwrap();
    place.options.faults.fail_next_commit.store(true, Ordering::Relaxed);
    assert_refused!(place.store.accept(place.event()).await, StoreError::Unavailable);
    until_health(&place, Health::Ready).await;
    let marked = on_connection("INSERT INTO mark VALUES (2)").await;
    assert_refused!(marked, StoreError::Failed(_));
    assert_eq!(Place::events(&place.store).await, 1);
    place.store.accept(place.event()).await.unwrap();
    assert_eq!(Place::events(&place.store).await, 2);
}

#[tokio::test]
async fn a_damaged_page_is_not_used_again() {
    let place = Place::new();
    let damaged = Statement {
        sql: "",
        then: Some(|| {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
            WorkError::Sqlite(rusqlite::Error::SqliteFailure(code, None))
        }),
    };
    let answer = place.store.writer().submit(damaged).await;
    assert_refused!(answer, StoreError::Unavailable);
    // The file itself is sound, so it is in use again after the check.
    until_health(&place, Health::Ready).await;
    place.store.accept(place.event()).await.unwrap();
}

#[tokio::test]
async fn answers_before_the_commit_lose_events_in_a_crash() {
    let place = Place::with(|options| options.faults.danger_answer_before_commit = true);
    place.store.accept(place.event()).await.unwrap();
    let (_copy, crashed) = place.crash();
    assert_eq!(Place::events(&crashed).await, 0, "the control does not bite");
}
