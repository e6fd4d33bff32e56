//! Requests that the signer made, genuine as they are and then changed in some bytes: genuine by the
//! crate exactly where they still are by the judge.
//!
//! The first byte of an input says how many changes are made; three bytes are one change: in what,
//! where, and to which byte. A case follows, whose headers are taken besides those of the signer.
#![no_main]

use countersign::{EventKey, KnownEventKey, Outgoing, Signer};
use countersign_fuzz::case::Case;
use countersign_fuzz::judge;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((count, rest)) = bytes.split_first() else {
        return;
    };
    let Some((changes, text)) = rest.split_at_checked(3 * usize::from(count % 4)) else {
        return;
    };
    let Some(mut case) = Case::read(text) else {
        return;
    };
    let Some(signed) = signed(&case) else {
        return;
    };
    let names: Vec<String> = signed.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    case.headers.retain(|(name, _)| !names.contains(&name.to_ascii_lowercase()));
    case.headers.extend(signed);
    assert!(case.verdict(64).is_some(), "what was signed is genuine: {case:?}");

    for change in changes.chunks_exact(3) {
        apply(&mut case, change[0], usize::from(change[1]), change[2]);
    }
    let verdict = case.verdict(7);
    assert_eq!(verdict, judge::genuine(&case), "{case:?}");
});

fn signed(case: &Case) -> Option<Vec<(String, Vec<u8>)>> {
    let event_key: EventKey = KnownEventKey::RepoPush.into();
    let outgoing = Outgoing {
        event_key: &event_key,
        request_id: "request-1",
        attempt: 1,
        hook_id: None,
        at: case.now,
        body: &case.body,
    };
    let signer =
        Signer::new(case.dialect.clone(), &case.secrets).expect("secrets that were checked");
    // A time before 1970 cannot be signed.
    let headers = signer.headers(&outgoing).ok()?;
    Some(headers.into_iter().map(|(name, value)| (name.into_owned(), value.into_bytes())).collect())
}

/// Changes the body, the time, or one byte of a header: replaced, put in or taken out.
fn apply(case: &mut Case, what: u8, at: usize, byte: u8) {
    let place = match what % 8 {
        0 => return case.body.push(byte),
        1 => {
            case.now.0 = case.now.0.saturating_add(i64::from(byte as i8) * 5);
            return;
        }
        2 => &mut case.body,
        _ => {
            let count = case.headers.len();
            &mut case.headers[at % count].1
        }
    };
    if place.is_empty() {
        return place.push(byte);
    }
    let index = (usize::from(what >> 3) * 7 + at) % place.len();
    match what % 3 {
        0 => place[index] = byte,
        1 => place.insert(index, byte),
        _ => drop(place.remove(index)),
    }
}
