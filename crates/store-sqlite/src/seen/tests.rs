//! Tables by ten days, and rollbacks.

use pipeline::{EventId, Timestamp};

use super::*;

const DAY_MS: i64 = 24 * 3_600 * 1_000;

fn at_day(day: i64, low: u64) -> EventId {
    EventId::from_parts(((day * DAY_MS) as u64) << 12, low)
}

fn key(byte: u8, end: u8) -> Key {
    let mut key = [byte; KEY_BYTES];
    key[BODY_END..].fill(end);
    Key(key)
}

fn tables(connection: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_schema WHERE name GLOB 'seen_*' AND type = 'table'";
    let mut statement = connection.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.collect::<Result<_, _>>().unwrap()
}

#[test]
fn tables_go_when_their_youngest_key_is_thirty_days_old() {
    let connection = Connection::open_in_memory().unwrap();
    let mut seen = Seen::default();
    for day in 20_000..20_100 {
        let id = at_day(day, 1);
        seen.insert(&key(7, day as u8), id, false, &connection).unwrap();
        while seen.forget(id.created_at(), 3, &connection).unwrap() {}
        assert!(tables(&connection).len() <= PERIODS_KEPT as usize);
        // Every day of the last thirty is still known.
        for before in (day - 30).max(20_000)..=day {
            let sighting = seen.received(&key(7, before as u8), &connection).unwrap();
            assert_eq!(sighting.same, Some(at_day(before, 1)), "{before} on {day}");
        }
    }
    let first = seen.received(&key(7, 20_000_u32 as u8), &connection).unwrap();
    assert_eq!(first.same, None);
}

#[test]
fn a_table_goes_slice_by_slice_and_counts_until_then() {
    let connection = Connection::open_in_memory().unwrap();
    let mut seen = Seen::default();
    for byte in 1..=10 {
        seen.insert(&key(byte, byte), at_day(20_000, byte.into()), false, &connection).unwrap();
    }
    let known = |seen: &Seen| {
        let sightings = (1..=10).map(|byte| seen.received(&key(byte, byte), &connection).unwrap());
        sightings.filter(|sighting| sighting.same.is_some()).count()
    };
    let (young, old) = (at_day(20_030, 1).created_at(), at_day(20_040, 1).created_at());
    assert!(!seen.forget(young, 4, &connection).unwrap());
    assert_eq!(known(&seen), 10);
    for (left, more) in [(6, true), (2, true), (0, false)] {
        assert_eq!(seen.forget(old, 4, &connection).unwrap(), more);
        assert_eq!(known(&seen), left);
    }
    assert_eq!(tables(&connection), Vec::<String>::new());
}

#[test]
fn after_a_rollback_the_tables_are_known_again() {
    let connection = Connection::open_in_memory().unwrap();
    let mut seen = Seen::default();
    connection.execute_batch("BEGIN").unwrap();
    seen.insert(&key(1, 1), at_day(20_000, 1), false, &connection).unwrap();
    connection.execute_batch("ROLLBACK").unwrap();
    seen.reload(&connection).unwrap();
    assert_eq!(seen.received(&key(1, 1), &connection).unwrap(), Sighting::default());
    seen.insert(&key(1, 1), at_day(20_000, 2), false, &connection).unwrap();
    let sighting = seen.received(&key(1, 1), &connection).unwrap();
    assert_eq!(sighting.same, Some(at_day(20_000, 2)));
}

#[test]
fn a_clock_that_leaps_back_finds_its_table() {
    let connection = Connection::open_in_memory().unwrap();
    let mut seen = Seen::default();
    for day in [20_000, 20_500, 20_000, 19_000] {
        let id = at_day(day, 1);
        seen.insert(&key(day as u8, 3), id, false, &connection).ok();
        let sighting = seen.received(&key(day as u8, 3), &connection).unwrap();
        assert_eq!(sighting.same, Some(id));
    }
    assert_eq!(Timestamp::from_millis(0), at_day(0, 0).created_at());
}
