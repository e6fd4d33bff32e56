//! Receivers that take, refuse, hang, rest and go away, as a seed has it.

use std::time::Duration;

use pipeline::{AttemptReport, Outcome, Timestamp};

/// A source of numbers from a seed: SplitMix64.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn new(seed: u64) -> Draws {
        Draws(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to `below`, not included.
    pub(super) fn below(&mut self, below: u64) -> u64 {
        self.next() % below.max(1)
    }

    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// How a receiver answers at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// 200.
    Takes,
    /// 503.
    Fails,
    /// 400, which opens no breaker.
    Refuses,
    /// Never, until the time of the attempt is over.
    Hangs,
    /// 429 with `Retry-After`.
    AsksForRest,
    /// Nobody listens.
    Away,
}

const MOODS: [Mood; 6] =
    [Mood::Takes, Mood::Fails, Mood::Refuses, Mood::Hangs, Mood::AsksForRest, Mood::Away];

/// How long an attempt may take.
const TIMEOUT_MS: u64 = 10_000;

impl Mood {
    pub(super) fn draw(draws: &mut Draws) -> Mood {
        let at = usize::try_from(draws.below(MOODS.len() as u64)).unwrap_or_default();
        MOODS[at]
    }

    /// How an attempt ends, after how long, and whether it counts for the breaker.
    pub(super) fn answer(self, draws: &mut Draws) -> (AttemptReport, u64, bool) {
        let status = |status| AttemptReport {
            outcome: if status == 200 { Outcome::Delivered } else { Outcome::Status },
            status: Some(status),
            retry_after: None,
        };
        let none = |outcome| AttemptReport { outcome, status: None, retry_after: None };
        let quick = 1 + draws.below(400);
        match self {
            Mood::Takes => (status(200), quick, false),
            Mood::Fails => (status(503), quick, true),
            Mood::Refuses => (status(400), quick, false),
            Mood::Hangs => (none(Outcome::Timeout), TIMEOUT_MS, true),
            Mood::Away => (none(Outcome::Connect), 1, true),
            Mood::AsksForRest => {
                let rest = Some(Duration::from_secs(1 + draws.below(30)));
                (AttemptReport { retry_after: rest, ..status(429) }, quick, true)
            }
        }
    }
}

/// A moment, so many milliseconds after the beginning.
pub(super) fn moment(millis: u64) -> Timestamp {
    Timestamp::from_millis(1_767_225_600_000).plus_millis(millis)
}
