//! Basic authentication: what a source asks for, or a webhook shows.

use countersign::{BasicCredentials, BasicError};
use pipeline::SealedBasicAuth;

use super::{
    draft,
    field::{Field, SecretText},
    forge::{Work, note_unknown},
};
use crate::fields::{FieldCode, FieldErrors};

draft! {
    /// Basic authentication (RFC 7617).
    pub struct BasicAuthDraft {
        /// The user name: no colon, no control characters, at most 1,024 bytes.
        username: String,
        /// The password: no control characters, at most 1,024 bytes. Never shown again.
        password: SecretText,
    }
}

/// Before and after: what stays where nothing is given, and what was there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a> {
    /// The id that the sealed password is bound to.
    pub(super) id: &'a str,
    /// Stays where nothing is given.
    pub(super) kept: Option<&'a SealedBasicAuth>,
    /// Was there before: the same password again stays the same sealed value.
    pub(super) present: Option<&'a SealedBasicAuth>,
}

impl Owner<'_> {
    /// The credentials after a change.
    pub(super) fn settle(
        &self,
        field: Field<BasicAuthDraft>,
        work: &mut Work<'_>,
    ) -> Option<SealedBasicAuth> {
        if field.is_absent() {
            return self.kept.cloned();
        }
        let draft = field.resolve("basic_auth", None, &mut work.errors)?;
        let mut below = FieldErrors::default();
        for name in draft.unknown.keys() {
            note_unknown(name, BasicAuthDraft::FIELDS, &mut below);
        }
        let username = self.kept.map(|kept| kept.username.clone());
        let username = draft.username.resolve("username", username, &mut below);
        let password_absent = draft.password.is_absent();
        let password = draft.password.resolve("password", None, &mut below);
        let keeps_password = password_absent && self.kept.is_some();
        if username.is_none() || (password.is_none() && !keeps_password) {
            let name = if username.is_none() { "username" } else { "password" };
            if below.is_empty() {
                below.add(name, FieldCode::Required, "has to be given");
            }
        }
        let username = username.unwrap_or_default();
        check(&username, password.as_ref(), &mut below);
        let whole = below.is_empty();
        work.errors.absorb("basic_auth", below);
        if !whole {
            return None;
        }
        Some(match (password, self.kept) {
            (None, Some(kept)) => SealedBasicAuth { username, ..kept.clone() },
            (password, _) => {
                let password = password.as_ref().map_or("", SecretText::expose);
                self.seal(username, password, work)
            }
        })
    }

    fn seal(&self, username: String, password: &str, work: &mut Work<'_>) -> SealedBasicAuth {
        if let Some(present) = self.present {
            let field = sealing::Field::Password;
            let opened = work.open(self.id, present.id, field, &present.sealed_password);
            if opened.is_some_and(|bytes| bytes.as_slice() == password.as_bytes()) {
                return SealedBasicAuth { username, ..present.clone() };
            }
        }
        let (id, sealed_password) =
            work.seal(self.id, sealing::Field::Password, password.as_bytes());
        SealedBasicAuth { username, id, sealed_password }
    }
}

/// The pair has to be one that can be sent (RFC 7617, 2). A kept password is known to be good.
fn check(username: &str, password: Option<&SecretText>, below: &mut FieldErrors) {
    if !below.is_empty() {
        return;
    }
    let password = password.map_or("kept", SecretText::expose);
    if let Err(error) = BasicCredentials::new(username, password) {
        let name = match error {
            BasicError::ColonInUsername => "username",
            _ => "password",
        };
        below.add(name, FieldCode::BadFormat, error.to_string());
    }
}
