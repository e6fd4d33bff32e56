//! Percentiles of durations in microseconds.

use serde_json::{Value, json};

/// The median, the 99th percentile and the largest of `micros`; zeros where there is none.
pub(crate) fn summary(mut micros: Vec<u32>) -> Value {
    micros.sort_unstable();
    let at = |percent: usize| {
        let rank = (micros.len() * percent).div_ceil(100).saturating_sub(1);
        micros.get(rank).copied().unwrap_or(0)
    };
    json!({ "p50_us": at(50), "p99_us": at(99), "max_us": at(100) })
}
