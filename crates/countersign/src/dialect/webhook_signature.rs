//! `webhook-signature`: a list of `v1,<base64>` signatures over `id.timestamp.body`, and the `whsec_`
//! secrets that make them. Shared by `standard-webhooks` and by GitLab's signing token. Source: the
//! Standard Webhooks specification, version 1.
//!
//! Rules where the specification leaves room:
//! - The list has items between single spaces, at most [`SIGNATURES_MAX`]; more are refused unread.
//! - An item that does not begin with `v1,` is another version's and skipped. None with `v1,`: refused.
//! - A `v1` item that is not the strict base64 of 32 bytes can match nothing. It is passed over if
//!   the list has a well-formed one, so that one bad item does not void the others; else it is the
//!   reason of the refusal.
//! - An id is 1 to 255 visible ASCII characters without `.`, which separates what is signed.
//! - A timestamp is 1 to 19 digits: no sign, no fraction. What is signed is its text as received.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::{vec, vec::Vec};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::labelled_digest::Form;
use super::{Claim, Written};
use crate::headers::{Headers, Occurrence, as_visible_text, occurrence};
use crate::mac::{Algorithm, Claimed, DigestError, Encoding, Mac, Proof};
use crate::secret::{Secret, SecretError};
use crate::sign::{Outgoing, SignError};
use crate::verify::{SIGNATURES_MAX, UnixSeconds, VerifyError};

pub(super) const HEADER: &str = "webhook-signature";
pub(super) const ID_HEADER: &str = "webhook-id";
pub(super) const TIMESTAMP_HEADER: &str = "webhook-timestamp";
pub(super) const SECRET_PREFIX: &str = "whsec_";

/// One item of the list.
pub(super) const FORM: Form<'static> =
    Form { header: HEADER, label: "v1,", encoding: Encoding::Base64, algorithm: Algorithm::Sha256 };
const KEY_MIN_BYTES: usize = 24;
const KEY_MAX_BYTES: usize = 64;
/// The base64 of the longest key.
const KEY_TEXT_MAX_BYTES: usize = 88;

/// The key of an HMAC that `secret` has after `whsec_`.
pub(super) fn key(secret: &Secret) -> Result<Mac, SecretError> {
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
    Ok(Mac::new(&key))
}

pub(super) fn secret_text(random: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    let encoded = Zeroizing::new(STANDARD.encode(random));
    let mut text = Zeroizing::new(Vec::with_capacity(SECRET_PREFIX.len() + encoded.len()));
    text.extend_from_slice(SECRET_PREFIX.as_bytes());
    text.extend_from_slice(encoded.as_bytes());
    text
}

pub(super) fn claim<H: Headers + ?Sized>(headers: &H) -> Result<Claim<'_>, VerifyError> {
    let mut claim = match occurrence(headers, HEADER) {
        Occurrence::Missing => return Err(VerifyError::SignatureMissing),
        Occurrence::Repeated => return Err(VerifyError::SignatureRepeated),
        Occurrence::Once(list) => of_list(list)?,
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
    claim.signed_at = Some(seconds(timestamp).ok_or(VerifyError::TimestampInvalid)?);
    claim.before = [id.as_bytes(), b".", timestamp.as_bytes(), b"."];
    Ok(claim)
}

fn of_list(list: &[u8]) -> Result<Claim<'_>, VerifyError> {
    let separators = list.iter().filter(|byte| **byte == b' ').count();
    if separators >= SIGNATURES_MAX {
        return Err(VerifyError::TooManySignatures);
    }
    let mut malformed = None;
    for item in items(list) {
        match item {
            Ok(digest) if separators == 0 => return Ok(Claim::of(Proof::Mac, digest)),
            Ok(_) => return Ok(Claim::of_list(list)),
            Err(error) => malformed = malformed.or(Some(error)),
        }
    }
    Err(malformed.map_or(VerifyError::LabelUnknown, VerifyError::from))
}

/// The digests of the items that have the label, read strictly.
pub(super) fn items(list: &[u8]) -> impl Iterator<Item = Result<Claimed, DigestError>> {
    let texts = list.split(|byte| *byte == b' ');
    let texts = texts.filter_map(|item| item.strip_prefix(FORM.label.as_bytes()));
    texts.map(|text| FORM.encoding.read(text, FORM.algorithm))
}

fn is_id(id: &str) -> bool {
    !id.contains('.')
}

/// Up to 19 digits. `i64::from_str` would take a sign.
fn seconds(text: &str) -> Option<UnixSeconds> {
    let digits = (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok().map(UnixSeconds) } else { None }
}

/// The headers that the signature covers.
pub(super) fn covered(outgoing: &Outgoing<'_>) -> Result<[Written; 2], SignError> {
    let id = as_visible_text(outgoing.request_id.as_bytes())
        .filter(|id| is_id(id))
        .ok_or(SignError::RequestIdInvalid)?;
    if outgoing.at.0 < 0 {
        return Err(SignError::TimeInvalid);
    }
    let (id, timestamp) = (id.to_string(), outgoing.at.0.to_string());
    Ok([(Cow::Borrowed(ID_HEADER), id), (Cow::Borrowed(TIMESTAMP_HEADER), timestamp)])
}

/// One signature for each key that makes one, the one activated last first.
pub(super) fn signature(keys: &[Mac], outgoing: &Outgoing<'_>) -> String {
    let timestamp = outgoing.at.0.to_string();
    let mut list = String::new();
    for key in keys.iter().rev().filter(|key| key.proof() == Proof::Mac) {
        let id = outgoing.request_id.as_bytes();
        let digest = key.digest(&[id, b".", timestamp.as_bytes(), b".", outgoing.body]);
        let separator = if list.is_empty() { "" } else { " " };
        list.push_str(separator);
        list.push_str(FORM.label);
        list.push_str(&digest.base64());
    }
    list
}
