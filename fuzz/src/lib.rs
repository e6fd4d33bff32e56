//! What the fuzz targets share: a case read from bytes, and a judge that knows the rules by itself.
//!
//! The judge is written from the words of `vectors/README.md` and calls no code of the crate under
//! test. A target fails where the two differ: a false accept, a false refusal, or another secret.

pub mod case;
pub mod judge;

use std::sync::LazyLock;

/// Whether a fault is planted: the suite has to find one, to show that it can.
///
/// Set `COUNTERSIGN_FUZZ_PLANT` and the targets see a verifier that takes a mismatch for genuine.
pub fn is_planted() -> bool {
    static PLANTED: LazyLock<bool> =
        LazyLock::new(|| std::env::var_os("COUNTERSIGN_FUZZ_PLANT").is_some());
    *PLANTED
}
