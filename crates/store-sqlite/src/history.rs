//! Looking back: lists and single things, and the two acts on a delivery.
//!
//! Lists go by `seq`, newest first. Where an index leads to few rows (a request id, an event, a
//! webhook, a status that few have), the query takes it; every other condition is looked at row by
//! row, newest first, for at most [`SCAN_MAX`]: then the page ends where the scan stood, with a
//! `next`. So a list holds its snapshot briefly, and a condition that nothing meets costs each
//! request the same.

use std::time::{Duration, Instant};

use pipeline::{
    Attempt, Delivery, DeliveryId, Status, StoreError, Timestamp,
    store::{Page, PageOf, history::PAGE_MAX},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    bodies,
    rows::{self, LEASED, Numbers},
    writer::{Context, Work, WorkError},
};

pub(crate) mod deliveries;
pub(crate) mod events;
#[cfg(test)]
mod tests;

/// The longest that a list looks for rows.
pub(crate) const SCAN_MAX: Duration = Duration::from_millis(40);
/// Rows between two looks at the clock.
const ROWS_PER_LOOK: usize = 64;

/// Fills a page from rows that come newest first. `read` answers `None` for a row that does not
/// meet the conditions; the first column is the row's `seq`.
fn page_of<T>(
    mut rows: rusqlite::Rows<'_>,
    limit: usize,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<Option<T>>,
) -> rusqlite::Result<PageOf<T>> {
    let limit = limit.clamp(1, PAGE_MAX);
    let mut looks = Looks::begin(SCAN_MAX);
    let mut items = Vec::new();
    let mut last = None;
    while let Some(row) = rows.next()? {
        if items.len() == limit || !looks.one_more() {
            return Ok(PageOf { items, next: last });
        }
        last = Some(rows::u64_at(row, 0)?);
        items.extend(read(row)?);
    }
    Ok(PageOf { items, next: None })
}

/// Rows that a query may look at: as many as there is time for, and at least one.
#[derive(Debug)]
pub(crate) struct Looks {
    begun: Instant,
    at_most: Duration,
    looked: usize,
}

impl Looks {
    pub(crate) fn begin(at_most: Duration) -> Looks {
        Looks { begun: Instant::now(), at_most, looked: 0 }
    }

    /// Whether there is time for another row, which then counts.
    pub(crate) fn one_more(&mut self) -> bool {
        let looks_at_clock = self.looked > 0 && self.looked.is_multiple_of(ROWS_PER_LOOK);
        if looks_at_clock && self.begun.elapsed() >= self.at_most {
            return false;
        }
        self.looked += 1;
        true
    }

    /// Rows so far.
    pub(crate) fn looked(&self) -> u64 {
        self.looked as u64
    }
}

/// The rows that a page and two moments leave: `from <= seq < below`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) below: i64,
}

impl Span {
    fn new(page: Page, since: Option<Timestamp>, until: Option<Timestamp>) -> Span {
        let before =
            page.before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
        Span {
            from: since.map_or(0, first_seq),
            below: before.min(until.map_or(i64::MAX, first_seq)),
        }
    }
}

/// The smallest `seq` of an id made at that moment.
pub(crate) fn first_seq(moment: Timestamp) -> i64 {
    moment.as_millis().max(0).saturating_mul(1 << 12)
}

/// One delivery.
pub(crate) fn delivery(
    id: DeliveryId,
    connection: &Connection,
) -> rusqlite::Result<Option<Delivery>> {
    let sql =
        format!("SELECT {} FROM deliveries AS d WHERE d.seq = ?1 AND d.low = ?2", rows::DELIVERY);
    connection
        .prepare_cached(&sql)?
        .query_row([id.seq_i64(), id.low_i64()], rows::delivery)
        .optional()
}

/// The attempts of a delivery, oldest first.
pub(crate) fn attempts(
    delivery: DeliveryId,
    connection: &Connection,
) -> rusqlite::Result<Vec<Attempt>> {
    let sql = format!("SELECT {} FROM attempts WHERE delivery = ?1 ORDER BY seq", rows::ATTEMPT);
    connection
        .prepare_cached(&sql)?
        .query_map([delivery.seq_i64()], |row| rows::attempt(delivery, row))?
        .collect()
}

/// Makes a delivery due again.
#[derive(Debug)]
pub(crate) struct Resend {
    pub(crate) id: DeliveryId,
    pub(crate) new_request_id: Option<String>,
    pub(crate) now: Timestamp,
}

impl Work for Resend {
    type Answer = Delivery;

    fn run(&self, context: &mut Context<'_>) -> Result<Delivery, WorkError> {
        let connection = context.connection;
        let before = delivery(self.id, connection)?.ok_or(StoreError::NotFound)?;
        let pending = before.status == Status::Pending;
        if pending && before.next_attempt_at.is_none() {
            return Err(StoreError::WrongStatus.into());
        }
        let webhook = connection
            .prepare_cached("SELECT 1 FROM webhooks WHERE seq = ?1 AND low = ?2")?
            .exists([before.webhook.seq_i64(), before.webhook.low_i64()])?;
        if !webhook {
            return Err(StoreError::NotFound.into());
        }
        if !bodies::exists(before.event, connection)? {
            return Err(StoreError::BodyExpired.into());
        }
        let since = if pending { before.since } else { self.now };
        let sql = "UPDATE deliveries SET status = 0, due_at = ?2, since = ?3, finished_at = NULL, \
                   request_id = coalesce(?4, request_id) WHERE seq = ?1";
        connection.prepare_cached(sql)?.execute(params![
            self.id.seq_i64(),
            self.now.as_millis().min(LEASED - 1),
            since.as_millis(),
            self.new_request_id,
        ])?;
        Ok(delivery(self.id, connection)?.ok_or(StoreError::NotFound)?)
    }
}

/// Ends a pending delivery.
#[derive(Debug)]
pub(crate) struct Cancel {
    pub(crate) id: DeliveryId,
    pub(crate) now: Timestamp,
}

impl Work for Cancel {
    type Answer = Delivery;

    fn run(&self, context: &mut Context<'_>) -> Result<Delivery, WorkError> {
        let connection = context.connection;
        let before = delivery(self.id, connection)?.ok_or(StoreError::NotFound)?;
        if before.status != Status::Pending {
            return Err(StoreError::WrongStatus.into());
        }
        connection
            .prepare_cached(
                "UPDATE deliveries SET status = 3, due_at = 0, finished_at = ?2 WHERE seq = ?1",
            )?
            .execute([self.id.seq_i64(), self.now.as_millis()])?;
        Ok(Delivery {
            status: Status::Cancelled,
            next_attempt_at: None,
            finished_at: Some(self.now),
            ..before
        })
    }
}
