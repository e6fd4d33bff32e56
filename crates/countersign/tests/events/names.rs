//! Every field of the fixtures is a field of a type, or listed here: a field whose name is misspelt in
//! a type would go to `other` without a word.

use std::collections::BTreeSet;

use countersign::EventKey;
use countersign::bitbucket::{cloud, data_center};
use serde_json::{Value, json};

use crate::{Sender, fixtures, json as parse_json};

/// Fields of Bitbucket Cloud that no type names, each after the field that it stands in.
const UNNAMED_CLOUD: [&str; 21] = [
    "changes/risk",
    "changes/weight",
    "commit/properties",
    "commit/rendered",
    "commits/properties",
    "commits/rendered",
    "delivery",
    "new/protected_until",
    "pullrequest/rendered",
    "resource/droppedAttributesCount",
    "scope/name",
    "scopeSpans/scope",
    "spans/kind",
    "spans/status",
    "status/code",
    "target/properties",
    "target/rendered",
    "workspace_quota",
    "workspace_quota/ratio",
    "workspace_quota/tags",
    "workspace_quota/used_bytes",
];

/// The same of Data Center.
const UNNAMED_DATA_CENTER: [&str; 10] = [
    "actor/locale",
    "actor/timeZone",
    "changes/ratio",
    "date/epochSecond",
    "defaultBranch",
    "nested",
    "nested/a",
    "previousTarget/latestChangeset",
    "repository/weight",
    "signature",
];

/// Fields that are kept as they are, with all that they hold.
const KEPT_WHOLE: [&str; 9] = [
    "links",
    "changes",
    "properties",
    "value",
    "component",
    "milestone",
    "version",
    "tasks",
    "rendered",
];

/// A value that stands out in `Debug`.
const TEXT: &str = "s3ntinel";

/// Pointers to the fields of objects in `value`, down to those that are kept whole.
fn fields(value: &Value, here: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let pointer = format!("{here}/{name}");
                let whole = KEPT_WHOLE.contains(&name.as_str()) && !value.is_array();
                if !whole {
                    fields(value, &pointer, found);
                }
                found.push(pointer);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                fields(value, &format!("{here}/{at}"), found);
            }
        }
        _ => {}
    }
}

/// `change/name` of `/push/changes/0/new/name`: a field and the one that it stands in.
fn short(pointer: &str) -> String {
    let is_name = |step: &&str| !step.is_empty() && !step.bytes().all(|byte| byte.is_ascii_digit());
    let mut steps = pointer.rsplit('/').filter(is_name);
    let name = steps.next().unwrap_or_default();
    steps.next().map_or_else(|| name.to_owned(), |parent| format!("{parent}/{name}"))
}

/// The event as `Debug` shows it; nothing where a field is refused.
fn shown(sender: Sender, key: &EventKey, body: &Value) -> Option<String> {
    let body = body.as_object()?.clone();
    match sender {
        Sender::Cloud => cloud::Event::from_json(key, body).ok().map(|event| format!("{event:?}")),
        Sender::DataCenter => {
            data_center::Event::from_json(key, body).ok().map(|event| format!("{event:?}"))
        }
    }
}

/// Whether the field at `pointer` stays in `other`, whether it is a text or an object.
fn is_unnamed(sender: Sender, key: &EventKey, body: &Value, pointer: &str) -> bool {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    let stays = |value: Value, as_shown: String| {
        let mut body = body.clone();
        *body.pointer_mut(pointer).expect("a field") = value;
        shown(sender, key, &body).is_some_and(|shown| shown.contains(&as_shown))
    };
    stays(json!(TEXT), format!("{name:?}: String({TEXT:?})"))
        && stays(json!({TEXT: 1}), format!("{name:?}: Object {{{TEXT:?}: "))
}

fn unnamed(sender: Sender) -> BTreeSet<String> {
    let (mut seen, mut unnamed) = (BTreeSet::new(), BTreeSet::new());
    for fixture in fixtures::all(sender) {
        let body = parse_json(&fixture.text);
        let mut pointers = Vec::new();
        fields(&body, "", &mut pointers);
        for pointer in pointers {
            let short = short(&pointer);
            // What stands at the top or one below is another type's in each event.
            let of_event = pointer.matches('/').count() <= 2;
            let once = if of_event { format!("{} {short}", fixture.key) } else { short.clone() };
            if seen.insert(once) && is_unnamed(sender, &fixture.key.into(), &body, &pointer) {
                unnamed.insert(short);
            }
        }
    }
    assert!(seen.len() > 200, "{} fields", seen.len());
    unnamed
}

#[test]
fn every_field_of_the_fixtures_has_a_type_or_is_listed() {
    for (sender, listed) in
        [(Sender::Cloud, &UNNAMED_CLOUD[..]), (Sender::DataCenter, &UNNAMED_DATA_CENTER[..])]
    {
        let unnamed = unnamed(sender);
        let unnamed: Vec<&str> = unnamed.iter().map(String::as_str).collect();
        assert_eq!(unnamed, listed, "{sender:?}");
    }
}
