//! `webhook-id`: signed, exactly once, and never with the sign that separates what is signed.

use super::super::case::{Case, Outcome};
use super::super::scheme::{BODY, NOW, REQUEST_ID, Scheme, WEBHOOK_ID, WEBHOOK_TIMESTAMP, message};

pub(super) fn all(scheme: &Scheme) -> Vec<Case> {
    let mut cases = taken(scheme);
    cases.extend(refused(scheme));
    cases.extend(split(scheme));
    cases
}

/// A request whose id is `id`, signed over it.
fn signed(scheme: &Scheme, name: &str, id: &str) -> Case {
    let digest = scheme.algorithm.hmac(
        &scheme.key(&scheme.secret("first")),
        &message(id.trim_matches([' ', '\t']), &NOW.to_string(), BODY),
    );
    let case = scheme.claiming_digest(&format!("id: {name}"), &digest);
    with_id(scheme, case, id)
}

/// Where the signed id is what is told as request id, that changes with it.
fn with_id(scheme: &Scheme, case: Case, id: &str) -> Case {
    let case = case.set(WEBHOOK_ID, id);
    let told = scheme.request_id.is_some_and(|field| field.header == WEBHOOK_ID);
    match case.outcome {
        Outcome::Accepted(_) if told => case.reads_request_id(Some(id.trim_matches([' ', '\t']))),
        _ => case,
    }
}

fn taken(scheme: &Scheme) -> Vec<Case> {
    let visible: String = (b'!'..=b'~').map(char::from).filter(|sign| *sign != '.').collect();
    vec![
        signed(scheme, "every visible character but the full stop", &visible),
        signed(scheme, "one character", "1"),
        signed(scheme, "255 characters", &"i".repeat(255)),
        signed(scheme, "like a number", "1700000000"),
        signed(scheme, "blanks around it are not signed", " \tmsg_2x "),
    ]
}

fn refused(scheme: &Scheme) -> Vec<Case> {
    let invalid = |name: &str, id: &str| signed(scheme, name, id).refused("id_invalid");
    let usual = |name: &str| scheme.case(&format!("id: {name}"));
    vec![
        invalid("256 characters", &"i".repeat(256)),
        invalid("empty, and signed so", ""),
        invalid("blanks alone", "  "),
        invalid("a full stop inside", "msg.1"),
        invalid("a full stop at the end", "msg_1."),
        invalid("a full stop at the start", ".msg_1"),
        invalid("a full stop alone", "."),
        invalid("a blank inside", "msg 1"),
        usual("missing").without(WEBHOOK_ID).refused("id_missing"),
        usual("missing, and the time too")
            .without(WEBHOOK_ID)
            .without(WEBHOOK_TIMESTAMP)
            .refused("id_missing"),
        usual("twice, the same").add(WEBHOOK_ID, REQUEST_ID).refused("id_repeated"),
        usual("twice, another first").add_first(WEBHOOK_ID, "another").refused("id_repeated"),
        usual("twice, the second empty").add(WEBHOOK_ID, "").refused("id_repeated"),
        usual("twice, in two cases").add("Webhook-ID", REQUEST_ID).refused("id_repeated"),
        usual("invalid, and the time missing")
            .set(WEBHOOK_ID, "a.b")
            .without(WEBHOOK_TIMESTAMP)
            .refused("id_invalid"),
        usual("in svix-id only")
            .without(WEBHOOK_ID)
            .add("svix-id", REQUEST_ID)
            .refused("id_missing"),
        usual("in an underscored name only")
            .without(WEBHOOK_ID)
            .add("webhook_id", REQUEST_ID)
            .refused("id_missing"),
        with_id(scheme, usual("another"), "another").refused("mismatch"),
        with_id(scheme, usual("one character more"), &format!("{REQUEST_ID}0")).refused("mismatch"),
        with_id(scheme, usual("in upper case"), &REQUEST_ID.to_uppercase()).refused("mismatch"),
        usual("missing, with a signature that is malformed")
            .without(WEBHOOK_ID)
            .set(scheme.header, "v1,????")
            .refused("encoding_invalid"),
        usual("missing, with a forged signature")
            .without(WEBHOOK_ID)
            .set(scheme.header, scheme.value(&[7; 32]))
            .refused("id_missing"),
        usual("missing, without a signature")
            .without(WEBHOOK_ID)
            .without(scheme.header)
            .refused("signature_missing"),
    ]
}

/// The same signed bytes, divided elsewhere between id, time and body.
pub(super) fn split(scheme: &Scheme) -> Vec<Case> {
    let usual = |name: &str| scheme.case(&format!("split: {name}"));
    let now = NOW.to_string();
    let tail = |parts: &[&str]| [parts.concat().as_bytes(), BODY].concat();
    let key = scheme.key(&scheme.secret("first"));
    let numbers = scheme.algorithm.hmac(&key, &message("msg_1", &now, &tail(&[&now, "."])));
    let dotted = scheme.algorithm.hmac(&key, &message("a", &now, &tail(&["1699999999."])));
    let first = now.split_at(5);
    vec![
        usual("id and time both in the id")
            .set(WEBHOOK_ID, format!("{REQUEST_ID}.{now}"))
            .set(WEBHOOK_TIMESTAMP, "")
            .refused("id_invalid"),
        usual("the time in the id")
            .set(WEBHOOK_ID, format!("{REQUEST_ID}.{now}."))
            .refused("id_invalid"),
        scheme
            .claiming_digest("split: the time in the id, a number from the body as time", &numbers)
            .set(WEBHOOK_ID, format!("msg_1.{now}"))
            .refused("id_invalid"),
        with_id(
            scheme,
            scheme.claiming_digest("split: the same signature where it belongs", &numbers),
            "msg_1",
        )
        .with_body(tail(&[&now, "."])),
        scheme
            .claiming_digest("split: a number from the body as time", &dotted)
            .set(WEBHOOK_ID, "a")
            .set(WEBHOOK_TIMESTAMP, "1699999999")
            .refused("mismatch"),
        usual("the time in the body")
            .set(WEBHOOK_TIMESTAMP, "")
            .with_body(tail(&[&now, "."]))
            .refused("timestamp_invalid"),
        usual("half of the time in the body")
            .set(WEBHOOK_TIMESTAMP, first.0)
            .with_body(tail(&[first.1, "."]))
            .refused("mismatch"),
        usual("the end of the id as time")
            .set(WEBHOOK_ID, &REQUEST_ID[..3])
            .set(WEBHOOK_TIMESTAMP, &REQUEST_ID[3..])
            .refused("timestamp_invalid"),
        usual("nothing but the body")
            .without(WEBHOOK_ID)
            .with_body(scheme.message(BODY))
            .refused("id_missing"),
    ]
    .into_iter()
    .chain(other_messages(scheme))
    .collect()
}

/// The signature of a message with its parts otherwise.
fn other_messages(scheme: &Scheme) -> Vec<Case> {
    let now = NOW.to_string();
    let key = scheme.key(&scheme.secret("first"));
    let messages = [
        ("the time before the id", message(&now, REQUEST_ID, BODY)),
        ("without the full stops", [REQUEST_ID.as_bytes(), now.as_bytes(), BODY].concat()),
        ("without the id", [now.as_bytes(), b".", BODY].concat()),
        ("without the time", [REQUEST_ID.as_bytes(), b".", BODY].concat()),
        ("the body first", [BODY, b".", now.as_bytes(), b".", REQUEST_ID.as_bytes()].concat()),
    ];
    let case = |(name, message): &(&str, Vec<u8>)| {
        let digest = scheme.algorithm.hmac(&key, message);
        scheme.claiming_digest(&format!("split: {name}"), &digest).refused("mismatch")
    };
    messages.iter().map(case).collect()
}
