//! The bodies of the benchmark: what the load writes and the receiver reads.
//!
//! 2 KiB of JSON that names a repository. The moment of sending stands at a fixed place, so that the
//! receiver can tell how long a request was on its way without parsing it.

use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the moment of sending stands: 20 decimal digits, nanoseconds since 1970.
pub(crate) const SENT_AT: Range<usize> = 12..32;

/// Now, in nanoseconds since 1970. Both programs run on one machine and so by one clock.
pub(crate) fn now_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}
