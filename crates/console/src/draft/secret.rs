//! Secrets of sources and webhooks: given, generated, rotated.
//!
//! At most [`SECRETS_ACTIVE_MAX`] are active at once and [`SECRETS_HELD_MAX`] are held that have not
//! expired. Of those that have, the last [`EXPIRED_KEPT_MAX`] are kept until one is deleted.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign::{Dialect, SECRETS_ACTIVE_MAX, Secret};
use pipeline::{SealedSecret, SecretId, Timestamp};

use super::{
    draft,
    field::{Field, SecretText},
    forge::{DraftError, Drafted, Forge, Work},
};
use crate::fields::{Fault, FieldCode};

/// The most secrets of one owner, active or not.
pub(crate) const SECRETS_HELD_MAX: usize = 8;
/// How many secrets that have expired are kept.
const EXPIRED_KEPT_MAX: usize = 2;
/// The longest time for which a secret is kept active after a newer one: 30 days.
pub(crate) const PREVIOUS_EXPIRES_MAX_S: u64 = 30 * 24 * 3600;

draft! {
    /// A further secret. One of `secret`, `secret_base64` and `generate_secret` has to be given.
    pub struct SecretDraft {
        /// The secret as text: 1 to 1,024 bytes, kept exactly.
        secret: SecretText,
        /// The secret's exact bytes in base64.
        secret_base64: SecretText,
        /// Whether to make one with 256 bits of randomness, shown in this answer only.
        generate_secret: bool,
        /// Whether it counts at once (the default). Of several active ones the one activated last signs.
        activate: bool,
        /// The seconds after which the secrets that were active until now expire: 0 to 2,592,000. Absent keeps them.
        previous_expires_in_s: u64,
    }
}

draft! {
    /// Makes a secret count, as the one activated last.
    pub struct ActivateDraft {
        /// The seconds after which the other active secrets expire: 0 to 2,592,000. Absent keeps them.
        previous_expires_in_s: u64,
    }
}

/// The three fields by which a secret is given.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) secret: Field<SecretText>,
    pub(super) secret_base64: Field<SecretText>,
    pub(super) generate_secret: Field<bool>,
}

/// What these say together.
#[derive(Debug)]
pub(super) enum Wish {
    /// Nothing.
    Keep,
    /// `null`: none.
    Remove,
    /// This one.
    Set(Secret),
    /// A new one.
    Generate,
}

impl Given {
    pub(super) fn of(
        secret: Field<SecretText>,
        secret_base64: Field<SecretText>,
        generate_secret: Field<bool>,
    ) -> Given {
        Given { secret, secret_base64, generate_secret }
    }

    /// Whether no field is there that replaces or removes the secrets.
    pub(super) fn says_nothing(&self) -> bool {
        let generates = matches!(self.generate_secret, Field::Given(true));
        self.secret.is_absent() && self.secret_base64.is_absent() && !generates
    }

    /// Reads them; at most one may be given.
    pub(super) fn wish(self, work: &mut Work<'_>) -> Wish {
        let removed = matches!(self.secret, Field::Null);
        let given = [
            self.secret.is_absent(),
            self.secret_base64.is_absent(),
            !matches!(self.generate_secret, Field::Given(true)),
        ];
        if given.iter().filter(|absent| !**absent).count() > 1 {
            let message = "give only one of secret, secret_base64 and generate_secret";
            work.fault("secret", FieldCode::Conflict, message);
        }
        let text = self.secret.check(|text| usable(text.expose().as_bytes()));
        let bytes = self.secret_base64.check(|text| {
            let bytes = STANDARD.decode(text.expose());
            usable(&bytes.map_err(|_| (FieldCode::BadFormat, "not base64".to_owned()))?)
        });
        let text = text.resolve("secret", None, &mut work.errors);
        let bytes = bytes.resolve("secret_base64", None, &mut work.errors);
        let generate = work.or("generate_secret", self.generate_secret, None, false);
        match text.or(bytes) {
            Some(secret) => Wish::Set(secret),
            None if generate => Wish::Generate,
            None if removed => Wish::Remove,
            None => Wish::Keep,
        }
    }
}

fn usable(bytes: &[u8]) -> Result<Secret, Fault> {
    Secret::new(bytes).map_err(|error| (FieldCode::BadLength, error.to_string()))
}

/// Whose secrets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a> {
    /// The id that the sealed values are bound to.
    pub(super) id: &'a str,
    /// The dialect that they have to fit, where it is known.
    pub(super) dialect: Option<&'a Dialect>,
    /// What is kept where nothing is given.
    pub(super) kept: &'a [SealedSecret],
    /// What was there before: the same secret again stays the same sealed value.
    pub(super) present: &'a [SealedSecret],
}

impl Owner<'_> {
    /// The owner's secrets after the wish.
    pub(super) fn settle(&self, wish: Wish, work: &mut Work<'_>) -> Vec<SealedSecret> {
        match wish {
            Wish::Remove => Vec::new(),
            Wish::Keep => {
                self.check_kept(work);
                self.kept.to_vec()
            }
            Wish::Set(secret) => {
                self.check(&secret, work);
                match self.present {
                    [one] if self.is(one, &secret, work) => vec![one.clone()],
                    _ => vec![self.seal(&secret, Some(work.now), work)],
                }
            }
            Wish::Generate => {
                let secret = work.generate(self.dialect.unwrap_or(&Dialect::BitbucketCloud));
                vec![self.seal(&secret, Some(work.now), work)]
            }
        }
    }

    fn check(&self, secret: &Secret, work: &mut Work<'_>) {
        let dialect = self.dialect.unwrap_or(&Dialect::BitbucketDataCenter);
        match dialect.check_secret(secret) {
            Ok(warnings) => {
                for warning in warnings {
                    work.warn_of_secret(warning);
                }
            }
            Err(error) => work.fault("secret", FieldCode::BadFormat, error.to_string()),
        }
    }

    /// A changed dialect may ask for other secrets than those there are.
    fn check_kept(&self, work: &mut Work<'_>) {
        let Some(dialect) = self.dialect else { return };
        for kept in self.kept {
            let opened = work.open(self.id, kept.id, sealing::Field::Secret, &kept.sealed);
            let secret = opened.and_then(|bytes| Secret::new(bytes.as_slice()).ok());
            if let Some(Err(error)) = secret.map(|secret| dialect.check_secret(&secret)) {
                let message = format!("the present secret does not fit the dialect: {error}");
                return work.fault("secret", FieldCode::RequiredAgain, message);
            }
        }
    }

    /// Whether a kept secret that is active for good is this one.
    fn is(&self, kept: &SealedSecret, secret: &Secret, work: &Work<'_>) -> bool {
        let lasting = kept.activated_at.is_some() && kept.expires_at.is_none();
        let opened = work.open(self.id, kept.id, sealing::Field::Secret, &kept.sealed);
        lasting && opened.is_some_and(|bytes| bytes.as_slice() == secret.expose())
    }

    fn seal(
        &self,
        secret: &Secret,
        activated_at: Option<Timestamp>,
        work: &mut Work<'_>,
    ) -> SealedSecret {
        let (id, sealed) = work.seal(self.id, sealing::Field::Secret, secret.expose());
        SealedSecret { id, sealed, activated_at, expires_at: None, last_used_at: None }
    }
}

/// Whose secrets are rotated.
#[derive(Debug)]
pub(crate) struct Rotation<'a> {
    /// The id that the sealed values are bound to.
    pub(crate) owner: String,
    /// The dialect that they have to fit, where it is known.
    pub(crate) dialect: Option<Dialect>,
    /// All that there are.
    pub(crate) secrets: &'a [SealedSecret],
}

/// The secrets with a further one, and its id.
pub(crate) fn add(
    draft: SecretDraft,
    rotation: &Rotation<'_>,
    forge: &Forge,
) -> Result<Drafted<(Vec<SealedSecret>, SecretId)>, DraftError> {
    let mut work = Work::new(forge, &draft.unknown, SecretDraft::FIELDS);
    let activate = work.or("activate", draft.activate, None, true);
    let previous = previous_expiry(draft.previous_expires_in_s, &mut work);
    if previous.is_some() && !activate {
        let message = "only a secret that is activated ends the ones before";
        work.fault("previous_expires_in_s", FieldCode::Conflict, message);
    }
    let given = Given {
        secret: draft.secret,
        secret_base64: draft.secret_base64,
        generate_secret: draft.generate_secret,
    };
    let owner =
        Owner { id: &rotation.owner, dialect: rotation.dialect.as_ref(), kept: &[], present: &[] };
    let wish = given.wish(&mut work);
    let added = owner.settle(wish, &mut work);
    let [mut added]: [SealedSecret; 1] = match added.try_into() {
        Ok(one) => one,
        Err(_) => {
            if work.errors.is_empty() {
                let message = "one of secret, secret_base64 and generate_secret";
                work.fault("secret", FieldCode::Required, message);
            }
            return Err(DraftError::Fields(work.errors));
        }
    };
    added.activated_at = activate.then_some(work.now);
    let id = added.id;
    let mut secrets = ended(rotation.secrets, previous, work.now);
    secrets.push(added);
    within_limits(&secrets, work.now)?;
    work.finish((secrets, id))
}

/// The secrets with one of them activated last; `None` where there is no such one.
pub(crate) fn activate(
    draft: ActivateDraft,
    id: SecretId,
    rotation: &Rotation<'_>,
    forge: &Forge,
) -> Result<Option<Vec<SealedSecret>>, DraftError> {
    let mut work = Work::new(forge, &draft.unknown, ActivateDraft::FIELDS);
    let previous = previous_expiry(draft.previous_expires_in_s, &mut work);
    let Some(chosen) = rotation.secrets.iter().find(|secret| secret.id == id) else {
        return Ok(None);
    };
    let others: Vec<SealedSecret> =
        rotation.secrets.iter().filter(|s| s.id != id).cloned().collect();
    let mut secrets = ended(&others, previous, work.now);
    secrets.push(SealedSecret { activated_at: Some(work.now), expires_at: None, ..chosen.clone() });
    secrets.sort_by_key(|secret| secret.id);
    within_limits(&secrets, work.now)?;
    work.finish(Some(secrets)).map(|drafted| drafted.value)
}

fn previous_expiry(field: Field<u64>, work: &mut Work<'_>) -> Option<Timestamp> {
    let seconds = field.check(|seconds| {
        if seconds <= PREVIOUS_EXPIRES_MAX_S {
            Ok(seconds)
        } else {
            let message = format!("0 to {PREVIOUS_EXPIRES_MAX_S}");
            Err((FieldCode::OutOfRange, message))
        }
    });
    let seconds = seconds.resolve("previous_expires_in_s", None, &mut work.errors)?;
    Some(work.now.plus_millis(seconds * 1000))
}

/// The active ones with an expiry. Of those that have expired the last [`EXPIRED_KEPT_MAX`] stay: they
/// count no more, and explain a sender that still uses one.
fn ended(secrets: &[SealedSecret], expiry: Option<Timestamp>, now: Timestamp) -> Vec<SealedSecret> {
    let mut secrets = secrets.to_vec();
    for secret in &mut secrets {
        if let Some(expiry) = expiry.filter(|_| secret.active(now)) {
            secret.expires_at = Some(secret.expires_at.map_or(expiry, |before| before.min(expiry)));
        }
    }
    let over = |secret: &SealedSecret| secret.expires_at.is_some_and(|expiry| expiry <= now);
    let mut excess = secrets.iter().filter(|secret| over(secret)).count();
    excess = excess.saturating_sub(EXPIRED_KEPT_MAX);
    secrets.retain(|secret| {
        let goes = over(secret) && excess > 0;
        excess -= usize::from(goes);
        !goes
    });
    secrets
}

fn within_limits(secrets: &[SealedSecret], now: Timestamp) -> Result<(), DraftError> {
    let active = secrets.iter().filter(|secret| secret.active(now)).count();
    let lasting = |secret: &&SealedSecret| secret.expires_at.is_none_or(|expiry| now < expiry);
    let held = secrets.iter().filter(lasting).count();
    if active > SECRETS_ACTIVE_MAX || held > SECRETS_HELD_MAX {
        return Err(DraftError::TooManySecrets);
    }
    Ok(())
}
