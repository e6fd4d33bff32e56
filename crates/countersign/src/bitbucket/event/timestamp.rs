//! Times, as both products write them.
//!
//! Cloud writes ISO 8601 with microseconds and `+00:00`. Data Center writes `+0000` without a colon
//! at the top of an event, and elsewhere milliseconds since 1970, but from 10.0 ISO 8601 with
//! milliseconds and `Z`. A timestamp keeps how it was written.

#[cfg(test)]
mod tests;

use alloc::string::String;
use core::fmt;

use serde_json::{Number, Value};

use super::declare::serialize;
use super::part::{Expected, Misread, Part};

/// A time as Bitbucket wrote it: a number of milliseconds since 1970, or a text. Two are equal when
/// they are written alike; compare [`unix_ms`](Self::unix_ms) to compare times.
///
/// ```
/// use countersign::bitbucket::event::Timestamp;
///
/// let number = Timestamp::from(1_537_538_991_000);
/// assert_eq!(number.unix_ms(), Some(1_537_538_991_000));
/// for text in
///     ["2018-09-21T14:09:51.000Z", "2018-09-21T16:09:51+0200", "2018-09-21T14:09:51.000000+00:00"]
/// {
///     assert_eq!(Timestamp::from(text).unix_ms(), Some(1_537_538_991_000));
/// }
/// assert_eq!(Timestamp::from("yesterday").unix_ms(), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(Written);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Written {
    Number(Number),
    Text(String),
}

impl Timestamp {
    /// Milliseconds since 1970-01-01T00:00:00Z, rounded towards the past. `None` where it cannot be
    /// read: a text that is no ISO 8601 date and time with an offset, or a number past 64 bits.
    #[must_use]
    pub fn unix_ms(&self) -> Option<i64> {
        match &self.0 {
            Written::Number(number) => whole(number),
            Written::Text(text) => unix_ms_of(text.as_bytes()),
        }
    }

    /// The text, where it was written as one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Written::Text(text) => Some(text),
            Written::Number(_) => None,
        }
    }
}

/// Milliseconds since 1970, written as a number.
impl From<i64> for Timestamp {
    fn from(unix_ms: i64) -> Self {
        Self(Written::Number(unix_ms.into()))
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(Written::Text(text.into()))
    }
}

/// As it was written.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Written::Number(number) => number.fmt(f),
            Written::Text(text) => f.pad(text),
        }
    }
}

impl Part for Timestamp {
    fn takes(value: &Value) -> bool {
        value.is_number() || value.is_string()
    }

    fn read(value: Value) -> Result<Self, Misread> {
        match value {
            Value::Number(number) => Ok(Self(Written::Number(number))),
            Value::String(text) => Ok(Self(Written::Text(text))),
            _ => Err(Misread::here(Expected::Text)),
        }
    }

    fn write(&self) -> Value {
        match &self.0 {
            Written::Number(number) => Value::Number(number.clone()),
            Written::Text(text) => Value::String(text.clone()),
        }
    }
}

serialize!(Timestamp);

/// A number without its fraction, rounded down.
fn whole(number: &Number) -> Option<i64> {
    if let Some(whole) = number.as_i64() {
        return Some(whole);
    }
    let fraction = number.as_f64()?;
    // Every f64 in this range has an i64 below it; `as` rounds towards zero.
    if !(-9.2e18..9.2e18).contains(&fraction) {
        return None;
    }
    let towards_zero = fraction as i64;
    Some(if (towards_zero as f64) > fraction { towards_zero - 1 } else { towards_zero })
}

/// `YYYY-MM-DDThh:mm:ss`, a fraction of 1 to 9 digits or none, and `Z`, `+hh:mm`, `+hhmm` or `+hh`.
/// Second 60 is the first of the next minute.
fn unix_ms_of(text: &[u8]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't' | b' ', rest @ ..] = text else {
        return None;
    };
    let [h1, h2, b':', i1, i2, b':', s1, s2, rest @ ..] = rest else {
        return None;
    };
    let days = days_since_1970(
        digits(&[*y1, *y2, *y3, *y4])?,
        digits(&[*m1, *m2])?,
        digits(&[*d1, *d2])?,
    )?;
    let time_s =
        seconds(digits(&[*h1, *h2])?, digits(&[*i1, *i2])?)? + at_most(digits(&[*s1, *s2])?, 60)?;
    let (fraction_ms, zone) = fraction_ms(rest)?;
    Some((days * 86_400 + time_s - offset_s(zone)?) * 1_000 + fraction_ms)
}

/// The fraction of a second at the start of `rest`, cut to milliseconds, and what follows it.
fn fraction_ms(rest: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.' | b',', rest @ ..] = rest else {
        return Some((0, rest));
    };
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (fraction, zone) = rest.split_at(count);
    let shown = fraction.get(..3).unwrap_or(fraction);
    let ms = match (shown.len(), digits(shown)?) {
        (1, tenths) => tenths * 100,
        (2, hundredths) => hundredths * 10,
        (_, thousandths) => thousandths,
    };
    (count <= 9).then_some((ms, zone))
}

fn offset_s(zone: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match zone {
        [b'Z' | b'z'] => return Some(0),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => (sign, [*h1, *h2], [*m1, *m2]),
        [sign, h1, h2] => (sign, [*h1, *h2], *b"00"),
        _ => return None,
    };
    let offset_s = seconds(digits(&hours)?, digits(&minutes)?)?;
    match sign {
        b'+' => Some(offset_s),
        b'-' => Some(-offset_s),
        _ => None,
    }
}

fn seconds(hours: i64, minutes: i64) -> Option<i64> {
    Some(at_most(hours, 23)? * 3_600 + at_most(minutes, 59)? * 60)
}

fn at_most(number: i64, most: i64) -> Option<i64> {
    (number <= most).then_some(number)
}

/// A number of up to 4 digits.
fn digits(text: &[u8]) -> Option<i64> {
    let add = |number: i64, byte: &u8| {
        byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
    };
    if text.is_empty() { None } else { text.iter().try_fold(0, add) }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar, of the years 0 to 9999.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_in_month = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days_in_month).contains(&day) {
        return None;
    }
    // Counted from 1 March, so that the leap day is the last of its year: a year is 365 days, and the
    // months before this one of it are 30.6 days each, rounded.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(365 * year + leap_days + of_year - 719_468)
}
