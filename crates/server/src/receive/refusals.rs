//! What was refused lately: for the operator, in memory only, bounded in number and bytes.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Mutex, MutexGuard},
};

use bytes::Bytes;
use console::engine::Refusal;
use countersign::Dialect;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use pipeline::Timestamp;

/// The most refusals that are kept.
pub(super) const KEPT_MAX: usize = 1_000;
/// All that is held of their requests together.
pub(super) const HELD_BYTES_MAX: usize = 16 * 1024 * 1024;

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
    /// The dialect of that source; `None` where there is none: nothing of the request is held then,
    /// or strangers could push out what is worth explaining.
    pub(super) dialect: Option<&'a Dialect>,
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
        let Occasion { at, source, dialect, reason, peer, headers, body, .. } = occasion;
        let received = dialect.unwrap_or(&Dialect::BitbucketCloud).received(headers);
        let refusal = Refusal {
            number: 0,
            at,
            source,
            reason,
            peer,
            event_key: received.event_key.map(|key| key.to_string()),
            request_id: received.request_id,
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
        if self.refusals.len() > KEPT_MAX
            && let Some((_, oldest)) = self.refusals.pop_front()
        {
            self.held_bytes -= oldest.bytes();
        }
        // The oldest requests are let go, and what is known of them stays.
        for (_, held) in &mut self.refusals {
            if self.held_bytes <= HELD_BYTES_MAX {
                break;
            }
            self.held_bytes -= held.bytes();
            *held = HeldRequest::default();
        }
    }
}

impl HeldRequest {
    fn of(occasion: &Occasion<'_>) -> HeldRequest {
        let mut held = HeldRequest::default();
        if occasion.dialect.is_none() {
            return held;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(refusals: &Refusals, at: i64, bytes: usize) {
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("c"))]);
        refusals.keep(Occasion {
            at: Timestamp::from_millis(at),
            source: "bitbucket".to_owned(),
            dialect: Some(&Dialect::BitbucketCloud),
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
    fn bodies_share_sixteen_mebibytes_and_what_is_known_stays() {
        let refusals = Refusals::default();
        for at in 0..40 {
            keep(&refusals, at, 1024 * 1024);
        }
        assert_eq!(refusals.list().len(), 40);
        let held = |number| !refusals.find(number).unwrap().1.body.is_empty();
        assert!(!held(24) && held(25) && held(40));
        keep(&refusals, 41, HELD_BYTES_MAX + 1);
        assert_eq!(refusals.lock().held_bytes, HELD_BYTES_MAX);
        assert_eq!(refusals.list()[0].size_bytes, HELD_BYTES_MAX as u64 + 1);
    }

    #[test]
    fn of_a_source_that_is_not_there_nothing_is_held() {
        let refusals = Refusals::default();
        keep(&refusals, 1, 100);
        refusals.keep(Occasion {
            at: Timestamp::from_millis(2),
            source: "nobody".to_owned(),
            dialect: None,
            reason: "source_unknown",
            peer: IpAddr::from([127, 0, 0, 1]),
            headers: &HeaderMap::new(),
            body: &Bytes::from(vec![0; HELD_BYTES_MAX]),
            encoded: None,
        });
        assert_eq!(refusals.list().len(), 2);
        assert_eq!(refusals.lock().held_bytes, 100);
    }
}
