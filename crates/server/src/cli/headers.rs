//! Headers as commands take them, and whole requests in a file.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::Usage;

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
/// with CR LF or LF; the body is everything after the first empty line, byte for byte, up to
/// `Content-Length` where the request has one.
pub(super) fn request(raw: &[u8]) -> Result<(HeaderMap, &[u8]), Usage> {
    let mut rest = raw;
    let mut headers = HeaderMap::new();
    let mut is_request_line = true;
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let end =
            end.ok_or_else(|| Usage("the request has no empty line after its headers".into()))?;
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        rest = &rest[end + 1..];
        if line.is_empty() {
            break;
        }
        if !is_request_line {
            add(&mut headers, line)?;
        }
        is_request_line = false;
    }
    let length = headers.get(http::header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    Ok((headers, &rest[..length.map_or(rest.len(), |length| length.min(rest.len()))]))
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
    fn what_is_no_request_is_said_so() {
        assert!(request(b"POST / HTTP/1.1\r\nHost: a\r\n").is_err());
        assert!(request(b"POST / HTTP/1.1\r\nno header\r\n\r\n").is_err());
        assert!(add(&mut HeaderMap::new(), b"X y: z").is_err());
    }
}
