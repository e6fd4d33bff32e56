//! Bodies of Bitbucket's events, of both products: what is read is written back with the same meaning.
//!
//! The first line of an input is the event key, the rest is the body.
#![no_main]

use countersign::EventKey;
use countersign::bitbucket::{cloud, data_center};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let (key, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(key) = str::from_utf8(key).ok().and_then(|key| EventKey::parse(key).ok()) else {
        return;
    };
    if let Ok(event) = cloud::Event::parse(&key, body) {
        assert_eq!(event.key(), key);
        is_kept(body, &event.to_json());
        let _ = (event.fit(), event.actor(), event.repository(), event.changes());
        let _ = (event.pull_request(), event.comment());
    }
    if let Ok(event) = data_center::Event::parse(&key, body) {
        assert_eq!(event.key(), key);
        is_kept(body, &event.to_json());
        let _ = (event.fit(), event.actor(), event.repository(), event.changes());
        let _ = (event.pull_request(), event.comment(), event.body_key());
        let _ = event.date().and_then(|date| date.unix_ms());
    }
});

fn is_kept(body: &[u8], written: &Value) {
    let read: Value = serde_json::from_slice(body).expect("what was parsed is JSON");
    assert_eq!(&read, written);
}
