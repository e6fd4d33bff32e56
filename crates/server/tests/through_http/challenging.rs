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

#[tokio::test(flavor = "multi_thread")]
async fn one_forgery_that_is_taken_is_enough() {
    let sender = Sender::new("bitbucket-cloud");
    // Verifies well, but lets a request pass that has no signature: the second one.
    let taken = |number| number <= 2 || number == 8;
    let receiver =
        Receiver::script(move |number| Answer::status(if taken(number) { 200 } else { 403 })).await;
    let ran = challenge(&sender, &receiver.url("/"));
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("took 1 of 6 forged"), "{}", ran.out);
    let line = ran.out.lines().find(|line| line.contains("unsigned")).unwrap();
    assert!(line.contains("TAKEN"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_refuses_everything_or_is_not_there_proves_nothing() {
    let receiver = Receiver::start(Answer::status(403)).await;
    let ran = challenge(&Sender::new("github"), &receiver.url("/"));
    assert_eq!((ran.code, ran.out.contains("genuine request was not taken")), (1, true), "{ran:?}");
    let nobody = NobodyListens::start();
    let ran = challenge(&Sender::new("github"), &nobody.url());
    assert_eq!((ran.code, ran.out.contains("genuine request was not taken")), (1, true), "{ran:?}");
}
