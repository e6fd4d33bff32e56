//! What is sealed opens in its place, with its key, and nowhere else.

use super::*;

const PLACE: Place<'_> = Place { owner: "whk_1", secret: "sec_1", field: Field::Secret };

fn ring(seed: u8) -> KeyRing {
    let mut next = seed;
    KeyRing::generate(&mut |out: &mut [u8]| {
        for byte in out {
            next = next.wrapping_mul(31).wrapping_add(7);
            *byte = next;
        }
    })
}

#[test]
fn a_value_opens_in_its_place_only() {
    let ring = ring(1);
    let sealed = ring.seal(&PLACE, b"value").unwrap();
    assert_eq!(ring.open(&PLACE, &sealed).unwrap().as_slice(), b"value");
    let elsewhere = [
        Place { owner: "whk_2", ..PLACE },
        Place { secret: "sec_2", ..PLACE },
        Place { field: Field::Password, ..PLACE },
        Place { owner: "whk_1s", secret: "ec_1", ..PLACE },
    ];
    for place in elsewhere {
        assert_eq!(ring.open(&place, &sealed), Err(OpenError::Refused), "{place:?}");
    }
}

#[test]
fn a_change_of_any_byte_is_refused() {
    let ring = ring(1);
    let sealed = ring.seal(&PLACE, b"value").unwrap();
    for index in 0..sealed.len() {
        let mut changed = sealed.to_vec();
        changed[index] ^= 1;
        assert!(ring.open(&PLACE, &changed).is_err(), "byte {index}");
    }
    for length in 0..sealed.len() {
        assert!(ring.open(&PLACE, &sealed[..length]).is_err(), "length {length}");
    }
}

#[test]
fn the_clear_value_does_not_stand_in_the_sealed_one() {
    let sealed = ring(1).seal(&PLACE, b"clear-text-value").unwrap();
    assert!(!sealed.windows(5).any(|window| window == b"clear"));
    assert_ne!(sealed, ring(1).seal(&PLACE, b"clear-text-value").unwrap());
}

#[test]
fn another_ring_is_told_by_the_check() {
    let (right, wrong) = (ring(1), ring(2));
    let check = right.check_value().unwrap();
    assert_eq!(right.verify_check(&check), Ok(()));
    assert!(matches!(wrong.verify_check(&check), Err(OpenError::KeyMissing(_))));
    let same_id = format!("{} {}", &right.to_text()[..8], "ab".repeat(32));
    let same_id = KeyRing::parse(&same_id).unwrap();
    assert_eq!(same_id.verify_check(&check), Err(OpenError::Refused));
}

#[test]
fn the_first_key_seals_and_all_open() {
    let (old, new) = (ring(1), ring(2));
    let sealed = old.seal(&PLACE, b"value").unwrap();
    let text = format!("# newest first\n{}\n{}", *new.to_text(), *old.to_text());
    let both = KeyRing::parse(&text).unwrap();
    assert_eq!(both.open(&PLACE, &sealed).unwrap().as_slice(), b"value");
    let sealed = both.seal(&PLACE, b"value").unwrap();
    assert!(new.open(&PLACE, &sealed).is_ok());
    assert!(old.open(&PLACE, &sealed).is_err());
}

#[test]
fn texts_that_are_no_key_file_are_refused_by_line() {
    let key = ring(1).to_text();
    assert_eq!(KeyRing::parse("\n# none\n").unwrap_err(), ParseError::Empty);
    let error = KeyRing::parse(&format!("{}nonsense", *key)).unwrap_err();
    assert_eq!(error, ParseError::BadLine { line: 2 });
    let error = KeyRing::parse(&format!("{}{}", *key, *key)).unwrap_err();
    assert_eq!(error, ParseError::RepeatedId { line: 2 });
    let error = KeyRing::parse(&key[..key.len() - 3]).unwrap_err();
    assert_eq!(error, ParseError::BadLine { line: 1 });
}

#[test]
fn debug_shows_no_key() {
    let ring = ring(1);
    let text = ring.to_text();
    let shown = format!("{ring:?}");
    assert!(shown.contains(&text[..8]) && !shown.contains(&text[9..20]));
}
