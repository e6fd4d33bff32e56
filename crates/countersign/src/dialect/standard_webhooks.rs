//! `standard-webhooks`: signatures over `id.timestamp.body` in `webhook-signature`. Source: the
//! Standard Webhooks specification, version 1, with symmetric (`v1`) signatures.

mod body_type;

use alloc::borrow::Cow;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::labelled_digest::Form;
use super::{Claim, Received, Written, event_key, text, webhook_signature};
use crate::event_key::EventKey;
use crate::headers::Headers;
use crate::mac::Mac;
use crate::secret::{Secret, SecretError, SecretWarning};
use crate::sign::{Outgoing, SignError};
use crate::verify::VerifyError;

pub(super) const NAME: &str = "standard-webhooks";
pub(super) const SIGNATURE_HEADERS: &[Cow<'static, str>] =
    &[Cow::Borrowed(webhook_signature::HEADER)];
pub(super) const EVENT_HEADERS: &[Cow<'static, str>] = &[
    Cow::Borrowed("X-Event-Key"),
    Cow::Borrowed(webhook_signature::ID_HEADER),
    Cow::Borrowed(webhook_signature::TIMESTAMP_HEADER),
];
pub(super) const BODY_CAP_DEFAULT_BYTES: usize = 25 * 1024 * 1024;
pub(super) const UNSIGNED_PING: Option<&str> = None;
pub(super) const SIGNED_PING: Option<&str> = None;
pub(super) const BASIC_AUTH_SUFFICES: bool = false;
pub(super) const TOKEN_HEADER: Option<&str> = None;
pub(super) const SIGNS_WITH_ALL: bool = true;
pub(super) const FORM: Form<'static> = webhook_signature::FORM;

pub(super) fn check_secret(secret: &Secret) -> Result<Vec<SecretWarning>, SecretError> {
    webhook_signature::key(secret)?;
    Ok(secret.warnings())
}

pub(super) fn key(secret: &Secret) -> Result<Mac, SecretError> {
    webhook_signature::key(secret)
}

pub(super) fn secret_text(random: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    webhook_signature::secret_text(random)
}

pub(super) fn received<H: Headers + ?Sized>(headers: &H) -> Received {
    Received {
        event_key: event_key(headers, "X-Event-Key"),
        request_id: text(headers, webhook_signature::ID_HEADER),
        attempt: None,
        hook_id: None,
    }
}

pub(super) fn event_key_of_body(body: &[u8]) -> Option<EventKey> {
    EventKey::parse(&body_type::of(body)?).ok()
}

pub(super) fn claim<'a, H: Headers + ?Sized>(
    headers: &'a H,
    _keys: &[Mac],
) -> Result<Claim<'a>, VerifyError> {
    webhook_signature::claim(headers)
}

/// Id and time are covered, and sent also without a signature.
pub(super) fn identity(_outgoing: &Outgoing<'_>) -> Result<Vec<Written>, SignError> {
    Ok(Vec::new())
}

pub(super) fn covered(_keys: &[Mac], outgoing: &Outgoing<'_>) -> Result<Vec<Written>, SignError> {
    Ok(webhook_signature::covered(outgoing)?.into())
}

pub(super) fn signatures(keys: &[Mac], outgoing: &Outgoing<'_>) -> Vec<Written> {
    vec![(Cow::Borrowed(webhook_signature::HEADER), webhook_signature::signature(keys, outgoing))]
}
