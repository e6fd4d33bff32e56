use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::*;

#[test]
fn every_known_key_is_recognised_and_stands_once() {
    let mut texts = BTreeSet::new();
    for known in KnownEventKey::ALL {
        let key = EventKey::parse(known.as_str()).expect("an event key");
        assert_eq!(key.known(), Some(*known));
        assert_eq!(key, EventKey::from(*known));
        assert_eq!(key.to_string(), known.to_string());
        assert!(known.as_str().bytes().all(is_allowed), "{known}");
        assert!(texts.insert(known.as_str()), "{known} stands twice");
    }
    assert_eq!(texts.len(), 56);
}

#[test]
fn each_product_has_29_keys() {
    let of = |product| {
        let sent = |known: &&KnownEventKey| [product, Product::Both].contains(&known.product());
        KnownEventKey::ALL.iter().filter(sent).map(|known| known.as_str()).collect::<Vec<_>>()
    };
    let (cloud, data_center) = (of(Product::Cloud), of(Product::DataCenter));
    assert_eq!((cloud.len(), data_center.len()), (29, 29));
    let both: Vec<_> = cloud.iter().filter(|key| data_center.contains(key)).collect();
    assert_eq!(both, [&"repo:created", &"repo:deleted"]);
    let group =
        |keys: &[&str], start: &str| keys.iter().filter(|key| key.starts_with(start)).count();
    assert_eq!(group(&cloud, "repo:"), 10);
    assert_eq!(group(&cloud, "pullrequest:"), 14);
    assert_eq!(group(&cloud, "issue:"), 3);
    assert_eq!(group(&data_center, "pr:"), 14);
}

#[test]
fn case_is_kept_and_counts() {
    let upper = EventKey::parse("Repo:Push").expect("an event key");
    assert_eq!(upper.as_str(), "Repo:Push");
    assert_eq!(upper.known(), None);
    assert_ne!(upper, EventKey::from(KnownEventKey::RepoPush));
}

#[test]
fn length_and_characters_are_checked() {
    assert!(EventKey::parse(&"k".repeat(128)).is_ok());
    assert_eq!(EventKey::parse(&"k".repeat(129)), Err(EventKeyError::TooLong));
    assert!(EventKey::parse("AZaz09_.:/-").is_ok());
    for other in ["a b", "a\n", "a*", "a,b", "\u{e9}", "a\0", "a%20", " repo:push"] {
        assert_eq!(EventKey::parse(other), Err(EventKeyError::Character), "{other:?}");
    }
}

#[test]
fn it_is_ordered_and_looked_up_as_its_text() {
    let keys = ["repo:push", "a", "pr:opened", "zzz"];
    let mut sorted: Vec<EventKey> = keys.iter().filter_map(|key| key.parse().ok()).collect();
    sorted.sort();
    let texts: Vec<String> = sorted.iter().map(EventKey::to_string).collect();
    assert_eq!(texts, ["a", "pr:opened", "repo:push", "zzz"]);
    let map: BTreeMap<EventKey, usize> = sorted.into_iter().zip(0..).collect();
    assert_eq!(map.get("repo:push"), Some(&2));
}
