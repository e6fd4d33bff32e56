//! A source, ready to receive.

use std::sync::Arc;

use countersign::{BasicCredentials, Verifier};
use pipeline::{SecretId, Source, Timestamp};
use sealing::KeyRing;

use super::unseal::{UnsealError, active_secrets, basic_credentials};

/// A source with its secrets prepared. Its `Debug` shows none of them.
#[derive(Debug)]
pub struct Intake {
    /// The source.
    pub source: Arc<Source>,
    /// Checks signatures; `None` where the source has no secret and asks for basic authentication
    /// only.
    pub verifier: Option<Verifier>,
    /// The ids of the verifier's secrets, in its order.
    pub secrets: Vec<SecretId>,
    /// When the first of these secrets expires: a verifier is good only until then.
    pub good_until: Option<Timestamp>,
    /// What `Authorization` has to say.
    pub basic: Option<BasicCredentials>,
}

impl Intake {
    pub(super) fn prepare(
        source: &Arc<Source>,
        keys: &KeyRing,
        now: Timestamp,
    ) -> Result<Intake, UnsealError> {
        let owner = source.id.to_string();
        let active = active_secrets(keys, &owner, &source.secrets, now)?;
        let secrets = active.iter().map(|(sealed, _)| sealed.id).collect();
        let good_until = active.iter().filter_map(|(sealed, _)| sealed.expires_at).min();
        // Where nothing could prove an origin nothing is accepted.
        let verifier = if source.secrets.is_empty() && source.basic_auth.is_some() {
            None
        } else if active.is_empty() {
            Some(Verifier::decoy(source.dialect.clone()))
        } else {
            let opened = active.iter().map(|(_, secret)| secret);
            let verifier = Verifier::new(source.dialect.clone(), opened);
            Some(verifier.map_err(|_| UnsealError::Form)?)
        };
        let basic = source.basic_auth.as_ref();
        let basic = basic.map(|basic| basic_credentials(keys, &owner, basic)).transpose()?;
        Ok(Intake { source: source.clone(), verifier, secrets, good_until, basic })
    }
}
