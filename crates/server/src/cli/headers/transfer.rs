//! Transfer codings (RFC 9112, 6.1): `chunked`, and `gzip` before it.
//!
//! Limits: the plain body has at most 25 MiB, and a chunk no more than the file has.

use http::{HeaderMap, header};

use super::{PLAIN_MAX, Usage, number, take_line, unusable};
use crate::receive::body::{self, Encoding};

/// The body without its transfer codings. Nothing where the request has none.
pub(super) fn decoded(headers: &HeaderMap, raw: &[u8]) -> Result<Option<Vec<u8>>, Usage> {
    let values: Vec<_> =
        headers.get_all(header::TRANSFER_ENCODING).iter().map(|value| value.as_bytes()).collect();
    if values.is_empty() {
        return Ok(None);
    }
    let list = String::from_utf8_lossy(&values.join(&b","[..])).to_ascii_lowercase();
    let mut codings: Vec<_> = list.split(',').map(str::trim).filter(|c| !c.is_empty()).collect();
    if codings.pop() != Some("chunked") {
        return Err(Usage(format!("Transfer-Encoding `{list}` does not end with chunked")));
    }
    let encoding = match codings[..] {
        [] => Encoding::Identity,
        ["gzip" | "x-gzip"] => Encoding::Gzip,
        _ => return Err(Usage(format!("Transfer-Encoding `{list}` has more than gzip, chunked"))),
    };
    let broken = || Usage("the request's chunks do not follow their lengths".to_owned());
    let body = unchunked(raw).ok_or_else(broken)?;
    let plain = body::plain(body, encoding, PLAIN_MAX).map_err(unusable)?;
    Ok(Some(plain.into()))
}

/// Trailers are left out.
fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = take_line(&mut rest)?;
        let size = number(line.split(|byte| *byte == b';').next()?.trim_ascii_end(), 16)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = &rest[size..];
        take_line(&mut rest).filter(|line| line.is_empty())?;
    }
}
