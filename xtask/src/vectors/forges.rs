//! `github` and `gitea`: hexadecimal over the body, with a label and without.

use super::bitbucket::{over_body, sendings};
use super::case::Case;
use super::foreign;
use super::mac::{Algorithm, Encoding, hex};
use super::scheme::{Covers, Scheme, identified, push};
use super::sending::Sending;

pub(super) fn github() -> Scheme {
    Scheme {
        header: "X-Hub-Signature-256",
        label: "sha256=",
        encoding: Encoding::Hex,
        algorithm: Algorithm::Sha256,
        covers: Covers::Body,
        event_key: Some(push("X-GitHub-Event")),
        request_id: Some(identified("X-GitHub-Delivery")),
        attempt: None,
        generic: None,
    }
}

fn gitea() -> Scheme {
    Scheme {
        header: "X-Gitea-Signature",
        label: "",
        event_key: Some(push("X-Gitea-Event")),
        request_id: Some(identified("X-Gitea-Delivery")),
        ..github()
    }
}

pub(super) fn verify_github() -> Vec<Case> {
    let scheme = github();
    let mut cases = over_body(&scheme);
    for foreign in foreign::of(Covers::Body).into_iter().filter(|foreign| foreign.name == "sha1") {
        let value = format!("sha1={}", hex(foreign.digest));
        cases.push(
            scheme
                .case("genuine: X-Hub-Signature with a valid SHA-1 besides")
                .add("X-Hub-Signature", &*value),
        );
        cases.push(
            scheme
                .case("no header: X-Hub-Signature with a valid SHA-1 alone")
                .without(scheme.header)
                .add("X-Hub-Signature", value)
                .refused("signature_missing"),
        );
    }
    let (body, secret) = (b"{\"zen\": \"\", \"hook_id\": 17}", scheme.secret("first"));
    let ping = scheme.signed("genuine: a ping", &[secret], 0, body);
    cases.push(ping.set("X-GitHub-Event", "ping").reads_event_key(Some("ping")));
    cases.push(
        scheme
            .case("event key: X-Event-Key is another dialect's")
            .set("X-GitHub-Event", "pull_request")
            .add("X-Event-Key", "repo:push")
            .reads_event_key(Some("pull_request")),
    );
    cases
}

pub(super) fn verify_gitea() -> Vec<Case> {
    let scheme = gitea();
    let mut cases = over_body(&scheme);
    let value = scheme.value(&scheme.digest());
    for name in ["X-Gogs-Signature", "X-Forgejo-Signature"] {
        cases.push(scheme.case(&format!("genuine: {name} besides")).add(name, &*value));
    }
    cases.push(
        scheme
            .case("genuine: headers of other names besides")
            .add("X-GitHub-Event", "push")
            .add("X-GitHub-Delivery", "another")
            .add("X-Gitea-Event-Type", "push"),
    );
    cases.push(scheme.claiming("length: blanks alone", " \t").refused("length_wrong"));
    cases
}

pub(super) fn sign_github() -> Vec<String> {
    let sign = |sending: &Sending| {
        let ids =
            [("X-GitHub-Event", &sending.event_key), ("X-GitHub-Delivery", &sending.request_id)];
        let hook = sending.hook_id.as_ref().map(|id| ("X-GitHub-Hook-ID", id));
        sign(sending, &github(), ids.into_iter().chain(hook))
    };
    sendings().iter().map(sign).collect()
}

pub(super) fn sign_gitea() -> Vec<String> {
    let sign = |sending: &Sending| {
        let ids =
            [("X-Gitea-Event", &sending.event_key), ("X-Gitea-Delivery", &sending.request_id)];
        sign(sending, &gitea(), ids.into_iter())
    };
    sendings().iter().map(sign).collect()
}

fn sign<'a>(
    sending: &Sending,
    scheme: &Scheme,
    ids: impl Iterator<Item = (&'static str, &'a String)>,
) -> String {
    let mut headers = vec![("X-Event-Key", sending.event_key.clone())];
    headers.extend(ids.map(|(name, value)| (name, value.clone())));
    headers.push(("X-Attempt-Number", sending.attempt.to_string()));
    let digest = scheme.algorithm.hmac(&sending.last().bytes, &sending.whole_body());
    headers.push((scheme.header, scheme.value(&digest)));
    sending.render(None, &headers)
}
