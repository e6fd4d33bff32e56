//! How the files are written: a case in a few lines, members in the order of the specification.

use serde_json::Value;

use super::case::{Accepted, Case, Outcome, Secret};
use super::mac::base64;

/// The file of a dialect.
pub(super) fn dialect(name: &str, verify: &[Case], sign: &[String]) -> String {
    let verify: Vec<String> = verify.iter().map(case).collect();
    format!(
        "{{\n\"format\": 1,\n\"dialect\": {},\n\"verify\": {},\n\"sign\": {}\n}}\n",
        text(name),
        block(&verify),
        block(sign)
    )
}

/// A file with nothing but cases.
pub(super) fn cases(cases: &[String]) -> String {
    format!("{{\n\"format\": 1,\n\"cases\": {}\n}}\n", block(cases))
}

/// An object of one line.
pub(super) fn object(members: &[(&str, String)]) -> String {
    format!("{{{}}}", joined(members))
}

fn joined(members: &[(&str, String)]) -> String {
    let members: Vec<_> =
        members.iter().map(|(name, value)| format!("{}: {value}", text(name))).collect();
    members.join(", ")
}

/// An object of a line for each group of members.
pub(super) fn lines(groups: &[Vec<(&str, String)>]) -> String {
    let groups: Vec<String> =
        groups.iter().filter(|group| !group.is_empty()).map(|group| joined(group)).collect();
    format!("{{{}}}", groups.join(",\n "))
}

pub(super) fn text(text: &str) -> String {
    Value::from(text).to_string()
}

pub(super) fn text_or_null(value: Option<&str>) -> String {
    value.map_or_else(|| "null".to_owned(), text)
}

pub(super) fn bytes(bytes: &[u8]) -> String {
    text(&base64(bytes))
}

pub(super) fn secrets(secrets: &[Secret]) -> String {
    let secret =
        |secret: &Secret| object(&[("id", text(&secret.id)), ("base64", bytes(&secret.bytes))]);
    list(secrets.iter().map(secret))
}

pub(super) fn headers<N: AsRef<str>>(headers: &[(N, String)]) -> String {
    list(headers.iter().map(|(name, value)| list([text(name.as_ref()), text(value)])))
}

/// The members of a body.
pub(super) fn body(body: &[u8], times: usize) -> Vec<(&'static str, String)> {
    let mut members = vec![("body_base64", bytes(body))];
    if times != 1 {
        members.push(("body_times", times.to_string()));
    }
    members
}

fn case(case: &Case) -> String {
    let generic = case.generic.map(|generic| ("generic_hmac", generic.render()));
    let outcome = match &case.outcome {
        Outcome::Accepted(answer) => ("accepted", accepted(answer)),
        Outcome::Refused(reason) => ("refused", text(reason)),
    };
    lines(&[
        vec![("name", text(&case.name))],
        generic.into_iter().collect(),
        vec![("secrets", secrets(&case.secrets))],
        vec![("headers", headers(&case.headers))],
        body(&case.body, case.times),
        vec![("now", case.now.to_string()), outcome],
    ])
}

fn accepted(answer: &Accepted) -> String {
    object(&[
        ("secret_id", text(&answer.secret_id)),
        ("event_key", text_or_null(answer.event_key.as_deref())),
        ("request_id", text_or_null(answer.request_id.as_deref())),
        ("attempt", answer.attempt.map_or_else(|| "null".to_owned(), |number| number.to_string())),
    ])
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

/// A list with each item on lines of its own.
fn block(items: &[String]) -> String {
    format!("[\n{}\n]", items.join(",\n"))
}
