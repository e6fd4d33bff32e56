//! Sources: inbound endpoints, and the sealed secrets that sources and webhooks hold.

use std::{fmt, str::FromStr, sync::Arc};

use bytes::Bytes;
use countersign::Dialect;

use crate::{
    id::{SecretId, SourceId},
    scope::Scope,
    time::Timestamp,
};

/// A source's name: 1 to 64 of `a-z0-9-`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceName(Arc<str>);

/// A text that is no source name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a source's name is 1 to 64 of a-z, 0-9 and `-`")]
pub struct SourceNameError;

impl SourceName {
    /// As it stands in the path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SourceName {
    type Err = SourceNameError;

    fn from_str(text: &str) -> Result<SourceName, SourceNameError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(SourceName(text.into()))
        } else {
            Err(SourceNameError)
        }
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A secret of a source or webhook. `sealed` is opaque here and in stores: only `sealing` opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret {
    /// Its id.
    pub id: SecretId,
    /// The encrypted text.
    pub sealed: Bytes,
    /// When it was activated last; of several, the newest signs. `None` means not active yet.
    pub activated_at: Option<Timestamp>,
    /// From when on it counts no more.
    pub expires_at: Option<Timestamp>,
    /// When it last matched or signed, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl SealedSecret {
    /// Whether it counts now.
    pub fn active(&self, now: Timestamp) -> bool {
        self.activated_at.is_some() && self.expires_at.is_none_or(|expiry| now < expiry)
    }
}

/// Basic authentication (RFC 7617) that a source asks for or a webhook sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBasicAuth {
    /// The user name, in clear.
    pub username: String,
    /// Names the sealed password in its associated data.
    pub id: SecretId,
    /// The encrypted password.
    pub sealed_password: Bytes,
}

/// An inbound endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Owner of its secrets; never shown.
    pub id: SourceId,
    /// Its name and path.
    pub name: SourceName,
    /// How requests show their origin.
    pub dialect: Dialect,
    /// Its secrets, oldest first.
    pub secrets: Vec<SealedSecret>,
    /// Credentials that a request has to show besides.
    pub basic_auth: Option<SealedBasicAuth>,
    /// The ceiling of its events' scopes.
    pub scope: Scope,
    /// The most bytes of a plain body.
    pub max_body_bytes: u64,
    /// Within this many seconds the same body under another id is a duplicate; 0 is off.
    pub replay_window_s: u32,
    /// Further headers that are kept for `as-received`, in lower case.
    pub forward_headers: Vec<String>,
    /// Whether an unsigned `diagnostics:ping` is answered (Data Center only).
    pub ping: bool,
    /// Whether the configuration file declares it: then the API cannot change it.
    pub declared: bool,
    /// Grows with each change.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}
