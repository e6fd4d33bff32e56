//! `generic-hmac`: an HMAC over the body in a header of one's own choosing, for systems that have no
//! dialect of their own. Which header, label, encoding and algorithm is configured.

mod settings;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::{vec, vec::Vec};

use zeroize::Zeroizing;

use super::labelled_digest;
use super::{Claim, Received, Written, event_key, id_to_send, text};
use crate::event_key::EventKey;
use crate::headers::Headers;
use crate::mac::Mac;
use crate::secret::{Secret, SecretError, SecretWarning};
use crate::sign::{Outgoing, SignError};
use crate::verify::VerifyError;

pub use settings::{GENERIC_HMAC_PREFIX_MAX_BYTES, GenericHmac, GenericHmacError};

pub(super) const NAME: &str = "generic-hmac";
pub(super) const BODY_CAP_DEFAULT_BYTES: usize = 25 * 1024 * 1024;
pub(super) const UNSIGNED_PING: Option<&str> = None;
pub(super) const SIGNED_PING: Option<&str> = None;
pub(super) const BASIC_AUTH_SUFFICES: bool = false;
pub(super) const TOKEN_HEADER: Option<&str> = None;
pub(super) const SIGNS_WITH_ALL: bool = false;
const EVENT_KEY_HEADER: &str = "X-Event-Key";

pub(super) fn check_secret(
    _generic: &GenericHmac,
    secret: &Secret,
) -> Result<Vec<SecretWarning>, SecretError> {
    Ok(secret.warnings())
}

pub(super) fn key(generic: &GenericHmac, secret: &Secret) -> Result<Mac, SecretError> {
    Ok(Mac::with(generic.algorithm(), secret.expose()))
}

pub(super) fn secret_text(_generic: &GenericHmac, random: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    labelled_digest::secret_text(random)
}

pub(super) fn received<H: Headers + ?Sized>(generic: &GenericHmac, headers: &H) -> Received {
    Received {
        event_key: generic.event_key_header().and_then(|name| event_key(headers, name)),
        request_id: generic.request_id_header().and_then(|name| text(headers, name)),
        attempt: None,
        hook_id: None,
    }
}

pub(super) fn event_key_of_body(_generic: &GenericHmac, _body: &[u8]) -> Option<EventKey> {
    None
}

pub(super) fn claim<'a, H: Headers + ?Sized>(
    generic: &'a GenericHmac,
    headers: &'a H,
    _keys: &[Mac],
) -> Result<Claim<'a>, VerifyError> {
    generic.form().claim(headers)
}

pub(super) fn identity(
    generic: &GenericHmac,
    outgoing: &Outgoing<'_>,
) -> Result<Vec<Written>, SignError> {
    let request_id = id_to_send(outgoing.request_id, SignError::RequestIdInvalid)?;
    let mut headers = Vec::with_capacity(2);
    let own = |name: &&str| !name.eq_ignore_ascii_case(EVENT_KEY_HEADER);
    if let Some(name) = generic.event_key_header().filter(own) {
        headers.push((String::from(name).into(), String::from(outgoing.event_key.as_str())));
    }
    if let Some(name) = generic.request_id_header() {
        headers.push((String::from(name).into(), request_id));
    }
    Ok(headers)
}

pub(super) fn covered(
    _generic: &GenericHmac,
    _keys: &[Mac],
    _outgoing: &Outgoing<'_>,
) -> Result<Vec<Written>, SignError> {
    Ok(Vec::new())
}

pub(super) fn signatures(
    generic: &GenericHmac,
    keys: &[Mac],
    outgoing: &Outgoing<'_>,
) -> Vec<Written> {
    let name = Cow::Owned(String::from(generic.header()));
    vec![(name, generic.form().signature(keys, outgoing))]
}
