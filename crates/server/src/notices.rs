//! Countersign's own events: when something goes wrong, somebody is told.
//!
//! Owns which of them there are, how often each may come and what its body says. They are events as
//! any other, published under the reserved scope `countersign`, and go out by ordinary webhooks whose
//! triggers name them: `countersign:*`, or one key. `*` alone asks for none of them.
//!
//! Invariants:
//! - Bounded: at most [`QUEUE_MAX`] wait to be published; what is over is counted and left out.
//! - Debounced: of one kind and one subject at most one in [`QUIET_MS`], but for a recovery, which
//!   follows each failing that was told. A body counts what was left out since the last one.
//! - Never about themselves: the delivery of such an event raises none.
//! - No URL, secret or body is in one: ids, names and counts.
//!
//! They are raised in memory: what was raised in the instant before a crash is not published.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use console::engine::OWN_SCOPE;
use countersign::EventKey;
use pipeline::{
    Clock, DeliveryId, Event, EventFacts, EventId, IdGenerator, Marks, Scope, SourceName, Store,
    Timestamp, WebhookId, store::Identity, webhook::InactiveReason,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::{dispatch::Dispatcher, live::Live, log::chain, receive::admission};

/// The most that wait to be published.
pub const QUEUE_MAX: usize = 1_024;
/// How long one kind is quiet about one subject: 10 min.
pub const QUIET_MS: u64 = 600_000;
/// The most subjects that are remembered; beyond, those that are no longer quiet are let go.
const SUBJECTS_MAX: usize = 20_000;
/// Refusals at one source within the quiet time before anybody is told.
const REFUSALS_MIN: u64 = 5;

/// Something that somebody should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A webhook's breaker has opened.
    WebhookFailing(WebhookId),
    /// It has closed again.
    WebhookRecovered(WebhookId),
    /// A webhook was made inactive by a rule.
    WebhookDeactivated(WebhookId, InactiveReason),
    /// A delivery's schedule is exhausted.
    DeliveryFailed {
        /// To whom.
        webhook: WebhookId,
        /// Which one.
        delivery: DeliveryId,
        /// Of what.
        event: EventId,
        /// How many attempts it had.
        attempts: u32,
    },
    /// A source refuses requests.
    SourceRefusing(SourceName, &'static str),
    /// Space on the disk runs out: bytes that are left, and bytes below which nothing is accepted.
    DiskLow(u64, u64),
}

/// What a notice is about, for debouncing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Webhook(WebhookId),
    Source(SourceName),
    Disk,
}

impl Notice {
    fn key(&self) -> &'static str {
        match self {
            Notice::WebhookFailing(_) => "countersign:webhook_failing",
            Notice::WebhookRecovered(_) => "countersign:webhook_recovered",
            Notice::WebhookDeactivated(..) => "countersign:webhook_deactivated",
            Notice::DeliveryFailed { .. } => "countersign:delivery_failed",
            Notice::SourceRefusing(..) => "countersign:source_refusing",
            Notice::DiskLow(..) => "countersign:disk_low",
        }
    }

    fn subject(&self) -> Subject {
        match self {
            Notice::WebhookFailing(id)
            | Notice::WebhookRecovered(id)
            | Notice::WebhookDeactivated(id, _)
            | Notice::DeliveryFailed { webhook: id, .. } => Subject::Webhook(*id),
            Notice::SourceRefusing(name, _) => Subject::Source(name.clone()),
            Notice::DiskLow(..) => Subject::Disk,
        }
    }

    /// How many there have to be before it is told.
    fn least(&self) -> u64 {
        match self {
            Notice::SourceRefusing(..) => REFUSALS_MIN,
            _ => 1,
        }
    }
}

/// Where notices are raised.
#[derive(Debug)]
pub struct Notices {
    clock: Arc<dyn Clock>,
    debounce: Mutex<HashMap<(&'static str, Subject), Quiet>>,
    queue: mpsc::Sender<Raised>,
}

/// A notice on its way.
#[derive(Debug)]
pub struct Raised {
    notice: Notice,
    at: Timestamp,
    /// How many of its kind and subject it stands for, itself included.
    count: u64,
}

/// What is remembered of one kind and subject.
#[derive(Clone, Copy, Debug, Default)]
struct Quiet {
    /// The last one that was told.
    told_at: Option<Timestamp>,
    /// Since when the ones that were not told are counted.
    since: Option<Timestamp>,
    count: u64,
}

impl Notices {
    /// Makes the place where they are raised and the queue from which [`publish`] takes them.
    pub fn new(clock: Arc<dyn Clock>) -> (Arc<Notices>, mpsc::Receiver<Raised>) {
        let (queue, raised) = mpsc::channel(QUEUE_MAX);
        (Arc::new(Notices { clock, debounce: Mutex::default(), queue }), raised)
    }

    /// Tells somebody, unless it was told lately. Never waits.
    pub fn raise(&self, notice: Notice) {
        let at = self.clock.now();
        let Some(count) = self.judge(&notice, at) else {
            return;
        };
        if self.queue.try_send(Raised { notice, at, count }).is_err() {
            tracing::debug!("a notice was left out: too many wait, or the server stops");
        }
    }

    /// How many it stands for; `None` where it is quiet.
    fn judge(&self, notice: &Notice, at: Timestamp) -> Option<u64> {
        let mut debounce = self.lock();
        if let Notice::WebhookRecovered(id) = notice {
            // It follows what was told, and only that.
            let failing = ("countersign:webhook_failing", Subject::Webhook(*id));
            let told = debounce.get_mut(&failing)?;
            return (std::mem::take(&mut told.count) > 0).then_some(1);
        }
        if debounce.len() >= SUBJECTS_MAX {
            debounce.retain(|_, quiet| quiet.told_at.is_some_and(|told| !over(told, at)));
        }
        let quiet = debounce.entry((notice.key(), notice.subject())).or_default();
        if let Notice::WebhookFailing(_) = notice {
            // Counts whether a recovery is owed.
            if quiet.told_at.is_some_and(|told| !over(told, at)) {
                return None;
            }
            *quiet = Quiet { told_at: Some(at), since: None, count: 1 };
            return Some(1);
        }
        // What has to be many counts only what came close together.
        if notice.least() > 1 && quiet.since.is_none_or(|since| over(since, at)) {
            (quiet.since, quiet.count) = (Some(at), 0);
        }
        quiet.count += 1;
        if quiet.count < notice.least() || quiet.told_at.is_some_and(|told| !over(told, at)) {
            return None;
        }
        let count = quiet.count;
        *quiet = Quiet { told_at: Some(at), since: None, count: 0 };
        Some(count)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(&'static str, Subject), Quiet>> {
        self.debounce.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn over(told: Timestamp, now: Timestamp) -> bool {
    now.since(told).as_millis() >= u128::from(QUIET_MS)
}

/// Whether an event is one of these.
pub fn is_own(facts: &EventFacts) -> bool {
    facts.source.is_none() && facts.scope.as_str() == OWN_SCOPE
}

/// What publishing needs.
#[derive(Debug)]
pub struct Publisher {
    /// Where events are kept.
    pub store: Arc<dyn Store>,
    /// What is configured: descriptions and scopes of webhooks.
    pub live: Arc<Live>,
    /// What delivers.
    pub dispatcher: Arc<Dispatcher>,
    /// Makes ids.
    pub ids: Arc<IdGenerator>,
}

/// Publishes what is raised until the raising end is gone or the task is aborted.
pub async fn publish(publisher: Publisher, mut raised: mpsc::Receiver<Raised>) {
    while let Some(raised) = raised.recv().await {
        let Some(event) = publisher.event(&raised) else {
            continue;
        };
        let event = Arc::new(event);
        let Publisher { store, dispatcher, .. } = &publisher;
        let kept = admission::admit(store, dispatcher, event, Identity::None).await;
        if let Err(error) = kept {
            let key = raised.notice.key();
            tracing::warn!(key, error = chain(&error), "a notice could not be published");
        }
    }
}

impl Publisher {
    fn event(&self, raised: &Raised) -> Option<Event> {
        let key = EventKey::parse(raised.notice.key()).ok()?;
        let body = Bytes::from(self.body(raised).to_string());
        let facts = EventFacts {
            id: self.ids.make(),
            key,
            scope: Scope::parse(OWN_SCOPE).ok()?,
            source: None,
            request_id: None,
            content_type: Some("application/json".to_owned()),
            size_bytes: body.len() as u64,
            sha256: Sha256::digest(&body).into(),
            verified: true,
            repeat_of: None,
            marks: Marks::default(),
        };
        Some(Event { facts, headers: Vec::new(), body })
    }

    fn body(&self, raised: &Raised) -> Value {
        let mut body = json!({
            "type": raised.notice.key(),
            "at": text(raised.at),
            "count": raised.count,
        });
        let about = match &raised.notice {
            Notice::WebhookFailing(id) | Notice::WebhookRecovered(id) => {
                json!({"webhook": self.webhook(*id)})
            }
            Notice::WebhookDeactivated(id, reason) => {
                let reason = match reason {
                    InactiveReason::Gone => "gone",
                    InactiveReason::Failing => "failing",
                };
                json!({"webhook": self.webhook(*id), "inactive_reason": reason})
            }
            Notice::DeliveryFailed { webhook, delivery, event, attempts } => json!({
                "webhook": self.webhook(*webhook),
                "delivery": delivery.to_string(),
                "event": event.to_string(),
                "attempts_made": attempts,
            }),
            Notice::SourceRefusing(name, reason) => {
                json!({"source": {"name": name.as_str()}, "reason": reason})
            }
            Notice::DiskLow(free, reserve) => {
                json!({"free_bytes": free, "reserve_bytes": reserve})
            }
        };
        if let (Some(body), Value::Object(about)) = (body.as_object_mut(), about) {
            body.extend(about);
        }
        body
    }

    /// What people know a webhook by. Its URL may hold a secret and is left out.
    fn webhook(&self, id: WebhookId) -> Value {
        let snapshot = self.live.snapshot();
        let webhook = snapshot.catalogue.webhook(id);
        json!({
            "id": id.to_string(),
            "description": webhook.map(|webhook| webhook.description.as_str()),
            "scope": webhook.map(|webhook| webhook.scope.as_str()),
        })
    }
}

/// RFC 3339 in UTC, to the millisecond.
fn text(moment: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(moment.as_millis());
    format!("{:.3}", time.unwrap_or(jiff::Timestamp::MAX))
}

#[cfg(test)]
mod tests;
