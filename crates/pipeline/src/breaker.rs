//! The breaker: after failures in a row a webhook's deliveries wait, and single probes go ahead.
//!
//! Nothing is dropped by it: a delivery that may not go now stays in the store.

use crate::time::Timestamp;

/// Failures in a row that open it.
pub const FAILURES_MAX: u32 = 5;
/// The wait before the first probe: 10 s.
pub const WAIT_FIRST_MS: u64 = 10_000;
/// The longest wait between probes: 10 min.
pub const WAIT_MAX_MS: u64 = 600_000;

/// One webhook's breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// Deliveries go; so many attempts have failed in a row.
    Closed {
        /// Under [`FAILURES_MAX`].
        failures: u32,
    },
    /// Deliveries wait until the moment of the next probe.
    Open {
        /// When one delivery may try.
        probe_at: Timestamp,
        /// The wait that led there.
        wait_ms: u64,
    },
    /// One delivery tries, the others wait.
    Probing {
        /// The wait that led here.
        wait_ms: u64,
    },
}

/// What the breaker says to one more attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Go.
    Go,
    /// Go, as the only one.
    Probe,
    /// Wait until then.
    WaitUntil(Timestamp),
    /// Wait until the probe under way has ended.
    WaitForProbe,
}

/// What changed with an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// It has opened now.
    Opened,
    /// A probe succeeded: everything that waits is due.
    Closed,
}

impl Default for Breaker {
    fn default() -> Breaker {
        Breaker::Closed { failures: 0 }
    }
}

impl Breaker {
    /// Whether an attempt may begin.
    pub fn permit(&self, now: Timestamp) -> Permit {
        match *self {
            Breaker::Closed { .. } => Permit::Go,
            Breaker::Open { probe_at, .. } if now >= probe_at => Permit::Probe,
            Breaker::Open { probe_at, .. } => Permit::WaitUntil(probe_at),
            Breaker::Probing { .. } => Permit::WaitForProbe,
        }
    }

    /// A probe begins.
    pub fn begin_probe(&mut self) {
        if let Breaker::Open { wait_ms, .. } = *self {
            *self = Breaker::Probing { wait_ms };
        }
    }

    /// The probe ended without an outcome (it could not be made): another may go at once.
    pub fn abandon_probe(&mut self, now: Timestamp) {
        if let Breaker::Probing { wait_ms } = *self {
            *self = Breaker::Open { probe_at: now, wait_ms };
        }
    }

    /// An attempt ended. `counts` is whether it was a failure of the kind that opens a breaker: no
    /// answer, 429 or 5xx.
    pub fn on_outcome(&mut self, counts: bool, now: Timestamp) -> Change {
        match (*self, counts) {
            (Breaker::Closed { .. }, false) => {
                *self = Breaker::default();
                Change::None
            }
            (Breaker::Closed { failures }, true) if failures + 1 < FAILURES_MAX => {
                *self = Breaker::Closed { failures: failures + 1 };
                Change::None
            }
            (Breaker::Closed { .. }, true) => {
                *self = opened(WAIT_FIRST_MS, now);
                Change::Opened
            }
            (Breaker::Probing { wait_ms }, true) => {
                *self = opened((wait_ms * 2).min(WAIT_MAX_MS), now);
                Change::None
            }
            // Attempts that were under way when it opened: an answer closes it as a probe's does.
            (Breaker::Probing { .. } | Breaker::Open { .. }, false) => {
                *self = Breaker::default();
                Change::Closed
            }
            (Breaker::Open { .. }, true) => Change::None,
        }
    }
}

fn opened(wait_ms: u64, now: Timestamp) -> Breaker {
    Breaker::Open { probe_at: now.plus_millis(wait_ms), wait_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn open() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES_MAX {
            breaker.on_outcome(true, NOW);
        }
        breaker
    }

    #[test]
    fn five_failures_in_a_row_open_it() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            assert_eq!(breaker.on_outcome(true, NOW), Change::None);
            assert_eq!(breaker.permit(NOW), Permit::Go);
        }
        breaker.on_outcome(false, NOW);
        for _ in 0..4 {
            assert_eq!(breaker.on_outcome(true, NOW), Change::None);
        }
        assert_eq!(breaker.on_outcome(true, NOW), Change::Opened);
        assert_eq!(breaker.permit(NOW), Permit::WaitUntil(NOW.plus_millis(WAIT_FIRST_MS)));
    }

    #[test]
    fn one_probe_goes_and_its_failure_doubles_the_wait_up_to_ten_minutes() {
        let mut breaker = open();
        let mut now = NOW;
        for wait in [10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000] {
            assert_eq!(
                breaker.permit(now.plus_millis(wait - 1)),
                Permit::WaitUntil(now.plus_millis(wait))
            );
            now = now.plus_millis(wait);
            assert_eq!(breaker.permit(now), Permit::Probe);
            breaker.begin_probe();
            assert_eq!(breaker.permit(now), Permit::WaitForProbe);
            assert_eq!(breaker.on_outcome(true, now), Change::None);
        }
    }

    #[test]
    fn an_answer_closes_it() {
        let mut breaker = open();
        assert_eq!(breaker.on_outcome(true, NOW), Change::None);
        breaker.begin_probe();
        assert_eq!(breaker.on_outcome(false, NOW), Change::Closed);
        assert_eq!(breaker, Breaker::default());
        let mut breaker = open();
        assert_eq!(breaker.on_outcome(false, NOW), Change::Closed);
    }

    #[test]
    fn a_probe_that_could_not_be_made_leaves_room_for_another() {
        let mut breaker = open();
        breaker.begin_probe();
        breaker.abandon_probe(NOW);
        assert_eq!(breaker.permit(NOW), Permit::Probe);
    }
}
