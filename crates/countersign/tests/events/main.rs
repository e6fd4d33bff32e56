//! Bitbucket's events through the public interface: fixtures, what they say, properties.
#![cfg(feature = "events")]
// The exemption of tests in clippy.toml reaches `#[test]` functions only.
#![expect(clippy::expect_used, clippy::panic, reason = "all of this is test code")]

mod cloud;
mod corpus;
mod data_center;
mod depth;
mod fit;
mod fixtures;
mod names;
mod properties;
mod round_trip;

use countersign::bitbucket::event::{EventError, Fit};
use countersign::bitbucket::{cloud as of_cloud, data_center as of_data_center};
use countersign::{EventKey, KnownEventKey, Product};
use serde_json::Value;

/// Whose event it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    Cloud,
    DataCenter,
}

/// What both products' events have, to test them alike.
struct Parsed {
    key: EventKey,
    is_unknown: bool,
    json: Value,
    fit: Fit,
}

impl Sender {
    const ALL: [Self; 2] = [Self::Cloud, Self::DataCenter];

    fn keys(self) -> impl Iterator<Item = KnownEventKey> {
        let product = match self {
            Self::Cloud => Product::Cloud,
            Self::DataCenter => Product::DataCenter,
        };
        let sent = move |key: &KnownEventKey| [product, Product::Both].contains(&key.product());
        KnownEventKey::ALL.iter().copied().filter(sent)
    }

    fn parse(self, key: &EventKey, body: &[u8]) -> Result<Parsed, EventError> {
        match self {
            Self::Cloud => of_cloud::Event::parse(key, body).map(|event| {
                let again = of_cloud::Event::from_json(key, object(&event.to_json()));
                assert_eq!(again.as_ref(), Ok(&event));
                let _ = (event.actor(), event.changes().len(), event.comment());
                Parsed {
                    key: event.key(),
                    is_unknown: matches!(event, of_cloud::Event::Unknown(_)),
                    json: serde_json::to_value(&event).expect("serialized"),
                    fit: event.fit(),
                }
            }),
            Self::DataCenter => of_data_center::Event::parse(key, body).map(|event| {
                let again = of_data_center::Event::from_json(key, object(&event.to_json()));
                assert_eq!(again.as_ref(), Ok(&event));
                let _ = (event.actor(), event.changes().len(), event.comment());
                Parsed {
                    key: event.key(),
                    is_unknown: matches!(event, of_data_center::Event::Unknown(_)),
                    json: serde_json::to_value(&event).expect("serialized"),
                    fit: event.fit(),
                }
            }),
        }
    }
}

fn object(value: &Value) -> serde_json::Map<String, Value> {
    value.as_object().expect("an object").clone()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn key(text: &str) -> EventKey {
    EventKey::parse(text).expect("an event key")
}
