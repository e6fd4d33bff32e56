//! Times of two kinds of forgery, interleaved at random, and whether their means differ.
//!
//! The method of "Dude, is my code constant time?" (Reparaz, Balasch, Verbauwhede, 2017): Welch's t
//! over many samples, the slowest of which, interrupts and the like, are left out.

use std::hint::black_box;
use std::time::Instant;

use super::forged::{Check, Forgery};
use super::measured;

const SAMPLES: usize = 1_000_000;
/// Of a hundred samples, how many are kept: the fastest.
const KEPT_OF_100: usize = 90;

/// Prints the name of each form and its t.
pub(super) fn print(forgeries: &[Forgery], check: Check) {
    for forgery in forgeries {
        println!("{} {:.2}", forgery.name(), welch_t(&samples(forgery, check)));
    }
}

/// Times in nanoseconds of forgeries without a right byte, and of those with all but the last right.
fn samples(forgery: &Forgery, check: Check) -> [Vec<u64>; 2] {
    let kinds = [forgery.claimed(0), forgery.claimed(forgery.bytes() - 1)];
    // Both kinds come to the same place in the same steps, or cache lines and branches would differ.
    let mut claimed = forgery.claimed(0);
    let mut times = [Vec::with_capacity(SAMPLES), Vec::with_capacity(SAMPLES)];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..SAMPLES {
        // xorshift: the order must not fall in step with anything.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let kind = state & (1 << 40) != 0;
        let [first, second] = &kinds;
        claimed.select(first, second, black_box(u8::from(kind).wrapping_neg()));
        let began = Instant::now();
        let accepted = measured(&|| forgery.accepts(&claimed, check));
        let took = began.elapsed();
        assert!(!accepted, "a forgery was accepted");
        if let Some(times) = times.get_mut(usize::from(kind)) {
            times.push(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        }
    }
    times
}

/// Welch's t of the samples of both kinds that are under one common bound.
#[allow(clippy::cast_precision_loss, reason = "times and counts are far below 2^52")]
fn welch_t(times: &[Vec<u64>; 2]) -> f64 {
    let mut all: Vec<u64> = times.iter().flatten().copied().collect();
    all.sort_unstable();
    let bound = all.get(all.len() * KEPT_OF_100 / 100).copied().unwrap_or(u64::MAX);
    let [first, second] = times.each_ref().map(|times| {
        let kept: Vec<f64> = times.iter().filter(|t| **t <= bound).map(|t| *t as f64).collect();
        let count = kept.len() as f64;
        let mean = kept.iter().sum::<f64>() / count;
        let variance = kept.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    });
    (first.0 - second.0) / (first.1 + second.1).sqrt()
}
