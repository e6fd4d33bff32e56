//! The settings of `generic-hmac`.

use countersign::Dialect;
use serde::Serialize;
use utoipa::ToSchema;

use crate::text::{ALGORITHMS, ENCODINGS, word_of};

/// Where a system that has no dialect of its own puts its HMAC over the body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GenericHmac)]
pub(crate) struct GenericHmacAnswer {
    /// The header of the signature.
    header: String,
    /// What stands before the digest.
    prefix: String,
    /// How the digest is written: `hex` or `base64`.
    encoding: Option<&'static str>,
    /// The hash function: `sha256` or `sha512`.
    algorithm: Option<&'static str>,
    /// The header of the event key.
    event_key_header: Option<String>,
    /// The header of the request id.
    request_id_header: Option<String>,
}

impl GenericHmacAnswer {
    /// `None` for every other dialect.
    pub(crate) fn of(dialect: &Dialect) -> Option<GenericHmacAnswer> {
        let Dialect::GenericHmac(generic) = dialect else {
            return None;
        };
        Some(GenericHmacAnswer {
            header: generic.header().to_owned(),
            prefix: generic.prefix().to_owned(),
            encoding: word_of(&ENCODINGS, &generic.encoding()),
            algorithm: word_of(&ALGORITHMS, &generic.algorithm()),
            event_key_header: generic.event_key_header().map(str::to_owned),
            request_id_header: generic.request_id_header().map(str::to_owned),
        })
    }
}
