//! Dialects: how one system shows the origin of a request over HTTP.
//!
//! Owns the closed list of dialects and hands every question to the dialect's own file. Each file
//! has the same anatomy: names and limits, its secrets, what it reads from a received request, what
//! a request claims about its signature, and what it writes. Outside this folder nothing asks which
//! dialect it has before it. A dialect is configured and never guessed.

mod bitbucket_cloud;
mod bitbucket_data_center;
mod claim;
mod generic_hmac;
mod gitea;
mod github;
mod gitlab;
mod labelled_digest;
mod standard_webhooks;
#[cfg(test)]
mod tests;
mod webhook_signature;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use zeroize::Zeroizing;

use crate::event_key::EventKey;
use crate::headers::Headers;
use crate::mac::{DigestError, Mac};
use crate::secret::{Secret, SecretError, SecretWarning};
use crate::sign::{Outgoing, SignError};
use crate::verify::VerifyError;

pub use generic_hmac::{GENERIC_HMAC_PREFIX_MAX_BYTES, GenericHmac, GenericHmacError};

pub(crate) use bitbucket_cloud::attempt;
pub(crate) use claim::Claim;
pub(crate) use labelled_digest::Form;

/// A header to send: its name and its value.
pub(crate) type Written = (Cow<'static, str>, String);

/// How one system shows the origin of a request over HTTP.
///
/// | dialect | signature | signed | event key | request id | attempt |
/// |---|---|---|---|---|---|
/// | `bitbucket-cloud` | `X-Hub-Signature: sha256=<hex>` | body | `X-Event-Key` | `X-Request-UUID` | `X-Attempt-Number` |
/// | `bitbucket-data-center` | the same | body | `X-Event-Key` | `X-Request-Id` | none |
/// | `github` | `X-Hub-Signature-256: sha256=<hex>` | body | `X-GitHub-Event` | `X-GitHub-Delivery` | none |
/// | `gitlab` | `X-Gitlab-Token`; with a `whsec_` secret `webhook-signature` | nothing; as `standard-webhooks` | `X-Gitlab-Event` | `webhook-id`, else `Idempotency-Key`, else `X-Gitlab-Event-UUID` | none |
/// | `gitea` | `X-Gitea-Signature: <hex>` | body | `X-Gitea-Event` | `X-Gitea-Delivery` | none |
/// | `standard-webhooks` | `webhook-signature: v1,<base64>` list | `id.timestamp.body` | `X-Event-Key`, else the body's `type` | `webhook-id` | none |
/// | `generic-hmac` | configured | body | configured | configured | none |
///
/// ```
/// use countersign::Dialect;
///
/// let dialect: Dialect = "bitbucket-cloud".parse()?;
/// assert_eq!(dialect, Dialect::BitbucketCloud);
/// assert_eq!(dialect.to_string(), "bitbucket-cloud");
/// # Ok::<(), countersign::DialectUnknown>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Bitbucket Cloud: HMAC-SHA256 over the body, in `X-Hub-Signature`.
    BitbucketCloud,
    /// Bitbucket Server and Data Center: the same signature, other ids.
    BitbucketDataCenter,
    /// GitHub: HMAC-SHA256 over the body, in `X-Hub-Signature-256`.
    Github,
    /// GitLab: a token, or with a `whsec_` secret a signature as of Standard Webhooks. A token shows
    /// who sent a request and covers nothing of its body, its id or its time.
    Gitlab,
    /// Gitea and Forgejo: HMAC-SHA256 over the body, in `X-Gitea-Signature`.
    Gitea,
    /// Standard Webhooks 1.0 with symmetric (`v1`) signatures.
    StandardWebhooks,
    /// An HMAC over the body, wherever the system puts it.
    GenericHmac(Arc<GenericHmac>),
}

/// Asks the file of a dialect: a constant, or a function, to which `generic-hmac` gets its settings.
macro_rules! ask {
    ($dialect:expr, $item:ident) => {
        ask!(@ $dialect, $item, _generic => generic_hmac::$item)
    };
    ($dialect:expr, $item:ident or $method:ident) => {
        ask!(@ $dialect, $item, generic => generic.$method())
    };
    ($dialect:expr, $item:ident ($($argument:expr),*)) => {
        match $dialect {
            Dialect::BitbucketCloud => bitbucket_cloud::$item($($argument),*),
            Dialect::BitbucketDataCenter => bitbucket_data_center::$item($($argument),*),
            Dialect::Github => github::$item($($argument),*),
            Dialect::Gitlab => gitlab::$item($($argument),*),
            Dialect::Gitea => gitea::$item($($argument),*),
            Dialect::StandardWebhooks => standard_webhooks::$item($($argument),*),
            Dialect::GenericHmac(generic) => generic_hmac::$item(generic, $($argument),*),
        }
    };
    (@ $dialect:expr, $item:ident, $generic:ident => $answer:expr) => {
        match $dialect {
            Dialect::BitbucketCloud => bitbucket_cloud::$item,
            Dialect::BitbucketDataCenter => bitbucket_data_center::$item,
            Dialect::Github => github::$item,
            Dialect::Gitlab => gitlab::$item,
            Dialect::Gitea => gitea::$item,
            Dialect::StandardWebhooks => standard_webhooks::$item,
            Dialect::GenericHmac($generic) => $answer,
        }
    };
}

impl Dialect {
    /// Every dialect that needs no configuration: all but `generic-hmac`.
    pub const ALL: &'static [Self] = &[
        Self::BitbucketCloud,
        Self::BitbucketDataCenter,
        Self::Github,
        Self::Gitlab,
        Self::Gitea,
        Self::StandardWebhooks,
    ];

    /// The name of [`Dialect::GenericHmac`], which is configured and so cannot be parsed from its name.
    pub const GENERIC_HMAC: &'static str = generic_hmac::NAME;

    /// The name of the dialect, as configuration and the command line write it.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert_eq!(Dialect::BitbucketDataCenter.as_str(), "bitbucket-data-center");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        ask!(self, NAME)
    }

    /// The headers that carry the signature: one, but at `gitlab` the token's and the signature's.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert!(Dialect::BitbucketCloud.signature_headers().eq(["X-Hub-Signature"]));
    /// ```
    pub fn signature_headers(&self) -> impl Iterator<Item = &str> {
        ask!(self, SIGNATURE_HEADERS or signature_headers).iter().map(AsRef::as_ref)
    }

    /// The dialect's headers for the event, the id, the hook and the time: what is forwarded when a
    /// request is passed on as received.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// let headers = Dialect::BitbucketDataCenter.event_headers();
    /// assert!(headers.eq(["X-Event-Key", "X-Request-Id"]));
    /// ```
    pub fn event_headers(&self) -> impl Iterator<Item = &str> {
        ask!(self, EVENT_HEADERS or event_headers).iter().map(AsRef::as_ref)
    }

    /// The largest body that a source of this dialect takes where nothing else is configured.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert_eq!(Dialect::BitbucketCloud.body_cap_default_bytes(), 1_048_576);
    /// ```
    #[must_use]
    pub fn body_cap_default_bytes(&self) -> usize {
        ask!(self, BODY_CAP_DEFAULT_BYTES)
    }

    /// The event key of the requests by which the provider tests a connection without signing them,
    /// where it does so. Such a request proves nothing: answer it and keep nothing.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert_eq!(Dialect::BitbucketDataCenter.unsigned_ping(), Some("diagnostics:ping"));
    /// assert_eq!(Dialect::BitbucketCloud.unsigned_ping(), None);
    /// ```
    #[must_use]
    pub fn unsigned_ping(&self) -> Option<&'static str> {
        ask!(self, UNSIGNED_PING)
    }

    /// The event key of the signed requests by which the provider tests a connection. Such a request
    /// is verified first; then answer it and keep nothing.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert_eq!(Dialect::Github.signed_ping(), Some("ping"));
    /// ```
    #[must_use]
    pub fn signed_ping(&self) -> Option<&'static str> {
        ask!(self, SIGNED_PING)
    }

    /// Whether the provider can show its origin by basic authentication alone, without a secret.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert!(Dialect::BitbucketDataCenter.basic_auth_suffices());
    /// assert!(!Dialect::StandardWebhooks.basic_auth_suffices());
    /// ```
    #[must_use]
    pub fn basic_auth_suffices(&self) -> bool {
        ask!(self, BASIC_AUTH_SUFFICES)
    }

    /// Whether a request may carry a signature of every active secret, and not of the last one only.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert!(Dialect::StandardWebhooks.signs_with_all());
    /// assert!(!Dialect::BitbucketCloud.signs_with_all());
    /// ```
    #[must_use]
    pub fn signs_with_all(&self) -> bool {
        ask!(self, SIGNS_WITH_ALL)
    }

    /// The header that carries the secret itself, where a dialect has one: what it says must be in no
    /// log and is not to be stored in clear.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert_eq!(Dialect::Gitlab.token_header(), Some("X-Gitlab-Token"));
    /// assert_eq!(Dialect::Github.token_header(), None);
    /// ```
    #[must_use]
    pub fn token_header(&self) -> Option<&'static str> {
        ask!(self, TOKEN_HEADER)
    }

    /// Whether `secret` may be used in this dialect, and what is unwise about it.
    ///
    /// # Errors
    ///
    /// [`SecretError`] where the dialect cannot use it: at `standard-webhooks` anything but `whsec_`
    /// and the strict base64 of 24 to 64 bytes; at `gitlab` what begins with `whsec_` and is no such
    /// text, and a token that cannot stand in a header.
    ///
    /// ```
    /// use countersign::{Dialect, Secret, SecretError, SecretWarning};
    ///
    /// let secret = Secret::new("hunter2\n")?;
    /// let warnings = Dialect::BitbucketCloud.check_secret(&secret)?;
    /// assert_eq!(warnings, [SecretWarning::Short, SecretWarning::SurroundingWhitespace]);
    /// let refused = Dialect::StandardWebhooks.check_secret(&secret);
    /// assert_eq!(refused, Err(SecretError::NotWhsec));
    /// # Ok::<(), SecretError>(())
    /// ```
    pub fn check_secret(&self, secret: &Secret) -> Result<Vec<SecretWarning>, SecretError> {
        ask!(self, check_secret(secret))
    }

    /// What the headers of a request say about it. None of it is covered by a Bitbucket signature.
    ///
    /// Tolerant: a header that stands twice, is over 255 bytes, has a character that is not visible
    /// ASCII, or is otherwise not what it should be, is `None`.
    ///
    /// ```
    /// use countersign::{Dialect, EventKey};
    ///
    /// let headers = [("X-Event-Key", "repo:push"), ("X-Attempt-Number", "2")];
    /// let received = Dialect::BitbucketCloud.received(&headers);
    /// assert_eq!(received.event_key.as_ref().map(EventKey::as_str), Some("repo:push"));
    /// assert_eq!(received.attempt, Some(2));
    /// assert_eq!(received.request_id, None);
    /// ```
    #[must_use]
    pub fn received<H: Headers + ?Sized>(&self, headers: &H) -> Received {
        ask!(self, received(headers))
    }

    /// The event key that the body names, for dialects that put it there: at `standard-webhooks` the
    /// `type` of the JSON object. To be asked once the body is verified, where the headers gave none.
    ///
    /// One pass without recursion that allocates nothing but the key, and no check that the rest of
    /// the body is JSON.
    ///
    /// ```
    /// # use countersign::{Dialect, EventKey};
    /// let body = br#"{"timestamp": "2026-01-01T00:00:00Z", "type": "invoice.paid", "data": {}}"#;
    /// let key = Dialect::StandardWebhooks.event_key_of_body(body);
    /// assert_eq!(key, EventKey::parse("invoice.paid").ok());
    /// assert_eq!(Dialect::BitbucketCloud.event_key_of_body(body), None);
    /// ```
    #[must_use]
    pub fn event_key_of_body(&self, body: &[u8]) -> Option<EventKey> {
        ask!(self, event_key_of_body(body))
    }

    /// How the dialect writes a digest, to explain what a request has in its place.
    pub(crate) fn form(&self) -> Form<'_> {
        ask!(self, FORM or form)
    }

    /// The key of the MAC that `secret` stands for.
    pub(crate) fn key(&self, secret: &Secret) -> Result<Mac, SecretError> {
        ask!(self, key(secret))
    }

    /// The text of a new secret that carries `random`.
    pub(crate) fn secret_text(&self, random: &[u8; 32]) -> Zeroizing<Vec<u8>> {
        ask!(self, secret_text(random))
    }

    /// What the headers claim about the signature, checked as far as is possible without the body.
    /// `keys` are the ones that will be compared with; only their kinds are asked.
    pub(crate) fn claim<'a, H: Headers + ?Sized>(
        &'a self,
        headers: &'a H,
        keys: &[Mac],
    ) -> Result<Claim<'a>, VerifyError> {
        ask!(self, claim(headers, keys))
    }

    /// The dialect's headers apart from what the signature covers, the signature and what every
    /// dialect sends.
    pub(crate) fn identity(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Written>, SignError> {
        ask!(self, identity(outgoing))
    }

    /// The headers that the signature covers.
    pub(crate) fn covered(
        &self,
        keys: &[Mac],
        outgoing: &Outgoing<'_>,
    ) -> Result<Vec<Written>, SignError> {
        ask!(self, covered(keys, outgoing))
    }

    /// The signature headers. `keys` is not empty, the one activated last stands last.
    pub(crate) fn signatures(&self, keys: &[Mac], outgoing: &Outgoing<'_>) -> Vec<Written> {
        ask!(self, signatures(keys, outgoing))
    }
}

impl From<GenericHmac> for Dialect {
    fn from(generic: GenericHmac) -> Self {
        Self::GenericHmac(Arc::new(generic))
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Dialect {
    type Err = DialectUnknown;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().find(|dialect| dialect.as_str() == name).cloned().ok_or(DialectUnknown)
    }
}

/// A name that is no dialect's, or that of `generic-hmac`, which needs settings. Its `Display` lists
/// the names that are.
///
/// ```
/// # use countersign::Dialect;
/// let error = "bitbucket".parse::<Dialect>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "not a dialect; the dialects are bitbucket-cloud, bitbucket-data-center, github, gitlab, \
///      gitea, standard-webhooks",
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DialectUnknown;

impl fmt::Display for DialectUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a dialect; the dialects are ")?;
        for (position, dialect) in Dialect::ALL.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{dialect}")?;
        }
        Ok(())
    }
}

impl core::error::Error for DialectUnknown {}

/// What the headers of a received request say, by [`Dialect::received`]. Not trustworthy by itself:
/// no Bitbucket signature covers a header.
///
/// ```
/// # use countersign::Dialect;
/// let headers = [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab")];
/// let received = Dialect::Github.received(&headers);
/// assert_eq!(received.request_id.as_deref(), Some("72d3162e-cc78-11e3-81ab"));
/// assert_eq!(received.attempt, None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// What happened.
    pub event_key: Option<EventKey>,
    /// The id of the delivery, the same in each of its attempts. Often a UUID, but need not be.
    pub request_id: Option<String>,
    /// The number of the attempt, from 1.
    pub attempt: Option<u32>,
    /// The id of the hook at the provider.
    pub hook_id: Option<String>,
}

impl From<DigestError> for VerifyError {
    fn from(error: DigestError) -> Self {
        match error {
            DigestError::Encoding => Self::EncodingInvalid,
            DigestError::Length => Self::LengthWrong,
        }
    }
}

/// Reads a header of [`Received`] that is a text of its own.
fn text<H: Headers + ?Sized>(headers: &H, name: &str) -> Option<String> {
    crate::headers::visible_text(headers, name).map(String::from)
}

/// Reads an event key.
fn event_key<H: Headers + ?Sized>(headers: &H, name: &str) -> Option<EventKey> {
    EventKey::parse(crate::headers::visible_text(headers, name)?).ok()
}

/// `id` where it can stand in a header: 1 to 255 visible ASCII characters.
fn id_to_send(id: &str, error: SignError) -> Result<String, SignError> {
    crate::headers::as_visible_text(id.as_bytes()).map(String::from).ok_or(error)
}
