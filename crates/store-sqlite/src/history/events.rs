//! The list of events.

use pipeline::{
    EventFacts, EventId,
    store::{EventFilter, Page, PageOf},
};
use rusqlite::{Connection, params};

use super::{Span, page_of};
use crate::rows::{self, Numbers};

/// Events that meet the filter, newest first.
pub(crate) fn list(
    filter: &EventFilter,
    page: Page,
    connection: &Connection,
) -> rusqlite::Result<PageOf<EventFacts>> {
    let span = Span::new(page, filter.since, filter.until);
    let by_id = filter.request_id.is_some();
    let which = if by_id {
        "AND (e.request_id = ?3 OR (e.seq = ?4 AND e.request_id IS NULL))"
    } else {
        "AND ?3 IS NULL AND ?4 IS NULL"
    };
    let sql = format!(
        "SELECT {} FROM events AS e WHERE e.seq >= ?1 AND e.seq < ?2 {which} ORDER BY e.seq DESC",
        rows::EVENT
    );
    let own = filter.request_id.as_deref().and_then(EventId::from_uuid);
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query(params![
        span.from,
        span.below,
        filter.request_id,
        own.map(Numbers::seq_i64)
    ])?;
    page_of(rows, page.limit, |row| {
        let event = rows::event(row, 0)?;
        Ok(meets(filter, &event, own).then_some(event))
    })
}

fn meets(filter: &EventFilter, event: &EventFacts, own: Option<EventId>) -> bool {
    let key = filter.key.as_ref().is_none_or(|key| *key == event.key);
    let scope = filter.scope.as_ref();
    let scope = scope.is_none_or(|scope| scope.contains(&event.scope));
    let source = filter.source.is_none() || filter.source == event.source;
    let request_id = match &filter.request_id {
        Some(_) => event.request_id == filter.request_id || own == Some(event.id),
        None => true,
    };
    key && scope && source && request_id
}
