//! What may be a secret, in every dialect; an accepted one signs what it verifies. And the two other
//! things that a configuration gives: event keys and the settings of `generic-hmac`.
#![no_main]

use countersign::{
    Dialect, EventKey, GenericHmac, KnownEventKey, Outgoing, Secret, Signer, UnixSeconds, Verifier,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = str::from_utf8(bytes) {
        configuration(text);
    }
    let Ok(secret) = Secret::new(bytes) else {
        return;
    };
    assert_eq!(secret.expose(), bytes);
    for dialect in Dialect::ALL {
        let checked = dialect.check_secret(&secret);
        let verifier = Verifier::new(dialect.clone(), [&secret]);
        assert_eq!(checked.is_ok(), verifier.is_ok(), "{dialect}");
        let Ok(verifier) = verifier else {
            continue;
        };
        let event_key: EventKey = KnownEventKey::RepoPush.into();
        let outgoing = Outgoing {
            event_key: &event_key,
            request_id: "request-1",
            attempt: 1,
            hook_id: None,
            at: UnixSeconds(1_700_000_000),
            body: bytes,
        };
        let signer = Signer::new(dialect.clone(), [&secret]).expect("what verifies signs");
        let headers = signer.headers(&outgoing).expect("headers");
        assert!(verifier.verify(&headers, bytes, outgoing.at).is_ok(), "{dialect}");
    }
});

fn configuration(text: &str) {
    if let Ok(key) = EventKey::parse(text) {
        assert!((1..=128).contains(&text.len()));
        assert_eq!(key.as_str(), text);
    }
    let mut words = text.splitn(4, '\n');
    let mut word = || words.next().unwrap_or_default();
    let _ = GenericHmac::new(word())
        .and_then(|generic| generic.with_prefix(word()))
        .and_then(|generic| generic.with_event_key_header(word()))
        .and_then(|generic| generic.with_request_id_header(word()));
}
