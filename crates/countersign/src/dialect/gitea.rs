//! `gitea`: HMAC-SHA256 over the body as bare hexadecimal in `X-Gitea-Signature`; Forgejo sends the
//! same. Source: Gitea's page "Webhooks".
//!
//! The headers in other systems' names that both send besides are never looked at: a wrong
//! `X-Gitea-Signature` is not rescued by another one.

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

pub(super) const NAME: &str = "gitea";
pub(super) const SIGNATURE_HEADERS: &[Cow<'static, str>] = &[Cow::Borrowed(FORM.header)];
pub(super) const EVENT_HEADERS: &[Cow<'static, str>] =
    &[Cow::Borrowed("X-Gitea-Event"), Cow::Borrowed("X-Gitea-Delivery")];
pub(super) const BODY_CAP_DEFAULT_BYTES: usize = 25 * 1024 * 1024;
pub(super) const UNSIGNED_PING: Option<&str> = None;
pub(super) const SIGNED_PING: Option<&str> = None;
pub(super) const BASIC_AUTH_SUFFICES: bool = false;
pub(super) const TOKEN_HEADER: Option<&str> = None;
pub(super) const SIGNS_WITH_ALL: bool = false;
pub(super) const FORM: Form<'static> = Form::sha256_hex("X-Gitea-Signature", "");

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
        event_key: event_key(headers, "X-Gitea-Event"),
        request_id: text(headers, "X-Gitea-Delivery"),
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
    let event_key = String::from(outgoing.event_key.as_str());
    Ok(vec![
        (Cow::Borrowed("X-Gitea-Event"), event_key),
        (Cow::Borrowed("X-Gitea-Delivery"), request_id),
    ])
}

pub(super) fn covered(_keys: &[Mac], _outgoing: &Outgoing<'_>) -> Result<Vec<Written>, SignError> {
    Ok(Vec::new())
}

pub(super) fn signatures(keys: &[Mac], outgoing: &Outgoing<'_>) -> Vec<Written> {
    vec![(Cow::Borrowed(FORM.header), FORM.signature(keys, outgoing))]
}
