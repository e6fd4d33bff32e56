//! One attempt, from the request to the record of what became of it.

use std::{
    sync::{Arc, Weak},
    time::{Duration, SystemTime},
};

use deliver::{
    Exchange, Outgoing,
    request::{BuildError, Occasion, redact},
};
use pipeline::{
    Attempt, AttemptReport, Event, FailReason, Next, Outcome, Response, SentRequest, StoreError,
    Timestamp, Webhook, WebhookId,
    breaker::Change,
    delivery::Circumstances,
    store::{Expected, Record},
    webhook::InactiveReason,
};

use super::{
    Dispatcher, Ready,
    claim::expedite,
    lane::{Ended, Lane},
};
use crate::{
    live::Route,
    log::chain,
    notices::{self, Notice},
};

/// The waits between tries to record an outcome.
const RECORD_AGAIN_FIRST: Duration = Duration::from_millis(100);
const RECORD_AGAIN_MAX: Duration = Duration::from_secs(5);

/// What was sent and what came of it.
pub(crate) struct Sent {
    pub(crate) request: SentRequest,
    pub(crate) exchange: Exchange,
}

/// Makes one attempt and records it; then the lane goes on.
pub(super) async fn run(
    dispatcher: Weak<Dispatcher>,
    lane: Arc<Lane>,
    route: Arc<Route>,
    ready: Ready,
) {
    let Some(dispatcher) = dispatcher.upgrade() else {
        return;
    };
    let Some(event) = ready.event.clone() else {
        dispatcher.without_body(&lane, ready).await;
        return;
    };
    let started_at = dispatcher.now();
    let number = ready.attempts_made + 1;
    let request_id = ready.request_id.clone().unwrap_or_else(|| ready.id.uuid());
    let sent = dispatcher.send(&route, &event, &request_id, number).await;
    let now = dispatcher.now();
    let (made, next) = match sent {
        Ok(sent) => {
            let made = Made::of(sent, now);
            let next = dispatcher.decide(&route, &ready, number, &made.report, now);
            if next == Next::Failed(FailReason::Gone) {
                lane.lock().close();
            }
            dispatcher.lane_goes_on(&lane, &made, now, !notices::is_own(&event.facts));
            (made, next)
        }
        // It would be the same every time: recorded as an attempt, and tried no more.
        Err(error) => {
            tracing::error!(delivery = %ready.id, cause = chain(&error), "no request can be made");
            dispatcher.abandoned(&lane);
            (Made::nothing(&route), Next::Failed(FailReason::Exhausted))
        }
    };
    let attempt = Attempt {
        id: dispatcher.parts.ids.make(),
        delivery: ready.id,
        number,
        started_at,
        duration_ms: u32::try_from(made.duration.as_millis()).unwrap_or(u32::MAX),
        outcome: made.report.outcome,
        request: made.request,
        response: made.response,
    };
    dispatcher.record(&lane, ready, Record { attempt, next }).await;
    if let Some(reason) = dispatcher.given_up(&lane, &route.webhook, next) {
        dispatcher.deactivate(&lane, &route.webhook, reason).await;
        dispatcher.parts.notices.raise(Notice::WebhookDeactivated(lane.webhook, reason));
    }
}

/// What an attempt amounts to.
struct Made {
    request: SentRequest,
    response: Option<Response>,
    duration: Duration,
    report: AttemptReport,
    counts_for_breaker: bool,
}

impl Made {
    fn of(sent: Sent, now: Timestamp) -> Made {
        let Sent { request, exchange } = sent;
        Made {
            request,
            report: report(&exchange, now),
            counts_for_breaker: exchange.counts_for_breaker(),
            duration: exchange.duration,
            response: exchange.response.map(response),
        }
    }

    /// No request could be made for the route.
    fn nothing(route: &Route) -> Made {
        Made {
            request: SentRequest { url: route.url.to_string(), headers: Vec::new() },
            response: None,
            duration: Duration::ZERO,
            report: AttemptReport { outcome: Outcome::Protocol, status: None, retry_after: None },
            counts_for_breaker: false,
        }
    }
}

impl Dispatcher {
    /// Sends one request of a webhook: for a delivery, or for a ping.
    pub(crate) async fn send(
        &self,
        route: &Route,
        event: &Event,
        request_id: &str,
        number: u32,
    ) -> Result<Sent, BuildError> {
        let snapshot = self.parts.live.snapshot();
        let source = event.facts.source.as_ref();
        let source = source.and_then(|name| snapshot.catalogue.source(name.as_str()));
        let received_in = source.map(|source| &source.dialect);
        let at = self.now();
        let occasion = Occasion { request_id, attempt: number, at, received_in };
        let headers = route.envelope.headers(event, occasion)?;
        let request = route.envelope.sent(route.url.as_str(), &headers);
        for secret in &route.secrets {
            self.parts.secret_use.note(*secret, at);
        }
        let secrets = route.envelope.secrets_in(&headers);
        let outgoing = Outgoing {
            url: route.url.clone(),
            headers,
            body: event.body.clone(),
            timeout: route.timeout,
            policy: route.policy,
            tls: None,
        };
        let mut exchange = self.parts.client.send(outgoing).await;
        if let Some(response) = &mut exchange.response {
            redact(&secrets, response);
        }
        self.parts.metrics.attempt(exchange.outcome, exchange.duration);
        Ok(Sent { request, exchange })
    }

    /// `tells` is whether somebody is told of what changed.
    fn lane_goes_on(&self, lane: &Arc<Lane>, made: &Made, now: Timestamp, tells: bool) {
        let hold = made.report.hold().filter(|hold| !hold.is_zero());
        let hold_until = hold.map(|hold| now.plus_millis(hold.as_millis() as u64));
        let ended = Ended {
            delivered: made.report.outcome == Outcome::Delivered,
            counts: made.counts_for_breaker,
            hold_until,
        };
        let change = lane.lock().ended(ended, now);
        self.remember(lane);
        match change {
            Change::None => {}
            Change::Opened => {
                tracing::warn!(webhook = %lane.webhook, "failing: its deliveries wait, single probes go on");
                if tells {
                    self.parts.notices.raise(Notice::WebhookFailing(lane.webhook));
                }
            }
            Change::Closed => {
                tracing::info!(webhook = %lane.webhook, "back: its deliveries go on");
                self.parts.notices.raise(Notice::WebhookRecovered(lane.webhook));
                self.spawn(expedite(self.me.clone(), lane.webhook));
            }
        }
        self.pump(lane);
    }

    fn abandoned(&self, lane: &Arc<Lane>) {
        lane.lock().abandoned(self.now());
        self.pump(lane);
    }

    fn decide(
        &self,
        route: &Route,
        ready: &Ready,
        attempts_made: u32,
        report: &AttemptReport,
        now: Timestamp,
    ) -> Next {
        let draw = self.parts.randomness.draw();
        let held = route.webhook.paused_between(ready.since, now);
        let at = Circumstances { attempts_made, since: ready.since, held, now, draw };
        pipeline::delivery::decide(report, &route.webhook.retry, at)
    }

    /// Records what became of an attempt, however long the store needs; then frees its memory.
    async fn record(&self, lane: &Arc<Lane>, ready: Ready, record: Record) {
        let mut wait = RECORD_AGAIN_FIRST;
        let moved = loop {
            match self.parts.store.record(record.clone()).await {
                Ok(moved) => break moved,
                Err(StoreError::NotFound) => break false,
                Err(error) if self.is_stopping() => {
                    tracing::warn!(delivery = %ready.id, error = chain(&error), "not recorded: it is made again at the start");
                    break false;
                }
                Err(error) => {
                    tracing::warn!(delivery = %ready.id, error = chain(&error), "not recorded yet");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(RECORD_AGAIN_MAX);
                }
            }
        };
        match record.next {
            // Also where nothing moved: the store may have kept an earlier try of this record.
            Next::Retry { at } => self.stored(lane.webhook, at),
            Next::Delivered | Next::Failed(_) if !moved => {}
            Next::Delivered | Next::Failed(_) => {
                self.parts.metrics.delivery_finished(record.next.status());
                self.tell_of_failure(lane.webhook, &ready, &record);
            }
        }
        lane.lock().recorded(ready.id);
        drop(ready);
        if self.is_stopping() {
            self.idle.notify_waiters();
        }
    }

    fn tell_of_failure(&self, webhook: WebhookId, ready: &Ready, record: &Record) {
        let failed = matches!(record.next, Next::Failed(_));
        if let Some(event) = ready.event.as_ref().filter(|_| failed)
            && !notices::is_own(&event.facts)
        {
            self.parts.notices.raise(Notice::DeliveryFailed {
                webhook,
                delivery: ready.id,
                event: event.facts.id,
                attempts: record.attempt.number,
            });
        }
    }

    /// Whether a webhook is to become inactive, and why: the receiver said 410, or has failed for as
    /// long as the webhook allows.
    fn given_up(&self, lane: &Lane, webhook: &Webhook, next: Next) -> Option<InactiveReason> {
        if next == Next::Failed(FailReason::Gone) {
            return Some(InactiveReason::Gone);
        }
        let after_ms = webhook.deactivate_after_s?.saturating_mul(1_000);
        let failing_for_ms = lane.lock().failing_for_ms(self.now());
        (failing_for_ms >= after_ms).then_some(InactiveReason::Failing)
    }

    /// Makes a webhook inactive; its other deliveries wait.
    async fn deactivate(&self, lane: &Arc<Lane>, webhook: &Webhook, reason: InactiveReason) {
        match reason {
            InactiveReason::Gone => {
                tracing::warn!(webhook = %webhook.id, "answered 410: inactive from now on");
            }
            InactiveReason::Failing => {
                tracing::warn!(webhook = %webhook.id, "failing for too long: inactive from now on");
            }
        }
        let mut inactive = webhook.clone();
        inactive.active = false;
        inactive.inactive_reason = Some(reason);
        inactive.version += 1;
        inactive.updated_at = self.now();
        let expected = Expected::Version(webhook.version);
        let store = &*self.parts.store;
        let changed = match store.put_webhook(inactive, expected).await {
            Ok(()) => self.parts.live.reload(store).await,
            // Somebody has just changed it: what they decided counts.
            Err(StoreError::VersionMismatch | StoreError::NotFound) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = changed {
            tracing::warn!(webhook = %webhook.id, error = chain(&error), "could not be made inactive");
        }
        lane.lock().open();
        self.remember(lane);
        self.reconfigured();
    }

    /// The body was removed by a person while the delivery waited: it cannot be brought any more.
    async fn without_body(&self, lane: &Arc<Lane>, ready: Ready) {
        let now = self.now();
        if let Err(error) = self.parts.store.cancel(ready.id, now).await {
            tracing::warn!(delivery = %ready.id, error = chain(&error), "its body is gone and it could not be cancelled");
            self.release(vec![ready.id], now).await;
            self.stored(lane.webhook, now);
        }
        lane.lock().recorded(ready.id);
        drop(ready);
        self.abandoned(lane);
    }
}

fn report(exchange: &Exchange, now: Timestamp) -> AttemptReport {
    let since_epoch = Duration::from_millis(u64::try_from(now.as_millis()).unwrap_or(0));
    AttemptReport {
        outcome: exchange.outcome,
        status: exchange.response.as_ref().map(|response| response.status),
        retry_after: exchange.retry_after(SystemTime::UNIX_EPOCH + since_epoch),
    }
}

/// What came back, as it is kept.
pub(crate) fn response(response: deliver::Response) -> Response {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response.headers.iter();
    Response {
        status: response.status,
        headers: headers.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body: response.body,
        truncated: response.truncated,
    }
}
