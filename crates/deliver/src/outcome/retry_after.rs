//! `Retry-After`, in both forms of RFC 9110, 10.2.3.
//!
//! Of the three forms of a date only IMF-fixdate is read: the other two must not be sent
//! (RFC 9110, 5.6.7).

use std::time::{Duration, SystemTime};

/// The longest time a receiver can hold its lane; what asks for more gets this.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(12 * 60 * 60);

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

pub(super) fn parse(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim_matches([' ', '\t']);
    let wait = match digits(value) {
        Some(seconds) => Duration::from_secs(seconds),
        None => {
            let date = SystemTime::UNIX_EPOCH.checked_add(imf_fixdate(value)?)?;
            date.duration_since(now).unwrap_or(Duration::ZERO)
        }
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

/// Digits and nothing else. More of them than a number can hold are a number still.
fn digits(text: &str) -> Option<u64> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().unwrap_or(u64::MAX))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, since 1970. The name of the day must be one, and is not
/// compared with the date.
fn imf_fixdate(text: &str) -> Option<Duration> {
    let (day_name, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let day = exactly(words.next()?, 2)?;
    let month = words.next()?;
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let year = exactly(words.next()?, 4)?;
    let mut clock = words.next()?.split(':');
    let (hour, minute, second) =
        (exactly(clock.next()?, 2)?, exactly(clock.next()?, 2)?, exactly(clock.next()?, 2)?);
    let ends = words.next() == Some("GMT") && words.next().is_none() && clock.next().is_none();
    let sound = DAYS.contains(&day_name)
        && year >= 1970
        && (1..=month_days(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    (ends && sound).then(|| {
        let days = days_before_year(year) - days_before_year(1970)
            + (1..month).map(|earlier| month_days(year, earlier)).sum::<u64>()
            + day
            - 1;
        Duration::from_secs(((days * 24 + hour) * 60 + minute) * 60 + second)
    })
}

fn exactly(text: &str, length: usize) -> Option<u64> {
    if text.len() == length { digits(text) } else { None }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn month_days(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the first of January of year 1 to that of `year`.
fn days_before_year(year: u64) -> u64 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}
