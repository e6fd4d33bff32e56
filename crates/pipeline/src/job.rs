//! Bulk work: one act on many deliveries, done in the background.
//!
//! A job says what it is to do and how far it is. It is a row of the store, worked off in steps
//! ([`crate::store::Bulk`]); nothing here decides when a step is made.

use std::{fmt, str::FromStr};

use crate::{
    delivery::Status, event::EventFacts, id::WebhookId, store::DeliveryFilter, time::Timestamp,
    trigger::Trigger, webhook::Webhook,
};

/// The most jobs that run at once.
pub const JOBS_RUNNING_MAX: usize = 16;
/// The most ended jobs that are remembered, the latest.
pub const JOBS_KEPT_MAX: u64 = 200;

/// Names a job: 1, 2, 3, in the order of beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobNumber(pub u64);

impl fmt::Display for JobNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for JobNumber {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<JobNumber, std::num::ParseIntError> {
        text.parse().map(JobNumber)
    }
}

/// What a recovery brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lost {
    /// Deliveries that failed.
    Failed,
    /// Deliveries that a person cancelled.
    Cancelled,
    /// Events that the webhook, as it is now, asks for and that made no delivery to it: it was
    /// inactive, asked for something else, or did not exist.
    Missing,
    /// All three.
    All,
}

impl Lost {
    /// All of them.
    pub const ALL: [Lost; 4] = [Lost::Failed, Lost::Cancelled, Lost::Missing, Lost::All];

    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Lost::Failed => "failed",
            Lost::Cancelled => "cancelled",
            Lost::Missing => "missing",
            Lost::All => "all",
        }
    }

    /// What has that word.
    pub fn parse(word: &str) -> Option<Lost> {
        Lost::ALL.into_iter().find(|lost| lost.as_str() == word)
    }

    /// Whether a delivery in this status is brought again.
    pub fn has(self, status: Status) -> bool {
        match status {
            Status::Failed => matches!(self, Lost::Failed | Lost::All),
            Status::Cancelled => matches!(self, Lost::Cancelled | Lost::All),
            Status::Pending | Status::Delivered => false,
        }
    }

    /// Whether deliveries are looked through.
    pub fn has_deliveries(self) -> bool {
        self != Lost::Missing
    }

    /// Whether events without a delivery are looked for.
    pub fn has_missing(self) -> bool {
        matches!(self, Lost::Missing | Lost::All)
    }
}

/// Brings what a webhook did not get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Whose.
    pub webhook: WebhookId,
    /// What of it.
    pub lost: Lost,
    /// Of events with a key that one of these matches; empty is every key.
    pub triggers: Vec<Trigger>,
    /// Of events accepted at this moment or later.
    pub since: Timestamp,
    /// Of events accepted before this moment.
    pub until: Timestamp,
}

impl Recovery {
    /// Whether an event that made no delivery to its webhook should have made one. Whether the
    /// webhook is active does not count.
    pub fn misses(&self, event: &EventFacts, webhook: &Webhook) -> bool {
        webhook.matches(event) && self.asks_for(event.key.as_str())
    }

    /// Whether events of this key are asked for. A text that is no key is not.
    pub fn asks_for(&self, key: &str) -> bool {
        if self.triggers.is_empty() {
            return true;
        }
        let key = countersign::EventKey::parse(key);
        key.is_ok_and(|key| self.triggers.iter().any(|trigger| trigger.matches(&key)))
    }
}

/// What a job does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkAct {
    /// Brings what a webhook did not get.
    Recover(Recovery),
    /// Makes finished deliveries due again. Those that are pending, and those whose webhook is
    /// gone, are left as they are.
    Resend(DeliveryFilter),
    /// Cancels pending deliveries, those under way too.
    Cancel(DeliveryFilter),
}

impl BulkAct {
    /// The word of the API.
    pub const fn as_str(&self) -> &'static str {
        match self {
            BulkAct::Recover(_) => "recover",
            BulkAct::Resend(_) => "resend",
            BulkAct::Cancel(_) => "cancel",
        }
    }

    /// The webhook of a recovery.
    pub fn recovers(&self) -> Option<WebhookId> {
        match self {
            BulkAct::Recover(recovery) => Some(recovery.webhook),
            BulkAct::Resend(_) | BulkAct::Cancel(_) => None,
        }
    }

    /// Whether it makes rows that were not there.
    pub fn makes_deliveries(&self) -> bool {
        matches!(self, BulkAct::Recover(recovery) if recovery.lost.has_missing())
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// It goes on, over restarts too.
    Running,
    /// It came to its end.
    Done,
    /// A person stopped it. What it did stays.
    Stopped,
    /// Its webhook was deleted.
    Failed,
}

impl JobState {
    /// All of them.
    pub const ALL: [JobState; 4] =
        [JobState::Running, JobState::Done, JobState::Stopped, JobState::Failed];

    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Stopped => "stopped",
            JobState::Failed => "failed",
        }
    }
}

/// How far a job is, or what a dry run found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Deliveries and events that were looked at.
    pub looked_at: u64,
    /// Deliveries that were made due, made or cancelled; of a dry run, that would be.
    pub done: u64,
    /// What would have been brought, but has no body any more.
    pub without_body: u64,
}

impl Tally {
    /// Adds another one.
    pub fn add(&mut self, more: Tally) {
        self.looked_at += more.looked_at;
        self.done += more.done;
        self.without_body += more.without_body;
    }
}

/// One act on many deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub number: JobNumber,
    /// What it does.
    pub act: BulkAct,
    /// Where it stands.
    pub state: JobState,
    /// How far it is.
    pub tally: Tally,
    /// When it began.
    pub started_at: Timestamp,
    /// When it left `running`.
    pub finished_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_of_all_has_each_of_the_three() {
        for (lost, failed, cancelled, missing) in [
            (Lost::Failed, true, false, false),
            (Lost::Cancelled, false, true, false),
            (Lost::Missing, false, false, true),
            (Lost::All, true, true, true),
        ] {
            assert_eq!(lost.has(Status::Failed), failed);
            assert_eq!(lost.has(Status::Cancelled), cancelled);
            assert_eq!(lost.has_missing(), missing);
            assert_eq!(lost.has_deliveries(), failed || cancelled);
            assert!(!lost.has(Status::Pending) && !lost.has(Status::Delivered));
            assert_eq!(Lost::parse(lost.as_str()), Some(lost));
        }
    }

    #[test]
    fn no_trigger_asks_for_every_key() {
        let mut recovery = Recovery {
            webhook: WebhookId::from_parts(1, 1),
            lost: Lost::All,
            triggers: Vec::new(),
            since: Timestamp::default(),
            until: Timestamp::default(),
        };
        assert!(recovery.asks_for("repo:push"));
        recovery.triggers = vec!["pullrequest:*".parse().unwrap()];
        assert!(recovery.asks_for("pullrequest:created"));
        assert!(!recovery.asks_for("repo:push") && !recovery.asks_for("not a key"));
    }
}
