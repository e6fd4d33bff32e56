//! Headers as commands take them, and whole requests in a file.
//!
//! Owns how a captured request is taken apart. What cannot be one is wrong usage and said so, because
//! a body cut at the wrong place would be reported as a forged one.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::Usage;
use crate::receive::body::{self, BodyError, Encoding};

#[cfg(test)]
mod tests;
mod transfer;

/// The longest plain body: 25 MiB, as the server's.
const PLAIN_MAX: usize = 25 * 1024 * 1024;

/// A request out of a file.
#[derive(Debug)]
pub(super) struct Captured {
    pub(super) headers: HeaderMap,
    /// As its `Content-Encoding` says; transfer codings are undone.
    pub(super) body: Vec<u8>,
    /// What is odd about the file.
    pub(super) note: Option<String>,
}

/// Reads one `Name: value`.
pub(super) fn add(headers: &mut HeaderMap, line: &[u8]) -> Result<(), Usage> {
    let wrong = || Usage(format!("`{}` is no header: expected `Name: value`", shown(line)));
    let colon = line.iter().position(|byte| *byte == b':').ok_or_else(wrong)?;
    let name = HeaderName::from_bytes(&line[..colon]).map_err(|_| wrong())?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).map_err(|_| wrong())?;
    headers.append(name, value);
    Ok(())
}

/// Splits a raw HTTP/1.1 request as a capture shows it into its headers and its body. Lines end
/// with CR LF or LF; empty ones before the request line are skipped (RFC 9112, 2.2). The body is
/// everything after the first empty line, byte for byte: up to `Content-Length` where the request
/// has one, and with its chunks (RFC 9112, 7.1) put together.
pub(super) fn request(raw: &[u8]) -> Result<Captured, Usage> {
    let mut rest = raw;
    // What has no line ending at all is looked at as a line, and is none of a whole request.
    let mut first = take_line(&mut rest).unwrap_or(raw);
    while first.is_empty() && !rest.is_empty() {
        first = take_line(&mut rest).unwrap_or_else(|| std::mem::take(&mut rest));
    }
    if !is_request_line(first) {
        let expected = "expected one such as `POST /path HTTP/1.1`";
        return Err(Usage(format!("`{}` is no request line: {expected}", shown(first))));
    }
    let mut headers = HeaderMap::new();
    loop {
        let no_end = || Usage("the request has no empty line after its headers".to_owned());
        let line = take_line(&mut rest).ok_or_else(no_end)?;
        if line.is_empty() {
            break;
        }
        add(&mut headers, line)?;
    }
    let length = content_length(&headers)?;
    if let Some(body) = transfer::decoded(&headers, rest)? {
        return Ok(Captured { headers, body, note: None });
    }
    let (here, length) = (rest.len(), length.unwrap_or(rest.len()));
    let cut_off =
        || format!("the file has {here} of {length} bytes of the body: the capture may be cut off");
    let note = (here < length).then(cut_off);
    Ok(Captured { headers, body: rest[..length.min(here)].to_vec(), note })
}

/// The body as it was signed: what a `Content-Encoding` says is undone by the server's own rules.
pub(super) fn plain(headers: &HeaderMap, body: Vec<u8>) -> Result<Bytes, Usage> {
    body::plain(body, Encoding::of(headers).map_err(unusable)?, PLAIN_MAX).map_err(unusable)
}

fn unusable(error: BodyError) -> Usage {
    Usage(format!("the body cannot be decoded: {}", error.reason()))
}

/// The beginning of a line, for a message.
fn shown(line: &[u8]) -> String {
    String::from_utf8_lossy(&line[..line.len().min(60)]).escape_debug().to_string()
}

fn take_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let line = &rest[..end];
    *rest = &rest[end + 1..];
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// Method, target and version, with one space between (RFC 9112, 3).
fn is_request_line(line: &[u8]) -> bool {
    let parts: Vec<_> = line.split(|byte| *byte == b' ').collect();
    let [method, target, version] = parts[..] else {
        return false;
    };
    let number = version.strip_prefix(b"HTTP/").unwrap_or_default();
    Method::from_bytes(method).is_ok()
        && !target.is_empty()
        && number.first().is_some_and(u8::is_ascii_digit)
        && number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// `Content-Length`, once and in digits, where there is one.
fn content_length(headers: &HeaderMap) -> Result<Option<usize>, Usage> {
    let mut values = headers.get_all(header::CONTENT_LENGTH).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Usage("the request has more than one Content-Length".to_owned()));
    }
    let value = value.as_bytes();
    let unreadable = || Usage(format!("Content-Length `{}` is no number of bytes", shown(value)));
    number(value, 10).map(Some).ok_or_else(unreadable)
}

/// Digits and nothing else; `usize::from_str_radix` would take a sign.
fn number(digits: &[u8], radix: u32) -> Option<usize> {
    let text = str::from_utf8(digits).ok()?;
    let plain = text.chars().all(|digit| digit.is_digit(radix));
    if plain { usize::from_str_radix(text, radix).ok() } else { None }
}
