//! A webhook's retry policy.

use pipeline::{
    RetryPolicy,
    schedule::{AGE_MAX_S, DELAYS_MAX},
};

use super::{
    draft,
    field::Field,
    forge::{Work, note_unknown},
};
use crate::fields::{Fault, FieldCode, FieldErrors};

/// The longest delay between two attempts: 7 days.
const DELAY_MAX_S: u64 = 7 * 24 * 3600;
/// The greatest age at which a delivery may fail: 30 days.
const AGE_LONGEST_S: u64 = 30 * 24 * 3600;
/// The most attempts of one delivery.
const ATTEMPTS_LONGEST: u64 = 1000;

draft! {
    /// When a delivery is tried again.
    pub struct RetryDraft {
        /// The delays after the first, second, ... failure in seconds, 1 to 64 of them, each 0 to 604,800. The last one repeats; each is drawn from half to all of its figure.
        delays_s: Vec<u64>,
        /// The most attempts, 1 to 1,000; null leaves it to the age.
        attempts_max: u64,
        /// The age in seconds at which a delivery fails: 0 to 2,592,000.
        age_max_s: u64,
    }
}

/// The policy after a change.
pub(super) fn settle(
    field: Field<RetryDraft>,
    kept: Option<&RetryPolicy>,
    work: &mut Work<'_>,
) -> RetryPolicy {
    let absent = field.is_absent();
    let Some(draft) = field.resolve("retry", None, &mut work.errors) else {
        let kept = kept.filter(|_| absent);
        return kept.cloned().unwrap_or_default();
    };
    let kept = kept.cloned().unwrap_or_default();
    let mut below = FieldErrors::default();
    for name in draft.unknown.keys() {
        note_unknown(name, RetryDraft::FIELDS, &mut below);
    }
    let delays = draft.delays_s.check(delays);
    let attempts =
        draft.attempts_max.check(|most| within(most, 1, ATTEMPTS_LONGEST).map(|most| most as u32));
    let age = draft.age_max_s.check(|age| within(age, 0, AGE_LONGEST_S));
    let policy = RetryPolicy {
        delays_s: delays
            .resolve("delays_s", Some(kept.delays_s), &mut below)
            .unwrap_or_else(|| RetryPolicy::default().delays_s),
        attempts_max: attempts.resolve("attempts_max", kept.attempts_max, &mut below),
        age_max_s: age.resolve("age_max_s", Some(kept.age_max_s), &mut below).unwrap_or(AGE_MAX_S),
    };
    work.errors.absorb("retry", below);
    policy
}

fn delays(delays: Vec<u64>) -> Result<Vec<u64>, Fault> {
    if !(1..=DELAYS_MAX).contains(&delays.len()) {
        return Err((FieldCode::BadLength, format!("1 to {DELAYS_MAX} delays")));
    }
    if delays.iter().any(|delay| *delay > DELAY_MAX_S) {
        return Err((FieldCode::OutOfRange, format!("each 0 to {DELAY_MAX_S}")));
    }
    Ok(delays)
}

/// A number within its limits.
pub(super) fn within(number: u64, least: u64, most: u64) -> Result<u64, Fault> {
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        Err((FieldCode::OutOfRange, format!("{least} to {most}")))
    }
}
