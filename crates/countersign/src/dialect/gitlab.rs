//! `gitlab`: the secret token in `X-Gitlab-Token`, or, with a `whsec_` secret, the signing token of
//! GitLab 19.0 in `webhook-signature`. Source: GitLab's page "Webhooks".
//!
//! A token shows who sent a request and nothing of its body; a signing token covers both. While both
//! kinds are active, a request with a `webhook-signature` is judged by that alone, so that a wrong
//! signature is not rescued by a right token. A token is compared through SHA-256, in constant time.
//!
//! GitLab writes its event keys with blanks, `Merge Request Hook`; here they are read and written as
//! `merge_request_hook`.

#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::{vec, vec::Vec};

use zeroize::Zeroizing;

use super::labelled_digest::Form;
use super::{Claim, Received, Written, id_to_send, labelled_digest, text, webhook_signature};
use crate::event_key::EventKey;
use crate::headers::{HEADER_TEXT_MAX_BYTES, Headers, Occurrence, occurrence};
use crate::mac::{Mac, Proof, sha256};
use crate::secret::{Secret, SecretError, SecretWarning};
use crate::sign::{Outgoing, SignError};
use crate::verify::VerifyError;

pub(super) const NAME: &str = "gitlab";
pub(super) const SIGNATURE_HEADERS: &[Cow<'static, str>] =
    &[Cow::Borrowed(TOKEN), Cow::Borrowed(webhook_signature::HEADER)];
pub(super) const EVENT_HEADERS: &[Cow<'static, str>] = &[
    Cow::Borrowed(EVENT_HEADER),
    Cow::Borrowed("Idempotency-Key"),
    Cow::Borrowed("X-Gitlab-Event-UUID"),
    Cow::Borrowed("X-Gitlab-Webhook-UUID"),
    Cow::Borrowed(webhook_signature::ID_HEADER),
    Cow::Borrowed(webhook_signature::TIMESTAMP_HEADER),
];
pub(super) const BODY_CAP_DEFAULT_BYTES: usize = 25 * 1024 * 1024;
pub(super) const UNSIGNED_PING: Option<&str> = None;
pub(super) const SIGNED_PING: Option<&str> = None;
pub(super) const BASIC_AUTH_SUFFICES: bool = false;
pub(super) const TOKEN_HEADER: Option<&str> = Some(TOKEN);
pub(super) const SIGNS_WITH_ALL: bool = true;
/// Of the signature: a token has none.
pub(super) const FORM: Form<'static> = webhook_signature::FORM;

const TOKEN: &str = "X-Gitlab-Token";
const EVENT_HEADER: &str = "X-Gitlab-Event";

pub(super) fn check_secret(secret: &Secret) -> Result<Vec<SecretWarning>, SecretError> {
    key(secret)?;
    Ok(secret.warnings())
}

pub(super) fn key(secret: &Secret) -> Result<Mac, SecretError> {
    if secret.expose().starts_with(webhook_signature::SECRET_PREFIX.as_bytes()) {
        return webhook_signature::key(secret);
    }
    let text = core::str::from_utf8(secret.expose()).map_err(|_| SecretError::NotHeaderText)?;
    let plain = text.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
    if !plain || text.trim_matches(' ').len() != text.len() {
        return Err(SecretError::NotHeaderText);
    }
    Ok(Mac::token(text))
}

/// A token: every version of GitLab takes one.
pub(super) fn secret_text(random: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    labelled_digest::secret_text(random)
}

pub(super) fn received<H: Headers + ?Sized>(headers: &H) -> Received {
    Received {
        event_key: event_key(headers),
        // First the one that a signing token covers: a replay cannot change it.
        request_id: text(headers, webhook_signature::ID_HEADER)
            .or_else(|| text(headers, "Idempotency-Key"))
            .or_else(|| text(headers, "X-Gitlab-Event-UUID")),
        attempt: None,
        hook_id: text(headers, "X-Gitlab-Webhook-UUID"),
    }
}

fn event_key<H: Headers + ?Sized>(headers: &H) -> Option<EventKey> {
    let Occurrence::Once(value) = occurrence(headers, EVENT_HEADER) else {
        return None;
    };
    if value.len() > HEADER_TEXT_MAX_BYTES {
        return None;
    }
    let value = core::str::from_utf8(value).ok()?;
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic());
    if value.contains(' ') && value.split(' ').all(word) {
        return EventKey::parse(&value.replace(' ', "_").to_ascii_lowercase()).ok();
    }
    EventKey::parse(value).ok()
}

/// `merge_request_hook` as GitLab writes it; any other key as it is.
fn event_to_send(key: &EventKey) -> String {
    let key = key.as_str();
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    if !key.ends_with("_hook") || !key.split('_').all(word) {
        return key.to_string();
    }
    let mut written = String::with_capacity(key.len());
    for (position, word) in key.split('_').enumerate() {
        if position > 0 {
            written.push(' ');
        }
        let mut letters = word.chars();
        written.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        written.push_str(letters.as_str());
    }
    written
}

pub(super) fn event_key_of_body(_body: &[u8]) -> Option<EventKey> {
    None
}

pub(super) fn claim<'a, H: Headers + ?Sized>(
    headers: &'a H,
    keys: &[Mac],
) -> Result<Claim<'a>, VerifyError> {
    let signing = keys.iter().any(|key| key.proof() == Proof::Mac);
    let signed = occurrence(headers, webhook_signature::HEADER) != Occurrence::Missing;
    if signing && signed {
        return webhook_signature::claim(headers);
    }
    if keys.iter().all(|key| key.proof() == Proof::Mac) {
        return Err(VerifyError::SignatureMissing);
    }
    match occurrence(headers, TOKEN) {
        Occurrence::Missing => Err(VerifyError::SignatureMissing),
        Occurrence::Repeated => Err(VerifyError::SignatureRepeated),
        Occurrence::Once(token) => Ok(Claim::of(Proof::Token, sha256(token).claimed())),
    }
}

pub(super) fn identity(outgoing: &Outgoing<'_>) -> Result<Vec<Written>, SignError> {
    let request_id = id_to_send(outgoing.request_id, SignError::RequestIdInvalid)?;
    let mut headers = vec![
        (Cow::Borrowed(EVENT_HEADER), event_to_send(outgoing.event_key)),
        (Cow::Borrowed("X-Gitlab-Event-UUID"), request_id.clone()),
        (Cow::Borrowed("Idempotency-Key"), request_id),
    ];
    if let Some(hook_id) = outgoing.hook_id {
        let hook_id = id_to_send(hook_id, SignError::HookIdInvalid)?;
        headers.push((Cow::Borrowed("X-Gitlab-Webhook-UUID"), hook_id));
    }
    Ok(headers)
}

/// With a signing token the id and the time; with a plain token nothing is covered.
pub(super) fn covered(keys: &[Mac], outgoing: &Outgoing<'_>) -> Result<Vec<Written>, SignError> {
    if keys.iter().any(|key| key.proof() == Proof::Mac) {
        Ok(webhook_signature::covered(outgoing)?.into())
    } else {
        Ok(Vec::new())
    }
}

/// The token activated last, and a signature of every signing token.
pub(super) fn signatures(keys: &[Mac], outgoing: &Outgoing<'_>) -> Vec<Written> {
    let token = keys.iter().rev().find_map(Mac::token_text);
    let mut headers: Vec<Written> = Vec::with_capacity(2);
    headers.extend(token.map(|token| (Cow::Borrowed(TOKEN), token.to_string())));
    if keys.iter().any(|key| key.proof() == Proof::Mac) {
        let list = webhook_signature::signature(keys, outgoing);
        headers.push((Cow::Borrowed(webhook_signature::HEADER), list));
    }
    headers
}
