//! What is given as a secret is nowhere to be read afterwards: not in an answer, not in the
//! database, not in the log.

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::json;
use testkit::receivers::{Answer, Receiver};

use crate::{scene::Scene, sender::Sender};

const SOURCE: &str = "/api/v1/sources/bitbucket";

/// Every kind of secret, each with a value that stands nowhere by chance.
struct Secrets {
    outside: Sender,
    rotated: Sender,
    inside: Sender,
    in_password: String,
    out_password: String,
    header: String,
    replaced: String,
}

impl Secrets {
    fn new() -> Secrets {
        let fresh = || Sender::new("bitbucket-cloud");
        let text = |name: &str| format!("{name}-{}", fresh().secret());
        Secrets {
            outside: fresh(),
            rotated: fresh(),
            inside: fresh(),
            in_password: text("in"),
            out_password: text("out"),
            header: text("header"),
            replaced: text("replaced"),
        }
    }

    /// Gives all of them to the API. Answers the webhook's path.
    async fn give(&self, scene: &Scene, receiver: &Receiver) -> String {
        let basic = json!({"basic_auth": {"username": "ci", "password": self.in_password}});
        scene.source_of("bitbucket", &self.outside, basic).await;
        let rotation = json!({"secret": self.rotated.secret()});
        scene.create(&format!("{SOURCE}/secrets"), rotation).await;
        let fields = json!({
            "source": "bitbucket", "secret": self.inside.secret(),
            "basic_auth": {"username": "ci", "password": self.out_password},
            "headers": {"X-Token": self.header, "X-Old": self.replaced},
        });
        let webhook = scene.webhook(receiver, fields).await;
        let path = format!("/api/v1/webhooks/{webhook}");
        let removed = json!({"headers": {"X-Old": null}});
        scene.change(&path, removed).await;
        path
    }

    /// Gives some in requests that are wrong: the faults must not repeat them.
    async fn give_wrongly(&self, scene: &Scene, path: &str) {
        let (one, two) = (self.outside.secret(), self.inside.secret());
        let wrong = json!({"name": "x y", "dialect": one, "secret": two});
        let reply = scene.api("POST", "/api/v1/sources", Some(wrong)).await;
        assert_eq!(reply.status, 422);
        let broken = format!("{}\n", self.header);
        let wrong = json!({"headers": {"X-Token": broken}, "secret": 7});
        assert_eq!(scene.api("PATCH", path, Some(wrong)).await.status, 422);
    }

    fn authorization(&self) -> String {
        STANDARD.encode(format!("ci:{}", self.in_password))
    }

    /// As they are, and as they stand in headers.
    fn values(&self) -> Vec<String> {
        let senders = [&self.outside, &self.rotated, &self.inside];
        let mut values: Vec<_> = senders.map(|one| one.secret().to_owned()).into();
        values.extend([
            self.in_password.clone(),
            self.out_password.clone(),
            self.header.clone(),
            self.replaced.clone(),
            self.authorization(),
            STANDARD.encode(format!("ci:{}", self.out_password)),
        ]);
        values
    }
}

#[tokio::test]
async fn nothing_that_is_given_as_a_secret_can_be_read() {
    let mut scene = Scene::start().await;
    let receiver = Receiver::in_turn([Answer::status(500), Answer::status(200)]).await;
    let secrets = Secrets::new();
    let path = secrets.give(&scene, &receiver).await;
    secrets.give_wrongly(&scene, &path).await;

    let signed = secrets.outside.push("1");
    let signed = signed.set("Authorization", &format!("Basic {}", secrets.authorization()));
    let event = scene.accepted("bitbucket", &signed).await;
    let delivery = scene.delivery(&event, "delivered").await;
    assert_eq!(delivery["attempts_made"], 2);
    let refused = signed.clone().body("tampered");
    assert_eq!(scene.post("bitbucket", &refused).await.status, 403);
    scene.act(&format!("{path}/ping")).await;
    for list in ["sources", "webhooks", "events", "deliveries", "refusals"] {
        scene.get(&format!("/api/v1/{list}")).await;
    }
    for path in [SOURCE.to_owned(), path] {
        scene.get(&path).await;
        scene.get(&format!("{path}/secrets")).await;
    }
    scene.api("GET", "/metrics", None).await;
    scene.api("GET", "/openapi.json", None).await;
    scene.restart().await;

    let mut values = secrets.values();
    values.push(scene.token().to_owned());
    let master_key = fs::read_to_string(scene.path("data/master-key")).unwrap();
    values.push(longest_word(&master_key));
    let mut places = scene.answers();
    places.extend(data_files(&scene));
    scene.stop().await;
    places.extend(data_files(&scene));
    places.push(scene.log.all().into());
    for (number, value) in values.iter().enumerate() {
        assert!(value.len() >= 32);
        for form in forms(value) {
            let shown = places.iter().any(|place| contains(place, &form));
            assert!(!shown, "secret {number} is shown as {form}");
        }
    }
    // The search itself finds what is there: in the store, in the log and in answers.
    for part in [event.as_str(), "PRIMARY KEY", "reason=\"mismatch\"", "[redacted]"] {
        assert!(places.iter().any(|place| contains(place, part)), "{part}");
    }
    scene.end().await;
}

#[tokio::test]
async fn a_token_goes_out_and_is_nowhere_kept() {
    let mut scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let lab = Sender::new("gitlab");
    let inside = Sender::new("gitlab");
    scene.source_of("lab", &lab, json!({})).await;
    let forward = json!({"forward_headers": ["X-Gitlab-Token"]});
    let refused = scene.api("PATCH", "/api/v1/sources/lab", Some(forward)).await;
    assert_eq!(refused.status, 422);
    scene.webhook(&receiver, json!({"source": "lab"})).await;
    scene.webhook(&receiver, json!({"source": "lab", "secret": inside.secret()})).await;
    let event = scene.accepted("lab", &lab.push("id-1")).await;
    let arrived = [receiver.next().await, receiver.next().await];
    let mut tokens = arrived.each_ref().map(|arrived| arrived.header("X-Gitlab-Token"));
    tokens.sort();
    assert_eq!(tokens, [None, Some(inside.secret())]);
    let deliveries = scene.list(&format!("/api/v1/deliveries?event={event}")).await;
    assert_eq!(deliveries.len(), 2);
    for delivery in deliveries {
        let id = delivery["id"].as_str().unwrap().to_owned();
        scene
            .until("recorded", async || {
                let shown = scene.get(&format!("/api/v1/deliveries/{id}")).await;
                (shown["status"] == "delivered").then_some(())
            })
            .await;
    }
    let wrong = lab.push("id-2").set("X-Gitlab-Token", "wrong");
    assert_eq!(scene.post("lab", &wrong).await.status, 403);
    scene.get("/api/v1/refusals/1").await;
    scene.restart().await;
    let mut places = scene.answers();
    scene.stop().await;
    places.extend(data_files(&scene));
    places.push(scene.log.all().into());
    for token in [lab.secret(), inside.secret()] {
        for form in forms(token) {
            assert!(!places.iter().any(|place| contains(place, &form)), "{form}");
        }
    }
    assert!(places.iter().any(|place| contains(place, "idempotency-key")));
    scene.end().await;
}

#[tokio::test]
async fn a_receiver_that_sends_back_what_it_got_shows_nothing() {
    let scene = Scene::start().await;
    let inside = Sender::new("gitlab");
    let (password, own) = ("a password of some length", "an own value of some length");
    let basic = STANDARD.encode(format!("ci:{password}"));
    let echo = format!("got {} and {basic}, {own}, ci", inside.secret());
    let header = format!("x {own} y");
    let answer = Answer::with(200, &[("X-Echo", header.as_str())], &echo);
    let receiver = Receiver::start(answer).await;
    let fields = json!({
        "dialect": "gitlab", "secret": inside.secret(), "headers": {"X-Own": own, "X-Env": "ci"},
        "basic_auth": {"username": "ci", "password": password},
    });
    let webhook = scene.webhook(&receiver, fields).await;
    let event = scene.publish("key=repo:push").await;
    let delivery = scene.delivery(&event, "delivered").await;
    let response = &delivery["attempts"][0]["response"];
    let expected = "got [redacted] and [redacted], [redacted], ci";
    assert_eq!(response["body"], expected, "{response}");
    assert_eq!(response["headers"]["x-echo"], "x [redacted] y");
    let ping = scene.act(&format!("/api/v1/webhooks/{webhook}/ping")).await;
    assert_eq!(ping["response"]["body"], expected);
    scene.end().await;
}

/// A value as it is and as encodings would show it.
fn forms(value: &str) -> [String; 3] {
    let hex = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    [value.to_owned(), STANDARD.encode(value), hex]
}

fn longest_word(text: &str) -> String {
    let words = text.split(|at: char| !at.is_ascii_alphanumeric() && !"+/=_-".contains(at));
    words.max_by_key(|word| word.len()).unwrap().to_owned()
}

/// The database and what stands beside it, without the files that hold the key and the token.
fn data_files(scene: &Scene) -> Vec<Bytes> {
    let files = fs::read_dir(scene.path("data")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let database = files.filter(|path| path.to_string_lossy().contains("countersign.db"));
    let read: Vec<_> = database.map(|path| fs::read(path).unwrap().into()).collect();
    assert!(!read.is_empty());
    read
}

fn contains(place: &[u8], part: &str) -> bool {
    place.windows(part.len()).any(|window| window == part.as_bytes())
}
