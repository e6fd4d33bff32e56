//! A webhook's rate limit.

use pipeline::{RateLimit, rate::RATE_MAX};

use super::{
    draft,
    field::Field,
    forge::{Work, note_unknown},
    retry::within,
};
use crate::fields::{FieldCode, FieldErrors};

draft! {
    /// How many attempts may begin.
    pub struct RateLimitDraft {
        /// A second on average: 1 to 10,000. Needed.
        per_second: u64,
        /// At once after a rest: 1 to 10,000. Default as many as a second.
        burst: u64,
    }
}

/// The limit after a change.
pub(super) fn settle(
    field: Field<RateLimitDraft>,
    kept: Option<RateLimit>,
    work: &mut Work<'_>,
) -> Option<RateLimit> {
    let absent = field.is_absent();
    let Some(draft) = field.resolve("rate_limit", None, &mut work.errors) else {
        return kept.filter(|_| absent);
    };
    let mut below = FieldErrors::default();
    for name in draft.unknown.keys() {
        note_unknown(name, RateLimitDraft::FIELDS, &mut below);
    }
    let rate = |number| within(number, 1, RATE_MAX.into()).map(|number| number as u32);
    let wrong = matches!(draft.per_second, Field::Bad(_));
    let per_second = draft.per_second.check(rate);
    let wrong = wrong || matches!(per_second, Field::Bad(_));
    let per_second = per_second.resolve("per_second", kept.map(|kept| kept.per_second), &mut below);
    let burst = draft.burst.check(rate);
    let burst = burst.resolve("burst", kept.map(|kept| kept.burst), &mut below);
    if per_second.is_none() && !wrong {
        below.add("per_second", FieldCode::Required, "has to be given");
    }
    work.errors.absorb("rate_limit", below);
    let per_second = per_second?;
    Some(RateLimit { per_second, burst: burst.unwrap_or(per_second) })
}
