//! The answer: how much of it is read, and how much is kept.
//!
//! Bounds: a head of 64 KiB and 100 headers, over which the answer is no HTTP to us; of the body
//! 64 KiB are read and 16 KiB kept; of the headers 64 and 16 KiB are kept.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

/// The longest head of an answer, in bytes. A longer one is `protocol`, as are over 100 headers.
/// hyper looks at it between two reads, so that up to twice as much can still be accepted.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a body that are read.
pub const BODY_READ_MAX: usize = 64 * 1024;
/// Bytes of a body that are kept.
pub const BODY_KEPT_MAX: usize = 16 * 1024;
/// Headers that are kept, in the order they came, `Retry-After` before all.
pub const HEADERS_KEPT_MAX: usize = 64;
/// Bytes of names and values of headers that are kept.
pub const HEADER_BYTES_KEPT_MAX: usize = 16 * 1024;

/// What is kept of an answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Up to [`HEADERS_KEPT_MAX`] headers and [`HEADER_BYTES_KEPT_MAX`] bytes of them.
    pub headers: HeaderMap,
    /// The body's beginning as it came, not decompressed, up to [`BODY_KEPT_MAX`] bytes.
    pub body: Bytes,
    /// Whether `body` is not the whole body.
    pub truncated: bool,
}

/// What was read of a body, and why reading ended.
#[derive(Debug)]
pub(super) struct Body {
    kept: BytesMut,
    read: usize,
    pub(super) end: BodyEnd,
}

#[derive(Debug)]
pub(super) enum BodyEnd {
    /// All of it came.
    Whole,
    /// There may be more than [`BODY_READ_MAX`].
    Capped,
    /// The attempt's time ran out.
    Deadline,
    /// The connection broke, or what came was not framed.
    Broken(Arc<hyper::Error>),
}

/// Reads to the end, the cap or the deadline. hyper closes the connection of a body that is
/// dropped before its end.
pub(super) async fn read(mut incoming: Incoming, deadline: Instant) -> Body {
    let mut body = Body { kept: BytesMut::new(), read: 0, end: BodyEnd::Whole };
    loop {
        let frame = match timeout_at(deadline, incoming.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(None) => return body,
            Ok(Some(Err(error))) => {
                return Body { end: BodyEnd::Broken(Arc::new(error)), ..body };
            }
            Err(_) => {
                return Body { end: BodyEnd::Deadline, ..body };
            }
        };
        let Some(data) = frame.data_ref() else {
            continue;
        };
        let room = BODY_KEPT_MAX - body.kept.len();
        body.kept.extend_from_slice(&data[..data.len().min(room)]);
        body.read += data.len();
        if body.read > BODY_READ_MAX {
            return Body { end: BodyEnd::Capped, ..body };
        }
    }
}

impl Response {
    pub(super) fn keep(status: StatusCode, headers: &HeaderMap, body: Body) -> Self {
        let whole = matches!(body.end, BodyEnd::Whole) && body.read == body.kept.len();
        Self {
            status: status.as_u16(),
            headers: keep_headers(headers),
            body: body.kept.freeze(),
            truncated: !whole,
        }
    }
}

fn keep_headers(all: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    let mut bytes = 0;
    let first = all.get(RETRY_AFTER).map(|value| (&RETRY_AFTER, value));
    let rest = all.iter().filter(|(name, _)| *name != RETRY_AFTER);
    for (name, value) in first.into_iter().chain(rest) {
        bytes += name.as_str().len() + value.len();
        if kept.len() == HEADERS_KEPT_MAX || bytes > HEADER_BYTES_KEPT_MAX {
            break;
        }
        kept.append(name.clone(), value.clone());
    }
    kept
}
