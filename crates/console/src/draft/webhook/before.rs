//! What a webhook's draft is applied to, and how each of its fields comes out.

use std::collections::BTreeMap;

use countersign::Dialect;
use pipeline::{
    RateLimit, RetryPolicy, Scope, SealedBasicAuth, SealedSecret, SignaturePolicy, SourceName,
    Trigger, Webhook, WebhookDialect, WebhookId,
    trigger::TRIGGERS_MAX,
    webhook::{InactiveReason, SealedHeader},
};
use url::Url;

use super::{DialectChoice, signing_dialect};
use crate::{
    draft::{
        basic_auth::{self, BasicAuthDraft},
        dialect::{self, DialectName, GenericHmacDraft},
        field::{Field, SecretText},
        forge::Work,
        header,
        rate_limit::{self, RateLimitDraft},
        retry::{self, RetryDraft, within},
        secret::{self, Given},
        target,
    },
    fields::{Fault, FieldCode, FieldErrors},
};

/// The time for one attempt, where nothing else is said: 10 s.
const TIMEOUT_MS: u32 = 10_000;
/// The attempts at once, where nothing else is said.
const MAX_IN_FLIGHT: u32 = 32;
/// The most of `deactivate_after_s`: 30 days.
const DEACTIVATE_AFTER_MAX_S: u64 = 30 * 24 * 3_600;
/// The most characters of a description.
const DESCRIPTION_MAX: usize = 512;
/// The most pairs of metadata.
const METADATA_MAX: usize = 32;
/// The most characters of a metadata name.
const METADATA_NAME_MAX: usize = 64;
/// The most characters of a metadata value.
const METADATA_VALUE_MAX: usize = 512;

/// What a draft is applied to.
pub(super) struct Before<'a> {
    owner: String,
    /// Stays where the draft names nothing.
    kept: Option<&'a Webhook>,
    /// Was there before.
    present: Option<&'a Webhook>,
}

/// What a draft says of the values that are sealed.
pub(super) struct Own {
    pub(super) given: Given,
    pub(super) basic_auth: Field<BasicAuthDraft>,
    pub(super) headers: Field<BTreeMap<String, Field<SecretText>>>,
}

/// The sealed values.
pub(super) struct Sealed {
    pub(super) secrets: Vec<SealedSecret>,
    pub(super) basic_auth: Option<SealedBasicAuth>,
    pub(super) headers: Vec<SealedHeader>,
}

/// What is for people and scripts.
pub(super) struct About {
    pub(super) description: String,
    pub(super) metadata: Vec<(String, String)>,
}

/// Whether deliveries are made and go.
pub(super) struct State {
    pub(super) active: bool,
    pub(super) inactive_reason: Option<InactiveReason>,
    pub(super) paused: bool,
}

/// How fast and how often deliveries are tried.
pub(super) struct Pace {
    pub(super) timeout_ms: u32,
    pub(super) max_in_flight: u32,
    pub(super) rate_limit: Option<RateLimit>,
    pub(super) retry: RetryPolicy,
    pub(super) deactivate_after_s: Option<u64>,
}

/// What a draft says of that.
pub(super) struct PaceFields {
    pub(super) timeout_ms: Field<u64>,
    pub(super) max_in_flight: Field<u64>,
    pub(super) rate_limit: Field<RateLimitDraft>,
    pub(super) retry: Field<RetryDraft>,
    pub(super) deactivate_after_s: Field<u64>,
}

impl<'a> Before<'a> {
    pub(super) fn new(
        id: WebhookId,
        kept: Option<&'a Webhook>,
        present: Option<&'a Webhook>,
    ) -> Before<'a> {
        Before { owner: id.to_string(), kept, present }
    }

    pub(super) fn about(
        &self,
        description: Field<String>,
        metadata: Field<BTreeMap<String, Field<String>>>,
        work: &mut Work<'_>,
    ) -> About {
        let description = description.check(|text| at_most(text, DESCRIPTION_MAX));
        let kept = self.kept.map(|kept| kept.description.clone());
        About {
            description: work.or("description", description, kept, String::new()),
            metadata: self.metadata(metadata, work),
        }
    }

    fn metadata(
        &self,
        field: Field<BTreeMap<String, Field<String>>>,
        work: &mut Work<'_>,
    ) -> Vec<(String, String)> {
        let kept = self.kept.filter(|_| !matches!(field, Field::Null));
        let mut pairs = kept.map_or_else(Vec::new, |kept| kept.metadata.clone());
        let mut below = FieldErrors::default();
        let given = field.resolve("metadata", None, &mut work.errors);
        for (name, value) in given.into_iter().flatten() {
            pairs.retain(|(other, _)| *other != name);
            if name.is_empty() || name.chars().count() > METADATA_NAME_MAX {
                let message = format!("names of 1 to {METADATA_NAME_MAX} characters");
                below.add(&name, FieldCode::BadLength, message);
            }
            let value = value.check(|text| at_most(text, METADATA_VALUE_MAX));
            if let Some(value) = value.resolve(&name, None, &mut below) {
                pairs.push((name, value));
            }
        }
        work.errors.absorb("metadata", below);
        if pairs.len() > METADATA_MAX {
            let message = format!("at most {METADATA_MAX} pairs");
            work.fault("metadata", FieldCode::BadLength, message);
        }
        pairs.sort();
        pairs
    }

    pub(super) fn scope(&self, field: Field<Scope>, work: &mut Work<'_>) -> Scope {
        let kept = self.kept.map(|kept| kept.scope.clone());
        work.or("scope", field, kept, Scope::whole())
    }

    pub(super) fn triggers(&self, field: Field<Vec<Trigger>>, work: &mut Work<'_>) -> Vec<Trigger> {
        let field = field.check(triggers);
        let kept = self.kept.map(|kept| kept.triggers.clone());
        work.or("events", field, kept, vec![Trigger::Every])
    }

    pub(super) fn allow_private(&self, field: Field<bool>, work: &mut Work<'_>) -> bool {
        work.or("allow_private", field, self.kept.map(|kept| kept.allow_private), false)
    }

    pub(super) fn source(
        &self,
        field: Field<SourceName>,
        work: &mut Work<'_>,
    ) -> Option<SourceName> {
        let given = matches!(field, Field::Given(_));
        let kept = self.kept.and_then(|kept| kept.source.clone());
        let source = field.resolve("source", kept, &mut work.errors)?;
        if given && work.forge.catalogue.source(source.as_str()).is_none() {
            work.fault("source", FieldCode::UnknownReference, "there is no such source");
        }
        Some(source)
    }

    /// `None` where it is wrong, which is noted.
    pub(super) fn dialect(
        &self,
        field: Field<DialectChoice>,
        generic_hmac: Field<GenericHmacDraft>,
        source: Option<&SourceName>,
        work: &mut Work<'_>,
    ) -> Option<WebhookDialect> {
        let wrong = matches!(field, Field::Bad(_));
        let kept = self.kept.map(|kept| &kept.dialect);
        let default = match source {
            Some(_) => DialectChoice::AsReceived,
            None => DialectChoice::Named(DialectName::from(&work.forge.default_dialect)),
        };
        let choice = work.or("dialect", field, kept.map(DialectChoice::from), default);
        let DialectChoice::Named(name) = choice else {
            if matches!(generic_hmac, Field::Given(_)) && !wrong {
                let message = "only where the dialect is generic-hmac";
                work.fault("generic_hmac", FieldCode::Conflict, message);
            }
            return Some(WebhookDialect::AsReceived);
        };
        let kept = match kept {
            Some(WebhookDialect::Fixed(kept)) => Some(kept),
            _ => None,
        };
        dialect::settle(Some(name), generic_hmac, kept, work).map(WebhookDialect::Fixed)
    }

    /// A changed URL asks for everything that would be shown to the new receiver, so that nobody
    /// can send a secret that he does not know to a place of his own.
    pub(super) fn url(&self, field: Field<String>, own: &Own, work: &mut Work<'_>) -> Option<Url> {
        let wrong = matches!(field, Field::Bad(_));
        let field = field.check(|text| target::parse(&text));
        let wrong = wrong || matches!(field, Field::Bad(_));
        let kept = self.kept.and_then(|kept| Url::parse(&kept.url).ok());
        let url = field.resolve("url", kept, &mut work.errors);
        let Some(url) = url else {
            if !wrong {
                work.fault("url", FieldCode::Required, "has to be given");
            }
            return None;
        };
        if let Some(kept) = self.kept.filter(|kept| kept.url != url.as_str()) {
            ask_again(kept, own, work);
        }
        Some(url)
    }

    pub(super) fn seal(
        &self,
        own: Own,
        dialect: Option<&WebhookDialect>,
        source: Option<&SourceName>,
        work: &mut Work<'_>,
    ) -> Sealed {
        let signs_in =
            dialect.and_then(|dialect| signing_dialect(dialect, source, &work.forge.catalogue));
        if own.given.says_nothing() {
            self.ask_before_showing(signs_in.as_ref(), work);
        }
        let wish = own.given.wish(work);
        let secrets = secret::Owner {
            id: &self.owner,
            dialect: signs_in.as_ref(),
            kept: self.kept.map_or(&[], |kept| &kept.secrets),
            present: self.present.map_or(&[], |present| &present.secrets),
        };
        let secrets = secrets.settle(wish, work);
        let fixed = matches!(dialect, Some(WebhookDialect::Fixed(_)));
        let token = signs_in.as_ref().is_some_and(|dialect| dialect.token_header().is_some());
        if secrets.is_empty() && (fixed || token) {
            let message = "without a secret deliveries are not signed";
            work.warn("/secret", "unsigned", message);
        }
        let basic_auth = basic_auth::Owner {
            id: &self.owner,
            kept: self.kept.and_then(|kept| kept.basic_auth.as_ref()),
            present: self.present.and_then(|present| present.basic_auth.as_ref()),
        };
        let basic_auth = basic_auth.settle(own.basic_auth, work);
        let headers = header::Owner {
            id: &self.owner,
            kept: self.kept.map_or(&[], |kept| &kept.headers),
            present: self.present.map_or(&[], |present| &present.headers),
            basic_auth: basic_auth.is_some(),
            dialect: signs_in.as_ref(),
        };
        Sealed { secrets, headers: headers.settle(own.headers, work), basic_auth }
    }

    /// A secret that was given to sign with is given again before it is shown to a receiver.
    fn ask_before_showing(&self, signs_in: Option<&Dialect>, work: &mut Work<'_>) {
        let Some(kept) = self.kept.filter(|kept| !kept.secrets.is_empty()) else {
            return;
        };
        let shows = |dialect: Option<&Dialect>| dialect.and_then(Dialect::token_header).is_some();
        let catalogue = &work.forge.catalogue;
        let before = signing_dialect(&kept.dialect, kept.source.as_ref(), catalogue);
        if shows(signs_in) && !shows(before.as_ref()) {
            let message = "this dialect shows the secret to the receiver: give it again, or null";
            work.fault("secret", FieldCode::RequiredAgain, message);
        }
    }

    pub(super) fn signature(
        &self,
        field: Field<SignaturePolicy>,
        dialect: Option<&WebhookDialect>,
        sealed: &Sealed,
        work: &mut Work<'_>,
    ) -> Option<SignaturePolicy> {
        let fixed = matches!(dialect, Some(WebhookDialect::Fixed(_)));
        let given = matches!(field, Field::Given(_));
        let kept = self.kept.and_then(|kept| kept.signature).filter(|_| !fixed);
        let policy = field.resolve("signature", kept, &mut work.errors)?;
        if fixed && given {
            let message = "only where the dialect is as-received";
            work.fault("signature", FieldCode::Conflict, message);
        }
        if policy == SignaturePolicy::Replace && sealed.secrets.is_empty() {
            let message = "a signature is made anew with a secret, and there is none";
            work.fault("signature", FieldCode::Conflict, message);
        }
        Some(policy)
    }

    /// A person's word on `active` ends a rule's.
    pub(super) fn state(
        &self,
        active: Field<bool>,
        paused: Field<bool>,
        work: &mut Work<'_>,
    ) -> State {
        let reason = self.kept.and_then(|kept| kept.inactive_reason);
        let inactive_reason = reason.filter(|_| active.is_absent());
        let active = work.or("active", active, self.kept.map(|kept| kept.active), true);
        let kept_paused = self.kept.map(|kept| kept.paused_since.is_some());
        State { active, inactive_reason, paused: work.or("paused", paused, kept_paused, false) }
    }

    pub(super) fn pace(&self, fields: PaceFields, work: &mut Work<'_>) -> Pace {
        let timeout = fields.timeout_ms.check(|ms| within(ms, 100, 120_000).map(|ms| ms as u32));
        let flight = fields.max_in_flight;
        let flight = flight.check(|most| within(most, 1, 1024).map(|most| most as u32));
        let deactivate = fields.deactivate_after_s;
        let deactivate = deactivate.check(|seconds| within(seconds, 1, DEACTIVATE_AFTER_MAX_S));
        let kept = self.kept;
        let kept_deactivate = kept.and_then(|kept| kept.deactivate_after_s);
        let deactivate =
            deactivate.resolve("deactivate_after_s", kept_deactivate, &mut work.errors);
        let kept_timeout = kept.map(|kept| kept.timeout_ms);
        let kept_flight = kept.map(|kept| kept.max_in_flight);
        Pace {
            timeout_ms: work.or("timeout_ms", timeout, kept_timeout, TIMEOUT_MS),
            max_in_flight: work.or("max_in_flight", flight, kept_flight, MAX_IN_FLIGHT),
            rate_limit: rate_limit::settle(
                fields.rate_limit,
                kept.and_then(|kept| kept.rate_limit),
                work,
            ),
            retry: retry::settle(fields.retry, kept.map(|kept| &kept.retry), work),
            deactivate_after_s: deactivate,
        }
    }
}

fn ask_again(kept: &Webhook, own: &Own, work: &mut Work<'_>) {
    let message = "the url changes: give it again, or null";
    if !kept.secrets.is_empty() && own.given.says_nothing() {
        work.fault("secret", FieldCode::RequiredAgain, message);
    }
    let whole = match &own.basic_auth {
        Field::Given(draft) => !draft.password.is_absent(),
        other => !other.is_absent(),
    };
    if kept.basic_auth.is_some() && !whole {
        work.fault("basic_auth", FieldCode::RequiredAgain, message);
    }
    let mut below = FieldErrors::default();
    for header in &kept.headers {
        let again = match &own.headers {
            Field::Given(given) => given.keys().any(|name| name.eq_ignore_ascii_case(&header.name)),
            other => !other.is_absent(),
        };
        if !again {
            below.add(&header.name, FieldCode::RequiredAgain, message);
        }
    }
    work.errors.absorb("headers", below);
}

fn triggers(triggers: Vec<Trigger>) -> Result<Vec<Trigger>, Fault> {
    if (1..=TRIGGERS_MAX).contains(&triggers.len()) {
        Ok(triggers)
    } else {
        let message = format!("1 to {TRIGGERS_MAX} triggers");
        Err((FieldCode::BadLength, message))
    }
}

fn at_most(text: String, most: usize) -> Result<String, Fault> {
    if text.chars().count() <= most {
        Ok(text)
    } else {
        Err((FieldCode::BadLength, format!("at most {most} characters")))
    }
}
