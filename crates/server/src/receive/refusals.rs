//! What was refused lately: for the operator, in memory only, bounded in number and bytes.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Mutex, MutexGuard},
};

use bytes::Bytes;
use console::engine::Refusal;
use http::{HeaderMap, request::Parts};
use pipeline::Timestamp;

/// The most refusals that are kept.
pub(super) const KEPT_MAX: usize = 1_000;
/// All kept bodies together.
pub(super) const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

const TEXT_MAX: usize = 255;

/// The newest refusals.
#[derive(Debug, Default)]
pub struct Refusals {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    refusals: VecDeque<(Refusal, Bytes)>,
    body_bytes: usize,
}

impl Refusals {
    /// Keeps one, and lets the oldest go where there is no room. A body that is larger than all of
    /// the room is kept without its bytes.
    pub(super) fn keep(
        &self,
        at: Timestamp,
        source: &str,
        reason: &'static str,
        peer: IpAddr,
        request: &Parts,
        body: &Bytes,
    ) {
        let size_bytes = body.len() as u64;
        let body = if body.len() > BODY_BYTES_MAX { Bytes::new() } else { compact(body) };
        let refusal = Refusal {
            at,
            source: source.to_owned(),
            reason,
            peer,
            event_key: text(&request.headers, &["x-event-key"]),
            request_id: text(&request.headers, &["x-request-uuid", "x-request-id", "webhook-id"]),
            size_bytes,
        };
        self.lock().push(refusal, body);
    }

    /// All of them, newest first.
    pub fn list(&self) -> Vec<Refusal> {
        self.lock().refusals.iter().rev().map(|(refusal, _)| refusal.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Kept {
    fn push(&mut self, refusal: Refusal, body: Bytes) {
        self.body_bytes += body.len();
        self.refusals.push_back((refusal, body));
        while self.refusals.len() > KEPT_MAX || self.body_bytes > BODY_BYTES_MAX {
            let Some((_, oldest)) = self.refusals.pop_front() else {
                break;
            };
            self.body_bytes -= oldest.len();
        }
    }
}

/// A chunk may be a window of a larger read buffer, which would be kept alive whole.
fn compact(body: &Bytes) -> Bytes {
    Bytes::copy_from_slice(body)
}

fn text(headers: &HeaderMap, names: &[&str]) -> Option<String> {
    let value = names.iter().find_map(|name| headers.get(*name))?.to_str().ok()?;
    Some(value.chars().take(TEXT_MAX).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(refusals: &Refusals, at: i64, bytes: usize) {
        let (parts, ()) = http::Request::new(()).into_parts();
        let peer = IpAddr::from([127, 0, 0, 1]);
        let body = Bytes::from(vec![0; bytes]);
        refusals.keep(Timestamp::from_millis(at), "bitbucket", "mismatch", peer, &parts, &body);
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let refusals = Refusals::default();
        for at in 0..1_200 {
            keep(&refusals, at, 10);
        }
        let list = refusals.list();
        assert_eq!(list.len(), KEPT_MAX);
        assert_eq!(list[0].at, Timestamp::from_millis(1_199));
    }

    #[test]
    fn bodies_share_sixteen_mebibytes() {
        let refusals = Refusals::default();
        for at in 0..40 {
            keep(&refusals, at, 1024 * 1024);
        }
        assert_eq!(refusals.list().len(), 16);
        keep(&refusals, 41, BODY_BYTES_MAX + 1);
        assert_eq!(refusals.lock().body_bytes, BODY_BYTES_MAX);
        assert_eq!(refusals.list()[0].size_bytes, BODY_BYTES_MAX as u64 + 1);
    }
}
