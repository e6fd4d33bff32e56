//! How a dialect signs: the header, the label, the spelling, what the signature covers, and which
//! headers name the event. The families of cases are written once, for every scheme.

use super::case::{Accepted, Case, Outcome, Secret};
use super::generic_hmac::GenericHmac;
use super::mac::{Algorithm, Encoding, base64};
use super::seed;

/// The time of nearly every case, in seconds since 1970.
pub(super) const NOW: i64 = 1_700_000_000;

/// The request id of nearly every case.
pub(super) const REQUEST_ID: &str = "req-0017";

/// The body of every case that is not about bodies. It has no `type`.
pub(super) const BODY: &[u8] = br#"{"repo": "acme/api", "by": "r\u00e9my"}"#;

pub(super) const WEBHOOK_ID: &str = "webhook-id";
pub(super) const WEBHOOK_TIMESTAMP: &str = "webhook-timestamp";
pub(super) const WEBHOOK_SIGNATURE: &str = "webhook-signature";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covers {
    Body,
    /// `webhook-id`, `.`, `webhook-timestamp`, `.`, body.
    IdTimeBody,
}

/// A header, what it holds in a usual request and what is read from that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<T> {
    pub(super) header: &'static str,
    pub(super) sent: &'static str,
    pub(super) read: T,
}

#[derive(Clone, Debug)]
pub(super) struct Scheme {
    pub(super) header: &'static str,
    pub(super) label: &'static str,
    pub(super) encoding: Encoding,
    pub(super) algorithm: Algorithm,
    pub(super) covers: Covers,
    pub(super) event_key: Option<Field<&'static str>>,
    pub(super) request_id: Option<Field<&'static str>>,
    pub(super) attempt: Option<Field<u32>>,
    pub(super) generic: Option<GenericHmac>,
}

/// The event key of nearly every case, in a header that has it as it is.
pub(super) const fn push(header: &'static str) -> Field<&'static str> {
    Field { header, sent: "repo:push", read: "repo:push" }
}

/// The request id of nearly every case.
pub(super) const fn identified(header: &'static str) -> Field<&'static str> {
    Field { header, sent: REQUEST_ID, read: REQUEST_ID }
}

/// `whsec_` and the key that belongs to `id`.
pub(super) fn whsec(id: &str) -> Secret {
    Secret::new(id, format!("whsec_{}", base64(&whsec_key(id))))
}

/// The shortest key that a `whsec_` secret may have: 24 bytes.
pub(super) fn whsec_key(id: &str) -> Vec<u8> {
    seed::bytes(id, 24)
}

impl Scheme {
    pub(super) fn is_list(&self) -> bool {
        self.covers == Covers::IdTimeBody
    }

    /// A secret in the form that the scheme asks for.
    pub(super) fn secret(&self, id: &str) -> Secret {
        if self.is_list() { whsec(id) } else { Secret::new(id, seed::text(id)) }
    }

    /// The key of the HMAC that a secret of [`secret`](Self::secret) stands for.
    pub(super) fn key(&self, secret: &Secret) -> Vec<u8> {
        if self.is_list() { whsec_key(&secret.id) } else { secret.bytes.clone() }
    }

    /// What is signed where the body is `body`.
    pub(super) fn message(&self, body: &[u8]) -> Vec<u8> {
        match self.covers {
            Covers::Body => body.to_vec(),
            Covers::IdTimeBody => message(REQUEST_ID, &NOW.to_string(), body),
        }
    }

    pub(super) fn mac(&self, key: &[u8], body: &[u8]) -> Vec<u8> {
        self.algorithm.hmac(key, &self.message(body))
    }

    /// The value of the signature header for `digest`.
    pub(super) fn value(&self, digest: &[u8]) -> String {
        format!("{}{}", self.label, self.encoding.spell(digest))
    }

    /// The digest of [`case`](Self::case).
    pub(super) fn digest(&self) -> Vec<u8> {
        self.mac(&self.key(&self.secret("first")), BODY)
    }

    /// The usual genuine request: one secret, [`BODY`].
    pub(super) fn case(&self, name: &str) -> Case {
        self.signed(name, &[self.secret("first")], 0, BODY)
    }

    /// A genuine request, signed with the secret at `signer`.
    pub(super) fn signed(
        &self,
        name: &str,
        secrets: &[Secret],
        signer: usize,
        body: &[u8],
    ) -> Case {
        let signer = &secrets[signer];
        let value = self.value(&self.mac(&self.key(signer), body));
        self.request(name, secrets, &signer.id, value, body)
    }

    /// The usual request with another value in the signature header.
    pub(super) fn claiming(&self, name: &str, value: impl Into<String>) -> Case {
        self.case(name).set(self.header, value)
    }

    /// The usual request with another digest.
    pub(super) fn claiming_digest(&self, name: &str, digest: &[u8]) -> Case {
        self.claiming(name, self.value(digest))
    }

    /// The usual request with other text after the label.
    pub(super) fn claiming_text(&self, name: &str, text: &str) -> Case {
        self.claiming(name, format!("{}{text}", self.label))
    }

    fn request(
        &self,
        name: &str,
        secrets: &[Secret],
        signer: &str,
        value: String,
        body: &[u8],
    ) -> Case {
        let mut headers: Vec<(&str, String)> = Vec::new();
        for field in [self.event_key, self.request_id].into_iter().flatten() {
            headers.push((field.header, field.sent.to_owned()));
        }
        if self.is_list() {
            headers.retain(|(name, _)| *name != WEBHOOK_ID);
            headers.push((WEBHOOK_ID, REQUEST_ID.to_owned()));
            headers.push((WEBHOOK_TIMESTAMP, NOW.to_string()));
        }
        if let Some(attempt) = self.attempt {
            headers.push((attempt.header, attempt.sent.to_owned()));
        }
        headers.push((self.header, value));
        Case {
            name: name.to_owned(),
            generic: self.generic,
            secrets: secrets.to_vec(),
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            body: body.to_vec(),
            times: 1,
            now: NOW,
            outcome: Outcome::Accepted(Accepted {
                secret_id: signer.to_owned(),
                event_key: self.event_key.map(|field| field.read.to_owned()),
                request_id: self.request_id.map(|field| field.read.to_owned()),
                attempt: self.attempt.map(|field| field.read),
            }),
        }
    }
}

/// What a signature of the scheme with an id and a time covers.
pub(super) fn message(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}
