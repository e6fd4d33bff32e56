//! A router on a store of its own, and calls to it. No answer may hold one of the [`CANARIES`].

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use axum::{Router, body::Body};
use bytes::Bytes;
use countersign::{Dialect, EventKey};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use pipeline::{
    Attempt, Catalogue, Clock, Delivery, Event, EventFacts, IdGenerator, Job, JobNumber, Marks,
    Outcome, Randomness, Response, SecretId, SentRequest, Store, StoreError, Timestamp, Webhook,
    WebhookId,
    store::{Accept, Accepted, Identity, Keep, NewDelivery, NewEvent},
};
use sealing::KeyRing;
use serde_json::Value;
use store_sqlite::{SqliteStore, StoreOptions};
use tower::ServiceExt;

use crate::{
    AdminToken, Limits, Parts, PublicUrl,
    engine::{
        Engine, EngineFuture, ForbiddenTarget, Publish, Published, Readiness, Refusal, WaitingFor,
    },
    router,
};

/// What no answer may ever hold.
pub(crate) const CANARIES: [&str; 4] = [SECRET, "canary-password", "canary-header", TOKEN];
/// A secret.
pub(crate) const SECRET: &str = "canary-secret-of-the-test-0123456789";
/// The admin token.
pub(crate) const TOKEN: &str = "canary-token-of-the-test";

#[derive(Debug)]
struct StillClock(AtomicI64);

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Different bytes each time, the same in each run.
#[derive(Debug)]
struct Counting(AtomicU64);

impl Randomness for Counting {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            let next = self.0.fetch_add(1, Ordering::Relaxed);
            *byte = (next.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8;
        }
    }
}

/// Stands in for the rest of the server.
#[derive(Debug)]
pub(crate) struct FakeEngine {
    store: Arc<SqliteStore>,
    ids: Arc<IdGenerator>,
    catalogue: Mutex<Arc<Catalogue>>,
    /// Webhooks that were woken.
    pub(crate) woken: Mutex<Vec<WebhookId>>,
    /// Jobs that it was told of.
    pub(crate) jobs: Mutex<Vec<JobNumber>>,
    /// What it answers.
    pub(crate) refusals: Mutex<Vec<Refusal>>,
    /// What it answers.
    pub(crate) readiness: Mutex<Readiness>,
    /// The next publishing fails so.
    pub(crate) failure: Mutex<Option<StoreError>>,
}

impl FakeEngine {
    async fn accept(&self, event: Publish) -> Result<Published, StoreError> {
        if let Some(failure) = self.failure.lock().unwrap().take() {
            return Err(failure);
        }
        assert_ne!(event.body, "panic", "asked for");
        let identity = match event.request_id {
            Some(_) => Identity::Published,
            None => Identity::None,
        };
        let facts = EventFacts {
            id: self.ids.make(),
            key: event.key,
            scope: event.scope,
            source: None,
            request_id: event.request_id,
            content_type: event.content_type,
            size_bytes: event.body.len() as u64,
            sha256: [7; 32],
            verified: true,
            repeat_of: None,
            marks: Marks::default(),
        };
        let id = facts.id;
        let deliveries = self.catalogue().matching(&facts);
        let deliveries = deliveries.iter().map(|webhook| NewDelivery {
            id: self.ids.make(),
            webhook: webhook.id,
            leased: false,
        });
        let new = NewEvent {
            deliveries: deliveries.collect(),
            event: Arc::new(Event { facts, headers: Vec::new(), body: event.body }),
            identity,
        };
        Ok(match self.store.accept(new).await? {
            Accepted::New { deliveries } => Published::New { id, deliveries },
            Accepted::Duplicate { first, .. } => Published::Duplicate { first },
        })
    }
}

impl Engine for FakeEngine {
    fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.lock().unwrap().clone()
    }

    fn reload(&self) -> EngineFuture<'_, Result<(), StoreError>> {
        Box::pin(async {
            let configured = self.store.configured().await?;
            let catalogue = Catalogue::new(configured.sources, configured.webhooks);
            *self.catalogue.lock().unwrap() = Arc::new(catalogue);
            Ok(())
        })
    }

    fn publish(&self, event: Publish) -> EngineFuture<'_, Result<Published, StoreError>> {
        Box::pin(self.accept(event))
    }

    fn ping(
        &self,
        webhook: Arc<Webhook>,
        key: Option<EventKey>,
    ) -> EngineFuture<'_, Option<Attempt>> {
        let known = key.is_none_or(|key| key.as_str() == "repo:push");
        let attempt = known.then(|| Attempt {
            id: self.ids.make(),
            delivery: self.ids.make(),
            number: 1,
            started_at: Timestamp::from_millis(0),
            duration_ms: 12,
            outcome: Outcome::Delivered,
            request: SentRequest {
                url: webhook.url.clone(),
                headers: vec![("X-Event-Key".to_owned(), "diagnostics:ping".to_owned())],
            },
            response: Some(Response {
                status: 200,
                headers: vec![("server".to_owned(), "test".to_owned())],
                body: Bytes::from_static(b"ok \xff"),
                truncated: false,
            }),
        });
        Box::pin(async move { attempt })
    }

    fn check_target<'a>(
        &'a self,
        url: &'a url::Url,
        allow_private: bool,
    ) -> EngineFuture<'a, Result<(), ForbiddenTarget>> {
        let private = url.host_str() == Some("10.0.0.1");
        let forbidden = url.host_str() == Some("169.254.169.254") || private && !allow_private;
        let answer = forbidden.then(|| ForbiddenTarget {
            reason: "10.0.0.1 is in 10.0.0.0/8".to_owned(),
            remedy: "set allow_private".to_owned(),
        });
        Box::pin(async move { answer.map_or(Ok(()), Err) })
    }

    fn wake(&self, webhook: WebhookId) {
        self.woken.lock().unwrap().push(webhook);
    }

    fn job_begun(&self, job: &Job) {
        self.jobs.lock().unwrap().push(job.number);
    }

    fn cancelled(&self, _: &Delivery) {}

    fn waiting_for(&self, _: &Delivery) -> WaitingFor {
        WaitingFor::Breaker
    }

    fn refusals(&self) -> Vec<Refusal> {
        self.refusals.lock().unwrap().clone()
    }

    fn explain_refusal(&self, number: u64) -> EngineFuture<'_, Option<(Refusal, Vec<String>)>> {
        let refusals = self.refusals.lock().unwrap();
        let found = refusals.iter().find(|refusal| refusal.number == number).cloned();
        let explained = found.map(|refusal| (refusal, vec!["Refused.".to_owned()]));
        Box::pin(async move { explained })
    }

    fn secret_use(&self, _: SecretId) -> Option<Timestamp> {
        Some(Timestamp::from_millis(1_000))
    }

    fn readiness(&self) -> Readiness {
        *self.readiness.lock().unwrap()
    }

    fn metrics(&self) -> String {
        "# EOF\n".to_owned()
    }
}

/// A refusal at a moment.
pub(crate) fn refusal(millis: i64, source: &str) -> Refusal {
    Refusal {
        number: 1,
        at: Timestamp::from_millis(millis),
        source: source.to_owned(),
        reason: "signature_mismatch",
        peer: IpAddr::from([192, 0, 2, 1]),
        event_key: Some("repo:push".to_owned()),
        request_id: None,
        size_bytes: 3,
    }
}

/// A server to test.
pub(crate) struct Server {
    router: Router,
    clock: Arc<StillClock>,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) engine: Arc<FakeEngine>,
    pub(crate) ids: Arc<IdGenerator>,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) randomness: Arc<dyn Randomness>,
    _folder: tempfile::TempDir,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The answer's JSON, of a success.
    pub(crate) fn ok(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert!(self.status.is_success(), "{} {text}", self.status);
        self.json()
    }

    /// The code of a problem, checked against its status.
    pub(crate) fn problem(&self) -> String {
        let json = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(json["status"], self.status.as_u16(), "{json}");
        let code = json["code"].as_str().unwrap().to_owned();
        assert_eq!(json["type"], format!("/docs/problems#{code}"));
        code
    }

    /// Pointers and codes of what is wrong with fields.
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        assert_eq!(self.problem(), "invalid_fields", "{}", self.json());
        let json = self.json();
        let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
        let errors = json["errors"].as_array().unwrap().iter();
        errors.map(|error| (text(error, "pointer"), text(error, "code"))).collect()
    }
}

/// Pairs of texts, to compare with [`Answer::faults`].
pub(crate) fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs.map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

impl Server {
    pub(crate) async fn start() -> Server {
        Server::with_limits(Limits::default()).await
    }

    pub(crate) async fn with_limits(limits: Limits) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let mut options = StoreOptions::new(folder.path());
        options.reserve_bytes = 0;
        let store = Arc::new(SqliteStore::open(&options).unwrap());
        let clock = Arc::new(StillClock(AtomicI64::new(1_760_000_000_000)));
        let randomness: Arc<dyn Randomness> = Arc::new(Counting(AtomicU64::new(1)));
        let ids = IdGenerator::new(clock.clone(), randomness.clone(), 0);
        let ids = Arc::new(ids);
        let keys = Arc::new(KeyRing::generate(&mut |out| randomness.fill(out)));
        let engine = Arc::new(FakeEngine {
            store: store.clone(),
            ids: ids.clone(),
            catalogue: Mutex::default(),
            woken: Mutex::default(),
            jobs: Mutex::default(),
            refusals: Mutex::default(),
            readiness: Mutex::new(Readiness::Ready),
            failure: Mutex::default(),
        });
        let parts = Parts {
            store: store.clone() as Arc<dyn Store>,
            engine: engine.clone(),
            keys: keys.clone(),
            ids: ids.clone(),
            clock: clock.clone(),
            randomness: randomness.clone(),
            admin_token: AdminToken::new(TOKEN).unwrap(),
            public_url: PublicUrl::Guess("http://127.0.0.1:8490".parse().unwrap()),
            default_dialect: Dialect::BitbucketCloud,
            limits,
        };
        Server {
            router: router(parts),
            clock,
            store,
            engine,
            ids,
            keys,
            randomness,
            _folder: folder,
        }
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// Lets time go on.
    pub(crate) fn pass(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let shown = format!("{:?} {}", parts.headers, String::from_utf8_lossy(&body));
        for canary in CANARIES {
            assert!(!shown.contains(canary), "{canary} is shown: {shown}");
        }
        assert_eq!(parts.headers["cache-control"], "no-store");
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A call with the token and a JSON body.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call_with(method, path, body, &[]).await
    }

    pub(crate) async fn call_with(
        &self,
        method: &str,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = authorized(method, path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Body::from(body.to_string());
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = authorized("GET", path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        let request = authorized("DELETE", path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// A call without a body.
    pub(crate) async fn post(&self, path: &str) -> Answer {
        let request = authorized("POST", path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// Publishes an event.
    pub(crate) async fn publish(&self, query: &str, body: &'static str) -> Answer {
        let path = format!("/api/v1/events?{query}");
        let request = authorized("POST", &path).header("content-type", "application/json");
        self.send(request.body(Body::from(body)).unwrap()).await
    }
}

/// A request with the token.
pub(crate) fn authorized(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path).header("authorization", format!("Bearer {TOKEN}"))
}
