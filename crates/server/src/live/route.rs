//! A webhook, ready to deliver to.

use std::{sync::Arc, time::Duration};

use countersign::{Dialect, Secret, Signer};
use deliver::{
    TargetPolicy,
    request::{Envelope, Form},
};
use http::{HeaderName, HeaderValue};
use pipeline::{Catalogue, SecretId, Source, Timestamp, Webhook, WebhookDialect};
use sealing::{Field, KeyRing};
use url::Url;

use super::unseal::{UnsealError, active_secrets, basic_credentials, open};

/// A webhook with its target parsed and its secrets prepared. Its `Debug` shows none of them.
#[derive(Debug)]
pub struct Route {
    /// The webhook.
    pub webhook: Arc<Webhook>,
    /// Where to deliver.
    pub url: Url,
    /// What its requests carry.
    pub envelope: Envelope,
    /// Which addresses it may reach.
    pub policy: TargetPolicy,
    /// The most time for one attempt.
    pub timeout: Duration,
    /// The secrets that sign.
    pub secrets: Vec<SecretId>,
    /// When the first of its active secrets expires.
    pub good_until: Option<Timestamp>,
}

impl Route {
    pub(super) fn prepare(
        webhook: &Arc<Webhook>,
        catalogue: &Catalogue,
        keys: &KeyRing,
        now: Timestamp,
    ) -> Result<Route, UnsealError> {
        let owner = webhook.id.to_string();
        let active = active_secrets(keys, &owner, &webhook.secrets, now)?;
        // Deliveries wait then: a receiver that verifies is not to get unsigned ones.
        if active.is_empty() && webhook.secrets.iter().any(|s| s.activated_at.is_some()) {
            return Err(UnsealError::Expired);
        }
        let opened: Vec<_> = active.iter().map(|(_, secret)| secret).collect();
        let basic = webhook.basic_auth.as_ref();
        let basic = basic.map(|basic| basic_credentials(keys, &owner, basic)).transpose()?;
        let authorization = match basic {
            Some(basic) => Some(sensitive(basic.header_value().as_bytes())?),
            None => None,
        };
        let envelope = Envelope {
            form: form(webhook, catalogue, &opened)?,
            hook_id: webhook.id.uuid(),
            authorization,
            headers: own_headers(webhook, &owner, keys)?,
        };
        let policy =
            TargetPolicy { allow_private: webhook.allow_private, ..TargetPolicy::default() };
        Ok(Route {
            webhook: webhook.clone(),
            url: Url::parse(&webhook.url).map_err(|_| UnsealError::Target)?,
            envelope,
            policy,
            timeout: Duration::from_millis(webhook.timeout_ms.into()),
            secrets: signing(webhook, catalogue, active.iter().map(|(sealed, _)| sealed.id)),
            good_until: active.iter().filter_map(|(sealed, _)| sealed.expires_at).min(),
        })
    }

    /// Whether deliveries may be tried: active and not paused.
    pub fn runs(&self) -> bool {
        self.webhook.active && self.webhook.paused_since.is_none()
    }
}

fn form(
    webhook: &Webhook,
    catalogue: &Catalogue,
    secrets: &[&Secret],
) -> Result<Form, UnsealError> {
    let signer = |dialect: &Dialect| {
        let secrets = secrets.iter().copied();
        Signer::new(dialect.clone(), secrets).map_err(|_| UnsealError::Form)
    };
    let named = webhook.source.as_ref().and_then(|name| catalogue.source(name.as_str()));
    match &webhook.dialect {
        WebhookDialect::Fixed(dialect) if secrets.is_empty() => {
            Ok(Form::Dialect(Signer::unsigned(dialect.clone())))
        }
        WebhookDialect::Fixed(dialect) => Ok(Form::Dialect(signer(dialect)?)),
        WebhookDialect::AsReceived => Ok(Form::AsReceived {
            signature: webhook.signature_policy(),
            signers: match named {
                Some(source) => fitting(&source.dialect, secrets).into_iter().collect(),
                None => {
                    let signers = dialects(catalogue).filter_map(|one| fitting(one, secrets));
                    // A secret that was given to sign with is not shown as a token, unless the
                    // webhook names a source where it is one.
                    signers.filter(|signer| !signer.sends_token()).collect()
                }
            },
        }),
    }
}

/// A signer with those of the secrets that the dialect can use; `None` where it can use none.
fn fitting(dialect: &Dialect, secrets: &[&Secret]) -> Option<Signer> {
    let fit = secrets.iter().copied().filter(|secret| dialect.check_secret(secret).is_ok());
    Signer::new(dialect.clone(), fit).ok()
}

/// Every dialect in which an event may have come in.
fn dialects(catalogue: &Catalogue) -> impl Iterator<Item = &Dialect> {
    let own = |source: &&Arc<Source>| matches!(source.dialect, Dialect::GenericHmac(_));
    let own = catalogue.sources().filter(own).map(|source| &source.dialect);
    Dialect::ALL.iter().chain(own)
}

/// A dialect with one signature signs with the secret activated last, one with a list with all.
fn signing(
    webhook: &Webhook,
    catalogue: &Catalogue,
    active: impl DoubleEndedIterator<Item = SecretId>,
) -> Vec<SecretId> {
    let dialect = match (&webhook.dialect, &webhook.source) {
        (WebhookDialect::Fixed(dialect), _) => Some(dialect),
        (WebhookDialect::AsReceived, Some(source)) => {
            catalogue.source(source.as_str()).map(|source| &source.dialect)
        }
        (WebhookDialect::AsReceived, None) => None,
    };
    if dialect.is_some_and(Dialect::signs_with_all) {
        active.collect()
    } else {
        active.rev().take(1).collect()
    }
}

fn own_headers(
    webhook: &Webhook,
    owner: &str,
    keys: &KeyRing,
) -> Result<Vec<(HeaderName, HeaderValue)>, UnsealError> {
    let mut headers = Vec::with_capacity(webhook.headers.len());
    for header in &webhook.headers {
        let value = open(keys, owner, header.id, Field::Header, &header.sealed_value)?;
        let name = HeaderName::try_from(&header.name).map_err(|_| UnsealError::Target)?;
        headers.push((name, sensitive(&value)?));
    }
    Ok(headers)
}

fn sensitive(bytes: &[u8]) -> Result<HeaderValue, UnsealError> {
    let mut value = HeaderValue::from_bytes(bytes).map_err(|_| UnsealError::Target)?;
    value.set_sensitive(true);
    Ok(value)
}
