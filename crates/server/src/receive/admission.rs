//! The last step of everything that comes in, received or published: find the webhooks, ask for
//! slots, write once, hand over.
//!
//! It runs in a task of its own: a client that goes away ends its request, and what the store has
//! then committed is handed over all the same.

use std::sync::Arc;

use pipeline::{
    Event, Store, StoreError,
    store::{Accepted, Identity, NewEvent},
};

use crate::dispatch::Dispatcher;

/// Keeps an event with its deliveries, and hands those with a slot over after the commit.
///
/// # Errors
///
/// As [`pipeline::store::Accept::accept`]: nothing is confirmed.
pub async fn admit(
    store: &Arc<dyn Store>,
    dispatcher: &Arc<Dispatcher>,
    event: Arc<Event>,
    identity: Identity,
) -> Result<Accepted, StoreError> {
    let admission = run(store.clone(), dispatcher.clone(), event, identity);
    tokio::spawn(admission).await.unwrap_or(Err(StoreError::Unavailable))
}

async fn run(
    store: Arc<dyn Store>,
    dispatcher: Arc<Dispatcher>,
    event: Arc<Event>,
    identity: Identity,
) -> Result<Accepted, StoreError> {
    let born = dispatcher.born(&event);
    let deliveries = born.iter().map(|(delivery, _)| *delivery).collect();
    let new = NewEvent { event: event.clone(), identity, deliveries };
    let accepted = store.accept(new).await;
    match &accepted {
        Ok(Accepted::New { .. }) => dispatcher.hand_over(&event, born),
        // The slots that were granted are given back by being dropped here.
        Ok(Accepted::Duplicate { revived, .. }) => dispatcher.revived(revived),
        // Nothing was written.
        Err(StoreError::Busy | StoreError::Full | StoreError::HistoryFull) => {}
        Err(_) => dispatcher.unconfirmed(born),
    }
    accepted
}
