//! The management API as a script uses it.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use super::Scene;
use crate::exchange::{self, Reply};

impl Scene {
    /// Any request with the admin token.
    pub(crate) async fn api(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let body = body.map(|body| Bytes::from(body.to_string()));
        let kind = body.as_ref().map(|_| "application/json");
        self.call(method, path, kind, body.unwrap_or_default()).await
    }

    async fn call(&self, method: &str, path: &str, kind: Option<&str>, body: Bytes) -> Reply {
        let token = format!("Bearer {}", self.token());
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("Authorization", token);
        if let Some(kind) = kind {
            request = request.header("Content-Type", kind);
        }
        let reply = exchange::send(self.admin(), request.body(body).unwrap()).await;
        self.answers.lock().unwrap().push(reply.body.clone());
        reply
    }

    /// What is at a path.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let reply = self.api("GET", path, None).await;
        assert_eq!(reply.status, 200, "GET {path}: {reply:?}");
        reply.json()
    }

    /// The items of a list.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        let list = self.get(path).await;
        assert!(list["next"].is_null(), "{path} has more than one page");
        list["items"].as_array().unwrap().clone()
    }

    /// Makes something: 201.
    pub(crate) async fn create(&self, path: &str, body: Value) -> Value {
        let reply = self.api("POST", path, Some(body)).await;
        assert_eq!(reply.status, 201, "POST {path}: {reply:?}");
        reply.json()
    }

    /// Changes something: 200.
    pub(crate) async fn change(&self, path: &str, body: Value) -> Value {
        let reply = self.api("PATCH", path, Some(body)).await;
        assert_eq!(reply.status, 200, "PATCH {path}: {reply:?}");
        reply.json()
    }

    /// Does something without a body: 200.
    pub(crate) async fn act(&self, path: &str) -> Value {
        let reply = self.api("POST", path, None).await;
        assert_eq!(reply.status, 200, "POST {path}: {reply:?}");
        reply.json()
    }

    /// Publishes `{}` under these parameters: 202. Answers the event's id.
    pub(crate) async fn publish(&self, parameters: &str) -> String {
        let reply = self.publish_body(parameters, "{}").await;
        assert_eq!(reply.status, 202, "{parameters}: {reply:?}");
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    /// Publishes a body as JSON under these parameters.
    pub(crate) async fn publish_body(&self, parameters: &str, body: impl Into<Bytes>) -> Reply {
        let path = format!("/api/v1/events?{parameters}");
        let kind = Some("application/json");
        self.call("POST", &path, kind, body.into()).await
    }

    /// The only delivery of an event, with its attempts, once it is in this status.
    pub(crate) async fn delivery(&self, event: &str, status: &str) -> Value {
        self.delivery_when(event, |delivery| delivery["status"] == status).await
    }

    /// The only delivery of an event, with its attempts, once it is as asked.
    pub(crate) async fn delivery_when(&self, event: &str, so: impl Fn(&Value) -> bool) -> Value {
        let list = format!("/api/v1/deliveries?event={event}");
        let found = self.until("the delivery", async || {
            let deliveries = self.list(&list).await;
            assert_eq!(deliveries.len(), 1, "{deliveries:?}");
            so(&deliveries[0]).then(|| deliveries[0]["id"].as_str().unwrap().to_owned())
        });
        let id = found.await;
        self.get(&format!("/api/v1/deliveries/{id}")).await
    }

    /// All deliveries, once so many are in this status.
    pub(crate) async fn deliveries(&self, status: &str, number: usize) -> Vec<Value> {
        let list = format!("/api/v1/deliveries?status={status}&limit=500");
        self.until("so many deliveries", async || {
            Some(self.list(&list).await).filter(|items| items.len() == number)
        })
        .await
    }

    /// Nothing was stored, but for what the server itself may have told of it.
    pub(crate) async fn nothing_stored(&self) {
        let events = self.list("/api/v1/events").await;
        let others = events.iter().filter(|event| event["scope"] != "countersign");
        assert_eq!(others.count(), 0, "{events:?}");
        assert_eq!(self.list("/api/v1/deliveries").await.len(), 0);
    }
}

/// The outcomes of a delivery's attempts.
pub(crate) fn outcomes(delivery: &Value) -> Vec<&str> {
    let attempts = delivery["attempts"].as_array().unwrap().iter();
    attempts.map(|attempt| attempt["outcome"].as_str().unwrap()).collect()
}
