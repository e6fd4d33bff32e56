//! The machine's clock and the system's randomness: the only place that asks for either.

use std::{
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use pipeline::{Clock, Randomness, Timestamp};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is passed in elsewhere")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

const BUFFER_BYTES: usize = 4096;

/// The system's randomness, drawn in blocks of 4 KiB so that an id does not cost a system call.
/// Nothing is given out twice: what was used is wiped.
#[derive(Debug)]
pub struct SystemRandomness {
    buffer: Mutex<Buffer>,
}

struct Buffer {
    bytes: [u8; BUFFER_BYTES],
    used: usize,
}

impl std::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Buffer([redacted])")
    }
}

impl SystemRandomness {
    /// Draws the first block.
    ///
    /// # Errors
    ///
    /// Where the system has no randomness to give; it does not lose it later.
    pub fn new() -> Result<SystemRandomness, getrandom::Error> {
        let mut bytes = [0; BUFFER_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(SystemRandomness { buffer: Mutex::new(Buffer { bytes, used: 0 }) })
    }
}

impl Randomness for SystemRandomness {
    fn fill(&self, out: &mut [u8]) {
        let mut buffer = self.buffer.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for place in out {
            if buffer.used == BUFFER_BYTES {
                refill(&mut buffer.bytes);
                buffer.used = 0;
            }
            let at = buffer.used;
            *place = std::mem::take(&mut buffer.bytes[at]);
            buffer.used += 1;
        }
    }
}

/// A system that gave randomness at the start and gives none now is broken beyond repair: better
/// to wait for it than to go on with bytes that can be guessed.
fn refill(bytes: &mut [u8]) {
    while getrandom::fill(bytes).is_err() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
