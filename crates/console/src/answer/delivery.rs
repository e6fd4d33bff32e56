//! Deliveries.

use pipeline::{Delivery, Status};
use serde::Serialize;
use utoipa::ToSchema;

use super::AttemptAnswer;
use crate::{
    engine::{Engine, WaitingFor},
    text::time,
};

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryAnswer {
    /// `dlv_...`.
    id: String,
    /// What to bring.
    event: String,
    /// To whom.
    webhook: String,
    /// The request id of all of its attempts.
    request_id: String,
    /// `pending`, `delivered`, `failed` or `cancelled`.
    status: &'static str,
    /// While it is pending: `slot`, `retry`, `breaker` or `paused`.
    waiting_for: Option<&'static str>,
    /// Attempts that were recorded.
    attempts_made: u32,
    /// When the next attempt is due.
    next_attempt_at: Option<String>,
    /// When it was made.
    created_at: String,
    /// When it left `pending`.
    finished_at: Option<String>,
}

/// A delivery with its attempts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryWithAttempts {
    #[serde(flatten)]
    pub(crate) delivery: DeliveryAnswer,
    /// Oldest first.
    pub(crate) attempts: Vec<AttemptAnswer>,
}

impl DeliveryAnswer {
    pub(crate) fn new(delivery: &Delivery, engine: &dyn Engine) -> DeliveryAnswer {
        let pending = delivery.status == Status::Pending;
        DeliveryAnswer {
            id: delivery.id.to_string(),
            event: delivery.event.to_string(),
            webhook: delivery.webhook.to_string(),
            request_id: delivery.request_id(),
            status: delivery.status.as_str(),
            waiting_for: pending.then(|| waiting_for(engine.waiting_for(delivery))),
            attempts_made: delivery.attempts_made,
            next_attempt_at: delivery.next_attempt_at.map(time),
            created_at: time(delivery.id.created_at()),
            finished_at: delivery.finished_at.map(time),
        }
    }
}

fn waiting_for(waiting_for: WaitingFor) -> &'static str {
    match waiting_for {
        WaitingFor::Slot => "slot",
        WaitingFor::Retry => "retry",
        WaitingFor::Breaker => "breaker",
        WaitingFor::Paused => "paused",
        WaitingFor::Rate => "rate",
    }
}
