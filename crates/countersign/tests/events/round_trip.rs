//! Every fixture becomes an event of its key and the same JSON again.

use countersign::bitbucket::cloud::Event as CloudEvent;
use countersign::bitbucket::data_center::Event as DataCenterEvent;
use countersign::bitbucket::event::Fit;

use crate::fixtures::{self, file_name};
use crate::{Sender, json, key};

#[test]
fn every_key_has_a_fixture() {
    for sender in Sender::ALL {
        let fixtures = fixtures::all(sender);
        assert_eq!(sender.keys().count(), 29);
        for key in sender.keys() {
            let named = |fixture: &&fixtures::Fixture| fixture.name == file_name(key);
            assert!(fixtures.iter().any(|fixture| named(&fixture)), "{sender:?} {key}");
        }
    }
}

#[test]
fn fixtures_are_read_as_events_of_their_key_and_written_back() {
    for sender in Sender::ALL {
        for fixture in fixtures::all(sender) {
            let parsed = sender.parse(&fixture.key.into(), fixture.text.as_bytes());
            let parsed = parsed.unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
            assert_eq!(parsed.key, fixture.key.into(), "{}", fixture.name);
            assert!(!parsed.is_unknown, "{}", fixture.name);
            assert_eq!(parsed.json, json(&fixture.text), "{}", fixture.name);
            assert_eq!(parsed.fit, Fit::Fits, "{}", fixture.name);
        }
    }
}

#[test]
fn a_key_of_the_other_product_or_of_nobody_is_unknown_and_kept() {
    let text = fixtures::text(Sender::Cloud, "repo-push.new-fields");
    let keys = ["repo:refs_changed", "repo:archived", "REPO:PUSH", "invoice.paid"];
    for name in keys {
        let parsed = Sender::Cloud.parse(&key(name), text.as_bytes()).expect("an event");
        assert!(parsed.is_unknown, "{name}");
        assert_eq!(parsed.key, key(name));
        assert_eq!(parsed.json, json(&text));
        assert_eq!(parsed.fit, Fit::Unknown);
    }
    let parsed = Sender::DataCenter.parse(&key("repo:push"), text.as_bytes()).expect("an event");
    assert!(parsed.is_unknown);
    assert_eq!(parsed.json, json(&text));
}

#[test]
fn null_and_absent_stay_apart_and_a_set_field_wins() {
    let body = r#"{"repository":{"website":null,"full_name":"acme/rocket"}}"#;
    let event = CloudEvent::parse(&key("repo:created"), body.as_bytes()).expect("an event");
    let CloudEvent::RepoCreated(mut created) = event else { panic!("another event") };
    let repository = created.repository.as_mut().expect("a repository");
    assert_eq!((&repository.website, &repository.scm), (&None, &None));
    assert!(repository.other.get("website").is_some_and(serde_json::Value::is_null));
    assert!(!repository.other.contains_key("scm"));

    repository.website = Some("https://rocket.example".into());
    repository.full_name = None;
    let written = CloudEvent::RepoCreated(created).to_json();
    assert_eq!(written, json(r#"{"repository":{"website":"https://rocket.example"}}"#));
}

#[test]
fn numbers_keep_their_value() {
    let body = r#"{"actor":{"id":-9223372036854775808,"big":18446744073709551615,"small":1e-300,
        "whole":1.0,"exact":9007199254740993,"fraction":2.565558736677225e-148}}"#;
    let event = DataCenterEvent::parse(&key("pr:opened"), body.as_bytes()).expect("an event");
    assert_eq!(event.actor().and_then(|actor| actor.id), Some(i64::MIN));
    assert_eq!(event.to_json(), json(body));
    assert_eq!(serde_json::to_string(&event).expect("text"), json(body).to_string());
}
