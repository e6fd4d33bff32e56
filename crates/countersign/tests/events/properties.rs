//! Whatever the body: no panic, nothing lost, and an error that names the place and not the value.

use std::sync::LazyLock;

use countersign::EventKey;
use countersign::bitbucket::event::EventError;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Number, Value, json};

use crate::fixtures::{self, Fixture};
use crate::{Sender, json as parse_json, key};

/// A word that no error may hold.
const VALUE: &str = "s3ntinel";

static FIXTURES: LazyLock<Vec<(Sender, Fixture)>> = LazyLock::new(|| {
    let of = |sender| fixtures::all(sender).into_iter().map(move |fixture| (sender, fixture));
    Sender::ALL.into_iter().flat_map(of).collect()
});

/// The names of all fields in the fixtures.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut names = vec![VALUE.to_owned()];
    for (_, fixture) in FIXTURES.iter() {
        for pointer in pointers(&parse_json(&fixture.text)) {
            names.extend(pointer.rsplit('/').next().map(str::to_owned));
        }
    }
    names.sort();
    names.dedup();
    names
});

/// Where every value stands in `value`, itself left out.
fn pointers(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    let below = |(step, value): (String, &Value)| {
        let deeper = pointers(value).into_iter().map(|rest| format!("/{step}{rest}"));
        std::iter::once(format!("/{step}")).chain(deeper).collect::<Vec<_>>()
    };
    children.into_iter().flat_map(below).collect()
}

/// Reads `body`, and checks what must be so for every body. The path of what was misread.
fn read(sender: Sender, key: &EventKey, body: &Value) -> Result<Option<String>, TestCaseError> {
    let text = body.to_string();
    match sender.parse(key, text.as_bytes()) {
        Ok(parsed) => {
            prop_assert_eq!(&parsed.json, body);
            prop_assert_eq!(&parsed.key, key);
            Ok(None)
        }
        Err(error) => {
            let told = format!("{error} {error:?}");
            prop_assert!(!told.contains(VALUE), "{}", told);
            match error {
                EventError::WrongType { path, .. } => {
                    prop_assert!(body.pointer(&path).is_some(), "{} of {}", path, text);
                    Ok(Some(path))
                }
                EventError::NotAnObject => {
                    prop_assert!(!body.is_object());
                    Ok(Some(String::new()))
                }
                other => Err(TestCaseError::fail(format!("{other}: {text}"))),
            }
        }
    }
}

fn any_key() -> impl Strategy<Value = (Sender, EventKey)> {
    let keys = Sender::ALL.into_iter().flat_map(|sender| {
        sender.keys().map(EventKey::from).chain([key("a:new:key")]).map(move |key| (sender, key))
    });
    select(keys.collect::<Vec<_>>())
}

fn any_leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| Number::from_f64(number).map_or(json!(0.5), Value::Number)),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!(VALUE)),
    ]
}

/// JSON whose objects have the fields of events.
fn any_json() -> impl Strategy<Value = Value> {
    any_leaf().prop_recursive(7, 96, 6, |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..5).prop_map(Value::from),
            4 => btree_map(select(NAMES.as_slice()), inner, 0..7)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn replacement() -> impl Strategy<Value = Option<Value>> {
    let object = json!({VALUE: VALUE});
    let leaves = [json!(null), json!(true), json!(-1.5), json!(1e300), json!(u64::MAX), json!(0)];
    let mut values = vec![None, Some(json!(VALUE)), Some(json!([])), Some(json!({}))];
    values.extend([json!([VALUE]), json!([object]), json!([null]), object].map(Some));
    values.extend(leaves.map(Some));
    select(values)
}

/// Puts `value` at `pointer`, or removes what stands there.
fn change(body: &mut Value, pointer: &str, value: Option<&Value>) {
    let (parent, step) = pointer.rsplit_once('/').expect("a pointer");
    match (body.pointer_mut(parent), value) {
        (Some(Value::Object(map)), Some(value)) => drop(map.insert(step.into(), value.clone())),
        (Some(Value::Object(map)), None) => drop(map.remove(step)),
        (Some(Value::Array(items)), value) => {
            let at: usize = step.parse().expect("a position");
            match value {
                Some(value) => items[at] = value.clone(),
                None => drop(items.remove(at)),
            }
        }
        _ => panic!("nothing at {parent}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn arbitrary_json_is_kept_or_refused_by_its_place((sender, key) in any_key(), body in any_json()) {
        read(sender, &key, &body)?;
    }

    #[test]
    fn a_changed_fixture_is_kept_or_refused_at_the_change(
        at in any::<Index>(), place in any::<Index>(), value in replacement(),
    ) {
        let (sender, fixture) = at.get(&FIXTURES);
        let mut body = parse_json(&fixture.text);
        let places = pointers(&body);
        let pointer = place.get(&places);
        change(&mut body, pointer, value.as_ref());
        if let Some(path) = read(*sender, &fixture.key.into(), &body)? {
            prop_assert!(value.is_some(), "{} is not missed", pointer);
            prop_assert!(path.starts_with(pointer.as_str()), "{} and not {}", path, pointer);
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm((sender, key) in any_key(), body in vec(any::<u8>(), 0..200)) {
        let _ = sender.parse(&key, &body);
    }

    #[test]
    fn damaged_bytes_do_no_harm(
        at in any::<Index>(), place in any::<Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let (sender, fixture) = at.get(&FIXTURES);
        let mut body = fixture.text.clone().into_bytes();
        let place = place.index(body.len());
        body[place] = byte;
        if cut {
            body.truncate(place);
        }
        let _ = sender.parse(&fixture.key.into(), &body);
    }
}
