//! Secrets, without their value.

use pipeline::{SealedSecret, SecretId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    console::Console,
    draft::{Drafted, Warning},
    engine::Engine,
    problem::{Code, Problem},
    text::time,
};

/// A secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Secret)]
pub(crate) struct SecretAnswer {
    /// `sec_...`.
    id: String,
    /// When it was made.
    created_at: String,
    /// From when on it counts no more.
    expires_at: Option<String>,
    /// When it last matched or signed, to the minute.
    last_used_at: Option<String>,
    /// Whether it counts now.
    active: bool,
}

/// A secret that was just added.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddedSecret {
    #[serde(flatten)]
    added: SecretAnswer,
    /// The generated secret; shown in this answer only.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// What is unwise.
    warnings: Vec<Warning>,
}

impl SecretAnswer {
    pub(crate) fn new(secret: &SealedSecret, now: Timestamp, engine: &dyn Engine) -> SecretAnswer {
        let used = secret.last_used_at.max(engine.secret_use(secret.id));
        SecretAnswer {
            id: secret.id.to_string(),
            created_at: time(secret.id.created_at()),
            expires_at: secret.expires_at.map(time),
            last_used_at: used.map(time),
            active: secret.active(now),
        }
    }

    /// One of several.
    pub(crate) fn of(
        secrets: &[SealedSecret],
        id: SecretId,
        console: &Console,
    ) -> Result<SecretAnswer, Problem> {
        let secret = secrets.iter().find(|secret| secret.id == id);
        let secret = secret.ok_or(Problem::from(Code::NotFound))?;
        let engine = &*console.parts.engine;
        Ok(SecretAnswer::new(secret, console.now(), engine))
    }
}

impl AddedSecret {
    pub(crate) fn new<T>(
        drafted: Drafted<T>,
        secrets: &[SealedSecret],
        id: SecretId,
        console: &Console,
    ) -> Result<AddedSecret, Problem> {
        Ok(AddedSecret {
            added: SecretAnswer::of(secrets, id, console)?,
            secret: drafted.generated.map(|secret| secret.expose().to_owned()),
            warnings: drafted.warnings,
        })
    }
}
