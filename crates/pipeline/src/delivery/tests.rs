//! Every outcome and status leads where the promises say.

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);

fn report(outcome: Outcome, status: Option<u16>) -> AttemptReport {
    AttemptReport { outcome, status, retry_after: None }
}

fn after(attempts_made: u32, report: AttemptReport) -> Next {
    let held = Duration::ZERO;
    let at = Circumstances { attempts_made, since: NOW, held, now: NOW, draw: 1.0 };
    decide(&report, &RetryPolicy::default(), at)
}

#[test]
fn a_2xx_delivers() {
    assert_eq!(after(1, report(Outcome::Delivered, Some(204))), Next::Delivered);
}

#[test]
fn every_failure_is_tried_again_by_the_schedule() {
    for outcome in Outcome::ALL.into_iter().filter(|outcome| *outcome != Outcome::Delivered) {
        let next = after(1, report(outcome, None));
        assert_eq!(next, Next::Retry { at: NOW.plus_millis(5_000) }, "{outcome:?}");
    }
    for status in [300, 301, 400, 401, 404, 429, 500, 503] {
        let next = after(2, report(Outcome::Status, Some(status)));
        assert_eq!(next, Next::Retry { at: NOW.plus_millis(30_000) }, "{status}");
    }
}

#[test]
fn gone_fails_the_delivery() {
    let next = after(1, report(Outcome::Status, Some(410)));
    assert_eq!(next, Next::Failed(FailReason::Gone));
}

#[test]
fn the_schedule_ends_within_three_days() {
    let mut now = NOW;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let held = Duration::ZERO;
        let at = Circumstances { attempts_made: attempts, since: NOW, held, now, draw: 1.0 };
        match decide(&report(Outcome::Timeout, None), &RetryPolicy::default(), at) {
            Next::Retry { at } => {
                assert!(at > now && at.since(NOW) <= Duration::from_secs(259_200));
                now = at;
            }
            next => {
                assert_eq!(next, Next::Failed(FailReason::Exhausted));
                break;
            }
        }
        assert!(attempts < 100);
    }
    assert_eq!(attempts, 14);
}

#[test]
fn retry_after_lengthens_and_never_shortens_up_to_twelve_hours() {
    let with = |seconds| AttemptReport {
        outcome: Outcome::Status,
        status: Some(503),
        retry_after: Some(Duration::from_secs(seconds)),
    };
    assert_eq!(after(1, with(1)), Next::Retry { at: NOW.plus_millis(5_000) });
    assert_eq!(after(1, with(60)), Next::Retry { at: NOW.plus_millis(60_000) });
    let most = NOW.plus_millis(RETRY_AFTER_MAX_S * 1000);
    assert_eq!(after(1, with(10_000_000)), Next::Retry { at: most });
}

#[test]
fn a_retry_after_past_the_third_day_fails_the_delivery() {
    let report = AttemptReport {
        outcome: Outcome::Status,
        status: Some(503),
        retry_after: Some(Duration::from_secs(RETRY_AFTER_MAX_S)),
    };
    let now = NOW.plus_millis(68 * 3_600_000);
    let held = Duration::ZERO;
    let at = Circumstances { attempts_made: 1, since: NOW, held, now, draw: 0.0 };
    let next = decide(&report, &RetryPolicy::default(), at);
    assert_eq!(next, Next::Failed(FailReason::Exhausted));
}
