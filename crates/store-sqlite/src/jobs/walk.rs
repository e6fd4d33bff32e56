//! The way of a job through deliveries and events, oldest first: which rows may be concerned.
//!
//! Reads only. What it brings is looked at once more before anything is done with it.

use std::ops::ControlFlow;

use pipeline::{BulkAct, DeliveryId, Recovery, Status, Webhook, store::DeliveryFilter};
use rusqlite::{Connection, params};

use super::Bounds;
use crate::{
    history::{Looks, SCAN_MAX, Span, deliveries, first_seq},
    rows::{self, Numbers},
};

/// What a job goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Deliveries,
    Events,
    End,
}

/// How far it is: everything up to `position` has been looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) phase: Phase,
    pub(crate) position: i64,
}

impl Place {
    pub(crate) const BEGINNING: Place = Place { phase: Phase::Deliveries, position: -1 };
}

/// A row that may be concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Candidate {
    /// This delivery.
    Delivery(DeliveryId),
    /// This event, for which the webhook of the recovery may have no delivery.
    Event(pipeline::EventId),
}

/// What a look brings.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) looked_at: u64,
    /// Where the next look begins.
    pub(crate) next: Place,
}

/// Looks at rows from a place on, until it has `limit` candidates or its time is over.
pub(crate) fn look(
    act: &BulkAct,
    webhook: Option<&Webhook>,
    place: Place,
    bounds: Bounds,
    limit: usize,
    connection: &Connection,
) -> rusqlite::Result<Look> {
    match (place.phase, act) {
        (Phase::Deliveries, BulkAct::Resend(filter) | BulkAct::Cancel(filter)) => {
            let concerns = |delivery: &pipeline::Delivery| match act {
                BulkAct::Cancel(_) => delivery.status == Status::Pending,
                _ => delivery.status != Status::Pending,
            };
            let from = filter.since.map_or(0, first_seq);
            let below = filter.until.map_or(i64::MAX, first_seq);
            let span = span(place, bounds, from, below);
            let mut walk = Walk::new(place, limit, Phase::End);
            deliveries::walk(filter, span, false, connection, |passed| {
                let concerned = passed.meets && concerns(&passed.delivery);
                walk.pass(passed.delivery.id.seq_i64(), || {
                    concerned.then_some(Candidate::Delivery(passed.delivery.id))
                })
            })?;
            Ok(walk.end())
        }
        (Phase::Deliveries, BulkAct::Recover(recovery)) if recovery.lost.has_deliveries() => {
            lost_deliveries(recovery, place, bounds, limit, connection)
        }
        (Phase::Deliveries, BulkAct::Recover(_)) => Ok(Look {
            candidates: Vec::new(),
            looked_at: 0,
            next: Place { phase: Phase::Events, position: -1 },
        }),
        (Phase::Events, BulkAct::Recover(recovery)) => match webhook {
            Some(webhook) => missed_events(recovery, webhook, place, bounds, limit, connection),
            None => Ok(Walk::new(place, limit, Phase::End).end()),
        },
        (Phase::Events | Phase::End, _) => Ok(Walk::new(place, limit, Phase::End).end()),
    }
}

fn span(place: Place, bounds: Bounds, from: i64, below: i64) -> Span {
    Span {
        from: from.max(place.position.saturating_add(1)),
        below: below.min(bounds.deliveries_to.saturating_add(1)),
    }
}

fn lost_deliveries(
    recovery: &Recovery,
    place: Place,
    bounds: Bounds,
    limit: usize,
    connection: &Connection,
) -> rusqlite::Result<Look> {
    let mut statuses = [Status::Failed, Status::Cancelled].into_iter();
    let one_status = match recovery.lost {
        pipeline::Lost::All => None,
        lost => statuses.find(|status| lost.has(*status)),
    };
    let filter = DeliveryFilter {
        status: one_status,
        webhook: Some(recovery.webhook),
        ..DeliveryFilter::default()
    };
    let (since, until) = (first_seq(recovery.since), first_seq(recovery.until));
    let then = if recovery.lost.has_missing() { Phase::Events } else { Phase::End };
    let mut walk = Walk::new(place, limit, then);
    // A delivery is never older than its event.
    let span = span(place, bounds, since, i64::MAX);
    let keyed = !recovery.triggers.is_empty();
    deliveries::walk(&filter, span, keyed, connection, |passed| {
        let delivery = &passed.delivery;
        let event = delivery.event.seq_i64();
        let concerned = passed.meets
            && recovery.lost.has(delivery.status)
            && (since..until).contains(&event)
            && (!keyed || passed.key.is_some_and(|key| recovery.asks_for(key)));
        walk.pass(delivery.id.seq_i64(), || concerned.then_some(Candidate::Delivery(delivery.id)))
    })?;
    Ok(walk.end())
}

fn missed_events(
    recovery: &Recovery,
    webhook: &Webhook,
    place: Place,
    bounds: Bounds,
    limit: usize,
    connection: &Connection,
) -> rusqlite::Result<Look> {
    let sql = format!(
        "SELECT {} FROM events AS e WHERE e.seq > ?1 AND e.seq >= ?2 AND e.seq <= ?3 \
         ORDER BY e.seq",
        rows::EVENT
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let values = params![place.position, first_seq(recovery.since), bounds.events_to];
    let mut rows = statement.query(values)?;
    let mut walk = Walk::new(place, limit, Phase::End);
    while let Some(row) = rows.next()? {
        let event = rows::event(row, 0)?;
        let missed = recovery.misses(&event, webhook)
            && !super::decide::has_delivery(event.id, webhook.id, connection)?;
        let passed = walk.pass(event.id.seq_i64(), || missed.then_some(Candidate::Event(event.id)));
        if passed.is_break() {
            break;
        }
    }
    Ok(walk.end())
}

/// Collects candidates within the bounds of one look.
struct Walk {
    looks: Looks,
    limit: usize,
    found: Vec<Candidate>,
    at: Place,
    /// Where to go on, when everything has been passed.
    then: Phase,
    broken: bool,
}

impl Walk {
    fn new(at: Place, limit: usize, then: Phase) -> Walk {
        let limit = limit.max(1);
        Walk { looks: Looks::begin(SCAN_MAX), limit, found: Vec::new(), at, then, broken: false }
    }

    /// Passes a row, or stops in front of it.
    fn pass(&mut self, seq: i64, candidate: impl FnOnce() -> Option<Candidate>) -> ControlFlow<()> {
        if self.found.len() == self.limit || !self.looks.one_more() {
            self.broken = true;
            return ControlFlow::Break(());
        }
        self.at.position = seq;
        self.found.extend(candidate());
        ControlFlow::Continue(())
    }

    fn end(self) -> Look {
        let next = if self.broken { self.at } else { Place { phase: self.then, position: -1 } };
        Look { candidates: self.found, looked_at: self.looks.looked(), next }
    }
}
