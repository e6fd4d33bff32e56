//! From an empty database to the present format.

use super::*;

#[test]
fn migrations_lead_from_empty_to_the_present_version() {
    let mut connection = Connection::open_in_memory().unwrap();
    assert!(is_empty(&connection).unwrap());
    migrate(&mut connection).unwrap();
    assert_eq!(version(&connection).unwrap(), VERSION);
    assert!(!is_empty(&connection).unwrap());
    // Once more changes nothing.
    migrate(&mut connection).unwrap();
    let check: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

#[test]
fn every_table_is_strict() {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection).unwrap();
    let loose: u32 = connection
        .query_row(
            "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND NOT strict \
             AND name NOT LIKE 'sqlite_%'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(loose, 0);
}

#[test]
fn a_newer_version_and_another_application_are_told_apart() {
    let connection = Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "user_version", 7).unwrap();
    assert!(matches!(is_empty(&connection), Err(SchemaError::Foreign)));
    connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    let newer = is_empty(&connection);
    assert!(matches!(newer, Err(SchemaError::Newer { found: 7 })));
}
