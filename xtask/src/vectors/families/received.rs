//! What is read beside the signature: an event key, a request id, an attempt. Read tolerantly: what
//! is not what it should be is null, and no reason to refuse.

use super::super::case::Case;
use super::super::scheme::{REQUEST_ID, Scheme, WEBHOOK_ID};

/// All visible ASCII characters.
const VISIBLE: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

const UUID: &str = "0d9c3a52-6b1e-4f70-8a2d-9e5b7c4f1a36";

pub(in super::super) fn all(scheme: &Scheme) -> Vec<Case> {
    let mut cases = event_keys(scheme);
    // A signed id is no matter of tolerance.
    if let Some(field) = scheme.request_id.filter(|field| field.header != WEBHOOK_ID) {
        cases.extend(request_ids(&scheme.case("request id"), field.header));
    }
    cases.extend(attempts(scheme));
    cases
}

fn event_keys(scheme: &Scheme) -> Vec<Case> {
    let Some(field) = scheme.event_key else {
        return Vec::new();
    };
    let header = field.header;
    let allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/-";
    let read = |name: &str, value: &str, is_key: bool| {
        let case = scheme.case(&format!("event key: {name}")).set(header, value);
        case.reads_event_key(is_key.then(|| value.trim_matches([' ', '\t'])))
    };
    let mut cases = vec![
        read("every character it may have", allowed, true),
        read("one character", "x", true),
        read("128 characters", &"k".repeat(128), true),
        read("129 characters", &"k".repeat(129), false),
        read("255 characters", &"k".repeat(255), false),
        read("256 characters", &"k".repeat(256), false),
        read("with its case", "Repo:Push", true),
        read("one that nobody knows", "zebra.crossed/twice", true),
        read("a dot alone", ".", true),
        read("blanks around it", "\t repo:fork  ", true),
        read("empty", "", false),
        read("blanks alone", " \t ", false),
        read("a blank inside", "repo: push", false),
        read("an asterisk", "repo:*", false),
        read("a comma", "repo:push,repo:fork", false),
        read("quotes", "\"repo:push\"", false),
        read("a semicolon", "repo:push;v=1", false),
        read("a percent sign", "repo%3Apush", false),
        read("an angle bracket", "<script>", false),
    ];
    let gone = |name: &str, case: Case| Case {
        name: format!("event key: {name}"),
        ..case.reads_event_key(None)
    };
    let usual = scheme.case("");
    cases.push(gone("missing", usual.clone().without(header)));
    cases.push(gone("twice, the same", usual.clone().add(header, field.sent)));
    cases.push(gone("twice, in two cases", usual.clone().add(&header.to_lowercase(), field.sent)));
    cases.push(gone("twice, the second empty", usual.clone().add(header, "")));
    cases.push(gone("twice, first another", usual.add_first(header, "repo:fork")));
    cases
}

/// `usual` is a genuine request whose id stands in `header`, and nowhere else.
pub(in super::super) fn request_ids(usual: &Case, header: &str) -> Vec<Case> {
    let named = |name: &str, case: Case| Case { name: format!("{}: {name}", usual.name), ..case };
    let read = |name: &str, value: &str, is_id: bool| {
        let case = named(name, usual.clone().set(header, value));
        case.reads_request_id(is_id.then(|| value.trim_matches([' ', '\t'])))
    };
    let mut cases = vec![
        read("every visible character", VISIBLE, true),
        read("one character", "7", true),
        read("a UUID", UUID, true),
        read("a UUID in upper case", &UUID.to_uppercase(), true),
        read("a UUID in braces", &format!("{{{UUID}}}"), true),
        read("255 characters", &"i".repeat(255), true),
        read("256 characters", &"i".repeat(256), false),
        read("blanks around it", "  spaced\t", true),
        read("a blank inside", "one two", false),
        read("empty", "", false),
        read("blanks alone", "\t", false),
    ];
    let gone = |name: &str, case: Case| named(name, case.reads_request_id(None));
    let usual = || usual.clone();
    cases.push(gone("missing", usual().without(header)));
    cases.push(gone("twice, the same", usual().add(header, REQUEST_ID)));
    cases.push(gone("twice, in two cases", usual().add(&header.to_uppercase(), REQUEST_ID)));
    cases.push(gone("twice, another first", usual().add_first(header, "another")));
    for other in ["X-Request-UUID", "X-Request-Id", "X-GitHub-Delivery", "X-Correlation-Id"] {
        if other != header {
            let case = usual().without(header).add(other, REQUEST_ID);
            cases.push(gone(&format!("in {other} only"), case));
        }
    }
    cases
}

fn attempts(scheme: &Scheme) -> Vec<Case> {
    const HEADER: &str = "X-Attempt-Number";
    let Some(field) = scheme.attempt else {
        let name = "attempt: a header that this dialect does not have";
        return vec![scheme.case(name).add(HEADER, "2")];
    };
    let values = [
        ("0", Some(0)),
        ("2", Some(2)),
        ("0002", Some(2)),
        ("4294967295", Some(u32::MAX)),
        ("4294967296", None),
        ("18446744073709551617", None),
        ("99999999999999999999999999999999999999", None),
        ("+1", None),
        ("-1", None),
        ("1.0", None),
        ("1e3", None),
        ("0x1", None),
        ("1_000", None),
        ("1,2", None),
        ("1 2", None),
        ("one", None),
        ("true", None),
        ("NaN", None),
        ("Infinity", None),
        ("1st", None),
    ];
    let mut cases: Vec<Case> = values
        .iter()
        .map(|(value, read)| {
            let name = format!("attempt: {value}");
            scheme.case(&name).set(field.header, *value).reads_attempt(*read)
        })
        .collect();
    let case = |name: &str, read| scheme.case(&format!("attempt: {name}")).reads_attempt(read);
    cases.extend([
        case("missing", None).without(field.header),
        case("empty", None).set(field.header, ""),
        case("blanks around it", Some(3)).set(field.header, " 3\t"),
        case("twice, the same", None).add(field.header, field.sent),
        case("twice, another", None).add(&field.header.to_lowercase(), "2"),
        case("256 digits", None).set(field.header, "1".repeat(256)),
    ]);
    cases
}
