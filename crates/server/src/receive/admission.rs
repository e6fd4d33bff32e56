//! The last step of everything that comes in, received or published: find the webhooks, ask for
//! slots, write once, hand over.

use std::sync::Arc;

use pipeline::{
    Event, Store, StoreError,
    store::{Accepted, Identity, NewDelivery, NewEvent},
};

use crate::dispatch::{Dispatcher, Slot};

/// Keeps an event with its deliveries, and hands those with a slot over after the commit.
///
/// # Errors
///
/// As [`pipeline::store::Accept::accept`]: nothing is confirmed.
pub async fn admit(
    store: &dyn Store,
    dispatcher: &Arc<Dispatcher>,
    event: Arc<Event>,
    identity: Identity,
) -> Result<Accepted, StoreError> {
    let born: Vec<(NewDelivery, Option<Slot>)> = dispatcher.born(&event);
    let deliveries = born.iter().map(|(delivery, _)| *delivery).collect();
    let new = NewEvent {
        event: event.clone(),
        identity,
        deliveries,
    };
    let accepted = store.accept(new).await?;
    match &accepted {
        Accepted::New { .. } => dispatcher.hand_over(&event, born),
        // The slots that were granted are given back by being dropped here.
        Accepted::Duplicate { revived, .. } => dispatcher.revived(revived),
    }
    Ok(accepted)
}
