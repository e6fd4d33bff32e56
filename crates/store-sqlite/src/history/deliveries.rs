//! The list of deliveries, and the walk through them.

use std::ops::ControlFlow;

use pipeline::{
    Delivery, DeliveryId, EventId, Scope, Status,
    store::{DeliveryFilter, Page, PageOf},
};
use rusqlite::{
    Connection, Row, ToSql,
    types::{Type, Value},
};

use super::{Span, page_of};
use crate::rows::{self, DELIVERY_WIDTH, Numbers, bad_value, status_code};

/// The conditions that a query takes an index for, with their values.
struct Plan {
    conditions: String,
    values: Vec<Value>,
}

impl Plan {
    fn new(filter: &DeliveryFilter, span: Span) -> Plan {
        let mut plan = Plan {
            conditions: "d.seq >= ?1 AND d.seq < ?2".to_owned(),
            values: vec![span.from.into(), span.below.into()],
        };
        if let Some(request_id) = &filter.request_id {
            plan.by_request_id(request_id);
        } else if let Some(event) = filter.event {
            plan.by("d.event", event.seq_i64());
        } else if let Some(status) = filter.status.filter(|status| few_have(*status)) {
            // The partial index is taken only where the text of the query implies its condition.
            plan.conditions.push_str(" AND d.status > 1");
            plan.by("d.status", status_code(status));
        } else if let Some(webhook) = filter.webhook {
            plan.by("d.webhook", webhook.seq_i64());
        }
        plan
    }

    fn by(&mut self, column: &str, value: i64) {
        self.values.push(value.into());
        let place = self.values.len();
        self.conditions.push_str(&format!(" AND {column} = ?{place}"));
    }

    /// Its own id, one that was asked for, or that of its event: kept or its own.
    fn by_request_id(&mut self, request_id: &str) {
        let none = Value::Null;
        let delivery = DeliveryId::from_uuid(request_id).map(Numbers::seq_i64);
        let event = EventId::from_uuid(request_id).map(Numbers::seq_i64);
        self.values.push(Value::Text(request_id.to_owned()));
        self.values.push(delivery.map_or(none.clone(), Value::from));
        self.values.push(event.map_or(none, Value::from));
        self.conditions.push_str(
            " AND (d.request_id = ?3 OR (d.seq = ?4 AND d.request_id IS NULL) OR d.event IN \
             (SELECT seq FROM events WHERE request_id = ?3 OR (seq = ?5 AND request_id IS NULL)))",
        );
    }
}

fn few_have(status: Status) -> bool {
    matches!(status, Status::Failed | Status::Cancelled)
}

/// A query for what a filter's indexes lead to.
struct Query {
    sql: String,
    values: Vec<Value>,
    /// The event's key, scope and request id stand behind the delivery's columns.
    with_event: bool,
}

impl Query {
    fn new(filter: &DeliveryFilter, span: Span, keyed: bool, order: &str) -> Query {
        let plan = Plan::new(filter, span);
        let with_event =
            keyed || filter.key.is_some() || filter.scope.is_some() || filter.request_id.is_some();
        let (columns, join) = if with_event {
            (", e.key, e.scope, e.request_id", "LEFT JOIN events AS e ON e.seq = d.event")
        } else {
            ("", "")
        };
        let sql = format!(
            "SELECT {}{columns} FROM deliveries AS d {join} WHERE {} ORDER BY d.seq {order}",
            rows::DELIVERY,
            plan.conditions
        );
        Query { sql, values: plan.values, with_event }
    }

    fn meets(
        &self,
        filter: &DeliveryFilter,
        delivery: &Delivery,
        row: &Row<'_>,
    ) -> rusqlite::Result<bool> {
        let meets = meets(filter, delivery, row)?;
        Ok(meets && (!self.with_event || event_meets(filter, delivery, row)?))
    }
}

/// Deliveries that meet the filter, newest first.
pub(crate) fn list(
    filter: &DeliveryFilter,
    page: Page,
    connection: &Connection,
) -> rusqlite::Result<PageOf<Delivery>> {
    let span = Span::new(page, filter.since, filter.until);
    let query = Query::new(filter, span, false, "DESC");
    let mut statement = connection.prepare_cached(&query.sql)?;
    let values = query.values.iter().map(|value| value as &dyn ToSql);
    let rows = statement.query(rusqlite::params_from_iter(values))?;
    page_of(rows, page.limit, |row| {
        let delivery = rows::delivery(row)?;
        Ok(query.meets(filter, &delivery, row)?.then_some(delivery))
    })
}

/// A delivery that a walk comes by.
pub(crate) struct Passed<'a> {
    pub(crate) delivery: Delivery,
    /// Whether it meets the filter.
    pub(crate) meets: bool,
    /// Its event's key, where the walk asks for keys.
    pub(crate) key: Option<&'a str>,
}

/// Goes through what the filter's indexes lead to, oldest first, until `look` says to stop. The
/// filter's moments do not count: `span` does.
pub(crate) fn walk(
    filter: &DeliveryFilter,
    span: Span,
    keyed: bool,
    connection: &Connection,
    mut look: impl FnMut(Passed<'_>) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    let query = Query::new(filter, span, keyed, "ASC");
    let mut statement = connection.prepare_cached(&query.sql)?;
    let values = query.values.iter().map(|value| value as &dyn ToSql);
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let delivery = rows::delivery(row)?;
        let meets = query.meets(filter, &delivery, row)?;
        let key = if keyed { row.get_ref(DELIVERY_WIDTH)?.as_str_or_null()? } else { None };
        if look(Passed { delivery, meets, key }).is_break() {
            break;
        }
    }
    Ok(())
}

fn meets(filter: &DeliveryFilter, delivery: &Delivery, row: &Row<'_>) -> rusqlite::Result<bool> {
    let status = filter.status.is_none_or(|status| status == delivery.status);
    let webhook = filter.webhook.is_none_or(|id| id == delivery.webhook);
    let event = filter.event.is_none_or(|id| id == delivery.event);
    let response = match filter.response_status {
        Some(wanted) => row.get::<_, Option<u16>>(11)? == Some(wanted),
        None => true,
    };
    Ok(status && webhook && event && response)
}

/// The conditions on its event, whose columns stand behind the delivery's.
fn event_meets(
    filter: &DeliveryFilter,
    delivery: &Delivery,
    row: &Row<'_>,
) -> rusqlite::Result<bool> {
    let at = DELIVERY_WIDTH;
    let key = match &filter.key {
        Some(wanted) => {
            row.get_ref(at)?.as_str_or_null()?.is_some_and(|key| wanted.as_str() == key)
        }
        None => true,
    };
    let scope = match (&filter.scope, row.get_ref(at + 1)?.as_str_or_null()?) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(above), Some(scope)) => {
            let scope =
                Scope::parse(scope).map_err(|error| bad_value(at + 1, Type::Text, error))?;
            above.contains(&scope)
        }
    };
    let request_id = match &filter.request_id {
        Some(wanted) => {
            let kept: Option<&str> = row.get_ref(at + 2)?.as_str_or_null()?;
            delivery.request_id() == *wanted
                || kept == Some(wanted)
                || (kept.is_none() && EventId::from_uuid(wanted) == Some(delivery.event))
        }
        None => true,
    };
    Ok(key && scope && request_id)
}
