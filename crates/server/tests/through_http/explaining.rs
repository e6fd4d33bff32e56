//! Why a request was refused, as the operator is told: by the API, and on the command line.

use std::{fs, io::Write, os::unix::fs::PermissionsExt};

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use crate::{
    program::Program,
    scene::Scene,
    sender::{PUSH, Sender, Signed},
};

/// What is said of a request that the source refuses.
async fn told(scene: &Scene, source: &str, refused: &Signed) -> Vec<String> {
    assert_eq!(scene.post(source, refused).await.status, 403);
    let newest = &scene.list("/api/v1/refusals").await[0];
    let shown = scene.get(&format!("/api/v1/refusals/{}", newest["number"])).await;
    assert_eq!(shown["reason"], newest["reason"]);
    let sentences = shown["explanation"].as_array().unwrap();
    sentences.iter().map(|sentence| sentence.as_str().unwrap().to_owned()).collect()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_refusal_is_explained_from_the_facts() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let signed = || bitbucket.push("id");
    let spaced = br#"{"push":{"changes":[]},"repository":{"full_name":"acme/api"}}"#;
    let crlf = bitbucket.sign("repo:push", "id", b"{\r\n}\r\n".to_vec());
    let gzipped = gzip(PUSH);
    let of_gzip = bitbucket.sign("repo:push", "id", gzipped.clone());
    let hub = Sender::new("github");
    for (refused, word) in [
        (signed().without("X-Hub-Signature"), "no signature of any known kind"),
        (hub.push("id"), "X-Hub-Signature-256"),
        (signed().and("X-Hub-Signature", "sha256=00"), "second signature header"),
        (signed().set("X-Hub-Signature", "sha1=00"), "sha1="),
        (signed().set("X-Hub-Signature", "sha256=00"), "cut off"),
        (signed().body(spaced.to_vec()), "written anew"),
        (crlf.body(b"{\n}\n".to_vec()), "line endings"),
        (of_gzip.set("Content-Encoding", "gzip"), "gzipped bytes"),
        (bitbucket.sign("repo:push", "id", b"".to_vec()).body(PUSH), "empty body"),
        (signed().body("another body"), "secret is another one"),
    ] {
        let told = told(&scene, "bitbucket", &refused).await;
        assert!(told.iter().any(|sentence| sentence.contains(word)), "{word}: {told:?}");
        let digest = signed().signature().trim_start_matches("sha256=").to_owned();
        assert!(!told.concat().contains(&digest) && !told.concat().contains(bitbucket.secret()));
    }
    let told = told(&scene, "bitbukcet", &signed()).await;
    assert!(told[1].contains("one named bitbucket"), "{told:?}");
    assert_eq!(scene.api("GET", "/api/v1/refusals/999", None).await.status, 404);
    assert_eq!(scene.api("GET", "/api/v1/refusals/x", None).await.status, 404);
    scene.end().await;
}

#[tokio::test]
async fn the_explanation_is_computed_when_it_is_looked_at() {
    let scene = Scene::start().await;
    let old = scene.source("bitbucket", "bitbucket-cloud").await;
    let new = Sender::new("bitbucket-cloud");
    assert_eq!(scene.post("bitbucket", &new.push("early")).await.status, 403);
    let rotation = json!({"secret": new.secret(), "previous_expires_in_s": 1});
    scene.create("/api/v1/sources/bitbucket/secrets", rotation).await;
    let shown = scene.get("/api/v1/refusals/1").await;
    assert!(shown["explanation"][0].as_str().unwrap().contains("a secret was added since"));
    scene
        .until("the old one expired", async || {
            let status = scene.post("bitbucket", &old.push("late")).await.status;
            (status == 403).then_some(())
        })
        .await;
    let told = told(&scene, "bitbucket", &old.push("late")).await;
    assert!(told[1].contains("expired"), "{told:?}");
    scene.end().await;
}

#[test]
fn verify_explains_a_whole_request_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (current, old) = (Sender::new("bitbucket-cloud"), Sender::new("bitbucket-cloud"));
    for (name, sender) in [("secret", &current), ("old", &old)] {
        let path = folder.path().join(name);
        fs::write(&path, sender.secret()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let explained = |signature: &str, headers: &str, body: &[u8]| {
        let head = format!("POST / HTTP/1.1\r\nX-Hub-Signature: {signature}\r\n{headers}\r\n");
        fs::write(folder.path().join("request"), [head.as_bytes(), body].concat()).unwrap();
        let arguments = [
            "verify",
            "--dialect",
            "bitbucket-cloud",
            "--secret-file",
            "secret",
            "--expired-secret-file",
            "old",
            "--request",
            "request",
            "--explain",
        ];
        let ran = Program::new(folder.path()).run(&arguments);
        assert_eq!(ran.code, 1, "{ran:?}");
        // The verdict stands in the first line alone, and then a cause in each.
        assert!(ran.out.starts_with("not genuine: "), "{ran:?}");
        assert!(ran.out.lines().count() > 1 && !ran.out.contains("Refused"), "{ran:?}");
        assert_eq!(ran.out.matches("matches no active secret").count(), 1, "{ran:?}");
        ran.out
    };
    let of_old = old.push("id").signature();
    assert!(explained(&of_old, "", PUSH).contains("has expired"));
    let gzipped = gzip(PUSH);
    let of_gzip = current.sign("repo:push", "id", gzipped.clone()).signature();
    let told = explained(&of_gzip, "Content-Encoding: gzip\r\n", &gzipped);
    assert!(told.contains("gzipped bytes"), "{told}");
    let form = b"payload=%7B%7D";
    let of_json = current.sign("repo:push", "id", b"{}".to_vec()).signature();
    assert!(explained(&of_json, "", form).contains("form field"));
}
