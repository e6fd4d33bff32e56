//! Dialects as somebody writes them: a name, and with `generic-hmac` its settings.

use countersign::{Algorithm, Dialect, Encoding, GenericHmac, GenericHmacError};

use super::{
    draft,
    field::Field,
    forge::{Work, note_unknown},
};
use crate::fields::{FieldCode, FieldErrors};

draft! {
    /// Where a system that has no dialect of its own puts its HMAC over the body. Needed with the dialect `generic-hmac`, and only there.
    pub struct GenericHmacDraft {
        /// The header of the signature. Needed.
        header: String,
        /// What stands before the digest, such as `sha256=`: at most 64 characters. Default nothing.
        prefix: String,
        /// How the digest is written: `hex` (the default) or `base64`.
        encoding: Encoding,
        /// The hash function: `sha256` (the default) or `sha512`.
        algorithm: Algorithm,
        /// The header of the event key. Default none.
        event_key_header: String,
        /// The header of the request id. Default none.
        request_id_header: String,
    }
}

/// The name of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialectName {
    /// One that needs no settings.
    Fixed(Dialect),
    /// `generic-hmac`.
    GenericHmac,
}

impl From<&Dialect> for DialectName {
    fn from(dialect: &Dialect) -> DialectName {
        match dialect {
            Dialect::GenericHmac(_) => DialectName::GenericHmac,
            fixed => DialectName::Fixed(fixed.clone()),
        }
    }
}

/// The dialect that `name` stands for, with the settings after a change. `None` where that is wrong,
/// which is noted.
pub(super) fn settle(
    name: Option<DialectName>,
    field: Field<GenericHmacDraft>,
    kept: Option<&Dialect>,
    work: &mut Work<'_>,
) -> Option<Dialect> {
    let given = matches!(field, Field::Given(_));
    let wrong = matches!(field, Field::Bad(_));
    let absent = field.is_absent();
    let draft = field.resolve("generic_hmac", None, &mut work.errors);
    match name {
        None => None,
        Some(DialectName::Fixed(dialect)) => {
            if given {
                let message = "only where the dialect is generic-hmac";
                work.fault("generic_hmac", FieldCode::Conflict, message);
            }
            Some(dialect)
        }
        Some(DialectName::GenericHmac) => {
            let kept = match kept {
                Some(Dialect::GenericHmac(kept)) if absent || given => Some(&**kept),
                _ => None,
            };
            if draft.is_none() && kept.is_none() {
                if !wrong {
                    let message = "the dialect generic-hmac needs its settings";
                    work.fault("generic_hmac", FieldCode::Required, message);
                }
                return None;
            }
            let mut below = FieldErrors::default();
            let generic = merged(draft.unwrap_or_default(), kept, &mut below);
            work.errors.absorb("generic_hmac", below);
            generic.map(Dialect::from)
        }
    }
}

/// The kept settings with what the draft says.
fn merged(
    draft: GenericHmacDraft,
    kept: Option<&GenericHmac>,
    below: &mut FieldErrors,
) -> Option<GenericHmac> {
    for name in draft.unknown.keys() {
        note_unknown(name, GenericHmacDraft::FIELDS, below);
    }
    let text = |of: fn(&GenericHmac) -> Option<&str>| kept.and_then(of).map(str::to_owned);
    let wrong = matches!(draft.header, Field::Bad(_));
    let header = draft.header.resolve("header", text(|kept| Some(kept.header())), below);
    let prefix = draft.prefix.resolve("prefix", text(|kept| Some(kept.prefix())), below);
    let encoding = draft.encoding.resolve("encoding", kept.map(GenericHmac::encoding), below);
    let algorithm = draft.algorithm.resolve("algorithm", kept.map(GenericHmac::algorithm), below);
    let event_key = text(GenericHmac::event_key_header);
    let event_key = draft.event_key_header.resolve("event_key_header", event_key, below);
    let request_id = text(GenericHmac::request_id_header);
    let request_id = draft.request_id_header.resolve("request_id_header", request_id, below);
    let Some(header) = header else {
        if !wrong {
            below.add("header", FieldCode::Required, "has to be given");
        }
        return None;
    };
    let mut note = |name, made: Result<GenericHmac, GenericHmacError>| match made {
        Ok(generic) => Some(generic),
        Err(error) => {
            below.add(name, code(error), error.to_string());
            None
        }
    };
    let mut generic = note("header", GenericHmac::new(&header))?;
    generic = note("prefix", generic.with_prefix(&prefix.unwrap_or_default()))?;
    if let Some(name) = event_key {
        generic = note("event_key_header", generic.with_event_key_header(&name))?;
    }
    if let Some(name) = request_id {
        generic = note("request_id_header", generic.with_request_id_header(&name))?;
    }
    let generic = generic.with_encoding(encoding.unwrap_or_default());
    Some(generic.with_algorithm(algorithm.unwrap_or_default()))
}

fn code(error: GenericHmacError) -> FieldCode {
    match error {
        GenericHmacError::HeaderTaken => FieldCode::Reserved,
        _ => FieldCode::BadFormat,
    }
}
