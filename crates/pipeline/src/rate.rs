//! The rate limit of a webhook: so many attempts a second, and so many at once after a rest.
//!
//! A generic cell rate algorithm: one moment is all that is kept. It says when the next attempt may
//! begin and never drops one.

use crate::time::Timestamp;

/// The most attempts a second, and the greatest burst.
pub const RATE_MAX: u32 = 10_000;

const SECOND_US: i64 = 1_000_000;

/// How many attempts may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// A second on average: 1 to [`RATE_MAX`].
    pub per_second: u32,
    /// At once after a rest: 1 to [`RATE_MAX`].
    pub burst: u32,
}

/// What a rate limit remembers of the attempts that began. Its moments are in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// When the last attempt would have ended, if each took its share of a second.
    spent_until_us: i64,
}

impl Pace {
    /// Begins an attempt now.
    ///
    /// # Errors
    ///
    /// The moment at which one may begin, later than now.
    pub fn begin(&mut self, limit: RateLimit, now: Timestamp) -> Result<(), Timestamp> {
        let now_us = now.as_millis().saturating_mul(1_000);
        let share_us = (SECOND_US / i64::from(limit.per_second.max(1))).max(1);
        let burst_us = share_us.saturating_mul(i64::from(limit.burst.max(1)) - 1);
        // A clock that was set back must not hold deliveries for longer than a burst takes.
        let spent_us = self.spent_until_us.min(now_us.saturating_add(burst_us + share_us));
        let free_us = spent_us.saturating_sub(burst_us);
        if free_us > now_us {
            return Err(Timestamp::from_millis(free_us.div_euclid(1_000) + 1));
        }
        self.spent_until_us = spent_us.max(now_us).saturating_add(share_us);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    /// How many begin within so many milliseconds, tried every millisecond.
    fn begun(pace: &mut Pace, limit: RateLimit, from: Timestamp, millis: u64) -> usize {
        (0..millis).filter(|after| pace.begin(limit, from.plus_millis(*after)).is_ok()).count()
    }

    #[test]
    fn a_burst_goes_at_once_and_then_one_at_a_time() {
        let limit = RateLimit { per_second: 10, burst: 3 };
        let mut pace = Pace::default();
        assert!((0..3).all(|_| pace.begin(limit, NOW).is_ok()));
        let next = pace.begin(limit, NOW).unwrap_err();
        assert!(next > NOW && next <= NOW.plus_millis(101), "{next:?}");
        assert!(pace.begin(limit, next).is_ok());
        assert!(pace.begin(limit, next).is_err());
    }

    #[test]
    fn the_average_holds_over_time() {
        for (per_second, burst) in [(1, 1), (7, 1), (10, 20), (333, 5)] {
            let limit = RateLimit { per_second, burst };
            let begun = begun(&mut Pace::default(), limit, NOW, 20_000);
            let most = 20 * per_second as usize + burst as usize;
            assert!(begun <= most && begun >= most - burst as usize - 20, "{limit:?}: {begun}");
        }
    }

    #[test]
    fn a_rest_gives_no_more_than_a_burst() {
        let limit = RateLimit { per_second: 5, burst: 4 };
        let mut pace = Pace::default();
        begun(&mut pace, limit, NOW, 1_000);
        let later = NOW.plus_millis(3_600_000);
        assert_eq!((0..100).filter(|_| pace.begin(limit, later).is_ok()).count(), 4);
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nothing_for_long() {
        let limit = RateLimit { per_second: 1, burst: 2 };
        let mut pace = Pace::default();
        begun(&mut pace, limit, NOW.plus_millis(3_600_000), 10_000);
        let next = pace.begin(limit, NOW).unwrap_err();
        assert!(next <= NOW.plus_millis(2_001), "{next:?}");
    }
}
