//! Letting go of history, in slices.
//!
//! A reader looks for finished events, which costs the writer nothing however many wait in between;
//! the writer then looks at each of them once more, because a resend may have come in between, and
//! removes it. Pages that become free are used again; the file does not shrink by itself.
//!
//! Of an event that has more rows than a slice takes, the body goes first: from then on nothing can
//! be brought of it, and no delivery can be missed for having been removed.

use std::time::Duration;

use pipeline::{
    Timestamp,
    store::{Extent, Removed, Slice},
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    bodies,
    history::{Looks, first_seq},
    rows::u64_at,
    writer::{Context, WhenFull, Work, WorkError},
};

#[cfg(test)]
mod tests;

/// The longest that one slice looks for finished events.
const LOOK_MAX: Duration = Duration::from_millis(10);

/// Whether an event is not finished by the moment `?2`.
const UNFINISHED: &str = "EXISTS (SELECT 1 FROM deliveries INDEXED BY deliveries_event \
     WHERE event = ?1 AND (status = 0 OR finished_at >= ?2))";

/// How far history reaches.
pub(crate) fn extent(connection: &Connection) -> rusqlite::Result<Extent> {
    let pragma = |name| {
        let number = connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0))?;
        Ok::<_, rusqlite::Error>(u64::try_from(number).unwrap_or(0))
    };
    let pages = pragma("page_count")?.saturating_sub(pragma("freelist_count")?);
    let oldest = connection
        .prepare_cached("SELECT seq FROM events ORDER BY seq LIMIT 1")?
        .query_row([], |row| u64_at(row, 0))
        .optional()?;
    let oldest = oldest.map(|seq| pipeline::EventId::from_parts(seq, 0).created_at());
    Ok(Extent { used_bytes: pages * pragma("page_size")?, oldest })
}

/// Finished events that a slice is to remove.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Numbers of events and the bytes of their bodies.
    events: Vec<(i64, u64)>,
    next: Option<u64>,
}

/// Looks for finished events.
pub(crate) fn finished(slice: &Slice, connection: &Connection) -> rusqlite::Result<Finished> {
    let after = slice.after.map_or(-1, |after| i64::try_from(after).unwrap_or(i64::MAX));
    let unfinished = UNFINISHED.replace("?1", "e.seq");
    let sql = format!(
        "SELECT e.seq, e.size_bytes, {unfinished} FROM events AS e \
         WHERE e.seq > ?1 AND e.seq < ?3 ORDER BY e.seq"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let moment = slice.finished_before;
    let mut rows = statement.query(params![after, moment.as_millis(), first_seq(moment)])?;
    let mut found = Finished { events: Vec::new(), next: None };
    let (mut bytes, mut last) = (0, None);
    let mut looks = Looks::begin(LOOK_MAX);
    while let Some(row) = rows.next()? {
        let enough = found.events.len() >= slice.events_max.max(1) || bytes > slice.bytes_max;
        if enough || !looks.one_more() {
            found.next = last;
            break;
        }
        let seq = u64_at(row, 0)?;
        last = Some(seq);
        if !row.get::<_, bool>(2)? {
            let size = u64_at(row, 1)?;
            bytes += size;
            found.events.push((row.get(0)?, size));
        }
    }
    Ok(found)
}

/// Removes what was found.
#[derive(Debug)]
pub(crate) struct RemoveFinished {
    finished_before: Timestamp,
    rows_max: usize,
    found: Finished,
}

impl RemoveFinished {
    pub(crate) fn new(slice: Slice, found: Finished) -> RemoveFinished {
        let Slice { finished_before, rows_max, .. } = slice;
        RemoveFinished { finished_before, rows_max, found }
    }

    /// The answer, where there is nothing to write.
    pub(crate) fn finds_nothing(&self) -> Option<Removed> {
        let nothing = Removed { next: self.found.next, ..Removed::default() };
        self.found.events.is_empty().then_some(nothing)
    }
}

impl Work for RemoveFinished {
    type Answer = Removed;

    const WHEN_FULL: WhenFull = WhenFull::TryFirst;

    fn run(&self, context: &mut Context<'_>) -> Result<Removed, WorkError> {
        let connection = context.connection;
        let mut removed = Removed { next: self.found.next, ..Removed::default() };
        let mut rows_left = self.rows_max.max(1);
        let mut unfinished = connection.prepare_cached(&format!("SELECT {UNFINISHED}"))?;
        for &(event, body_bytes) in &self.found.events {
            let values = params![event, self.finished_before.as_millis()];
            if unfinished.query_row(values, |row| row.get(0))? {
                continue;
            }
            bodies::remove(event, connection)?;
            if !remove_deliveries(event, &mut rows_left, connection)? {
                // This one again, with what is left of it.
                removed.next = u64::try_from(event - 1).ok();
                break;
            }
            connection.prepare_cached("DELETE FROM events WHERE seq = ?1")?.execute([event])?;
            removed.events += 1;
            removed.body_bytes += body_bytes;
        }
        Ok(removed)
    }
}

/// Removes deliveries of an event with their attempts, as long as there are rows left to remove.
/// Answers whether none of the event's are left.
fn remove_deliveries(
    event: i64,
    rows_left: &mut usize,
    connection: &Connection,
) -> rusqlite::Result<bool> {
    let mut next = connection.prepare_cached(
        "SELECT seq FROM deliveries INDEXED BY deliveries_event WHERE event = ?1 LIMIT 1",
    )?;
    let mut attempts = connection.prepare_cached("DELETE FROM attempts WHERE delivery = ?1")?;
    let mut delivery = connection.prepare_cached("DELETE FROM deliveries WHERE seq = ?1")?;
    while let Some(seq) = next.query_row([event], |row| row.get::<_, i64>(0)).optional()? {
        if *rows_left == 0 {
            return Ok(false);
        }
        let rows = attempts.execute([seq])? + delivery.execute([seq])?;
        *rows_left = rows_left.saturating_sub(rows);
    }
    Ok(true)
}
