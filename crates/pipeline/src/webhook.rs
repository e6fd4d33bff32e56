//! Webhooks: subscriptions, and what they ask for.

use std::time::Duration;

use countersign::{Dialect, EventKey};

use crate::{
    event::EventFacts,
    id::{SecretId, WebhookId},
    rate::RateLimit,
    schedule::RetryPolicy,
    scope::Scope,
    source::{SealedBasicAuth, SealedSecret, SourceName},
    time::Timestamp,
    trigger::Trigger,
};

/// The most own headers that a webhook sends.
pub const HEADERS_MAX: usize = 32;

/// The most ended pauses that are remembered.
pub const PAUSES_MAX: usize = 64;

/// The form in which a webhook's deliveries go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookDialect {
    /// With the headers that the event came with.
    AsReceived,
    /// In one dialect.
    Fixed(Dialect),
}

/// What becomes of the signature of an event that is delivered as received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignaturePolicy {
    /// Made anew in the source's dialect with the webhook's secret.
    Replace,
    /// As it came.
    Keep,
    /// None is sent.
    Drop,
}

/// Why a webhook is inactive, where no person did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InactiveReason {
    /// The receiver answered 410.
    Gone,
    /// Every attempt failed for as long as `deactivate_after_s` says.
    Failing,
}

/// A header of a webhook's own. The value is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedHeader {
    /// As it is sent.
    pub name: String,
    /// Names the sealed value in its associated data.
    pub id: SecretId,
    /// The encrypted value.
    pub sealed_value: bytes::Bytes,
}

/// A subscription: where to deliver what, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id; as a UUID it is `X-Hook-UUID`.
    pub id: WebhookId,
    /// Its name in the configuration file, where that declares it: then the API cannot change it.
    pub declared_key: Option<String>,
    /// For people.
    pub description: String,
    /// It gets events at and below this scope.
    pub scope: Scope,
    /// It gets events of this source only; `None` is every origin.
    pub source: Option<SourceName>,
    /// Where to deliver: an absolute http or https URL.
    pub url: String,
    /// Which event keys.
    pub triggers: Vec<Trigger>,
    /// Whether deliveries are made.
    pub active: bool,
    /// Why not, where a rule and no person decided it.
    pub inactive_reason: Option<InactiveReason>,
    /// Since when deliveries are made and wait; `None` is not paused.
    pub paused_since: Option<Timestamp>,
    /// Pauses that have ended, from and to, the latest [`PAUSES_MAX`] of them: paused time does not
    /// count towards a delivery's age.
    pub pauses: Vec<(Timestamp, Timestamp)>,
    /// How deliveries are signed.
    pub dialect: WebhookDialect,
    /// What becomes of the received signature, where deliveries go as received; `None` is
    /// [`SignaturePolicy::Replace`] with a secret and [`SignaturePolicy::Keep`] without one.
    pub signature: Option<SignaturePolicy>,
    /// Its secrets, oldest first.
    pub secrets: Vec<SealedSecret>,
    /// Credentials that deliveries show.
    pub basic_auth: Option<SealedBasicAuth>,
    /// Headers of its own.
    pub headers: Vec<SealedHeader>,
    /// Whether private addresses are allowed, within `targets.private`.
    pub allow_private: bool,
    /// The most time for one attempt, in milliseconds.
    pub timeout_ms: u32,
    /// The most attempts at once.
    pub max_in_flight: u32,
    /// How many attempts may begin a second; `None` is no limit.
    pub rate_limit: Option<RateLimit>,
    /// When to try again.
    pub retry: RetryPolicy,
    /// It becomes inactive when every attempt failed for so many seconds; `None` is never.
    pub deactivate_after_s: Option<u64>,
    /// Key and value pairs for people and scripts.
    pub metadata: Vec<(String, String)>,
    /// Grows with each change.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Webhook {
    /// Whether an event makes a delivery to it.
    pub fn wants(&self, event: &EventFacts) -> bool {
        self.active && self.matches(event)
    }

    /// Whether it asks for an event, active or not.
    pub fn matches(&self, event: &EventFacts) -> bool {
        self.source.as_ref().is_none_or(|source| event.source.as_ref() == Some(source))
            && self.asks_for(&event.key)
            && self.scope.contains(&event.scope)
    }

    /// Whether a trigger matches the key.
    pub fn asks_for(&self, key: &EventKey) -> bool {
        self.triggers.iter().any(|trigger| trigger.matches(key))
    }

    /// Deliveries are made and wait from now on.
    pub fn pause(&mut self, now: Timestamp) {
        self.paused_since.get_or_insert(now);
    }

    /// Ends a pause.
    pub fn resume(&mut self, now: Timestamp) {
        if let Some(since) = self.paused_since.take() {
            let excess = (self.pauses.len() + 1).saturating_sub(PAUSES_MAX);
            self.pauses.drain(..excess);
            self.pauses.push((since, now));
        }
    }

    /// One or the other.
    pub fn set_paused(&mut self, paused: bool, now: Timestamp) {
        if paused {
            self.pause(now);
        } else {
            self.resume(now);
        }
    }

    /// How much of the time between two moments it was paused.
    pub fn paused_between(&self, from: Timestamp, to: Timestamp) -> Duration {
        let present = self.paused_since.map(|since| (since, to));
        let overlaps = self.pauses.iter().copied().chain(present);
        overlaps.map(|(began, ended)| ended.min(to).since(began.max(from))).sum()
    }

    /// What becomes of a received signature.
    pub fn signature_policy(&self) -> SignaturePolicy {
        self.signature.unwrap_or(if self.secrets.is_empty() {
            SignaturePolicy::Keep
        } else {
            SignaturePolicy::Replace
        })
    }
}

#[cfg(test)]
mod tests;
