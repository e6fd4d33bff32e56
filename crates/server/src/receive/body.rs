//! Reading a body: capped before it is hashed, hashed while it streams in, decoded at this edge.
//!
//! The signature covers the plain bytes. Bitbucket Cloud, or a proxy before it, sometimes
//! compresses them, and a proxy sometimes decompresses them and leaves the header: so with
//! `Content-Encoding: gzip` bytes that do not begin as gzip count as plain.
//!
//! Limits: the source's cap for the bytes on the wire and for the plain ones alike; 10 s for the
//! whole body; a plain body at most [`RATIO_MAX`] times as long as its gzip form (over 64 KiB).

use std::{io::Read, time::Duration};

use bytes::{Bytes, BytesMut};
use countersign::Verification;
use flate2::read::MultiGzDecoder;
use http::{HeaderMap, header};
use http_body::Body;
use http_body_util::BodyExt;
use pipeline::SecretId;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::budget::{BodyBudget, NoRoom, Room};

/// How long a body may take to arrive.
pub(super) const READ_MAX: Duration = Duration::from_secs(10);
/// How many times longer than its gzip form a plain body may be.
pub(super) const RATIO_MAX: usize = 100;

const RATIO_FREE_BYTES: usize = 64 * 1024;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Decoding more than this at once would hold up other requests on the same thread.
const INLINE_BYTES_MAX: usize = 16 * 1024;

/// A body as it was signed.
#[derive(Debug)]
pub(super) struct PlainBody {
    /// The plain bytes.
    pub(super) bytes: Bytes,
    /// As they came, where that was encoded: to explain a refusal.
    pub(super) encoded: Option<Bytes>,
    /// Their SHA-256.
    pub(super) sha256: [u8; 32],
    /// The secret that matched, once it has.
    pub(super) secret: Option<SecretId>,
}

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyError {
    TooLarge,
    Encoding,
    Gzip,
    Broken,
    TooSlow,
    NoRoom,
}

impl BodyError {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            BodyError::TooLarge => "body_too_large",
            BodyError::Encoding => "content_encoding",
            BodyError::Gzip => "gzip_invalid",
            BodyError::Broken => "body_broken",
            BodyError::TooSlow => "body_too_slow",
            BodyError::NoRoom => "no_room",
        }
    }
}

impl From<NoRoom> for BodyError {
    fn from(_: NoRoom) -> BodyError {
        BodyError::NoRoom
    }
}

/// How a body is encoded for transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
}

impl Encoding {
    /// Reads `Content-Encoding`: absent, `identity`, `gzip` or `x-gzip` (RFC 9110, 8.4.1.3), once.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Encoding, BodyError> {
        let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
        let Some(value) = values.next() else {
            return Ok(Encoding::Identity);
        };
        if values.next().is_some() {
            return Err(BodyError::Encoding);
        }
        let coding = value.as_bytes().trim_ascii();
        let is = |name: &str| coding.eq_ignore_ascii_case(name.as_bytes());
        if coding.is_empty() || is("identity") {
            Ok(Encoding::Identity)
        } else if is("gzip") || is("x-gzip") {
            Ok(Encoding::Gzip)
        } else {
            Err(BodyError::Encoding)
        }
    }
}

/// Reads the whole body and feeds its plain bytes to `verification`.
pub(super) async fn read<B>(
    mut body: B,
    headers: &HeaderMap,
    encoding: Encoding,
    cap: usize,
    budget: &BodyBudget,
    verification: Option<Verification>,
) -> Result<(PlainBody, Option<Verification>), BodyError>
where
    B: Body<Data = Bytes> + Unpin,
{
    if declared_length(headers).is_some_and(|length| length > cap as u64) {
        return Err(BodyError::TooLarge);
    }
    let deadline = Instant::now() + READ_MAX;
    let mut room = Room::default();
    let mut wire = Collected::default();
    let mut hashes = Hashes { sha256: Sha256::new(), verification };
    loop {
        let frame = tokio::time::timeout_at(deadline, body.frame()).await;
        let frame = match frame.map_err(|_| BodyError::TooSlow)? {
            None => break,
            Some(frame) => frame.map_err(|_| BodyError::Broken)?,
        };
        let Ok(chunk) = frame.into_data() else {
            continue;
        };
        let length = wire.length + chunk.len();
        if length > cap {
            return Err(BodyError::TooLarge);
        }
        budget.grow(&mut room, length).await?;
        if encoding == Encoding::Identity {
            hashes.update(&chunk);
        }
        wire.push(chunk);
    }
    let wire = wire.into_bytes();
    if encoding == Encoding::Identity {
        return Ok(hashes.finish(wire, None));
    }
    if !wire.starts_with(&GZIP_MAGIC) {
        hashes.update(&wire);
        return Ok(hashes.finish(wire, None));
    }
    budget.grow(&mut room, wire.len() + plain_max(wire.len(), cap)).await?;
    let plain = inflate(wire.clone(), cap, &mut room).await?;
    hashes.update(&plain);
    Ok(hashes.finish(plain, Some(wire)))
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A body as it comes. One of one chunk, as most are, is not copied. Any other is copied together:
/// each chunk on its own would keep a read buffer alive, and a stranger chooses how small chunks are.
#[derive(Default)]
struct Collected {
    first: Option<Bytes>,
    whole: BytesMut,
    length: usize,
}

impl Collected {
    fn push(&mut self, chunk: Bytes) {
        self.length += chunk.len();
        if self.first.is_none() && self.whole.is_empty() {
            self.first = Some(chunk);
            return;
        }
        if let Some(first) = self.first.take() {
            self.whole.extend_from_slice(&first);
        }
        self.whole.extend_from_slice(&chunk);
    }

    fn into_bytes(self) -> Bytes {
        self.first.unwrap_or_else(|| self.whole.freeze())
    }
}

struct Hashes {
    sha256: Sha256,
    verification: Option<Verification>,
}

impl Hashes {
    fn update(&mut self, chunk: &[u8]) {
        self.sha256.update(chunk);
        if let Some(verification) = &mut self.verification {
            verification.update(chunk);
        }
    }

    fn finish(self, bytes: Bytes, encoded: Option<Bytes>) -> (PlainBody, Option<Verification>) {
        let sha256 = self.sha256.finalize().into();
        (PlainBody { bytes, encoded, sha256, secret: None }, self.verification)
    }
}

fn plain_max(wire_bytes: usize, cap: usize) -> usize {
    cap.min(RATIO_FREE_BYTES.max(wire_bytes.saturating_mul(RATIO_MAX)))
}

/// The room goes along to the other thread: it is taken until the work ends, also where the client
/// has gone away.
async fn inflate(wire: Bytes, cap: usize, room: &mut Room) -> Result<Bytes, BodyError> {
    if wire.len() <= INLINE_BYTES_MAX {
        return decode(&wire, cap);
    }
    let taken = std::mem::take(room);
    let decoding = tokio::task::spawn_blocking(move || (decode(&wire, cap), taken));
    let (plain, taken) = decoding.await.map_err(|_| BodyError::Gzip)?;
    *room = taken;
    plain
}

/// The plain bytes of a whole body, by the same rules as one that streams in.
pub(crate) fn plain(wire: Vec<u8>, encoding: Encoding, cap: usize) -> Result<Bytes, BodyError> {
    if encoding == Encoding::Gzip && wire.starts_with(&GZIP_MAGIC) {
        return decode(&wire, cap);
    }
    Ok(wire.into())
}

fn decode(wire: &[u8], cap: usize) -> Result<Bytes, BodyError> {
    let most = plain_max(wire.len(), cap);
    let mut plain = Vec::with_capacity(most.min(4 * wire.len()));
    let mut decoder = MultiGzDecoder::new(wire).take(most as u64 + 1);
    decoder.read_to_end(&mut plain).map_err(|_| BodyError::Gzip)?;
    if plain.len() > most { Err(BodyError::TooLarge) } else { Ok(plain.into()) }
}
