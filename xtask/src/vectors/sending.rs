//! Cases of signing: what a sender is given. What it must send, each dialect's file says.

use super::case::Secret;
use super::generic_hmac::GenericHmac;
use super::render;
use super::scheme::{BODY, REQUEST_ID};

#[derive(Clone, Debug)]
pub(super) struct Sending {
    name: String,
    pub(super) secrets: Vec<Secret>,
    pub(super) event_key: String,
    pub(super) request_id: String,
    pub(super) attempt: u32,
    pub(super) hook_id: Option<String>,
    pub(super) now: i64,
    body: Vec<u8>,
    times: usize,
}

impl Sending {
    pub(super) fn new(name: &str, secrets: &[Secret], now: i64) -> Self {
        Self {
            name: name.to_owned(),
            secrets: secrets.to_vec(),
            event_key: "repo:push".to_owned(),
            request_id: REQUEST_ID.to_owned(),
            attempt: 1,
            hook_id: None,
            now,
            body: BODY.to_vec(),
            times: 1,
        }
    }

    pub(super) fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    pub(super) fn with_body(self, body: &[u8]) -> Self {
        Self { body: body.to_vec(), ..self }
    }

    pub(super) fn with_body_times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    pub(super) fn with_event_key(self, key: &str) -> Self {
        Self { event_key: key.to_owned(), ..self }
    }

    pub(super) fn with_request_id(self, id: &str) -> Self {
        Self { request_id: id.to_owned(), ..self }
    }

    pub(super) fn with_attempt(self, attempt: u32) -> Self {
        Self { attempt, ..self }
    }

    pub(super) fn with_hook(self, id: &str) -> Self {
        Self { hook_id: Some(id.to_owned()), ..self }
    }

    /// The secret activated last.
    pub(super) fn last(&self) -> &Secret {
        &self.secrets[self.secrets.len() - 1]
    }

    pub(super) fn whole_body(&self) -> Vec<u8> {
        self.body.repeat(self.times)
    }

    /// The case, with the headers that it must send.
    pub(super) fn render(
        &self,
        generic: Option<GenericHmac>,
        headers: &[(&'static str, String)],
    ) -> String {
        let generic = generic.map(|generic| ("generic_hmac", generic.render()));
        render::lines(&[
            vec![("name", render::text(&self.name))],
            generic.into_iter().collect(),
            vec![("secrets", render::secrets(&self.secrets))],
            vec![
                ("event_key", render::text(&self.event_key)),
                ("request_id", render::text(&self.request_id)),
                ("attempt", self.attempt.to_string()),
                ("hook_id", render::text_or_null(self.hook_id.as_deref())),
                ("now", self.now.to_string()),
            ],
            render::body(&self.body, self.times),
            vec![("headers", render::headers(headers))],
        ])
    }
}
