//! `bitbucket-cloud`: HMAC-SHA256 over the body in `X-Hub-Signature`, with the ids of Bitbucket
//! Cloud. Source: Bitbucket Cloud's pages on webhooks and its OpenAPI document.

use alloc::borrow::Cow;
use alloc::{vec, vec::Vec};

use zeroize::Zeroizing;

use super::labelled_digest::{self, Form};
use super::{Claim, Received, Written, event_key, id_to_send, text};
use crate::event_key::EventKey;
use crate::headers::{Headers, visible_text};
use crate::mac::Mac;
use crate::secret::{Secret, SecretError, SecretWarning};
use crate::sign::{Outgoing, SignError};
use crate::verify::VerifyError;

pub(super) const NAME: &str = "bitbucket-cloud";
pub(super) const SIGNATURE_HEADERS: &[Cow<'static, str>] = &[Cow::Borrowed(FORM.header)];
pub(super) const EVENT_HEADERS: &[Cow<'static, str>] = &[
    Cow::Borrowed("X-Event-Key"),
    Cow::Borrowed("X-Request-UUID"),
    Cow::Borrowed("X-Hook-UUID"),
    Cow::Borrowed("X-Event-Time"),
];
/// Bitbucket Cloud sends at most 256 KB.
pub(super) const BODY_CAP_DEFAULT_BYTES: usize = 1024 * 1024;
pub(super) const UNSIGNED_PING: Option<&str> = None;
pub(super) const SIGNED_PING: Option<&str> = None;
pub(super) const BASIC_AUTH_SUFFICES: bool = false;
pub(super) const TOKEN_HEADER: Option<&str> = None;
pub(super) const SIGNS_WITH_ALL: bool = false;
pub(super) const FORM: Form<'static> = Form::sha256_hex("X-Hub-Signature", "sha256=");
/// `maxLength` of a webhook's `secret` in Bitbucket's REST API, in characters.
const SECRET_MAX_CHARACTERS: usize = 128;

pub(super) fn check_secret(secret: &Secret) -> Result<Vec<SecretWarning>, SecretError> {
    let bytes = secret.expose();
    let characters =
        core::str::from_utf8(bytes).map_or(bytes.len(), |characters| characters.chars().count());
    let mut warnings = secret.warnings();
    if characters > SECRET_MAX_CHARACTERS {
        warnings.push(SecretWarning::LongerThanBitbucketTakes);
    }
    Ok(warnings)
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
        request_id: text(headers, "X-Request-UUID"),
        attempt: attempt(headers),
        hook_id: text(headers, "X-Hook-UUID"),
    }
}

/// Digits only: `u32::from_str` would take a sign.
pub(crate) fn attempt<H: Headers + ?Sized>(headers: &H) -> Option<u32> {
    let number = visible_text(headers, "X-Attempt-Number")?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    if digits { number.parse().ok() } else { None }
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
    let mut headers = vec![(Cow::Borrowed("X-Request-UUID"), request_id)];
    if let Some(hook_id) = outgoing.hook_id {
        let hook_id = id_to_send(hook_id, SignError::HookIdInvalid)?;
        headers.push((Cow::Borrowed("X-Hook-UUID"), hook_id));
    }
    Ok(headers)
}

pub(super) fn covered(_keys: &[Mac], _outgoing: &Outgoing<'_>) -> Result<Vec<Written>, SignError> {
    Ok(Vec::new())
}

pub(super) fn signatures(keys: &[Mac], outgoing: &Outgoing<'_>) -> Vec<Written> {
    vec![(Cow::Borrowed(FORM.header), FORM.signature(keys, outgoing))]
}
