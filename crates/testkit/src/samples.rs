//! Samples: events, sources, webhooks and attempts, made from a seed and a clock of their own.
//!
//! The same seed makes the same samples. Every event's body and request id differ from all others
//! unless a test says otherwise.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use bytes::Bytes;
use countersign::{Dialect, EventKey};
use pipeline::{
    Attempt, Clock, DeliveryId, Event, EventFacts, IdGenerator, Marks, Outcome, Randomness,
    RateLimit, Response, RetryPolicy, Scope, SealedBasicAuth, SealedSecret, SentRequest,
    SignaturePolicy, Source, SourceName, Timestamp, Trigger, Webhook, WebhookDialect, WebhookId,
    id::Fresh,
    store::{Identity, NewDelivery, NewEvent},
    webhook::SealedHeader,
};
use sha2::{Digest, Sha256};

#[cfg(test)]
mod tests;

/// Where the clock of samples begins: 2026-01-01T00:00:00Z.
pub const BEGINNING: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// A clock that moves only when it is told to.
#[derive(Debug)]
pub struct StandingClock(AtomicI64);

impl StandingClock {
    /// Stands at a moment.
    pub fn new(at: Timestamp) -> StandingClock {
        StandingClock(AtomicI64::new(at.as_millis()))
    }

    /// Goes on.
    pub fn advance_ms(&self, millis: u64) {
        self.0.fetch_add(millis as i64, Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Randomness from a seed (SplitMix64): the same each time, and fit for tests only.
#[derive(Debug)]
pub struct SeededRandomness(Mutex<u64>);

impl SeededRandomness {
    /// From a seed.
    pub fn new(seed: u64) -> SeededRandomness {
        SeededRandomness(Mutex::new(seed))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, out: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for part in out.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = *state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            part.copy_from_slice(&mixed.to_le_bytes()[..part.len()]);
        }
    }
}

/// Makes samples.
#[derive(Debug)]
pub struct Samples {
    /// Its clock.
    pub clock: Arc<StandingClock>,
    ids: Arc<IdGenerator>,
    made: AtomicU64,
}

impl Samples {
    /// From a seed, at [`BEGINNING`].
    pub fn new(seed: u64) -> Samples {
        let clock = Arc::new(StandingClock::new(BEGINNING));
        let randomness = Arc::new(SeededRandomness::new(seed));
        Samples {
            ids: Arc::new(IdGenerator::new(clock.clone(), randomness, 0)),
            clock,
            made: AtomicU64::new(0),
        }
    }

    /// The clock's moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id of any kind.
    pub fn id<Id: From<Fresh>>(&self) -> Id {
        self.ids.make()
    }

    /// What makes its ids.
    pub fn id_generator(&self) -> Arc<IdGenerator> {
        self.ids.clone()
    }

    fn number(&self) -> u64 {
        self.made.fetch_add(1, Ordering::Relaxed)
    }

    /// An event, verified, with a request id of its own; no source, scope `acme/api`.
    pub fn event(&self, body: impl Into<Bytes>) -> Event {
        let body = body.into();
        Event {
            facts: EventFacts {
                id: self.id(),
                key: EventKey::parse("repo:push").unwrap(),
                scope: Scope::parse("acme/api").unwrap(),
                source: None,
                request_id: Some(format!("request-{}", self.number())),
                content_type: Some("application/json".to_owned()),
                size_bytes: body.len() as u64,
                sha256: Sha256::digest(&body).into(),
                verified: true,
                repeat_of: None,
                marks: Marks::default(),
            },
            headers: Vec::new(),
            body,
        }
    }

    /// A body that no other is like.
    pub fn body(&self) -> Bytes {
        Bytes::from(format!("{{\"push\": {}}}", self.number()))
    }

    /// What came in at a source with this request id and body; the replay window is off.
    pub fn received(
        &self,
        source: &str,
        request_id: Option<&str>,
        body: impl Into<Bytes>,
    ) -> NewEvent {
        let source: SourceName = source.parse().unwrap();
        let mut event = self.event(body);
        event.facts.source = Some(source.clone());
        event.facts.request_id = request_id.map(str::to_owned);
        NewEvent {
            event: Arc::new(event),
            identity: Identity::Received { source, replay_window_ms: 0 },
            deliveries: Vec::new(),
        }
    }

    /// What was published in a scope with this request id and body.
    pub fn published(
        &self,
        scope: &str,
        request_id: Option<&str>,
        body: impl Into<Bytes>,
    ) -> NewEvent {
        let mut event = self.event(body);
        event.facts.scope = Scope::parse(scope).unwrap();
        event.facts.request_id = request_id.map(str::to_owned);
        NewEvent {
            identity: match request_id {
                Some(_) => Identity::Published,
                None => Identity::None,
            },
            event: Arc::new(event),
            deliveries: Vec::new(),
        }
    }

    /// Adds a delivery.
    pub fn deliver(&self, new: &mut NewEvent, webhook: WebhookId, leased: bool) -> DeliveryId {
        let id = self.id();
        new.deliveries.push(NewDelivery { id, webhook, leased });
        id
    }

    /// A secret that is active.
    pub fn secret(&self) -> SealedSecret {
        SealedSecret {
            id: self.id(),
            sealed: Bytes::from(format!("sealed-{}", self.number())),
            activated_at: Some(self.now()),
            expires_at: None,
            last_used_at: None,
        }
    }

    fn basic_auth(&self) -> SealedBasicAuth {
        SealedBasicAuth {
            username: "ci".to_owned(),
            id: self.id(),
            sealed_password: Bytes::from_static(&[0, 255, 16, 1]),
        }
    }

    /// A source of version 1 in which no field has its default.
    pub fn source(&self, name: &str) -> Source {
        Source {
            id: self.id(),
            name: name.parse().unwrap(),
            dialect: Dialect::BitbucketDataCenter,
            secrets: vec![self.secret(), self.secret()],
            basic_auth: Some(self.basic_auth()),
            scope: Scope::parse("Acme").unwrap(),
            max_body_bytes: 1 << 20,
            replay_window_s: 60,
            forward_headers: vec!["x-custom".to_owned()],
            ping: true,
            declared: true,
            version: 1,
            created_at: self.now(),
            updated_at: self.now().plus_millis(1),
        }
    }

    /// A webhook of version 1 for every event, in which few fields have their default.
    pub fn webhook(&self) -> Webhook {
        Webhook {
            id: self.id(),
            declared_key: None,
            description: "builds".to_owned(),
            scope: Scope::parse("acme").unwrap(),
            source: Some("bitbucket".parse().unwrap()),
            url: "https://ci.example/hook".to_owned(),
            triggers: vec![Trigger::Every, "repo:*".parse().unwrap()],
            active: true,
            inactive_reason: None,
            paused_since: Some(self.now()),
            pauses: vec![(self.now(), self.now().plus_millis(5))],
            dialect: WebhookDialect::Fixed(Dialect::StandardWebhooks),
            signature: Some(SignaturePolicy::Drop),
            secrets: vec![self.secret()],
            basic_auth: Some(self.basic_auth()),
            headers: vec![SealedHeader {
                name: "X-Token".to_owned(),
                id: self.id(),
                sealed_value: Bytes::from_static(b"\x01\x02"),
            }],
            allow_private: true,
            timeout_ms: 10_000,
            max_in_flight: 32,
            rate_limit: Some(RateLimit { per_second: 7, burst: 3 }),
            deactivate_after_s: Some(432_000),
            retry: RetryPolicy::default(),
            metadata: vec![("team".to_owned(), "build".to_owned())],
            version: 1,
            created_at: self.now(),
            updated_at: self.now().plus_millis(1),
        }
    }

    /// An attempt that begins now, takes 20 ms and is answered with that status, if any.
    pub fn attempt(&self, delivery: DeliveryId, number: u32, status: Option<u16>) -> Attempt {
        Attempt {
            id: self.id(),
            delivery,
            number,
            started_at: self.now(),
            duration_ms: 20,
            outcome: match status {
                Some(200..=299) => Outcome::Delivered,
                Some(_) => Outcome::Status,
                None => Outcome::Timeout,
            },
            request: SentRequest {
                url: "https://ci.example/hook".to_owned(),
                headers: vec![("X-Attempt-Number".to_owned(), number.to_string())],
            },
            response: status.map(|status| Response {
                status,
                headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
                body: Bytes::from_static(b"ok"),
                truncated: false,
            }),
        }
    }
}

/// Changes the event in `new`.
pub fn with(mut new: NewEvent, change: impl FnOnce(&mut Event)) -> NewEvent {
    change(Arc::make_mut(&mut new.event));
    new
}
