//! Sources as somebody writes them.

use std::sync::Arc;

use countersign::Dialect;
use pipeline::{
    Scope, SealedBasicAuth, SealedSecret, Source, SourceId, SourceName, Timestamp, Webhook,
    WebhookDialect,
};

use super::{
    basic_auth::{self, BasicAuthDraft},
    dialect::{self, DialectName, GenericHmacDraft},
    draft,
    field::{Field, SecretText},
    forge::{DraftError, Drafted, Forge, Work},
    header,
    retry::within,
    secret::{self, Given},
};
use crate::fields::FieldCode;

/// The most bytes of a body that a source can be made to take: 25 MiB.
pub const BODY_MAX_BYTES: u64 = 25 * 1024 * 1024;
/// The longest replay window: 30 days, as long as bodies are remembered for it.
pub const REPLAY_WINDOW_MAX_S: u64 = 30 * 24 * 3600;

draft! {
    /// A source. At a change absent fields are kept, and null takes the default.
    pub struct SourceDraft {
        /// Its name in `/in/{name}`: 1 to 64 of a-z, 0-9 and `-`. Cannot be changed.
        name: SourceName,
        /// How requests show their origin. Needed.
        dialect: DialectName,
        /// With the dialect `generic-hmac`: where the signature stands and how it is written.
        generic_hmac: GenericHmacDraft,
        /// The secret as text: 1 to 1,024 bytes, kept exactly, never shown again. Replaces all secrets.
        secret: SecretText,
        /// The secret's exact bytes in base64.
        secret_base64: SecretText,
        /// Whether to make a secret with 256 bits of randomness, shown in this answer only.
        generate_secret: bool,
        /// Credentials that a request has to show besides; with `bitbucket-data-center` they are enough alone.
        basic_auth: BasicAuthDraft,
        /// The ceiling of its events' scopes; empty (the default) is the whole server.
        scope: Scope,
        /// The most bytes of a plain body: 1 to 26,214,400. Default 1,048,576 at `bitbucket-cloud`, 26,214,400 elsewhere.
        max_body_bytes: u64,
        /// Within this many seconds the same body under another request id is a duplicate: 0 (the default, off) to 2,592,000.
        replay_window_s: u64,
        /// Further headers to keep for webhooks that deliver `as-received`: at most 32 names.
        forward_headers: Vec<String>,
        /// Whether an unsigned `diagnostics:ping` is answered (`bitbucket-data-center` only, there the default).
        ping: bool,
    }
}

impl SourceDraft {
    /// A new source, or the present one with this change. Its version grows by 1.
    ///
    /// # Errors
    ///
    /// [`DraftError`]: everything that is wrong at once.
    pub fn apply(
        self,
        present: Option<&Source>,
        forge: &Forge,
    ) -> Result<Drafted<Source>, DraftError> {
        self.build(present, present, forge)
    }

    /// The source that the configuration file declares. What the draft does not name takes its
    /// default. Of the present one stay the id, the times and every sealed value whose plain value
    /// is the same; where nothing changes the result equals it.
    ///
    /// # Errors
    ///
    /// As [`apply`](SourceDraft::apply).
    pub fn declare(
        self,
        present: Option<&Source>,
        forge: &Forge,
    ) -> Result<Drafted<Source>, DraftError> {
        let mut drafted = self.build(None, present, forge)?;
        drafted.value.declared = true;
        if let Some(present) = present {
            let unchanged = Source {
                version: present.version,
                updated_at: present.updated_at,
                ..drafted.value.clone()
            };
            if unchanged == *present {
                drafted.value = unchanged;
            }
        }
        Ok(drafted)
    }

    fn build(
        self,
        kept: Option<&Source>,
        present: Option<&Source>,
        forge: &Forge,
    ) -> Result<Drafted<Source>, DraftError> {
        let mut work = Work::new(forge, &self.unknown, SourceDraft::FIELDS);
        let id: SourceId = present.map_or_else(|| forge.ids.make(), |present| present.id);
        let before = Before { owner: id.to_string(), kept, present };
        let name = before.name(self.name, &mut work);
        let dialect = before.dialect(self.dialect, self.generic_hmac, &mut work);
        let given = Given {
            secret: self.secret,
            secret_base64: self.secret_base64,
            generate_secret: self.generate_secret,
        };
        let secrets = before.secrets(given, dialect.as_ref(), &mut work);
        let basic_auth = before.basic_auth(self.basic_auth, &mut work);
        let scope = kept.map(|kept| kept.scope.clone());
        let scope = work.or("scope", self.scope, scope, Scope::whole());
        let max_body_bytes = before.max_body_bytes(self.max_body_bytes, &dialect, &mut work);
        let replay_window_s = before.replay_window_s(self.replay_window_s, &mut work);
        let forward_headers = self.forward_headers.check(header::forwarded);
        let kept_headers = kept.map(|kept| kept.forward_headers.clone());
        let forward_headers = work.or("forward_headers", forward_headers, kept_headers, vec![]);
        let ping = before.ping(self.ping, dialect.as_ref(), &mut work);
        let (Some(name), Some(dialect)) = (name, dialect) else {
            return Err(DraftError::Fields(work.errors));
        };
        let source = Source {
            id,
            name,
            dialect,
            secrets,
            basic_auth,
            scope,
            max_body_bytes,
            replay_window_s,
            forward_headers,
            ping,
            declared: present.is_some_and(|present| present.declared),
            version: present.map_or(1, |present| present.version + 1),
            created_at: present.map_or(work.now, |present| present.created_at),
            updated_at: work.now,
        };
        if let Some(kept) = kept.filter(|kept| kept.dialect != source.dialect) {
            check_webhooks(kept, &mut work);
        }
        if !proves_origin(&source, work.now) {
            let message = "a source of this dialect needs a secret that is active";
            work.fault("secret", FieldCode::Required, message);
        }
        work.finish(source)
    }
}

/// What a draft is applied to.
struct Before<'a> {
    owner: String,
    /// Stays where the draft names nothing.
    kept: Option<&'a Source>,
    /// Was there before.
    present: Option<&'a Source>,
}

impl Before<'_> {
    fn name(&self, field: Field<SourceName>, work: &mut Work<'_>) -> Option<SourceName> {
        let wrong = matches!(field, Field::Bad(_));
        let kept = self.kept.map(|kept| kept.name.clone());
        let name = field.resolve("name", kept, &mut work.errors);
        match (&name, self.kept) {
            (None, _) if !wrong => work.fault("name", FieldCode::Required, "has to be given"),
            (Some(name), Some(kept)) if *name != kept.name => {
                work.fault("name", FieldCode::ReadOnly, "a source keeps its name");
            }
            _ => {}
        }
        name
    }

    fn dialect(
        &self,
        field: Field<DialectName>,
        generic_hmac: Field<GenericHmacDraft>,
        work: &mut Work<'_>,
    ) -> Option<Dialect> {
        let wrong = matches!(field, Field::Bad(_));
        let kept = self.kept.map(|kept| &kept.dialect);
        let name = field.resolve("dialect", kept.map(DialectName::from), &mut work.errors);
        if name.is_none() && !wrong {
            work.fault("dialect", FieldCode::Required, "has to be given");
        }
        dialect::settle(name, generic_hmac, kept, work)
    }

    fn secrets(
        &self,
        given: Given,
        dialect: Option<&Dialect>,
        work: &mut Work<'_>,
    ) -> Vec<SealedSecret> {
        let wish = given.wish(work);
        let owner = secret::Owner {
            id: &self.owner,
            dialect,
            kept: self.kept.map_or(&[], |kept| &kept.secrets),
            present: self.present.map_or(&[], |present| &present.secrets),
        };
        owner.settle(wish, work)
    }

    fn basic_auth(
        &self,
        field: Field<BasicAuthDraft>,
        work: &mut Work<'_>,
    ) -> Option<SealedBasicAuth> {
        let owner = basic_auth::Owner {
            id: &self.owner,
            kept: self.kept.and_then(|kept| kept.basic_auth.as_ref()),
            present: self.present.and_then(|present| present.basic_auth.as_ref()),
        };
        owner.settle(field, work)
    }

    fn max_body_bytes(
        &self,
        field: Field<u64>,
        dialect: &Option<Dialect>,
        work: &mut Work<'_>,
    ) -> u64 {
        let default = dialect
            .as_ref()
            .map_or(BODY_MAX_BYTES, |dialect| dialect.body_cap_default_bytes() as u64);
        let field = field.check(|bytes| within(bytes, 1, BODY_MAX_BYTES));
        let kept = self.kept.map(|kept| kept.max_body_bytes);
        work.or("max_body_bytes", field, kept, default)
    }

    fn replay_window_s(&self, field: Field<u64>, work: &mut Work<'_>) -> u32 {
        let field = field
            .check(|seconds| within(seconds, 0, REPLAY_WINDOW_MAX_S).map(|seconds| seconds as u32));
        let kept = self.kept.map(|kept| kept.replay_window_s);
        work.or("replay_window_s", field, kept, 0)
    }

    fn ping(&self, field: Field<bool>, dialect: Option<&Dialect>, work: &mut Work<'_>) -> bool {
        let pings = dialect.is_some_and(|dialect| dialect.unsigned_ping().is_some());
        let asked = matches!(field, Field::Given(true));
        if asked && dialect.is_some() && !pings {
            let message = "only bitbucket-data-center sends pings without a signature";
            work.fault("ping", FieldCode::Conflict, message);
        }
        let kept = self.kept.map(|kept| kept.ping && pings);
        work.or("ping", field, kept, pings)
    }
}

/// Webhooks that deliver as received from this source sign in its dialect, with secrets that were
/// given for the present one.
fn check_webhooks(source: &Source, work: &mut Work<'_>) {
    let signs = |webhook: &&Arc<Webhook>| {
        webhook.source.as_ref() == Some(&source.name)
            && webhook.dialect == WebhookDialect::AsReceived
            && !webhook.secrets.is_empty()
    };
    let signing = work.forge.catalogue.webhooks().find(signs).map(|webhook| webhook.id);
    if let Some(id) = signing {
        let message = format!(
            "{id} signs what it forwards in this source's dialect: give it a dialect of its own, or \
             remove its secret first"
        );
        work.fault("dialect", FieldCode::Conflict, message);
    }
}

/// Whether a request has to prove its origin: by a secret, or at Data Center, whose webhooks may
/// show a password in place of a signature, by basic authentication.
pub(crate) fn proves_origin(source: &Source, now: Timestamp) -> bool {
    let secret = source.secrets.iter().any(|secret| secret.active(now));
    secret || (source.dialect.basic_auth_suffices() && source.basic_auth.is_some())
}
