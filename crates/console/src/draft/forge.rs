//! What drafts are made into domain types with, and what comes out besides.

use std::{collections::BTreeMap, fmt, sync::Arc};

use bytes::Bytes;
use countersign::{Dialect, Secret, SecretWarning};
use pipeline::{Catalogue, Clock, IdGenerator, Randomness, SecretId, Timestamp};
use sealing::{KeyRing, Place};
use serde::{Serialize, de::IgnoredAny};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::field::Field;
use crate::{
    fields::{FieldCode, FieldErrors},
    nearest::nearest,
};

/// What is needed to make a source or webhook out of a draft.
#[derive(Clone, Debug)]
pub struct Forge {
    /// Seal secrets, passwords and header values.
    pub keys: Arc<KeyRing>,
    /// Make ids.
    pub ids: Arc<IdGenerator>,
    /// The time of the change.
    pub clock: Arc<dyn Clock>,
    /// For generated secrets.
    pub randomness: Arc<dyn Randomness>,
    /// Of a webhook that names neither a dialect nor a source.
    pub default_dialect: Dialect,
    /// The sources that a webhook may name.
    pub catalogue: Arc<Catalogue>,
}

/// What became of a draft.
#[derive(Debug)]
pub struct Drafted<T> {
    /// The whole value, with its new version; equal to the present one where nothing changed and
    /// it was declared.
    pub value: T,
    /// A secret that was generated, to be shown once.
    pub generated: Option<GeneratedSecret>,
    /// What is unwise, but allowed.
    pub warnings: Vec<Warning>,
}

/// Why a draft becomes nothing.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The fault is with whoever wrote it.
    #[error("fields are wrong")]
    Fields(#[source] FieldErrors),
    /// Four are active or eight are held already.
    #[error("there are too many secrets")]
    TooManySecrets,
    /// The cipher failed.
    #[error("a value cannot be sealed")]
    Sealing,
}

/// A generated secret: not printed, overwritten when dropped, shown in one answer.
pub struct GeneratedSecret(Zeroizing<String>);

impl GeneratedSecret {
    /// The text. Whoever calls this shows it once and keeps it from logs.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for GeneratedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GeneratedSecret([redacted])")
    }
}

/// Something unwise, but allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// Where: a JSON pointer into the body.
    pub pointer: &'static str,
    /// A stable word.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

/// One draft on its way: what is wrong with it so far, and what comes out besides.
pub(super) struct Work<'a> {
    pub(super) forge: &'a Forge,
    pub(super) now: Timestamp,
    pub(super) errors: FieldErrors,
    warnings: Vec<Warning>,
    generated: Option<GeneratedSecret>,
    sealing_failed: bool,
}

impl<'a> Work<'a> {
    /// Begins, with the names that are no fields.
    pub(super) fn new(
        forge: &'a Forge,
        unknown: &BTreeMap<String, IgnoredAny>,
        known: &[&str],
    ) -> Work<'a> {
        let mut errors = FieldErrors::default();
        for name in unknown.keys() {
            note_unknown(name, known, &mut errors);
        }
        Work {
            forge,
            now: forge.clock.now(),
            errors,
            warnings: Vec::new(),
            generated: None,
            sealing_failed: false,
        }
    }

    /// The value of a field; what is kept where it is absent; else the default.
    pub(super) fn or<T>(&mut self, name: &str, field: Field<T>, kept: Option<T>, default: T) -> T {
        field.resolve(name, kept, &mut self.errors).unwrap_or(default)
    }

    pub(super) fn fault(&mut self, name: &str, code: FieldCode, message: impl Into<String>) {
        self.errors.add(name, code, message);
    }

    pub(super) fn warn(&mut self, pointer: &'static str, code: &'static str, message: &str) {
        self.warnings.push(Warning { pointer, code, message: message.to_owned() });
    }

    pub(super) fn warn_of_secret(&mut self, warning: SecretWarning) {
        let code = match warning {
            SecretWarning::Short => "secret_short",
            SecretWarning::LongerThanBitbucketTakes => "secret_longer_than_bitbucket_takes",
            SecretWarning::SurroundingWhitespace => "secret_surrounding_whitespace",
            _ => "secret_unwise",
        };
        self.warn("/secret", code, &warning.to_string());
    }

    /// A new secret for a dialect, which the answer will show.
    pub(super) fn generate(&mut self, dialect: &Dialect) -> Secret {
        let randomness = &self.forge.randomness;
        let secret = Secret::generate(dialect, &mut |bytes| randomness.fill(bytes));
        let text = String::from_utf8_lossy(secret.expose()).into_owned();
        self.generated = Some(GeneratedSecret(Zeroizing::new(text)));
        secret
    }

    /// Seals a value under a new id.
    pub(super) fn seal(
        &mut self,
        owner: &str,
        field: sealing::Field,
        plain: &[u8],
    ) -> (SecretId, Bytes) {
        let id: SecretId = self.forge.ids.make();
        let place = Place { owner, secret: &id.to_string(), field };
        let sealed = self.forge.keys.seal(&place, plain);
        self.sealing_failed |= sealed.is_none();
        (id, sealed.unwrap_or_default())
    }

    /// A sealed value in clear; `None` where it does not open.
    pub(super) fn open(
        &self,
        owner: &str,
        id: SecretId,
        field: sealing::Field,
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let place = Place { owner, secret: &id.to_string(), field };
        self.forge.keys.open(&place, sealed).ok()
    }

    /// The end: everything that is wrong, or what was made.
    pub(super) fn finish<T>(self, value: T) -> Result<Drafted<T>, DraftError> {
        if !self.errors.is_empty() {
            return Err(DraftError::Fields(self.errors));
        }
        if self.sealing_failed {
            return Err(DraftError::Sealing);
        }
        Ok(Drafted { value, generated: self.generated, warnings: self.warnings })
    }
}

/// Notes a name that is no field, with the one that was probably meant.
pub(crate) fn note_unknown(name: &str, known: &[&str], errors: &mut FieldErrors) {
    let message = match nearest(name, known) {
        Some(other) => format!("there is no such field; did you mean `{other}`?"),
        None => "there is no such field".to_owned(),
    };
    errors.add(name, FieldCode::UnknownField, message);
}
