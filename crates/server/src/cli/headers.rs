//! Headers as commands take them, and whole requests in a file.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::Usage;
use crate::receive::body::{self, BodyError, Encoding};

/// The longest plain body: 25 MiB, as the server's.
const PLAIN_MAX: usize = 25 * 1024 * 1024;

/// Reads one `Name: value`.
pub(super) fn add(headers: &mut HeaderMap, line: &[u8]) -> Result<(), Usage> {
    let shown = || String::from_utf8_lossy(&line[..line.len().min(60)]).into_owned();
    let wrong = || Usage(format!("`{}` is no header: expected `Name: value`", shown()));
    let colon = line.iter().position(|byte| *byte == b':').ok_or_else(wrong)?;
    let name = HeaderName::from_bytes(&line[..colon]).map_err(|_| wrong())?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).map_err(|_| wrong())?;
    headers.append(name, value);
    Ok(())
}

/// Splits a raw HTTP/1.1 request as a capture shows it into its headers and its body. Lines end
/// with CR LF or LF. The body is everything after the first empty line, byte for byte: up to
/// `Content-Length` where the request has one, and with its chunks (RFC 9112, 7.1) put together.
pub(super) fn request(raw: &[u8]) -> Result<(HeaderMap, Vec<u8>), Usage> {
    let mut rest = raw;
    let mut headers = HeaderMap::new();
    let mut is_request_line = true;
    loop {
        let no_end = || Usage("the request has no empty line after its headers".to_owned());
        let line = take_line(&mut rest).ok_or_else(no_end)?;
        if line.is_empty() {
            break;
        }
        if !is_request_line {
            add(&mut headers, line)?;
        }
        is_request_line = false;
    }
    if is_chunked(&headers) {
        let broken = || Usage("the request's chunks do not follow their lengths".to_owned());
        return Ok((headers, unchunked(rest).ok_or_else(broken)?));
    }
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let length = length.map_or(rest.len(), |length| length.min(rest.len()));
    Ok((headers, rest[..length].to_vec()))
}

/// The body as it was signed: what a `Content-Encoding` says is undone by the server's own rules.
pub(super) fn plain(headers: &HeaderMap, body: Vec<u8>) -> Result<Bytes, Usage> {
    let unusable =
        |error: BodyError| Usage(format!("the body cannot be decoded: {}", error.reason()));
    let encoding = Encoding::of(headers).map_err(unusable)?;
    body::plain(body, encoding, PLAIN_MAX).map_err(unusable)
}

fn take_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let line = &rest[..end];
    *rest = &rest[end + 1..];
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

fn is_chunked(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    codings
        .into_iter()
        .any(|coding| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"))
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = take_line(&mut rest)?;
        let size = line.split(|byte| *byte == b';').next()?.trim_ascii();
        let size = usize::from_str_radix(str::from_utf8(size).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = &rest[size..];
        take_line(&mut rest).filter(|line| line.is_empty())?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_captured_request_is_split_exactly() {
        for raw in [
            &b"POST /in/x HTTP/1.1\r\nHost: a\r\nX-Hub-Signature:  sha256=00 \r\n\r\nbody\r\n"[..],
            b"POST /in/x HTTP/1.1\nHost: a\nX-Hub-Signature: sha256=00\n\nbody\r\n",
        ] {
            let (headers, body) = request(raw).unwrap();
            assert_eq!(headers["x-hub-signature"], "sha256=00");
            assert_eq!(body, b"body\r\n");
        }
        let (_, body) = request(b"POST / HTTP/1.1\nContent-Length: 4\n\nbody\n").unwrap();
        assert_eq!(body, b"body");
    }

    #[test]
    fn chunks_are_put_together() {
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        let (_, body) =
            request(format!("{head}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n").as_bytes()).unwrap();
        assert_eq!(body, b"abcde");
        for broken in ["3\r\nab", "zz\r\n", "3\r\nabcd\r\n0\r\n\r\n", "", "ffffffffffffffff\r\na"] {
            assert!(request(format!("{head}{broken}").as_bytes()).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn a_compressed_body_is_checked_as_it_was_signed() {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"plain").unwrap();
        let compressed = encoder.finish().unwrap();
        let mut headers = HeaderMap::new();
        assert_eq!(plain(&headers, compressed.clone()).unwrap(), compressed);
        add(&mut headers, b"Content-Encoding: gzip").unwrap();
        assert_eq!(plain(&headers, compressed).unwrap(), "plain");
        assert_eq!(plain(&headers, b"plain".to_vec()).unwrap(), "plain");
        headers.insert("content-encoding", HeaderValue::from_static("br"));
        assert!(plain(&headers, b"plain".to_vec()).is_err());
    }

    #[test]
    fn what_is_no_request_is_said_so() {
        assert!(request(b"POST / HTTP/1.1\r\nHost: a\r\n").is_err());
        assert!(request(b"POST / HTTP/1.1\r\nno header\r\n\r\n").is_err());
        assert!(add(&mut HeaderMap::new(), b"X y: z").is_err());
    }
}
