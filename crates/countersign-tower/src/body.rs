//! Reading a body: capped before it is hashed, hashed while it comes, decoded at this edge.
//!
//! A signature covers the plain bytes. A proxy sometimes compresses them, and sometimes decompresses
//! them and leaves the header: with `Content-Encoding: gzip`, bytes that do not begin as gzip count as
//! plain. Limits: the cap for the bytes on the wire and for the plain ones alike; a plain body at most
//! 100 times as long as its gzip form, from 64 KiB on.

#[cfg(feature = "gzip")]
mod gzip;
#[cfg(test)]
mod tests;

use std::pin::pin;

use bytes::{Buf as _, Bytes, BytesMut};
use countersign::Verification;
use http::{HeaderMap, header};
use http_body::Body;
use http_body_util::BodyExt as _;

use crate::refusal::Refusal;

/// How a body is encoded for transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    #[cfg(feature = "gzip")]
    Gzip,
}

impl Encoding {
    /// Reads `Content-Encoding`: absent, or once and `identity`, `gzip` or `x-gzip` (RFC 9110,
    /// 8.4.1.3).
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
        let coding = match (values.next(), values.next()) {
            (None, _) => return Ok(Self::Identity),
            (Some(value), None) => value.as_bytes().trim_ascii(),
            (Some(_), Some(_)) => return Err(Refusal::EncodingUnsupported),
        };
        let is = |name: &str| coding.eq_ignore_ascii_case(name.as_bytes());
        if coding.is_empty() || is("identity") {
            return Ok(Self::Identity);
        }
        #[cfg(feature = "gzip")]
        if is("gzip") || is("x-gzip") {
            return Ok(Self::Gzip);
        }
        Err(Refusal::EncodingUnsupported)
    }
}

/// Reads the whole body, at most `cap` bytes, and feeds its plain bytes to `verification`.
pub(crate) async fn read<B: Body>(
    body: B,
    encoding: Encoding,
    cap: usize,
    verification: &mut Verification,
) -> Result<Bytes, Refusal> {
    let mut body = pin!(body);
    let mut wire = Collected::default();
    while let Some(frame) = body.frame().await {
        // What is no data is trailers, which nothing here reads.
        let Ok(mut data) = frame.map_err(|_| Refusal::BodyBroken)?.into_data() else {
            continue;
        };
        if data.remaining() > cap - wire.length {
            return Err(Refusal::BodyTooLarge);
        }
        let chunk = data.copy_to_bytes(data.remaining());
        if encoding == Encoding::Identity {
            verification.update(&chunk);
        }
        wire.push(chunk);
    }
    let wire = wire.into_bytes();
    match encoding {
        Encoding::Identity => Ok(wire),
        #[cfg(feature = "gzip")]
        Encoding::Gzip => gzip::plain(wire, cap, verification).await,
    }
}

/// A body as it comes. One of one chunk, as most are, is not copied; any other is copied together,
/// because each chunk would keep a read buffer alive, and a stranger chooses how small chunks are.
#[derive(Default)]
struct Collected {
    first: Option<Bytes>,
    whole: BytesMut,
    /// Never over the cap.
    length: usize,
}

impl Collected {
    fn push(&mut self, chunk: Bytes) {
        if chunk.is_empty() {
            return;
        }
        if self.length == 0 {
            self.length = chunk.len();
            self.first = Some(chunk);
            return;
        }
        self.length += chunk.len();
        if let Some(first) = self.first.take() {
            self.whole.extend_from_slice(&first);
        }
        self.whole.extend_from_slice(&chunk);
    }

    fn into_bytes(self) -> Bytes {
        self.first.unwrap_or_else(|| self.whole.freeze())
    }
}
