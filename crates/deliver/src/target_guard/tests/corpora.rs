//! The guard against collections of cases, where their folder is given.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::*;
use crate::resolver::Resolving;

fn read(file: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("COUNTERSIGN_CORPORA") else {
        println!("not run: COUNTERSIGN_CORPORA is not set");
        return None;
    };
    let path = PathBuf::from(folder).join("derived").join(file);
    Some(serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
}

fn texts<'a>(list: &'a Value, key: &'a str) -> impl Iterator<Item = &'a str> {
    list.as_array().unwrap().iter().map(move |item| match item {
        Value::String(text) => text.as_str(),
        other => other[key].as_str().unwrap(),
    })
}

#[test]
fn addresses() {
    let Some(cases) = read("ssrf_ip_cases.json") else {
        return;
    };
    let guard = TargetGuard::default();
    let list = cases["cases"].as_array().unwrap();
    for case in list {
        let (ip, why) = (case["ip"].as_str().unwrap(), case["why"].as_str().unwrap());
        // The two cases that leave it open whether an embedded public address is allowed.
        let open = why.contains("policy may deny") || why.contains("or deny all");
        let deny = case["deny"].as_bool().unwrap() || open;
        for scheme in [Scheme::Http, Scheme::Https] {
            let address = SocketAddr::new(ip.parse().unwrap(), 443);
            let refused = guard.check_addr(address, scheme, PUBLIC_HTTP).is_err();
            assert_eq!(refused, deny, "{ip} {scheme:?}: {why}");
        }
    }
    assert!(list.len() > 200, "{}", list.len());
}

#[test]
fn special_purpose_registry() {
    let Some(rows) = read("special_purpose_2026-07-18.json") else {
        return;
    };
    for cidr in texts(&rows, "cidr") {
        let net: ipnet::IpNet = cidr.parse().unwrap();
        assert!(!allowed(&net.network().to_string()), "{cidr} first");
        assert!(!allowed(&net.broadcast().to_string()), "{cidr} last");
    }
}

/// Names that lead inside, and everything else outside.
#[derive(Debug)]
struct Internet;

impl Resolve for Internet {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        let name = name.trim_end_matches('.');
        let inside = name.ends_with("localhost")
            || name.ends_with(".nip.io")
            || name.ends_with("burpcollaborator.net");
        let ip = if inside { "127.0.0.1" } else { PUBLIC };
        Box::pin(async move { Ok(vec![ip.parse().unwrap()]) })
    }
}

/// Where the URL would lead, without the note that may follow it in brackets.
async fn lead(text: &str) -> Option<Vec<SocketAddr>> {
    let text = text.rsplit_once(" (").filter(|_| text.ends_with(')')).map_or(text, |it| it.0);
    let url = parse_url(text).ok()?;
    TargetGuard::default().check(&url, PUBLIC_HTTP, &Internet).await.ok()
}

#[tokio::test]
async fn urls_that_must_not_lead_inside() {
    let Some(cases) = read("ssrf_url_cases.json") else {
        return;
    };
    for text in texts(&cases["must_not_connect"], "url") {
        let Some(vetted) = lead(text).await else {
            continue;
        };
        // What is left leads to the name outside that it holds.
        assert!(vetted.iter().all(|address| address.ip().to_string() == PUBLIC), "{text:?}");
        assert!(text.contains("example.com#@") || text.contains("lo\u{441}alhost"), "{text:?}");
    }
}

#[tokio::test]
async fn urls_that_must_be_refused() {
    let Some(cases) = read("ssrf_url_cases.json") else {
        return;
    };
    for text in texts(&cases["must_reject_at_validation"], "url") {
        let sound = text.contains("ok syntactically") || text.contains("must stay encoded");
        assert_eq!(lead(text).await.is_some(), sound, "{text:?}");
    }
}
