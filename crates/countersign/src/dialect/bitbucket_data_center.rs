//! `bitbucket-data-center`: HMAC-SHA256 over the body in `X-Hub-Signature`, with the ids of
//! Bitbucket Server and Data Center. Source: Atlassian's pages "Manage webhooks" and "Event payload".
//!
//! Basic authentication, which Data Center can send besides or in place of the signature, is apart:
//! [`BasicCredentials`](crate::BasicCredentials). `diagnostics:ping` comes unsigned and is refused
//! here as any unsigned request; whether to answer it is the caller's to decide.

use alloc::borrow::Cow;
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

pub(super) const NAME: &str = "bitbucket-data-center";
pub(super) const SIGNATURE_HEADERS: &[Cow<'static, str>] = &[Cow::Borrowed(FORM.header)];
pub(super) const EVENT_HEADERS: &[Cow<'static, str>] =
    &[Cow::Borrowed("X-Event-Key"), Cow::Borrowed("X-Request-Id")];
pub(super) const BODY_CAP_DEFAULT_BYTES: usize = 25 * 1024 * 1024;
/// "Test connection" builds its request without the webhook's secret.
pub(super) const UNSIGNED_PING: Option<&str> = Some("diagnostics:ping");
pub(super) const SIGNED_PING: Option<&str> = None;
/// The form takes either a secret or credentials.
pub(super) const BASIC_AUTH_SUFFICES: bool = true;
pub(super) const TOKEN_HEADER: Option<&str> = None;
pub(super) const SIGNS_WITH_ALL: bool = false;
pub(super) const FORM: Form<'static> = Form::sha256_hex("X-Hub-Signature", "sha256=");

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
        event_key: event_key(headers, "X-Event-Key"),
        request_id: text(headers, "X-Request-Id"),
        attempt: None,
        hook_id: None,
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
    Ok(vec![(Cow::Borrowed("X-Request-Id"), request_id)])
}

pub(super) fn covered(_keys: &[Mac], _outgoing: &Outgoing<'_>) -> Result<Vec<Written>, SignError> {
    Ok(Vec::new())
}

pub(super) fn signatures(keys: &[Mac], outgoing: &Outgoing<'_>) -> Vec<Written> {
    vec![(Cow::Borrowed(FORM.header), FORM.signature(keys, outgoing))]
}
