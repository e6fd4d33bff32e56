//! Building the request of one attempt: which headers a delivery carries, and how it is signed.
//!
//! Two forms. In a dialect, the headers are that dialect's, and the request id is the delivery's.
//! As received, they are the ones that were kept of the inbound request, with its own request id,
//! and only the attempt number and (as configured) the signature are ours.
//!
//! Order, a later one replacing an earlier one of the same name: kept headers or the dialect's →
//! `X-Event-Key` and `X-Attempt-Number` → `Content-Type` → `User-Agent` → `Authorization` → the
//! webhook's own headers. The body is never touched.

use std::borrow::Cow;

use countersign::{Dialect, EventKey, SignError, Signer, UnixSeconds};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT},
};
use pipeline::{Event, SentRequest, SignaturePolicy, Timestamp};

use crate::Response;

/// What is sent as `User-Agent` unless the webhook's own headers or the received ones say otherwise.
pub const USER_AGENT_OURS: &str = concat!("Countersign/", env!("CARGO_PKG_VERSION"));

const ATTEMPT_NUMBER: HeaderName = HeaderName::from_static("x-attempt-number");
const EVENT_KEY: HeaderName = HeaderName::from_static("x-event-key");
const REDACTED: &str = "[redacted]";
/// A shorter value stands in an answer by chance.
pub const ECHO_MIN_BYTES: usize = 6;

/// How a webhook's requests show their origin.
#[derive(Clone, Debug)]
pub enum Form {
    /// In one dialect.
    Dialect(Signer),
    /// With the headers that the event came with; a published event, which came with none, goes
    /// out in `bitbucket-cloud`.
    AsReceived {
        /// What becomes of the received signature.
        signature: SignaturePolicy,
        /// The webhook's secrets in each dialect that they fit.
        signers: Vec<Signer>,
    },
}

impl Form {
    fn signers(&self) -> &[Signer] {
        match self {
            Form::Dialect(signer) => std::slice::from_ref(signer),
            Form::AsReceived { signers, .. } => signers,
        }
    }

    /// Whether a header carries a signature: no other value ever stands there.
    fn signs_in(&self, name: &HeaderName) -> bool {
        let mut own = self.signers().iter().flat_map(|one| one.dialect().signature_headers());
        own.any(|own| own.eq_ignore_ascii_case(name.as_str()))
    }

    /// Whether a header carries a secret itself.
    fn is_token(&self, name: &HeaderName) -> bool {
        let mut tokens = self.signers().iter().filter_map(|signer| signer.dialect().token_header());
        tokens.any(|token| token.eq_ignore_ascii_case(name.as_str()))
    }
}

/// What a webhook adds to every request. Its `Debug` shows no value.
#[derive(Clone)]
pub struct Envelope {
    /// How requests show their origin.
    pub form: Form,
    /// The webhook's id as a UUID, for dialects that send one.
    pub hook_id: String,
    /// The value of `Authorization`.
    pub authorization: Option<HeaderValue>,
    /// Headers of its own.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Envelope").field("form", &self.form).finish_non_exhaustive()
    }
}

/// What changes from request to request.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The delivery's request id.
    pub request_id: &'a str,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Now.
    pub at: Timestamp,
    /// The dialect of the source that the event came in by, where it did.
    pub received_in: Option<&'a Dialect>,
}

/// Why a request cannot be built. The fault is with the webhook or the event, and stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// An id does not fit the dialect.
    #[error("the request cannot be signed in this dialect")]
    Sign(#[from] SignError),
    /// It is to be signed anew, and no secret of the webhook fits the dialect in which it came.
    #[error("no secret of the webhook fits the dialect in which the event came")]
    NoSigner,
    /// A value does not fit a header.
    #[error("a value cannot stand in a header")]
    Header,
}

impl Envelope {
    /// The headers for one attempt to deliver `event`.
    ///
    /// # Errors
    ///
    /// [`BuildError`]; the same every time for the same event and webhook.
    pub fn headers(&self, event: &Event, occasion: Occasion<'_>) -> Result<HeaderMap, BuildError> {
        let mut headers = HeaderMap::with_capacity(16);
        match &self.form {
            Form::Dialect(signer) => {
                self.sign(&mut headers, signer, event, occasion)?;
            }
            Form::AsReceived { signature, signers } => {
                self.as_received(&mut headers, *signature, signers, event, occasion)?;
            }
        }
        headers.insert(ATTEMPT_NUMBER, HeaderValue::from(occasion.attempt));
        if !headers.contains_key(&EVENT_KEY) {
            headers.insert(EVENT_KEY, event_key(&event.facts.key)?);
        }
        if let Some(content_type) = &event.facts.content_type {
            headers.insert(CONTENT_TYPE, value(content_type)?);
        }
        if !headers.contains_key(USER_AGENT) {
            headers.insert(USER_AGENT, HeaderValue::from_static(USER_AGENT_OURS));
        }
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        for (name, own) in self.headers.iter().filter(|(name, _)| !self.form.signs_in(name)) {
            headers.insert(name, own.clone());
        }
        Ok(headers)
    }

    /// Adds all of a dialect's headers, the signature among them.
    fn sign(
        &self,
        headers: &mut HeaderMap,
        signer: &Signer,
        event: &Event,
        occasion: Occasion<'_>,
    ) -> Result<(), BuildError> {
        let outgoing = outgoing(event, occasion.request_id, occasion, Some(&self.hook_id));
        add(headers, signer.headers(&outgoing)?)
    }

    fn as_received(
        &self,
        headers: &mut HeaderMap,
        policy: SignaturePolicy,
        signers: &[Signer],
        event: &Event,
        occasion: Occasion<'_>,
    ) -> Result<(), BuildError> {
        let published = Dialect::BitbucketCloud;
        let dialect = occasion.received_in.unwrap_or(&published);
        let signer = signers.iter().find(|signer| signer.dialect() == dialect);
        if event.facts.source.is_none() {
            let unsigned = Signer::unsigned(published);
            return self.sign(headers, signer.unwrap_or(&unsigned), event, occasion);
        }
        for (name, received) in &event.headers {
            let name = HeaderName::try_from(name.as_str()).map_err(|_| BuildError::Header)?;
            let received = HeaderValue::from_bytes(received).map_err(|_| BuildError::Header)?;
            headers.append(name, received);
        }
        match (policy, signer) {
            (SignaturePolicy::Keep, _) => {}
            (SignaturePolicy::Replace, Some(signer)) => {
                let request_id = event.facts.request_id();
                let outgoing = outgoing(event, &request_id, occasion, None);
                remove_signature(headers, dialect);
                add(headers, signer.signature_headers(&outgoing)?)?;
            }
            // A receiver that verifies must not get an unsigned request in place of a signed one.
            (SignaturePolicy::Replace, None) => return Err(BuildError::NoSigner),
            (SignaturePolicy::Drop, _) => remove_signature(headers, dialect),
        }
        Ok(())
    }

    /// The values of a request's headers that are secret, to be kept for [`redact`].
    pub fn secrets_in(&self, headers: &HeaderMap) -> Vec<HeaderValue> {
        let secret = headers.iter().filter(|(name, _)| self.is_secret(name));
        secret.map(|(_, value)| value.clone()).collect()
    }

    fn is_secret(&self, name: &HeaderName) -> bool {
        name == AUTHORIZATION
            || self.form.is_token(name)
            || self.headers.iter().any(|(own, _)| own == name)
    }

    /// What was sent, as it is kept, with names as they stood on the wire: the values of
    /// `Authorization`, of a token and of the webhook's own headers are left out.
    pub fn sent(&self, url: &str, headers: &HeaderMap) -> SentRequest {
        let shown = headers.iter().map(|(name, value)| {
            let value = if self.is_secret(name) {
                REDACTED.to_owned()
            } else {
                String::from_utf8_lossy(value.as_bytes()).into_owned()
            };
            (title_case(name), value)
        });
        SentRequest { url: url.to_owned(), headers: shown.collect() }
    }
}

/// Takes what is secret of a request out of what came back: a receiver may send back what it got.
/// Values under [`ECHO_MIN_BYTES`] stay.
pub fn redact(secrets: &[HeaderValue], response: &mut Response) {
    let secret: Vec<&[u8]> = secrets
        .iter()
        .flat_map(|value| [value.as_bytes(), credentials_of(value.as_bytes())])
        .filter(|value| value.len() >= ECHO_MIN_BYTES)
        .collect();
    if secret.is_empty() {
        return;
    }
    if let Some(body) = without(&response.body, &secret) {
        response.body = body.into();
    }
    for value in response.headers.values_mut() {
        let clean = without(value.as_bytes(), &secret);
        if let Some(clean) = clean.and_then(|clean| HeaderValue::from_bytes(&clean).ok()) {
            *value = clean;
        }
    }
}

/// What stands after the scheme of `Authorization`.
fn credentials_of(value: &[u8]) -> &[u8] {
    let space = value.iter().position(|byte| *byte == b' ');
    space.and_then(|space| value.get(space + 1..)).unwrap_or_default()
}

/// `text` with each of `secrets` replaced; `None` where none is in it.
fn without(text: &[u8], secrets: &[&[u8]]) -> Option<Vec<u8>> {
    let mut clean = Vec::new();
    let mut rest = text;
    let mut found = false;
    while let Some((first, after)) = rest.split_first() {
        let secret = secrets.iter().filter(|secret| rest.starts_with(secret));
        match secret.max_by_key(|secret| secret.len()) {
            Some(secret) => {
                found = true;
                clean.extend_from_slice(REDACTED.as_bytes());
                rest = &rest[secret.len()..];
            }
            None => {
                clean.push(*first);
                rest = after;
            }
        }
    }
    found.then_some(clean)
}

/// A name as the client writes it on the wire: `X-Hub-Signature`.
fn title_case(name: &HeaderName) -> String {
    let mut begins = true;
    let letters = name.as_str().chars().map(|letter| {
        let written = if begins { letter.to_ascii_uppercase() } else { letter };
        begins = letter == '-';
        written
    });
    letters.collect()
}

fn outgoing<'a>(
    event: &'a Event,
    request_id: &'a str,
    occasion: Occasion<'_>,
    hook_id: Option<&'a str>,
) -> countersign::Outgoing<'a> {
    countersign::Outgoing {
        event_key: &event.facts.key,
        request_id,
        attempt: occasion.attempt,
        hook_id,
        at: UnixSeconds(occasion.at.as_seconds()),
        body: &event.body,
    }
}

/// Of any dialect: the source may have had another one when the event came.
fn remove_signature(headers: &mut HeaderMap, dialect: &Dialect) {
    for name in Dialect::ALL.iter().chain([dialect]).flat_map(Dialect::signature_headers) {
        headers.remove(name);
    }
}

fn add(headers: &mut HeaderMap, made: Vec<(Cow<'static, str>, String)>) -> Result<(), BuildError> {
    for (name, text) in made {
        let name = HeaderName::try_from(&*name).map_err(|_| BuildError::Header)?;
        headers.insert(name, value(&text)?);
    }
    Ok(())
}

fn event_key(key: &EventKey) -> Result<HeaderValue, BuildError> {
    value(key.as_str())
}

fn value(text: &str) -> Result<HeaderValue, BuildError> {
    HeaderValue::from_str(text).map_err(|_| BuildError::Header)
}

#[cfg(test)]
mod tests;
