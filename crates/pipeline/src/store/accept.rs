//! Taking events in.

use std::sync::Arc;

use super::StoreFuture;
use crate::{
    event::Event,
    id::{DeliveryId, EventId, WebhookId},
    source::SourceName,
};

/// How a repetition of an event is recognised. Keys are kept for at least 30 days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Never a duplicate: published without a request id.
    None,
    /// Came in at a source. The same source, request id and plain body again is a duplicate; the
    /// same request id with another body is a new event, marked; the same body under another id
    /// is a new event with `repeat_of`, or a duplicate within the window.
    Received {
        /// Where.
        source: SourceName,
        /// 0 is off.
        replay_window_ms: u64,
    },
    /// Published with a request id: the same id in the same scope again is a duplicate.
    Published,
}

/// A delivery to be made together with its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// To whom.
    pub webhook: WebhookId,
    /// Whether a dispatch slot was granted: then it is born leased to this run, else born due.
    pub leased: bool,
}

/// An event to be kept with its deliveries, in one transaction.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// The event; `repeat_of` and `request_id_reused` are found by the store.
    pub event: Arc<Event>,
    /// How a repetition is recognised.
    pub identity: Identity,
    /// Its deliveries. One to a webhook that no longer exists is left out.
    pub deliveries: Vec<NewDelivery>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is kept.
    New {
        /// Deliveries that were made.
        deliveries: usize,
    },
    /// It was there before; nothing was kept.
    Duplicate {
        /// The first one.
        first: EventId,
        /// Webhooks whose failed deliveries of the first one are due again.
        revived: Vec<WebhookId>,
    },
}

/// Taking events in.
pub trait Accept: Send + Sync {
    /// Keeps an event and its deliveries.
    ///
    /// Waits for room in the queue for at most 5 s. Wait for the answer in a task of its own: where
    /// the future is dropped, the event may be kept all the same, and deliveries that were born
    /// leased stay so until the next run.
    ///
    /// # Errors
    ///
    /// `Busy`, `Full`, `HistoryFull`, `Unavailable` and `Failed`: nothing is confirmed, and nothing was kept
    /// unless the failure fell between the commit and its answer.
    fn accept(&self, new: NewEvent) -> StoreFuture<'_, Accepted>;
}
