//! `standard-webhooks`: a list of `v1,<base64>` signatures over `id.timestamp.body` in
//! `webhook-signature`. Source: the Standard Webhooks specification, version 1.
//!
//! Rules where the specification leaves room:
//! - The list has items between single spaces, at most [`SIGNATURES_MAX`]; more are refused unread.
//! - An item that does not begin with `v1,` is another version's and skipped. None with `v1,`: refused.
//! - A `v1` item that is not the strict base64 of 32 bytes can match nothing. It is passed over if
//!   the list has a well-formed one, so that one bad item does not void the others; else it is the
//!   reason of the refusal.
//! - An id is 1 to 255 visible ASCII characters without `.`, which separates what is signed.
//! - A timestamp is 1 to 19 digits: no sign, no fraction. What is signed is its text as received.

mod body_type;

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::{vec, vec::Vec};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{Claim, Received, event_key, text};
use crate::event_key::EventKey;
use crate::headers::{Headers, Occurrence, as_visible_text, occurrence};
use crate::mac::{DIGEST_BYTES, DigestError, Mac, digest_of_base64};
use crate::secret::{Secret, SecretError, SecretWarning};
use crate::sign::{Outgoing, SignError};
use crate::verify::{SIGNATURES_MAX, UnixSeconds, VerifyError};

pub(super) const NAME: &str = "standard-webhooks";
pub(super) const SIGNATURE_HEADER: &str = "webhook-signature";
pub(super) const EVENT_HEADERS: &[&str] = &["X-Event-Key", ID_HEADER, TIMESTAMP_HEADER];
pub(super) const COVERED_HEADERS: &[&str] = &[ID_HEADER, TIMESTAMP_HEADER];
pub(super) const BODY_CAP_DEFAULT_BYTES: usize = 25 * 1024 * 1024;
pub(super) const UNSIGNED_PING: Option<&str> = None;
pub(super) const BASIC_AUTH_SUFFICES: bool = false;
pub(super) const SIGNS_WITH_ALL: bool = true;

const ID_HEADER: &str = "webhook-id";
const TIMESTAMP_HEADER: &str = "webhook-timestamp";
const LABEL: &str = "v1,";
const SECRET_PREFIX: &str = "whsec_";
const KEY_MIN_BYTES: usize = 24;
const KEY_MAX_BYTES: usize = 64;
/// The base64 of the longest key.
const KEY_TEXT_MAX_BYTES: usize = 88;

pub(super) fn check_secret(secret: &Secret) -> Result<Vec<SecretWarning>, SecretError> {
    key_bytes(secret)?;
    Ok(secret.warnings())
}

pub(super) fn key(secret: &Secret) -> Result<Mac, SecretError> {
    Ok(Mac::new(&key_bytes(secret)?))
}

fn key_bytes(secret: &Secret) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let encoded =
        secret.expose().strip_prefix(SECRET_PREFIX.as_bytes()).ok_or(SecretError::NotWhsec)?;
    let mut key = Zeroizing::new(vec![0; KEY_TEXT_MAX_BYTES]);
    if encoded.len() > KEY_TEXT_MAX_BYTES {
        return Err(SecretError::WhsecLength);
    }
    let length =
        STANDARD.decode_slice(encoded, &mut key).map_err(|_| SecretError::WhsecEncoding)?;
    key.truncate(length);
    if !(KEY_MIN_BYTES..=KEY_MAX_BYTES).contains(&length) {
        return Err(SecretError::WhsecLength);
    }
    Ok(key)
}

pub(super) fn secret_text(random: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    let encoded = Zeroizing::new(STANDARD.encode(random));
    let mut text = Zeroizing::new(Vec::with_capacity(SECRET_PREFIX.len() + encoded.len()));
    text.extend_from_slice(SECRET_PREFIX.as_bytes());
    text.extend_from_slice(encoded.as_bytes());
    text
}

pub(super) fn received<H: Headers + ?Sized>(headers: &H) -> Received {
    Received {
        event_key: event_key(headers, "X-Event-Key"),
        request_id: text(headers, ID_HEADER),
        attempt: None,
        hook_id: None,
    }
}

pub(super) fn event_key_of_body(body: &[u8]) -> Option<EventKey> {
    EventKey::parse(&body_type::of(body)?).ok()
}

pub(super) fn claim<H: Headers + ?Sized>(headers: &H) -> Result<Claim, VerifyError> {
    let digests = match occurrence(headers, SIGNATURE_HEADER) {
        Occurrence::Missing => return Err(VerifyError::SignatureMissing),
        Occurrence::Repeated => return Err(VerifyError::SignatureRepeated),
        Occurrence::Once(list) => digests(list)?,
    };
    let id = match occurrence(headers, ID_HEADER) {
        Occurrence::Missing => return Err(VerifyError::IdMissing),
        Occurrence::Repeated => return Err(VerifyError::IdRepeated),
        Occurrence::Once(id) => {
            as_visible_text(id).filter(|id| is_id(id)).ok_or(VerifyError::IdInvalid)?
        }
    };
    let timestamp = match occurrence(headers, TIMESTAMP_HEADER) {
        Occurrence::Missing => return Err(VerifyError::TimestampMissing),
        Occurrence::Repeated => return Err(VerifyError::TimestampRepeated),
        Occurrence::Once(text) => as_visible_text(text).ok_or(VerifyError::TimestampInvalid)?,
    };
    let signed_at = seconds(timestamp).ok_or(VerifyError::TimestampInvalid)?;
    Ok(Claim { digests, prefix: prefix(id, timestamp), signed_at: Some(signed_at) })
}

fn digests(list: &[u8]) -> Result<Vec<[u8; DIGEST_BYTES]>, VerifyError> {
    let items = || list.split(|byte| *byte == b' ');
    if items().nth(SIGNATURES_MAX).is_some() {
        return Err(VerifyError::TooManySignatures);
    }
    let mut digests = Vec::new();
    let mut malformed = None;
    for item in items() {
        match item.strip_prefix(LABEL.as_bytes()).map(digest_of_base64) {
            Some(Ok(digest)) => digests.push(digest),
            Some(Err(error)) => malformed = malformed.or(Some(error)),
            None => {}
        }
    }
    match (digests.is_empty(), malformed) {
        (false, _) => Ok(digests),
        (true, Some(error)) => Err(error.into()),
        (true, None) => Err(VerifyError::LabelUnknown),
    }
}

fn is_id(id: &str) -> bool {
    !id.contains('.')
}

/// Up to 19 digits. `i64::from_str` would take a sign.
fn seconds(text: &str) -> Option<UnixSeconds> {
    let digits = (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok().map(UnixSeconds) } else { None }
}

fn prefix(id: &str, timestamp: &str) -> Vec<u8> {
    format!("{id}.{timestamp}.").into_bytes()
}

pub(super) fn identity(outgoing: &Outgoing<'_>) -> Result<Vec<(&'static str, String)>, SignError> {
    let id = as_visible_text(outgoing.request_id.as_bytes())
        .filter(|id| is_id(id))
        .ok_or(SignError::RequestIdInvalid)?;
    if outgoing.at.0 < 0 {
        return Err(SignError::TimeInvalid);
    }
    Ok(vec![(ID_HEADER, id.to_string()), (TIMESTAMP_HEADER, outgoing.at.0.to_string())])
}

/// One signature per key, the one activated last first.
pub(super) fn signature(keys: &[Mac], outgoing: &Outgoing<'_>) -> String {
    let prefix = prefix(outgoing.request_id, &outgoing.at.0.to_string());
    let mut list = String::new();
    for key in keys.iter().rev() {
        let mut mac = key.clone();
        mac.update(&prefix);
        mac.update(outgoing.body);
        let separator = if list.is_empty() { "" } else { " " };
        list.push_str(separator);
        list.push_str(LABEL);
        list.push_str(&mac.finish().base64());
    }
    list
}

impl From<DigestError> for VerifyError {
    fn from(error: DigestError) -> Self {
        match error {
            DigestError::Encoding => Self::EncodingInvalid,
            DigestError::Length => Self::LengthWrong,
        }
    }
}
