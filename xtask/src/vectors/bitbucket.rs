//! `bitbucket-cloud` and `bitbucket-data-center`: `sha256=` and hexadecimal over the body in
//! `X-Hub-Signature`. They differ in the header of the request id and in the attempt.

use super::case::{Case, Secret};
use super::families;
use super::mac::{Algorithm, Encoding};
use super::scheme::{Covers, Field, NOW, Scheme, identified, push};
use super::sending::Sending;

const CLOUD_ID: &str = "X-Request-UUID";
const DATA_CENTER_ID: &str = "X-Request-Id";

fn scheme(id_header: &'static str) -> Scheme {
    Scheme {
        header: "X-Hub-Signature",
        label: "sha256=",
        encoding: Encoding::Hex,
        algorithm: Algorithm::Sha256,
        covers: Covers::Body,
        event_key: Some(push("X-Event-Key")),
        request_id: Some(identified(id_header)),
        attempt: None,
        generic: None,
    }
}

fn cloud() -> Scheme {
    let attempt = Some(Field { header: "X-Attempt-Number", sent: "1", read: 1 });
    Scheme { attempt, ..scheme(CLOUD_ID) }
}

pub(super) fn verify_cloud() -> Vec<Case> {
    let scheme = cloud();
    let mut cases = over_body(&scheme);
    cases.extend(families::bodies::more(&scheme));
    cases.extend(families::bodies::blocks(&scheme));
    cases.extend(families::changes::more(&scheme));
    cases.push(
        scheme
            .case("genuine: all headers of Bitbucket Cloud")
            .add("X-Hook-UUID", "5b1f7a0e-6f0c-4c5e-9a49-0f6d3c1e7b52")
            .add("X-Event-Time", "2023-11-14T22:13:20Z")
            .add("User-Agent", "Bitbucket-Webhooks/2.0"),
    );
    cases.push(
        scheme
            .case("no header: the id of the hook is no secret")
            .without("X-Hub-Signature")
            .add("X-Hook-UUID", "5b1f7a0e-6f0c-4c5e-9a49-0f6d3c1e7b52")
            .refused("signature_missing"),
    );
    cases.push(
        scheme
            .case("no header: a ping is no exception")
            .without("X-Hub-Signature")
            .set("X-Event-Key", "diagnostics:ping")
            .refused("signature_missing"),
    );
    cases
}

pub(super) fn verify_data_center() -> Vec<Case> {
    let scheme = scheme(DATA_CENTER_ID);
    let mut cases = over_body(&scheme);
    cases.push(
        scheme
            .case("genuine: basic authentication besides")
            .add("Authorization", "Basic Y2k6cGFzc3dvcmQ="),
    );
    cases.push(
        scheme
            .case("no header: basic authentication alone")
            .without("X-Hub-Signature")
            .add("Authorization", "Basic Y2k6cGFzc3dvcmQ=")
            .refused("signature_missing"),
    );
    let pinged =
        scheme.signed("genuine: a signed ping", &[scheme.secret("first")], 0, b"{\"test\": true}");
    cases.push(
        pinged.set("X-Event-Key", "diagnostics:ping").reads_event_key(Some("diagnostics:ping")),
    );
    cases
}

/// The families of a scheme that signs the body.
pub(super) fn over_body(scheme: &Scheme) -> Vec<Case> {
    [
        families::bodies::short(scheme),
        families::keys::over_body(scheme),
        families::spellings::all(scheme),
        families::rotation::all(scheme),
        families::received::all(scheme),
        families::neighbours::all(scheme, &[]),
        families::repeated::all(scheme),
        families::labels::all(scheme),
        families::encodings::all(scheme),
        families::changes::short(scheme),
        families::wrong_macs::all(scheme),
    ]
    .concat()
}

/// What a sender is given, for every dialect that signs the body.
pub(super) fn sendings() -> Vec<Sending> {
    let secret = |id: &str| scheme(CLOUD_ID).secret(id);
    let binary: Vec<u8> = (0..=255).collect();
    let two = [secret("first"), secret("second")];
    let four = [secret("first"), secret("second"), secret("third"), secret("fourth")];
    let usual = Sending::new("usual", &two[..1], NOW);
    vec![
        usual.clone(),
        usual.clone().named("an empty body").with_body(b""),
        usual.clone().named("every byte value").with_body(&binary),
        usual.clone().named("1 MiB").with_body(&binary).with_body_times(4096),
        usual
            .clone()
            .named("with a hook id, again")
            .with_hook("hook-0017")
            .with_attempt(4_294_967_295),
        usual
            .named("another event, an id that is no UUID")
            .with_event_key("pullrequest:comment_created")
            .with_request_id("~delivery/17#!"),
        Sending::new("the last of two secrets", &two, NOW),
        Sending::new("the last of four secrets", &four, NOW),
        Sending::new(
            "a secret with blanks and a line feed",
            &[Secret::new("first", *b" s3cret \n")],
            NOW,
        ),
        Sending::new("a binary secret of 129 bytes", &[Secret::new("first", &binary[127..])], NOW),
    ]
}

pub(super) fn sign_cloud() -> Vec<String> {
    sendings().iter().map(|sending| sign(sending, CLOUD_ID)).collect()
}

pub(super) fn sign_data_center() -> Vec<String> {
    sendings().iter().map(|sending| sign(sending, DATA_CENTER_ID)).collect()
}

fn sign(sending: &Sending, id_header: &'static str) -> String {
    let mut headers =
        vec![("X-Event-Key", sending.event_key.clone()), (id_header, sending.request_id.clone())];
    let hook = sending.hook_id.clone().filter(|_| id_header == CLOUD_ID);
    headers.extend(hook.map(|id| ("X-Hook-UUID", id)));
    headers.push(("X-Attempt-Number", sending.attempt.to_string()));
    let digest = Algorithm::Sha256.hmac(&sending.last().bytes, &sending.whole_body());
    headers.push(("X-Hub-Signature", scheme(id_header).value(&digest)));
    sending.render(None, &headers)
}
