//! From sealed values to values in memory.

use countersign::{BasicCredentials, Secret};
use pipeline::{SealedBasicAuth, SealedSecret, SecretId, Timestamp};
use sealing::{Field, KeyRing, OpenError, Place};
use zeroize::Zeroizing;

/// Why stored secrets cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    /// The master key does not open them.
    #[error("a sealed value does not open")]
    Sealed(#[from] OpenError),
    /// None of the secrets is active any more.
    #[error("all of its secrets have expired: add one")]
    Expired,
    /// They are not of the form that their dialect asks for.
    #[error("a secret is not of the form that its dialect asks for")]
    Form,
    /// The URL or a header is not of the form that HTTP asks for.
    #[error("the URL or a header of its own is not of the form that HTTP asks for")]
    Target,
}

pub(super) fn open(
    keys: &KeyRing,
    owner: &str,
    id: SecretId,
    field: Field,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    let secret = &id.to_string();
    Ok(keys.open(&Place { owner, secret, field }, sealed)?)
}

/// The active secrets in the order of their activation, with their ids.
pub(super) fn active_secrets<'a>(
    keys: &KeyRing,
    owner: &str,
    secrets: &'a [SealedSecret],
    now: Timestamp,
) -> Result<Vec<(&'a SealedSecret, Secret)>, UnsealError> {
    let mut active: Vec<_> = secrets.iter().filter(|secret| secret.active(now)).collect();
    active.sort_by_key(|secret| (secret.activated_at, secret.id));
    let opened = active.into_iter().map(|sealed| Ok((sealed, secret(keys, owner, sealed)?)));
    opened.collect()
}

/// The secrets that were active and have expired.
pub(super) fn expired_secrets(
    keys: &KeyRing,
    owner: &str,
    secrets: &[SealedSecret],
    now: Timestamp,
) -> Result<Vec<(SecretId, Secret)>, UnsealError> {
    let expired = secrets.iter().filter(|one| one.activated_at.is_some() && !one.active(now));
    expired.map(|sealed| Ok((sealed.id, secret(keys, owner, sealed)?))).collect()
}

fn secret(keys: &KeyRing, owner: &str, sealed: &SealedSecret) -> Result<Secret, UnsealError> {
    let bytes = open(keys, owner, sealed.id, Field::Secret, &sealed.sealed)?;
    Secret::new(bytes.to_vec()).map_err(|_| UnsealError::Form)
}

pub(super) fn basic_credentials(
    keys: &KeyRing,
    owner: &str,
    basic: &SealedBasicAuth,
) -> Result<BasicCredentials, UnsealError> {
    let password = open(keys, owner, basic.id, Field::Password, &basic.sealed_password)?;
    let password = str::from_utf8(&password).map_err(|_| UnsealError::Form)?;
    BasicCredentials::new(&basic.username, password).map_err(|_| UnsealError::Form)
}
