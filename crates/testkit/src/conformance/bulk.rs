//! Jobs: their steps, their ends, their lists.

use countersign::EventKey;
use pipeline::{
    BulkAct, DeliveryId, FailReason, JobNumber, JobState, Lost, Next, Recovery, Scope, Status,
    StoreError, Tally, WebhookId,
    job::{JOBS_KEPT_MAX, JOBS_RUNNING_MAX},
    store::{DeliveryFilter, OnWaiting, Page},
};

use super::{Rig, scene::Scene};

const ALL: Page = Page { before: None, limit: 500 };

fn to(webhook: WebhookId) -> DeliveryFilter {
    DeliveryFilter { webhook: Some(webhook), ..DeliveryFilter::default() }
}

fn in_status(status: Status) -> DeliveryFilter {
    DeliveryFilter { status: Some(status), ..DeliveryFilter::default() }
}

async fn failed(scene: &Scene, webhook: WebhookId, number: usize) -> Vec<DeliveryId> {
    let mut failed = Vec::new();
    for _ in 0..number {
        let (_, delivery) = scene.deliver(webhook, true).await;
        assert!(scene.record(delivery, 1, Next::Failed(FailReason::Exhausted)).await);
        failed.push(delivery);
    }
    failed
}

/// Whatever it is to do.
pub async fn a_job_comes_back_as_it_was<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let filter = DeliveryFilter {
        status: Some(Status::Failed),
        webhook: Some(webhook),
        event: Some(scene.samples.id()),
        key: Some(EventKey::parse("repo:push").unwrap()),
        scope: Some(Scope::parse("Acme/api").unwrap()),
        request_id: Some("r-1".to_owned()),
        response_status: Some(503),
        since: Some(scene.now()),
        until: Some(scene.now().plus_millis(5)),
    };
    let recovery = Recovery {
        webhook,
        lost: Lost::Missing,
        triggers: vec!["repo:*".parse().unwrap(), "issue:created".parse().unwrap()],
        since: scene.now(),
        until: scene.now().plus_millis(7),
    };
    let acts = [
        BulkAct::Recover(recovery),
        BulkAct::Resend(filter.clone()),
        BulkAct::Cancel(filter),
        BulkAct::Cancel(DeliveryFilter::default()),
    ];
    let mut begun = Vec::new();
    for (index, act) in acts.into_iter().enumerate() {
        let job = scene.begin(act.clone()).await;
        assert_eq!(job.number, JobNumber(index as u64 + 1));
        assert_eq!((&job.act, job.state, job.tally), (&act, JobState::Running, Tally::default()));
        assert_eq!((job.started_at, job.finished_at), (scene.now(), None));
        begun.push(job);
    }
    let scene = scene.reopen(rig).await;
    for job in &begun {
        assert_eq!(scene.store.job(job.number).await.unwrap(), *job);
    }
    let numbers: Vec<_> = begun.iter().map(|job| job.number).collect();
    assert_eq!(scene.store.running_jobs().await.unwrap(), numbers);
    crate::assert_refused!(scene.store.job(JobNumber(5)).await, StoreError::NotFound);
}

/// It acts on as many as it may, oldest first, and says whose became due.
pub async fn a_step_is_bounded_and_the_next_one_goes_on<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (one, two) = (scene.webhook().await, scene.webhook().await);
    let mut all = failed(&scene, one, 3).await;
    all.extend(failed(&scene, two, 2).await);
    let job = scene.begin(BulkAct::Resend(in_status(Status::Failed))).await;
    let mut pending = 0;
    for (done, due, state) in [
        (2, vec![one], JobState::Running),
        (4, vec![one, two], JobState::Running),
        (5, vec![two], JobState::Done),
    ] {
        let stepped = scene.step(job.number, 2).await.unwrap();
        assert_eq!((stepped.job.tally.done, stepped.job.state), (done, state));
        assert_eq!((stepped.due, stepped.made), (due, 0));
        pending = done as usize;
        for (index, delivery) in all.iter().enumerate() {
            let expected = if index < pending { Status::Pending } else { Status::Failed };
            assert_eq!(scene.status(*delivery).await, expected, "{index} of {pending}");
        }
    }
    assert_eq!(pending, 5);
    crate::assert_refused!(scene.step(job.number, 2).await, StoreError::WrongStatus);
    assert_eq!(scene.store.running_jobs().await.unwrap(), []);
}

/// Where it was: nothing is done twice and nothing is left out.
pub async fn a_job_goes_on_after_reopening<R: Rig>(rig: &R) {
    let mut scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let all = failed(&scene, webhook, 5).await;
    let job = scene.begin(BulkAct::Resend(to(webhook))).await.number;
    scene.step(job, 2).await.unwrap();
    // What it made due fails again meanwhile.
    let claimed = scene.claim_ids(webhook, 10).await;
    assert_eq!(claimed, all[..2]);
    for delivery in claimed {
        assert!(scene.record(delivery, 2, Next::Failed(FailReason::Exhausted)).await);
    }
    scene = scene.reopen(rig).await;
    assert_eq!(scene.store.running_jobs().await.unwrap(), [job]);
    let job = scene.work_off(job).await;
    assert_eq!(
        (job.state, job.tally),
        (JobState::Done, Tally { looked_at: 5, done: 5, without_body: 0 })
    );
    for (index, delivery) in all.iter().enumerate() {
        let expected = if index < 2 { Status::Failed } else { Status::Pending };
        assert_eq!(scene.status(*delivery).await, expected);
    }
}

/// In whatever status they ended; what is pending, or has nobody to go to, stays as it is.
pub async fn finished_deliveries_are_resent_by_a_filter<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (webhook, gone) = (scene.webhook().await, scene.webhook().await);
    let (_, leased) = scene.deliver(webhook, true).await;
    let (_, delivered) = scene.deliver(webhook, true).await;
    assert!(scene.record(delivered, 1, Next::Delivered).await);
    let failing = failed(&scene, webhook, 1).await[0];
    let lost = failed(&scene, gone, 1).await[0];
    scene.store.delete_webhook(gone, OnWaiting::Cancel, scene.now()).await.unwrap();
    scene.samples.clock.advance_ms(1_000);
    let now = scene.now();

    let failures = BulkAct::Resend(in_status(Status::Failed));
    assert_eq!(
        scene.estimate(&failures).await.tally,
        Tally { looked_at: 2, done: 1, without_body: 0 }
    );
    let job = scene.begin(failures).await;
    assert_eq!(scene.work_off(job.number).await.tally.done, 1);
    let resent = scene.delivery(failing).await;
    assert_eq!((resent.status, resent.next_attempt_at), (Status::Pending, Some(now)));
    assert_eq!((resent.since, resent.finished_at, resent.attempts_made), (now, None, 1));
    assert_eq!(scene.status(delivered).await, Status::Delivered);
    assert_eq!(scene.status(lost).await, Status::Failed);

    let answered = DeliveryFilter { response_status: Some(200), ..to(webhook) };
    let job = scene.begin(BulkAct::Resend(answered)).await;
    assert_eq!(scene.work_off(job.number).await.tally.done, 1);
    assert_eq!(scene.status(delivered).await, Status::Pending);
    assert!(scene.delivery(leased).await.next_attempt_at.is_none());
    assert_eq!(scene.claim_ids(webhook, 10).await, [delivered, failing]);
}

/// Those under way too; finished ones stay as they are.
pub async fn pending_deliveries_are_cancelled_by_a_filter<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (webhook, other) = (scene.webhook().await, scene.webhook().await);
    let (_, before) = scene.deliver(webhook, false).await;
    let (_, leased) = scene.deliver(webhook, true).await;
    let (_, due) = scene.deliver(webhook, false).await;
    let failing = failed(&scene, webhook, 1).await[0];
    let (_, others) = scene.deliver(other, false).await;
    scene.samples.clock.advance_ms(1_000);
    let filter = DeliveryFilter {
        since: Some(leased.created_at()),
        until: Some(others.created_at()),
        ..DeliveryFilter::default()
    };
    let act = BulkAct::Cancel(filter);
    assert_eq!(scene.estimate(&act).await.tally.done, 2);
    let job = scene.begin(act).await;
    let stepped = scene.step(job.number, 200).await.unwrap();
    assert_eq!(stepped.cancelled, [(webhook, leased), (webhook, due)]);
    assert_eq!((stepped.due, stepped.made), (vec![], 0));
    assert_eq!((stepped.job.state, stepped.job.tally.done), (JobState::Done, 2));
    for id in [leased, due] {
        let stands = scene.delivery(id).await;
        assert_eq!((stands.status, stands.finished_at), (Status::Cancelled, Some(scene.now())));
    }
    assert_eq!(scene.status(before).await, Status::Pending);
    assert_eq!(scene.status(failing).await, Status::Failed);
    assert_eq!(scene.status(others).await, Status::Pending);
    assert!(!scene.record(leased, 1, Next::Delivered).await);
}

/// What comes or ends while a job runs is another job's.
pub async fn what_ends_again_is_not_looked_at_again<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let all = failed(&scene, webhook, 2).await;
    let job = scene.begin(BulkAct::Resend(in_status(Status::Failed))).await;
    let later = failed(&scene, webhook, 1).await[0];
    scene.step(job.number, 1).await.unwrap();
    assert_eq!(scene.claim_ids(webhook, 1).await, all[..1]);
    assert!(scene.record(all[0], 2, Next::Failed(FailReason::Exhausted)).await);
    let job = scene.work_off(job.number).await;
    assert_eq!(job.tally, Tally { looked_at: 2, done: 2, without_body: 0 });
    assert_eq!(scene.status(all[0]).await, Status::Failed);
    assert_eq!(scene.status(later).await, Status::Failed);
}

/// What it did stays; it takes no step any more.
pub async fn a_job_is_stopped<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let all = failed(&scene, webhook, 3).await;
    let job = scene.begin(BulkAct::Resend(in_status(Status::Failed))).await.number;
    scene.step(job, 1).await.unwrap();
    scene.samples.clock.advance_ms(5);
    let stopped = scene.store.stop_job(job, scene.now()).await.unwrap();
    assert_eq!((stopped.state, stopped.finished_at), (JobState::Stopped, Some(scene.now())));
    assert_eq!(stopped.tally.done, 1);
    crate::assert_refused!(scene.step(job, 1).await, StoreError::WrongStatus);
    crate::assert_refused!(scene.store.stop_job(job, scene.now()).await, StoreError::WrongStatus);
    let none = JobNumber(99);
    crate::assert_refused!(scene.store.stop_job(none, scene.now()).await, StoreError::NotFound);
    let scene = scene.reopen(rig).await;
    assert_eq!(scene.store.job(job).await.unwrap(), stopped);
    assert_eq!(scene.status(all[0]).await, Status::Pending);
    assert_eq!(scene.status(all[1]).await, Status::Failed);
}

/// One more is refused until one of them has ended.
pub async fn sixteen_jobs_run_at_once<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let act = || BulkAct::Cancel(DeliveryFilter::default());
    for _ in 0..JOBS_RUNNING_MAX {
        scene.begin(act()).await;
    }
    let refused = scene.store.begin_job(act(), scene.now()).await;
    crate::assert_refused!(refused, StoreError::TooManyJobs);
    scene.work_off(JobNumber(3)).await;
    assert_eq!(scene.begin(act()).await.number, JobNumber(17));
}

/// Those that run stay, however old.
pub async fn ended_jobs_are_forgotten_but_for_the_latest<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let act = || BulkAct::Cancel(DeliveryFilter::default());
    let runs = scene.begin(act()).await;
    for _ in 0..=JOBS_KEPT_MAX {
        let job = scene.begin(act()).await;
        scene.store.stop_job(job.number, scene.now()).await.unwrap();
    }
    let listed = scene.store.jobs(None, ALL).await.unwrap().items;
    assert_eq!(listed.len() as u64, JOBS_KEPT_MAX + 1);
    assert_eq!(listed.last().unwrap().number, runs.number);
    crate::assert_refused!(scene.store.job(JobNumber(2)).await, StoreError::NotFound);
    assert_eq!(scene.begin(act()).await.number, JobNumber(JOBS_KEPT_MAX + 3));
}

/// Newest first.
pub async fn jobs_are_listed_by_webhook_and_page<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (one, two) = (scene.webhook().await, scene.webhook().await);
    for webhook in [Some(one), Some(two), None, Some(one), Some(one)] {
        let act = match webhook {
            Some(webhook) => BulkAct::Recover(Recovery {
                webhook,
                lost: Lost::Failed,
                triggers: Vec::new(),
                since: scene.now(),
                until: scene.now(),
            }),
            // To one webhook, and no recovery.
            None => BulkAct::Resend(to(one)),
        };
        scene.begin(act).await;
    }
    let list = async |webhook, before, limit| {
        let page = Page { before, limit };
        let listed = scene.store.jobs(webhook, page).await.unwrap();
        let numbers: Vec<u64> = listed.items.iter().map(|job| job.number.0).collect();
        (numbers, listed.next)
    };
    assert_eq!(list(None, None, 500).await, (vec![5, 4, 3, 2, 1], None));
    assert_eq!(list(None, None, 2).await, (vec![5, 4], Some(4)));
    assert_eq!(list(None, Some(4), 3).await, (vec![3, 2, 1], None));
    assert_eq!(list(Some(one), None, 2).await, (vec![5, 4], Some(4)));
    assert_eq!(list(Some(one), Some(4), 2).await, (vec![1], None));
    assert_eq!(list(Some(two), None, 2).await, (vec![2], None));
}

/// Neither what is leased nor what is due later; counted as far as it is asked for.
pub async fn the_backlog_is_what_is_due<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (webhook, other) = (scene.webhook().await, scene.webhook().await);
    scene.deliver(webhook, true).await;
    let (_, later) = scene.deliver(webhook, true).await;
    scene.deliver(other, false).await;
    for _ in 0..3 {
        scene.deliver(webhook, false).await;
    }
    let at = scene.now().plus_millis(500);
    assert!(scene.record(later, 1, Next::Retry { at }).await);
    let backlog = async |at_most| {
        let now = scene.now();
        scene.store.backlog(webhook, now, at_most).await.unwrap()
    };
    assert_eq!(backlog(100).await, 3);
    assert_eq!(backlog(2).await, 2);
    scene.samples.clock.advance_ms(500);
    assert_eq!(backlog(100).await, 4);
    scene.claim(webhook, 10).await;
    assert_eq!(backlog(100).await, 0);
}
