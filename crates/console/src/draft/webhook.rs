//! Webhooks as somebody writes them.

mod before;

use std::collections::BTreeMap;

use countersign::Dialect;
use pipeline::{
    Catalogue, Scope, SignaturePolicy, SourceName, Trigger, Webhook, WebhookDialect, WebhookId,
};
use utoipa::openapi::Object;

use super::{
    basic_auth::BasicAuthDraft,
    dialect::{DialectName, GenericHmacDraft},
    draft,
    field::{Field, SecretText, from_text},
    forge::{DraftError, Drafted, Forge, Work},
    rate_limit::RateLimitDraft,
    retry::RetryDraft,
    secret::Given,
};
use crate::{
    fields::{Fault, FieldErrors},
    text::Text,
};
use before::{Before, Own, PaceFields};

draft! {
    /// A webhook. At a change absent fields are kept, and null takes the default. A changed `url` asks for the secret, the basic authentication and the headers again.
    pub struct WebhookDraft {
        /// For people: at most 512 characters.
        description: String,
        /// It gets events at and below this scope; empty (the default) is the whole server.
        scope: Scope,
        /// It gets events of this source only; null (the default) is every origin.
        source: SourceName,
        /// Where to deliver: an absolute http or https URL of at most 2,048 bytes, without user name, password and fragment. Needed.
        url: String,
        /// Which event keys: keys such as `repo:push`, beginnings such as `pullrequest:*`, or `*`, 1 to 128 of them. Default `["*"]`, so that nothing is missed unasked.
        events: Vec<Trigger>,
        /// Whether deliveries are made. Default true.
        active: bool,
        /// Whether deliveries are made, but wait. Default false.
        paused: bool,
        /// The secret as text: 1 to 1,024 bytes, kept exactly, never shown again. Replaces all secrets.
        secret: SecretText,
        /// The secret's exact bytes in base64.
        secret_base64: SecretText,
        /// Whether to make a secret with 256 bits of randomness, shown in this answer only.
        generate_secret: bool,
        /// The dialect to sign in, or `as-received`. Default `as-received` where it names a source, else the server's `webhooks.default_dialect`.
        dialect: DialectChoice,
        /// With the dialect `generic-hmac`: where the signature stands and how it is written.
        generic_hmac: GenericHmacDraft,
        /// With `as-received`, what becomes of the received signature: `replace` (made anew with the secret; default with one), `keep` (default without one), `drop`.
        signature: SignaturePolicy,
        /// Credentials to show to the receiver.
        basic_auth: BasicAuthDraft,
        /// Headers of its own by name: at most 32, values of 1 to 4,096 bytes that are never shown again. Null removes one.
        headers: BTreeMap<String, Field<SecretText>>,
        /// Whether private addresses are allowed, within `targets.private`. Default false.
        allow_private: bool,
        /// The most time for one attempt in milliseconds: 100 to 120,000. Default 10,000.
        timeout_ms: u64,
        /// The most attempts at once: 1 to 1,024. Default 32.
        max_in_flight: u64,
        /// How many attempts may begin: a number a second, and how many at once after a rest. Null (the default) is no limit.
        rate_limit: RateLimitDraft,
        /// When a delivery is tried again.
        retry: RetryDraft,
        /// It becomes inactive when every attempt failed for so many seconds: 1 to 2,592,000. Null (the default) is never.
        deactivate_after_s: u64,
        /// Texts for people and scripts: at most 32, names of at most 64 characters, values of at most 512. Null removes one.
        metadata: BTreeMap<String, Field<String>>,
    }
}

/// `as-received`, or a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialectChoice {
    /// With the headers that the event came with.
    AsReceived,
    /// In one dialect.
    Named(DialectName),
}

impl From<&WebhookDialect> for DialectChoice {
    fn from(dialect: &WebhookDialect) -> DialectChoice {
        match dialect {
            WebhookDialect::AsReceived => DialectChoice::AsReceived,
            WebhookDialect::Fixed(dialect) => DialectChoice::Named(dialect.into()),
        }
    }
}

impl WebhookDraft {
    /// A new webhook, or the present one with this change. Its version grows by 1. Which addresses
    /// its URL may reach is not checked here.
    ///
    /// # Errors
    ///
    /// [`DraftError`]: everything that is wrong at once.
    pub fn apply(
        self,
        present: Option<&Webhook>,
        forge: &Forge,
    ) -> Result<Drafted<Webhook>, DraftError> {
        self.build(present, present, forge)
    }

    /// The webhook that the configuration file declares under a key. What the draft does not name
    /// takes its default. Of the present one stay the id, the times, the reason why it is inactive,
    /// and every sealed value whose plain value is the same; where nothing changes the result
    /// equals it.
    ///
    /// # Errors
    ///
    /// As [`apply`](WebhookDraft::apply).
    pub fn declare(
        self,
        key: &str,
        present: Option<&Webhook>,
        forge: &Forge,
    ) -> Result<Drafted<Webhook>, DraftError> {
        let mut drafted = self.build(None, present, forge)?;
        let made = &mut drafted.value;
        made.declared_key = Some(key.to_owned());
        if let Some(present) = present {
            if made.active && present.inactive_reason.is_some() && made.url == present.url {
                made.active = false;
                made.inactive_reason = present.inactive_reason;
            }
            let unchanged = Webhook {
                version: present.version,
                updated_at: present.updated_at,
                ..made.clone()
            };
            if unchanged == *present {
                *made = unchanged;
            }
        }
        Ok(drafted)
    }

    fn build(
        self,
        kept: Option<&Webhook>,
        present: Option<&Webhook>,
        forge: &Forge,
    ) -> Result<Drafted<Webhook>, DraftError> {
        let mut work = Work::new(forge, &self.unknown, WebhookDraft::FIELDS);
        let id: WebhookId = present.map_or_else(|| forge.ids.make(), |present| present.id);
        let before = Before::new(id, kept, present);
        let about = before.about(self.description, self.metadata, &mut work);
        let scope = before.scope(self.scope, &mut work);
        let source = before.source(self.source, &mut work);
        let dialect = before.dialect(self.dialect, self.generic_hmac, source.as_ref(), &mut work);
        let own = Own {
            given: Given::of(self.secret, self.secret_base64, self.generate_secret),
            basic_auth: self.basic_auth,
            headers: self.headers,
        };
        let url = before.url(self.url, &own, &mut work);
        let sealed = before.seal(own, dialect.as_ref(), source.as_ref(), &mut work);
        let signature = before.signature(self.signature, dialect.as_ref(), &sealed, &mut work);
        let triggers = before.triggers(self.events, &mut work);
        let state = before.state(self.active, self.paused, &mut work);
        let pace = before.pace(
            PaceFields {
                timeout_ms: self.timeout_ms,
                max_in_flight: self.max_in_flight,
                rate_limit: self.rate_limit,
                retry: self.retry,
                deactivate_after_s: self.deactivate_after_s,
            },
            &mut work,
        );
        let allow_private = before.allow_private(self.allow_private, &mut work);
        let (Some(url), Some(dialect)) = (url, dialect) else {
            return Err(DraftError::Fields(work.errors));
        };
        let mut webhook = Webhook {
            id,
            declared_key: present.and_then(|present| present.declared_key.clone()),
            description: about.description,
            scope,
            source,
            url: url.into(),
            triggers,
            active: state.active,
            inactive_reason: state.inactive_reason,
            paused_since: present.and_then(|present| present.paused_since),
            pauses: present.map_or_else(Vec::new, |present| present.pauses.clone()),
            dialect,
            signature,
            secrets: sealed.secrets,
            basic_auth: sealed.basic_auth,
            headers: sealed.headers,
            allow_private,
            timeout_ms: pace.timeout_ms,
            max_in_flight: pace.max_in_flight,
            rate_limit: pace.rate_limit,
            deactivate_after_s: pace.deactivate_after_s,
            retry: pace.retry,
            metadata: about.metadata,
            version: present.map_or(1, |present| present.version + 1),
            created_at: present.map_or(work.now, |present| present.created_at),
            updated_at: work.now,
        };
        webhook.set_paused(state.paused, work.now);
        work.finish(webhook)
    }
}

/// The dialect in which a webhook signs, where that is known: as received from one source is in
/// that source's.
pub(crate) fn signing_dialect(
    dialect: &WebhookDialect,
    source: Option<&SourceName>,
    catalogue: &Catalogue,
) -> Option<Dialect> {
    match (dialect, source) {
        (WebhookDialect::Fixed(dialect), _) => Some(dialect.clone()),
        (WebhookDialect::AsReceived, Some(source)) => {
            let source = catalogue.source(source.as_str())?;
            Some(source.dialect.clone())
        }
        (WebhookDialect::AsReceived, None) => None,
    }
}

/// The word for deliveries that keep the form in which their event came.
pub(crate) const AS_RECEIVED: &str = "as-received";

impl Text for DialectChoice {
    fn read(text: &str) -> Result<DialectChoice, Fault> {
        if text == AS_RECEIVED {
            return Ok(DialectChoice::AsReceived);
        }
        let name = DialectName::read(text).map_err(|(code, message)| {
            let message = format!("{message}, and {AS_RECEIVED}");
            (code, message)
        })?;
        Ok(DialectChoice::Named(name))
    }

    fn describe() -> Object {
        let mut words = DialectName::describe();
        if let Some(values) = &mut words.enum_values {
            values.push(AS_RECEIVED.into());
        }
        words
    }
}

from_text!(DialectChoice);
