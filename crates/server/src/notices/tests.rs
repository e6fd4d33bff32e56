//! How often somebody is told.

use std::sync::atomic::{AtomicI64, Ordering};

use super::*;

#[derive(Debug, Default)]
struct StandingClock(AtomicI64);

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_000_000 + self.0.load(Ordering::SeqCst))
    }
}

struct Bench {
    clock: Arc<StandingClock>,
    notices: Arc<Notices>,
    raised: mpsc::Receiver<Raised>,
}

impl Bench {
    fn new() -> Bench {
        let clock = Arc::new(StandingClock::default());
        let (notices, raised) = Notices::new(clock.clone());
        Bench { clock, notices, raised }
    }

    fn later(&self, millis: u64) {
        self.clock.0.fetch_add(millis as i64, Ordering::SeqCst);
    }

    /// What `notice` led to: the kind, and how many it stands for.
    fn raise(&mut self, notice: Notice) -> Option<(&'static str, u64)> {
        self.notices.raise(notice);
        let raised = self.raised.try_recv().ok()?;
        Some((raised.notice.key(), raised.count))
    }
}

fn webhook(number: u64) -> WebhookId {
    WebhookId::from_parts(number, 0)
}

fn failed(number: u64) -> Notice {
    Notice::DeliveryFailed {
        webhook: webhook(number),
        delivery: DeliveryId::from_parts(1, 0),
        event: EventId::from_parts(2, 0),
        attempts: 3,
    }
}

#[test]
fn one_kind_is_quiet_about_one_subject_and_counts_meanwhile() {
    let mut bench = Bench::new();
    assert_eq!(bench.raise(failed(1)), Some(("countersign:delivery_failed", 1)));
    assert_eq!(bench.raise(failed(1)), None);
    bench.later(1_000);
    assert_eq!(bench.raise(failed(1)), None);
    assert!(bench.raise(failed(2)).is_some(), "another subject");
    assert!(bench.raise(Notice::WebhookDeactivated(webhook(1), InactiveReason::Gone)).is_some());
    bench.later(QUIET_MS - 1_000);
    assert_eq!(bench.raise(failed(1)), Some(("countersign:delivery_failed", 3)));
    assert_eq!(bench.raise(failed(1)), None);
}

#[test]
fn a_recovery_follows_each_failing_that_was_told_and_no_other() {
    let mut bench = Bench::new();
    let (failing, recovered) =
        (Notice::WebhookFailing(webhook(1)), Notice::WebhookRecovered(webhook(1)));
    assert_eq!(bench.raise(recovered.clone()), None);
    assert!(bench.raise(failing.clone()).is_some());
    assert_eq!(bench.raise(recovered.clone()), Some(("countersign:webhook_recovered", 1)));
    assert_eq!(bench.raise(recovered.clone()), None, "once");
    bench.later(1);
    assert_eq!(bench.raise(failing.clone()), None, "told lately");
    assert_eq!(bench.raise(recovered.clone()), None);
    bench.later(QUIET_MS);
    assert!(bench.raise(failing).is_some());
    assert!(bench.raise(recovered).is_some());
}

#[test]
fn a_few_refusals_are_nobodys_business() {
    let mut bench = Bench::new();
    let refusing = || Notice::SourceRefusing("bitbucket".parse().unwrap(), "mismatch");
    for _ in 1..REFUSALS_MIN {
        assert_eq!(bench.raise(refusing()), None);
    }
    assert_eq!(bench.raise(refusing()), Some(("countersign:source_refusing", REFUSALS_MIN)));
    // Spread over a day they stay few.
    let mut bench = Bench::new();
    for _ in 0..100 {
        assert_eq!(bench.raise(refusing()), None);
        bench.later(QUIET_MS / 4);
    }
}

#[test]
fn what_is_over_the_queue_is_left_out() {
    let bench = Bench::new();
    for number in 0..2 * QUEUE_MAX as u64 {
        bench.notices.raise(failed(number));
    }
    assert_eq!(bench.raised.len(), QUEUE_MAX);
}
