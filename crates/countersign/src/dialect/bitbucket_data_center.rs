//! `bitbucket-data-center`: HMAC-SHA256 over the body in `X-Hub-Signature`, with the ids of
//! Bitbucket Server and Data Center. Source: Atlassian's pages "Manage webhooks" and "Event payload".
//!
//! Basic authentication, which Data Center can send besides or in place of the signature, is apart:
//! [`BasicCredentials`](crate::BasicCredentials). `diagnostics:ping` comes unsigned and is refused
//! here as any unsigned request; whether to answer it is the caller's to decide.

use alloc::string::String;
use alloc::{vec, vec::Vec};

use zeroize::Zeroizing;

use super::{Claim, Received, event_key, hub_signature, id_to_send, text};
use crate::event_key::EventKey;
use crate::headers::Headers;
use crate::mac::Mac;
use crate::secret::{Secret, SecretError, SecretWarning};
use crate::sign::{Outgoing, SignError};
use crate::verify::VerifyError;

pub(super) const NAME: &str = "bitbucket-data-center";
pub(super) const SIGNATURE_HEADER: &str = hub_signature::HEADER;
pub(super) const EVENT_HEADERS: &[&str] = &["X-Event-Key", "X-Request-Id"];
pub(super) const COVERED_HEADERS: &[&str] = &[];
pub(super) const BODY_CAP_DEFAULT_BYTES: usize = 25 * 1024 * 1024;
/// "Test connection" builds its request without the webhook's secret.
pub(super) const UNSIGNED_PING: Option<&str> = Some("diagnostics:ping");
/// The form takes either a secret or credentials.
pub(super) const BASIC_AUTH_SUFFICES: bool = true;
pub(super) const SIGNS_WITH_ALL: bool = false;

pub(super) fn check_secret(secret: &Secret) -> Result<Vec<SecretWarning>, SecretError> {
    Ok(secret.warnings())
}

pub(super) fn key(secret: &Secret) -> Result<Mac, SecretError> {
    Ok(Mac::new(secret.expose()))
}

pub(super) fn secret_text(random: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    hub_signature::secret_text(random)
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

pub(super) fn claim<H: Headers + ?Sized>(headers: &H) -> Result<Claim, VerifyError> {
    hub_signature::claim(headers)
}

pub(super) fn identity(outgoing: &Outgoing<'_>) -> Result<Vec<(&'static str, String)>, SignError> {
    let request_id = id_to_send(outgoing.request_id, SignError::RequestIdInvalid)?;
    Ok(vec![("X-Request-Id", request_id)])
}

pub(super) fn signature(keys: &[Mac], outgoing: &Outgoing<'_>) -> String {
    hub_signature::signature(keys, outgoing)
}
