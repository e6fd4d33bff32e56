//! A case: one request as data, and what a verifier answers to it.
//!
//! A family begins with a genuine request and changes one thing. Nothing here knows a dialect.

use super::generic_hmac::GenericHmac;

/// One of the active secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) id: String,
    pub(super) bytes: Vec<u8>,
}

impl Secret {
    pub(super) fn new(id: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { id: id.to_owned(), bytes: bytes.into() }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) generic: Option<GenericHmac>,
    pub(super) secrets: Vec<Secret>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// How often `body` is repeated.
    pub(super) times: usize,
    pub(super) now: i64,
    pub(super) outcome: Outcome,
}

#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Accepted(Accepted),
    /// The word for the reason.
    Refused(&'static str),
}

#[derive(Clone, Debug)]
pub(super) struct Accepted {
    pub(super) secret_id: String,
    pub(super) event_key: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) attempt: Option<u32>,
}

impl Case {
    /// Changes the value of the header `name`, or adds it.
    pub(super) fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        match self.headers.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = value.into(),
            None => self.headers.push((name.to_owned(), value.into())),
        }
        self
    }

    /// Adds a header at the end, even where one of that name stands.
    pub(super) fn add(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a header before all others.
    pub(super) fn add_first(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(0, (name.to_owned(), value.into()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// Applies `change` to every name of a header.
    pub(super) fn renamed(mut self, change: impl Fn(&str) -> String) -> Self {
        for (name, _) in &mut self.headers {
            *name = change(name);
        }
        self
    }

    /// Another body under the signature that stands.
    pub(super) fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Other active secrets under the signature that stands.
    pub(super) fn with_secrets(mut self, secrets: impl Into<Vec<Secret>>) -> Self {
        self.secrets = secrets.into();
        self
    }

    pub(super) fn at(mut self, now: i64) -> Self {
        self.now = now;
        self
    }

    pub(super) fn refused(mut self, reason: &'static str) -> Self {
        self.outcome = Outcome::Refused(reason);
        self
    }

    pub(super) fn reads_event_key(self, key: Option<&str>) -> Self {
        self.reads(|accepted| accepted.event_key = key.map(str::to_owned))
    }

    pub(super) fn reads_request_id(self, id: Option<&str>) -> Self {
        self.reads(|accepted| accepted.request_id = id.map(str::to_owned))
    }

    pub(super) fn reads_attempt(self, attempt: Option<u32>) -> Self {
        self.reads(|accepted| accepted.attempt = attempt)
    }

    pub(super) fn reads_secret(self, id: &str) -> Self {
        self.reads(|accepted| accepted.secret_id = id.to_owned())
    }

    fn reads(mut self, change: impl FnOnce(&mut Accepted)) -> Self {
        if let Outcome::Accepted(accepted) = &mut self.outcome {
            change(accepted);
        }
        self
    }
}
