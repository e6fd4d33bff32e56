//! A server with a folder of its own, and what a test does with it.

use std::{fs, net::SocketAddr, path::PathBuf, sync::Mutex, time::Duration};

use bytes::Bytes;
use countersign_server::{
    build::{BuildError, Server, build},
    config::{Config, Layers},
};
use pipeline::StoreError;
use serde_json::{Value, json};
use store_sqlite::OpenError;
use tempfile::TempDir;
use testkit::receivers::Receiver;
use tokio::{sync::watch, task::JoinHandle, time::Instant};

use crate::{
    exchange::{self, Reply},
    log_lines::LogLines,
    sender::{Sender, Signed},
};

mod api;

pub(crate) use api::outcomes;

/// How long something may take to become so.
pub(crate) const WITHIN: Duration = Duration::from_secs(30);
/// How often it is looked at meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

const BASE: &str = "[server]\nlisten = '127.0.0.1:0'\nadmin = '127.0.0.1:0'\ndata = 'data'\n\
                    [store]\nreserve_bytes = 0\n";

/// A folder, and the server that runs in it.
pub(crate) struct Scene {
    folder: TempDir,
    running: Option<Running>,
    answers: Mutex<Vec<Bytes>>,
    ended: bool,
    /// What the server logs.
    pub(crate) log: LogLines,
}

struct Running {
    public: SocketAddr,
    admin: SocketAddr,
    token: String,
    stop: watch::Sender<bool>,
    serving: JoinHandle<Result<(), StoreError>>,
}

impl Scene {
    /// A server that nothing is configured at.
    pub(crate) async fn start() -> Scene {
        Scene::with("").await
    }

    /// A server with this added to its configuration file.
    pub(crate) async fn with(configuration: &str) -> Scene {
        let mut scene = Scene::prepare();
        scene.configure(configuration);
        scene.boot().await;
        scene
    }

    /// A folder in which no server runs yet.
    pub(crate) fn prepare() -> Scene {
        Scene {
            folder: tempfile::tempdir().unwrap(),
            running: None,
            answers: Mutex::default(),
            ended: false,
            log: LogLines::start(),
        }
    }

    /// Writes the configuration file; counts from the next start on.
    pub(crate) fn configure(&self, configuration: &str) {
        fs::write(self.path("countersign.toml"), format!("{BASE}{configuration}")).unwrap();
    }

    /// A path in the scene's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the server.
    pub(crate) async fn boot(&mut self) {
        let server = self.until("the data folder is free", async || self.try_build().await).await;
        let (public, admin) = (server.public_address, server.admin_address);
        let token = fs::read_to_string(self.path("data/admin-token")).unwrap();
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn(server.serve(stopped));
        self.running = Some(Running { public, admin, token, stop, serving });
    }

    /// Another test that starts a program holds every open file of this process until the program
    /// begins, this folder's lock with it: so a folder may be in use for a moment after a stop.
    async fn try_build(&self) -> Option<Server> {
        let file = Some(self.path("countersign.toml"));
        let layers = Layers { file, ..Layers::default() };
        match build(Config::load(&layers).unwrap()).await {
            Err(BuildError::Open(OpenError::InUse(_))) => None,
            built => Some(built.unwrap()),
        }
    }

    /// Stops the server as SIGTERM does.
    pub(crate) async fn stop(&mut self) {
        let running = self.running.take().unwrap();
        running.stop.send_replace(true);
        running.serving.await.unwrap().unwrap();
    }

    /// Stops and starts it.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.boot().await;
    }

    /// Stops it for good and looks at what it logged. Every test calls this last.
    pub(crate) async fn end(mut self) {
        if self.running.is_some() {
            self.stop().await;
        }
        self.ended = true;
        self.log.check();
    }

    /// The public listener.
    pub(crate) fn public(&self) -> SocketAddr {
        self.running.as_ref().unwrap().public
    }

    /// The admin listener.
    pub(crate) fn admin(&self) -> SocketAddr {
        self.running.as_ref().unwrap().admin
    }

    /// The admin token.
    pub(crate) fn token(&self) -> &str {
        &self.running.as_ref().unwrap().token
    }

    /// All that the API has answered, as it came.
    pub(crate) fn answers(&self) -> Vec<Bytes> {
        self.answers.lock().unwrap().clone()
    }

    /// Makes a source of this name and dialect, and the provider that knows its secret.
    pub(crate) async fn source(&self, name: &str, dialect: &str) -> Sender {
        let sender = Sender::new(dialect);
        self.source_of(name, &sender, json!({})).await;
        sender
    }

    /// Makes a source for a provider, with further fields.
    pub(crate) async fn source_of(&self, name: &str, sender: &Sender, fields: Value) {
        let source = json!({
            "name": name, "dialect": sender.dialect(), "secret": sender.secret(),
        });
        self.create("/api/v1/sources", merged(source, fields)).await;
    }

    /// Makes a webhook that delivers to a receiver, with further fields. Answers its id.
    pub(crate) async fn webhook(&self, receiver: &Receiver, fields: Value) -> String {
        self.webhook_to(&receiver.url("/hook"), fields).await
    }

    /// Makes a webhook that delivers to a URL on loopback. Failures are tried again at once, unless
    /// `fields` say otherwise.
    pub(crate) async fn webhook_to(&self, url: &str, fields: Value) -> String {
        let webhook = json!({ "url": url, "allow_private": true, "retry": {"delays_s": [0]} });
        let made = self.create("/api/v1/webhooks", merged(webhook, fields)).await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// Sends a request to a source.
    pub(crate) async fn post(&self, source: &str, signed: &Signed) -> Reply {
        exchange::send(self.public(), signed.request(source)).await
    }

    /// Sends a request that has to be accepted. Answers the event's id.
    pub(crate) async fn accepted(&self, source: &str, signed: &Signed) -> String {
        let reply = self.post(source, signed).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        let answer = reply.json();
        assert_eq!(answer["status"], "accepted");
        answer["event"].as_str().unwrap().to_owned()
    }

    /// Looks until there is something.
    pub(crate) async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + WITHIN;
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(Instant::now() < deadline, "not in time: {what}");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let over = self.ended || std::thread::panicking();
        assert!(over, "a test ends its scene, so that the log is looked at");
    }
}

/// The first object with the second one's members over its own.
pub(crate) fn merged(mut object: Value, over: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    let Value::Object(over) = over else {
        panic!("not an object");
    };
    members.extend(over);
    object
}
