//! `github`: HMAC-SHA256 over the body in `X-Hub-Signature-256`. Source: GitHub's pages "Validating
//! webhook deliveries" and "Webhook events and payloads".
//!
//! `X-Hub-Signature`, which GitHub sends besides, is SHA-1 and never looked at.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::{vec, vec::Vec};

use zeroize::Zeroizing;

use super::labelled_digest::{self, Form};
use super::{Claim, Received, Written, event_key, id_to_send, text};
use crate::event_key::EventKey;
use crate::headers::Headers;
use crate::mac::Mac;
use crate::secret::{Secret, SecretError, SecretWarning};
use crate::sign::{Outgoing, SignError};
use crate::verify::VerifyError;

pub(super) const NAME: &str = "github";
pub(super) const SIGNATURE_HEADERS: &[Cow<'static, str>] = &[Cow::Borrowed(FORM.header)];
pub(super) const EVENT_HEADERS: &[Cow<'static, str>] = &[
    Cow::Borrowed("X-GitHub-Event"),
    Cow::Borrowed("X-GitHub-Delivery"),
    Cow::Borrowed("X-GitHub-Hook-ID"),
];
/// The most that GitHub sends.
pub(super) const BODY_CAP_DEFAULT_BYTES: usize = 25 * 1024 * 1024;
pub(super) const UNSIGNED_PING: Option<&str> = None;
/// Sent when a webhook is made, and on demand.
pub(super) const SIGNED_PING: Option<&str> = Some("ping");
pub(super) const BASIC_AUTH_SUFFICES: bool = false;
pub(super) const TOKEN_HEADER: Option<&str> = None;
pub(super) const SIGNS_WITH_ALL: bool = false;
pub(super) const FORM: Form<'static> = Form::sha256_hex("X-Hub-Signature-256", "sha256=");

pub(super) fn check_secret(secret: &Secret) -> Result<Vec<SecretWarning>, SecretError> {
    Ok(secret.warnings())
}

pub(super) fn key(secret: &Secret) -> Result<Mac, SecretError> {
    Ok(Mac::new(secret.expose()))
}

pub(super) fn secret_text(random: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    labelled_digest::secret_text(random)
}

pub(super) fn received<H: Headers + ?Sized>(headers: &H) -> Received {
    Received {
        event_key: event_key(headers, "X-GitHub-Event"),
        request_id: text(headers, "X-GitHub-Delivery"),
        attempt: None,
        hook_id: text(headers, "X-GitHub-Hook-ID"),
    }
}

pub(super) fn event_key_of_body(_body: &[u8]) -> Option<EventKey> {
    None
}

pub(super) fn claim<'a, H: Headers + ?Sized>(
    headers: &'a H,
    _keys: &[Mac],
) -> Result<Claim<'a>, VerifyError> {
    FORM.claim(headers)
}

pub(super) fn identity(outgoing: &Outgoing<'_>) -> Result<Vec<Written>, SignError> {
    let request_id = id_to_send(outgoing.request_id, SignError::RequestIdInvalid)?;
    let event_key = String::from(outgoing.event_key.as_str());
    let mut headers = vec![
        (Cow::Borrowed("X-GitHub-Event"), event_key),
        (Cow::Borrowed("X-GitHub-Delivery"), request_id),
    ];
    if let Some(hook_id) = outgoing.hook_id {
        let hook_id = id_to_send(hook_id, SignError::HookIdInvalid)?;
        headers.push((Cow::Borrowed("X-GitHub-Hook-ID"), hook_id));
    }
    Ok(headers)
}

pub(super) fn covered(_keys: &[Mac], _outgoing: &Outgoing<'_>) -> Result<Vec<Written>, SignError> {
    Ok(Vec::new())
}

pub(super) fn signatures(keys: &[Mac], outgoing: &Outgoing<'_>) -> Vec<Written> {
    vec![(Cow::Borrowed(FORM.header), FORM.signature(keys, outgoing))]
}
