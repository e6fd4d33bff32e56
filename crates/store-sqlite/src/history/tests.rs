//! Time budgets and indexes of lists.

use pipeline::store::Page;

use super::*;
use crate::schema;

fn database() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection).unwrap();
    connection
}

#[test]
fn a_list_that_takes_too_long_ends_early_with_a_next_page() {
    let connection = database();
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) \
                SELECT i FROM n WHERE i < ?1 ORDER BY i DESC";
    let mut statement = connection.prepare(rows).unwrap();
    let mut before = 301;
    let (mut found, mut pages) = (Vec::new(), 0);
    loop {
        // Every hundredth row meets the condition, and each look takes a millisecond.
        let page = page_of(statement.query([before as i64]).unwrap(), 500, |row| {
            std::thread::sleep(Duration::from_millis(1));
            let number: i64 = row.get(0)?;
            Ok((number % 100 == 0).then_some(number))
        })
        .unwrap();
        found.extend(page.items);
        pages += 1;
        match page.next {
            Some(next) => before = next,
            None => break,
        }
    }
    assert_eq!(found, [300, 200, 100]);
    assert!((3..=5).contains(&pages), "{pages}");
}

fn plan(sql: &str, connection: &Connection) -> String {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let lines = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
    lines.collect::<Result<Vec<_>, _>>().unwrap().join("; ")
}

#[test]
fn lists_and_claims_take_their_index_and_sort_nothing() {
    let connection = database();
    let from = "SELECT d.seq, d.attempts FROM deliveries AS d WHERE d.seq >= 1 AND d.seq < 9";
    for (condition, index) in [
        ("AND d.webhook = 5 ORDER BY d.seq DESC", "deliveries_webhook"),
        ("AND d.event = 5 ORDER BY d.seq DESC", "deliveries_event"),
        ("AND d.status > 1 AND d.status = 2 ORDER BY d.seq DESC", "deliveries_troubled"),
    ] {
        let plan = plan(&format!("{from} {condition}"), &connection);
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
    }
    let claim = "SELECT d.seq, d.low FROM deliveries AS d WHERE d.webhook = 5 AND d.status = 0 \
                 AND d.due_at <= 9 AND d.webhook_low = 3 ORDER BY d.due_at, d.seq LIMIT 4";
    let plan = plan(claim, &connection);
    assert!(plan.contains("deliveries_due") && !plan.contains("TEMP B-TREE"), "{plan}");
}

#[test]
fn a_span_holds_what_both_the_page_and_the_moments_leave() {
    let page = |before| Page { before, limit: 1 };
    let at = |millis| Some(Timestamp::from_millis(millis));
    let span = Span::new(page(None), None, None);
    assert_eq!((span.from, span.below), (0, i64::MAX));
    let span = Span::new(page(Some(5_000)), at(1), at(2));
    assert_eq!((span.from, span.below), (4_096, 5_000));
    let span = Span::new(page(Some(u64::MAX)), at(-5), at(2));
    assert_eq!((span.from, span.below), (0, 8_192));
}
