//! What was refused lately: for the operator, in memory only, bounded in number and bytes.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Mutex, MutexGuard},
};

use bytes::Bytes;
use console::engine::Refusal;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use pipeline::Timestamp;

/// The most refusals that are kept.
pub(super) const KEPT_MAX: usize = 1_000;
/// All that is held of their requests together.
pub(super) const HELD_BYTES_MAX: usize = 16 * 1024 * 1024;

const TEXT_MAX: usize = 255;
/// Never held: they are no part of an explanation, and are secrets of others.
const NEVER_HELD: [HeaderName; 3] =
    [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE];

/// The newest refusals.
#[derive(Debug, Default)]
pub struct Refusals {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    refusals: VecDeque<(Refusal, HeldRequest)>,
    held_bytes: usize,
    /// How many there have been.
    count: u64,
}

/// What of a refused request is held, so that it can be explained.
#[derive(Clone, Default)]
pub struct HeldRequest {
    /// Its headers, but for credentials.
    pub headers: HeaderMap,
    /// The plain bytes of the body. Empty where it was not read, or larger than all of the room.
    pub body: Bytes,
    /// The body as it came, where that was encoded.
    pub encoded: Option<Bytes>,
}

impl std::fmt::Debug for HeldRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeldRequest").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

/// One refusal as it happens.
pub(super) struct Occasion<'a> {
    pub(super) at: Timestamp,
    pub(super) source: String,
    pub(super) reason: &'static str,
    pub(super) peer: IpAddr,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a Bytes,
    pub(super) encoded: Option<&'a Bytes>,
}

impl Refusals {
    /// Keeps one, and lets the oldest go where there is no room. A body that is larger than all of
    /// the room is kept without its bytes.
    pub(super) fn keep(&self, occasion: Occasion<'_>) {
        let held = HeldRequest::of(&occasion);
        let Occasion { at, source, reason, peer, headers, body, .. } = occasion;
        let refusal = Refusal {
            number: 0,
            at,
            source,
            reason,
            peer,
            event_key: text(headers, &["x-event-key", "x-github-event", "x-gitea-event"]),
            request_id: text(headers, &["x-request-uuid", "x-request-id", "webhook-id"]),
            size_bytes: body.len() as u64,
        };
        self.lock().push(refusal, held);
    }

    /// All of them, newest first.
    pub fn list(&self) -> Vec<Refusal> {
        self.lock().refusals.iter().rev().map(|(refusal, _)| refusal.clone()).collect()
    }

    /// One of them, with what is held of its request.
    pub fn find(&self, number: u64) -> Option<(Refusal, HeldRequest)> {
        let kept = self.lock();
        let first = kept.refusals.front()?.0.number;
        let place = usize::try_from(number.checked_sub(first)?).ok()?;
        kept.refusals.get(place).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Kept {
    fn push(&mut self, refusal: Refusal, held: HeldRequest) {
        self.count += 1;
        self.held_bytes += held.bytes();
        self.refusals.push_back((Refusal { number: self.count, ..refusal }, held));
        while self.refusals.len() > KEPT_MAX || self.held_bytes > HELD_BYTES_MAX {
            let Some((_, oldest)) = self.refusals.pop_front() else {
                break;
            };
            self.held_bytes -= oldest.bytes();
        }
    }
}

impl HeldRequest {
    fn of(occasion: &Occasion<'_>) -> HeldRequest {
        let mut held = HeldRequest::default();
        for (name, value) in occasion.headers {
            // Copied: a value is a window of the connection's read buffer.
            let value = HeaderValue::from_bytes(value.as_bytes()).ok();
            if let Some(value) = value.filter(|_| !NEVER_HELD.contains(name)) {
                held.headers.append(name, value);
            }
        }
        let encoded = occasion.encoded.map_or(0, Bytes::len);
        if held.bytes() + occasion.body.len() + encoded <= HELD_BYTES_MAX {
            held.body = compact(occasion.body);
            held.encoded = occasion.encoded.map(compact);
        }
        held
    }

    /// What it takes of the room.
    fn bytes(&self) -> usize {
        let header = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len();
        let headers: usize = self.headers.iter().map(header).sum();
        headers + self.body.len() + self.encoded.as_ref().map_or(0, Bytes::len)
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
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("c"))]);
        refusals.keep(Occasion {
            at: Timestamp::from_millis(at),
            source: "bitbucket".to_owned(),
            reason: "mismatch",
            peer: IpAddr::from([127, 0, 0, 1]),
            headers: &headers,
            body: &Bytes::from(vec![0; bytes]),
            encoded: None,
        });
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let refusals = Refusals::default();
        for at in 0..1_200 {
            keep(&refusals, at, 10);
        }
        let list = refusals.list();
        assert_eq!(list.len(), KEPT_MAX);
        assert_eq!((list[0].at, list[0].number), (Timestamp::from_millis(1_199), 1_200));
        assert!(refusals.find(200).is_none() && refusals.find(1_201).is_none());
        let (first, held) = refusals.find(201).unwrap();
        assert_eq!((first.number, held.body.len()), (201, 10));
        assert!(held.headers.is_empty(), "credentials are not held");
    }

    #[test]
    fn bodies_share_sixteen_mebibytes() {
        let refusals = Refusals::default();
        for at in 0..40 {
            keep(&refusals, at, 1024 * 1024);
        }
        assert_eq!(refusals.list().len(), 16);
        keep(&refusals, 41, HELD_BYTES_MAX + 1);
        assert_eq!(refusals.lock().held_bytes, HELD_BYTES_MAX);
        assert_eq!(refusals.list()[0].size_bytes, HELD_BYTES_MAX as u64 + 1);
    }
}
