//! `countersign challenge`: what it says of receivers that verify well, badly and not at all.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use testkit::receivers::{Answer, NobodyListens, Receiver};

use crate::{
    program::{Program, Ran},
    scene::Scene,
    sender::Sender,
};

fn challenge(sender: &Sender, url: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    write_secret(&folder.path().join("secret"), sender);
    let arguments =
        ["challenge", "--url", url, "--dialect", sender.dialect(), "--secret-file", "secret"];
    Program::new(folder.path()).run(&arguments)
}

fn write_secret(path: &Path, sender: &Sender) {
    fs::write(path, sender.secret()).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_of_ours_takes_no_forgery_in_any_dialect() {
    let scene = Scene::start().await;
    for (name, sender) in [
        ("cloud", Sender::new("bitbucket-cloud")),
        ("dc", Sender::new("bitbucket-data-center")),
        ("hub", Sender::new("github")),
        ("lab", Sender::new("gitlab")),
        ("signed-lab", Sender::gitlab_signing()),
        ("tea", Sender::new("gitea")),
        ("standard", Sender::new("standard-webhooks")),
    ] {
        scene.source_of(name, &sender, serde_json::json!({})).await;
        let ran = challenge(&sender, &format!("http://{}/in/{name}", scene.public()));
        assert_eq!(ran.code, 0, "{name}: {ran:?}");
        assert!(ran.out.contains("none of"), "{ran:?}");
        assert!(!ran.out.contains(sender.secret()) && !ran.err.contains(sender.secret()));
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_takes_everything_is_found_out() {
    let receiver = Receiver::start(Answer::status(200)).await;
    let ran = challenge(&Sender::new("standard-webhooks"), &receiver.url("/"));
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("took 7 of 7 forged"), "{}", ran.out);
}

/// Challenges a receiver of `bitbucket-cloud` that answers as `answer` says by the number of the
/// request: 1 genuine, 2 unsigned, 3 tampered, 4 another secret, 5 cut off, 6 SHA-1, 7 and 8 two
/// headers, 9 the replay.
async fn answered(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Ran {
    let receiver = Receiver::script(answer).await;
    challenge(&Sender::new("bitbucket-cloud"), &receiver.url("/"))
}

/// A receiver that takes the genuine requests, and answers these others with this.
async fn but_at(numbers: &'static [usize], other: fn() -> Answer) -> Ran {
    answered(move |number| match number {
        _ if numbers.contains(&number) => other(),
        1 | 9 => Answer::status(200),
        _ => Answer::status(403),
    })
    .await
}

#[track_caller]
fn line<'a>(ran: &'a Ran, what: &str) -> &'a str {
    let mut lines = ran.out.lines().filter(|line| line.trim_start().starts_with(what));
    let line = lines.next().unwrap();
    assert_eq!(lines.next(), None, "one line: {}", ran.out);
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn one_forgery_that_is_taken_is_enough() {
    let ran = but_at(&[2], || Answer::status(200)).await;
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("took 1 of 6 forged"), "{}", ran.out);
    assert!(line(&ran, "unsigned").contains("TAKEN"), "{}", ran.out);
    assert!(line(&ran, "its digest cut off").ends_with("refused (403)"), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_signature_headers_in_either_order_are_one_forgery() {
    for taken in [&[7], &[8]] {
        let ran = but_at(taken, || Answer::status(200)).await;
        assert_eq!(ran.code, 1);
        assert!(line(&ran, "two signature headers").contains("TAKEN"), "{}", ran.out);
        assert!(ran.out.contains("took 1 of 6 forged"), "{}", ran.out);
    }
    let ran = but_at(&[], || Answer::status(200)).await;
    assert_eq!(ran.code, 0);
    assert!(line(&ran, "two signature headers").contains("refused"), "{}", ran.out);
    assert!(ran.out.contains("none of 6 forged"), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_crashes_at_a_forgery_does_not_pass() {
    let ran = but_at(&[3, 8], || Answer::status(500)).await;
    assert_eq!(ran.code, 1);
    assert!(line(&ran, "its body tampered").ends_with("crashed (500)"), "{}", ran.out);
    assert!(line(&ran, "two signature headers").ends_with("crashed (500)"), "{}", ran.out);
    assert!(ran.out.contains("crashed at 2 of 6 forged"), "{}", ran.out);

    let ran = but_at(&[6], Answer::close).await;
    assert_eq!(ran.code, 1);
    assert!(line(&ran, "signed by HMAC-SHA1").ends_with("crashed (protocol)"), "{}", ran.out);
    assert!(ran.out.contains("crashed at 1 of 6 forged"), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_after_a_genuine_request_that_was_not_taken() {
    let said = || Answer::with(403, &[], "no such hook");
    let mut receiver = Receiver::start(said()).await;
    let ran = challenge(&Sender::new("github"), &receiver.url("/"));
    assert_eq!((ran.code, ran.out.contains("genuine request was not taken")), (1, true), "{ran:?}");
    assert!(line(&ran, "a genuine request").ends_with("not taken (403)"), "{ran:?}");
    assert!(ran.out.contains("no such hook") && !ran.out.contains("unsigned"), "{ran:?}");
    receiver.next().await;
    assert_eq!(receiver.waiting(), 0);

    let nobody = NobodyListens::start();
    let ran = challenge(&Sender::new("github"), &nobody.url());
    assert_eq!((ran.code, ran.out.contains("genuine request was not taken")), (1, true), "{ran:?}");
    assert!(line(&ran, "a genuine request").ends_with("not taken (connect)"), "{ran:?}");
    assert!(ran.err.contains("no connection was made: "), "{ran:?}");
    assert!(!ran.out.contains("unsigned"), "{ran:?}");
}

#[test]
fn what_it_cannot_challenge_is_wrong_usage() {
    let sender = Sender::new("github");
    challenge(&sender, "ftp://127.0.0.1/").failed(2, &["--url", "`ftp`", "http"]);
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["challenge", "--url", "http://127.0.0.1:9/", "--dialect", "github"];
    let ran = Program::new(folder.path()).run(&[&arguments[..], &["--secret-file", "."]].concat());
    ran.failed(2, &["is a folder"]);
}
