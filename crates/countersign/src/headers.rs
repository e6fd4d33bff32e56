//! Reading headers, whatever holds them.
//!
//! Owns the trait [`Headers`] and the two ways in which dialects read: a header that must stand
//! exactly once, and a text of at most [`HEADER_TEXT_MAX_BYTES`] visible ASCII characters. Names
//! are compared without case and optional white space around a value is no part of it (RFC 9110,
//! 5.1 and 5.5). Nothing is allocated to look a header up.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

/// The most bytes of a header that is read as text: an event key, an id, an attempt.
pub const HEADER_TEXT_MAX_BYTES: usize = 255;

/// The headers of a request: anything that has the values of a name, in the order received.
///
/// Implemented for `http::HeaderMap` (feature `http`) and for slices, arrays and vectors of
/// `(name, value)` pairs.
///
/// ```
/// use countersign::Headers;
///
/// let headers = [("X-Event-Key", "repo:push"), ("x-event-key", "repo:fork")];
/// let values: Vec<&[u8]> = headers.values("X-EVENT-KEY").collect();
/// assert_eq!(values, [b"repo:push", b"repo:fork"]);
/// ```
pub trait Headers {
    /// Every value of the header `name`, in the order received. Names are compared without case.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]>;
}

impl<H: Headers + ?Sized> Headers for &H {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        (**self).values(name)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.iter()
            .filter(move |(other, _)| other.as_ref().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_ref())
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const COUNT: usize> Headers for [(N, V); COUNT] {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.as_slice().values(name)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.as_slice().values(name)
    }
}

#[cfg(feature = "http")]
impl Headers for http::HeaderMap {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.get_all(name).into_iter().map(http::HeaderValue::as_bytes)
    }
}

/// How often a header stands, with its value (without surrounding blanks) where that is once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occurrence<'a> {
    Missing,
    Once(&'a [u8]),
    Repeated,
}

pub(crate) fn occurrence<'a, H>(headers: &'a H, name: &'a str) -> Occurrence<'a>
where
    H: Headers + ?Sized,
{
    let mut values = headers.values(name);
    match (values.next(), values.next()) {
        (None, _) => Occurrence::Missing,
        (Some(value), None) => Occurrence::Once(without_blanks(value)),
        (Some(_), Some(_)) => Occurrence::Repeated,
    }
}

/// The value of a header that stands exactly once and is 1 to 255 visible ASCII characters.
pub(crate) fn visible_text<'a, H>(headers: &'a H, name: &'a str) -> Option<&'a str>
where
    H: Headers + ?Sized,
{
    match occurrence(headers, name) {
        Occurrence::Once(value) => as_visible_text(value),
        Occurrence::Missing | Occurrence::Repeated => None,
    }
}

/// `value` as text where it is 1 to 255 visible ASCII characters (0x21 to 0x7e).
pub(crate) fn as_visible_text(value: &[u8]) -> Option<&str> {
    let visible = (1..=HEADER_TEXT_MAX_BYTES).contains(&value.len())
        && value.iter().all(u8::is_ascii_graphic);
    if visible { core::str::from_utf8(value).ok() } else { None }
}

/// `value` without optional white space, which is spaces and tabs, around it (RFC 9110, 5.6.3).
fn without_blanks(value: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|byte| !blank(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !blank(byte)).map_or(start, |last| last + 1);
    value.get(start..end).unwrap_or_default()
}
