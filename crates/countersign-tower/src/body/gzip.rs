//! Undoing gzip within bounds: the cap, and [`RATIO_MAX`] times the bytes on the wire.

use std::future::poll_fn;
use std::io::Read as _;
use std::mem;
use std::task::Poll;

use bytes::Bytes;
use countersign::Verification;
use flate2::read::MultiGzDecoder;

use crate::refusal::Refusal;

/// How many times longer than its gzip form a plain body may be.
pub(super) const RATIO_MAX: usize = 100;
/// Up to here a plain body may be any number of times longer.
pub(super) const RATIO_FREE_BYTES: usize = 64 * 1024;

const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// After so many plain bytes, other tasks of the same thread have their turn.
const TURN_BYTES: usize = 64 * 1024;

/// The plain bytes of `wire`, fed to `verification`. What does not begin as gzip is plain.
pub(super) async fn plain(
    wire: Bytes,
    cap: usize,
    verification: &mut Verification,
) -> Result<Bytes, Refusal> {
    if !wire.starts_with(&MAGIC) {
        verification.update(&wire);
        return Ok(wire);
    }
    let most = cap.min(RATIO_FREE_BYTES.max(wire.len().saturating_mul(RATIO_MAX)));
    let mut plain = Vec::with_capacity(most.min(4 * wire.len()));
    let mut decoder = MultiGzDecoder::new(&*wire);
    loop {
        let hashed = plain.len();
        let turn = TURN_BYTES.min(most + 1 - hashed);
        let turn = u64::try_from(turn).map_err(|_| Refusal::BodyTooLarge)?;
        (&mut decoder).take(turn).read_to_end(&mut plain).map_err(|_| Refusal::GzipInvalid)?;
        if plain.len() > most {
            return Err(Refusal::BodyTooLarge);
        }
        match plain.get(hashed..) {
            None | Some([]) => return Ok(plain.into()),
            Some(decoded) => verification.update(decoded),
        }
        turn_of_others().await;
    }
}

async fn turn_of_others() {
    let mut waited = false;
    poll_fn(|cx| {
        if mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
