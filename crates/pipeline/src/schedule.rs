//! When a delivery is tried again.

use std::time::Duration;

use crate::time::Timestamp;

const SECOND: u64 = 1;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// The delays between attempts, where a webhook names none: the last one repeats.
pub const DELAYS_S: [u64; 9] = [
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
];
/// The age at which a delivery fails: 3 days.
pub const AGE_MAX_S: u64 = 72 * HOUR;
/// The most that a `Retry-After` counts: 12 hours.
pub const RETRY_AFTER_MAX_S: u64 = 12 * HOUR;
/// The most delays that a webhook may name.
pub const DELAYS_MAX: usize = 64;

/// A webhook's retry policy.
///
/// The first attempt is at once. The attempt after the n-th failure waits for the n-th delay (the
/// last delay repeats), drawn from half to all of its figure. A delivery fails when it has had
/// `attempts_max` attempts, or when its next attempt would begin more than `age_max_s` after its
/// creation; time in which its webhook was paused does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Delays after the first, second, ... failure, in seconds; never empty.
    pub delays_s: Vec<u64>,
    /// The most attempts; `None` leaves it to the age.
    pub attempts_max: Option<u32>,
    /// The greatest age at the beginning of an attempt, in seconds.
    pub age_max_s: u64,
}

impl Default for RetryPolicy {
    fn default() -> RetryPolicy {
        RetryPolicy { delays_s: DELAYS_S.to_vec(), attempts_max: None, age_max_s: AGE_MAX_S }
    }
}

impl RetryPolicy {
    /// The delay after `attempts_made` failures, for a `draw` from 0 to 1.
    pub fn delay(&self, attempts_made: u32, draw: f64) -> Duration {
        let index = (attempts_made.max(1) as usize - 1).min(self.delays_s.len().max(1) - 1);
        let full = Duration::from_secs(self.delays_s.get(index).copied().unwrap_or(0));
        full.mul_f64(0.5 + 0.5 * draw.clamp(0.0, 1.0))
    }

    /// When the next attempt begins, or `None` where there is none.
    ///
    /// `held` is the time in which the webhook was paused since the delivery was made; `earliest` is
    /// a moment before which the receiver wants nothing.
    pub fn next_attempt(
        &self,
        attempts_made: u32,
        created_at: Timestamp,
        held: Duration,
        now: Timestamp,
        earliest: Timestamp,
        draw: f64,
    ) -> Option<Timestamp> {
        if self.attempts_max.is_some_and(|most| attempts_made >= most) {
            return None;
        }
        let delay = self.delay(attempts_made, draw);
        let next = now.plus_millis(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
        let next = next.max(earliest);
        let age = next.since(created_at).saturating_sub(held);
        (age <= Duration::from_secs(self.age_max_s)).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_delay_is_drawn_from_half_to_all_of_its_figure() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.delay(1, 0.0), Duration::from_millis(2_500));
        assert_eq!(policy.delay(1, 1.0), Duration::from_secs(5));
        assert_eq!(policy.delay(2, 1.0), Duration::from_secs(30));
        assert_eq!(policy.delay(9, 1.0), Duration::from_secs(12 * HOUR));
        assert_eq!(policy.delay(50, 1.0), Duration::from_secs(12 * HOUR));
    }

    #[test]
    fn a_delivery_fails_by_age_and_paused_time_does_not_count() {
        let policy = RetryPolicy::default();
        let created = Timestamp::from_millis(0);
        let late = created.plus_millis((AGE_MAX_S - 11 * HOUR) * 1000);
        assert_eq!(policy.next_attempt(12, created, Duration::ZERO, late, late, 1.0), None);
        let held = Duration::from_secs(2 * HOUR);
        assert!(policy.next_attempt(12, created, held, late, late, 1.0).is_some());
    }

    #[test]
    fn a_delivery_fails_by_number_where_one_is_set() {
        let policy = RetryPolicy { attempts_max: Some(2), ..RetryPolicy::default() };
        let now = Timestamp::from_millis(0);
        assert!(policy.next_attempt(1, now, Duration::ZERO, now, now, 0.5).is_some());
        assert_eq!(policy.next_attempt(2, now, Duration::ZERO, now, now, 0.5), None);
    }

    #[test]
    fn an_empty_list_of_delays_does_not_panic() {
        let policy = RetryPolicy { delays_s: vec![], ..RetryPolicy::default() };
        assert_eq!(policy.delay(3, 0.5), Duration::ZERO);
    }
}
