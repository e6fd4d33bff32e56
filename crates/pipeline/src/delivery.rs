//! Deliveries, and the state machine that decides what becomes of one after an attempt.
//!
//! States: `pending` leads to `delivered`, `failed` or `cancelled`. A resend leads from any of
//! these back to `pending`. An attempt's outcome moves a delivery only while it is pending; after
//! a person cancelled it, the outcome of the attempt that was under way is kept and changes
//! nothing.

use std::time::Duration;

use crate::{
    attempt::Outcome,
    id::{DeliveryId, EventId, WebhookId},
    schedule::{RETRY_AFTER_MAX_S, RetryPolicy},
    time::Timestamp,
};

#[cfg(test)]
mod tests;

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// To be tried, or being tried.
    Pending,
    /// A receiver answered 2xx.
    Delivered,
    /// The schedule is exhausted, or the receiver said 410. Can be resent.
    Failed,
    /// A person ended it.
    Cancelled,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 4] =
        [Status::Pending, Status::Delivered, Status::Failed, Status::Cancelled];

    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Delivered => "delivered",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        }
    }

    /// The status of that word.
    pub fn parse(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// The obligation to bring one event to one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id; the moment in it is the moment of its making.
    pub id: DeliveryId,
    /// What to bring.
    pub event: EventId,
    /// To whom.
    pub webhook: WebhookId,
    /// A request id that a person asked for at a resend. `None` means its own id, as a UUID.
    pub request_id: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Attempts that were recorded.
    pub attempts_made: u32,
    /// When the next attempt is due; `None` while one is granted or under way, and at the end.
    pub next_attempt_at: Option<Timestamp>,
    /// Since when its age counts: its making, or its last resend.
    pub since: Timestamp,
    /// When it left `pending`.
    pub finished_at: Option<Timestamp>,
}

impl Delivery {
    /// The request id of all of its attempts.
    pub fn request_id(&self) -> String {
        self.request_id.clone().unwrap_or_else(|| self.id.uuid())
    }
}

/// What the state machine has to know of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptReport {
    /// How it ended.
    pub outcome: Outcome,
    /// The status that came back, if any.
    pub status: Option<u16>,
    /// What `Retry-After` asked for, if it did.
    pub retry_after: Option<Duration>,
}

/// Why a delivery failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailReason {
    /// No attempt is left.
    Exhausted,
    /// The receiver answered 410: its webhook becomes inactive.
    Gone,
}

/// What becomes of a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It has been brought.
    Delivered,
    /// It is tried again, then.
    Retry {
        /// When.
        at: Timestamp,
    },
    /// It ends.
    Failed(FailReason),
}

impl Next {
    /// The status that follows.
    pub fn status(self) -> Status {
        match self {
            Next::Delivered => Status::Delivered,
            Next::Retry { .. } => Status::Pending,
            Next::Failed(_) => Status::Failed,
        }
    }
}

impl AttemptReport {
    /// How long the whole lane is held, by `Retry-After`: at most 12 hours.
    pub fn hold(&self) -> Option<Duration> {
        let asked = self.retry_after.filter(|_| self.outcome != Outcome::Delivered)?;
        Some(asked.min(Duration::from_secs(RETRY_AFTER_MAX_S)))
    }
}

/// What the decision depends on besides the attempt.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// Attempts made, this one included.
    pub attempts_made: u32,
    /// Since when the delivery's age counts.
    pub since: Timestamp,
    /// How long its webhook was paused since then.
    pub held: Duration,
    /// When the attempt ended.
    pub now: Timestamp,
    /// A number from 0 to 1 that was drawn for this decision.
    pub draw: f64,
}

/// Decides what becomes of a pending delivery after an attempt.
pub fn decide(report: &AttemptReport, policy: &RetryPolicy, at: Circumstances) -> Next {
    if report.outcome == Outcome::Delivered {
        return Next::Delivered;
    }
    if report.status == Some(410) {
        return Next::Failed(FailReason::Gone);
    }
    let hold = report.hold().unwrap_or_default();
    let earliest = at.now.plus_millis(u64::try_from(hold.as_millis()).unwrap_or(u64::MAX));
    let Circumstances { attempts_made, since, held, now, draw } = at;
    match policy.next_attempt(attempts_made, since, held, now, earliest, draw) {
        Some(at) => Next::Retry { at },
        None => Next::Failed(FailReason::Exhausted),
    }
}
