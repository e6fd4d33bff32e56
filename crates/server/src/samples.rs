//! Sample bodies of our own, for pings and the demonstration. Invented names only.

use bytes::Bytes;
use countersign::EventKey;

/// The key of a ping without a key of its own.
pub const PING_KEY: &str = "diagnostics:ping";

const PING: &str = r#"{"test": true}"#;

/// A push to Bitbucket Cloud, compact as Bitbucket sends it.
pub const CLOUD_PUSH: &str = include_str!("samples/cloud-repo-push.json");

const SAMPLES: [(&str, &str); 4] = [
    (PING_KEY, PING),
    ("repo:push", CLOUD_PUSH),
    ("pullrequest:created", include_str!("samples/cloud-pullrequest-created.json")),
    ("repo:refs_changed", include_str!("samples/data-center-repo-refs-changed.json")),
];

/// The sample of a key, or the ping. `None` where there is no sample of it.
pub fn of(key: Option<&EventKey>) -> Option<(EventKey, Bytes)> {
    let wanted = key.map_or(PING_KEY, EventKey::as_str);
    let (key, body) = SAMPLES.iter().find(|(known, _)| *known == wanted)?;
    Some((EventKey::parse(key).ok()?, Bytes::from_static(body.trim_ascii_end().as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_json_under_a_known_key() {
        for (key, body) in SAMPLES {
            let key = EventKey::parse(key).unwrap();
            assert!(key.known().is_some(), "{key}");
            assert!(serde_json::from_str::<serde_json::Value>(body).is_ok(), "{key}");
            assert!(of(Some(&key)).is_some());
        }
        assert_eq!(of(None).unwrap().1, PING);
        assert!(of(Some(&EventKey::parse("invoice.paid").unwrap())).is_none());
    }
}
