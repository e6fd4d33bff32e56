//! Identifiers that sort by time.
//!
//! Every id is the 128 bits of a UUID of version 7 (RFC 9562, 5.7): 48 bits of milliseconds, a
//! 12-bit counter where the RFC allows one (`rand_a`), and 62 random bits. As text it is a prefix
//! and 26 characters of lower-case base 32, `^(evt|dlv|att|whk|sec|tok)_[0-9a-z]{26}$`, and the
//! same bits can be shown as a UUID: that is how a delivery has a request id without a column.
//!
//! Invariants: one generator makes strictly growing ids, also when the clock stands still or goes
//! back; the time and counter (`seq`, 60 bits) alone are unique within one generator, so a store
//! can use them as its row number; `low` holds the 62 random bits.

use std::{
    fmt,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::time::{Clock, Randomness, Timestamp};

#[cfg(test)]
mod tests;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const COUNTER_BITS: u32 = 12;
const LOW_BITS: u32 = 62;

/// A text that is no id of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind: expected `{prefix}_` and 26 characters of 0-9 and a-z")]
pub struct IdError {
    prefix: &'static str,
}

/// The bits that all ids share: `seq` (milliseconds and counter, 60 bits) and `low` (62 bits).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Raw {
    seq: u64,
    low: u64,
}

impl Raw {
    fn bits(self) -> u128 {
        let millis = u128::from(self.seq >> COUNTER_BITS);
        let counter = u128::from(self.seq & 0xfff);
        (millis << 80) | (7 << 76) | (counter << 64) | (0b10 << LOW_BITS) | u128::from(self.low)
    }

    fn from_bits(bits: u128) -> Option<Raw> {
        let version = (bits >> 76) & 0xf;
        let variant = (bits >> LOW_BITS) & 0b11;
        if version != 7 || variant != 0b10 {
            return None;
        }
        let millis = u64::try_from(bits >> 80).ok()?;
        let counter = ((bits >> 64) & 0xfff) as u64;
        Some(Raw {
            seq: (millis << COUNTER_BITS) | counter,
            low: (bits as u64) & ((1 << LOW_BITS) - 1),
        })
    }

    fn write(self, prefix: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.bits();
        let mut text = [0u8; 26];
        for (index, place) in text.iter_mut().enumerate() {
            *place = ALPHABET[((bits >> (125 - 5 * index)) & 31) as usize];
        }
        write!(f, "{prefix}_{}", str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }

    fn parse(prefix: &'static str, text: &str) -> Result<Raw, IdError> {
        let digits = text
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix('_'))
            .filter(|digits| digits.len() == 26)
            .ok_or(IdError { prefix })?;
        let mut bits: u128 = 0;
        for (index, byte) in digits.bytes().enumerate() {
            let value = ALPHABET.iter().position(|&letter| letter == byte);
            let value = value.ok_or(IdError { prefix })? as u128;
            if index == 0 && value > 7 {
                return Err(IdError { prefix });
            }
            bits = (bits << 5) | value;
        }
        Raw::from_bits(bits).ok_or(IdError { prefix })
    }

    fn uuid(self) -> String {
        let hex = format!("{:032x}", self.bits());
        let (a, b, c, d, e) = (&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
        format!("{a}-{b}-{c}-{d}-{e}")
    }

    fn from_uuid(text: &str) -> Option<Raw> {
        let dashes = [8, 13, 18, 23];
        if text.len() != 36 || !text.is_ascii() {
            return None;
        }
        let mut bits: u128 = 0;
        for (index, letter) in text.chars().enumerate() {
            if dashes.contains(&index) {
                (letter == '-').then_some(())?;
            } else {
                bits = (bits << 4) | u128::from(letter.to_digit(16)?);
            }
        }
        Raw::from_bits(bits)
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Raw);

        impl $name {
            /// What its text begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Made again from the two numbers that a store kept; bits that no id has are cut off.
            pub fn from_parts(seq: u64, low: u64) -> $name {
                let seq = seq & ((1 << (48 + COUNTER_BITS)) - 1);
                $name(Raw { seq, low: low & ((1 << LOW_BITS) - 1) })
            }

            /// Milliseconds and counter: under 2^60, growing, unique within one generator.
            pub fn seq(self) -> u64 {
                self.0.seq
            }

            /// The random part: under 2^62.
            pub fn low(self) -> u64 {
                self.0.low
            }

            /// When it was made.
            pub fn created_at(self) -> Timestamp {
                Timestamp::from_millis((self.0.seq >> COUNTER_BITS) as i64)
            }

            /// The same bits, written as a UUID of version 7.
            pub fn uuid(self) -> String {
                self.0.uuid()
            }

            /// From such a UUID; `None` for any other text.
            pub fn from_uuid(text: &str) -> Option<$name> {
                Raw::from_uuid(text).map($name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write($prefix, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<$name, IdError> {
                Raw::parse($prefix, text).map($name)
            }
        }

        impl From<Fresh> for $name {
            fn from(fresh: Fresh) -> $name {
                $name(fresh.0)
            }
        }
    };
}

id!(
    /// An event's id.
    EventId, "evt"
);
id!(
    /// A delivery's id; as a UUID it is the delivery's request id.
    DeliveryId, "dlv"
);
id!(
    /// An attempt's id.
    AttemptId, "att"
);
id!(
    /// A webhook's id; as a UUID it is `X-Hook-UUID`.
    WebhookId, "whk"
);
id!(
    /// A secret's id.
    SecretId, "sec"
);
id!(
    /// An API token's id.
    TokenId, "tok"
);
id!(
    /// A source's inner id, which names the owner of sealed secrets. Sources are shown by name.
    SourceId, "src"
);

/// The bits of an id that was just made and has no kind yet.
#[derive(Clone, Copy, Debug)]
pub struct Fresh(Raw);

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.low)
    }
}

/// Makes ids. One generator serves a whole process.
#[derive(Debug)]
pub struct IdGenerator {
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    last: AtomicU64,
}

impl IdGenerator {
    /// A generator whose ids are all greater than `floor`, the greatest `seq` that a store holds.
    pub fn new(clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>, floor: u64) -> IdGenerator {
        let last = AtomicU64::new(floor);
        IdGenerator { clock, randomness, last }
    }

    /// The next id of whatever kind is asked for.
    pub fn make<Id: From<Fresh>>(&self) -> Id {
        let millis = u64::try_from(self.clock.now().as_millis()).unwrap_or(0);
        let now = millis << COUNTER_BITS;
        let step = |last: u64| now.max(last + 1);
        let before =
            self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(step(last)));
        let seq = step(before.unwrap_or_else(|last| last));
        let mut bytes = [0; 8];
        self.randomness.fill(&mut bytes);
        let low = u64::from_le_bytes(bytes) >> (64 - LOW_BITS);
        Id::from(Fresh(Raw { seq, low }))
    }
}
