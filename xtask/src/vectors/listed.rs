//! The scheme with an id and a time: `webhook-signature` is a list of `v1,` and base64 over
//! `webhook-id`, `webhook-timestamp` and the body. `standard-webhooks` has it, and `gitlab` with a
//! `whsec_` secret.

mod ids;
mod items;
mod keys;
mod times;

use super::case::Case;
use super::families;
use super::mac::{Algorithm, Encoding};
use super::scheme::{Covers, Field, Scheme, WEBHOOK_SIGNATURE};

pub(super) fn scheme(event_key: Field<&'static str>, request_id: Field<&'static str>) -> Scheme {
    Scheme {
        header: WEBHOOK_SIGNATURE,
        label: "v1,",
        encoding: Encoding::Base64,
        algorithm: Algorithm::Sha256,
        covers: Covers::IdTimeBody,
        event_key: Some(event_key),
        request_id: Some(request_id),
        attempt: None,
        generic: None,
    }
}

/// Every family.
pub(super) fn all(scheme: &Scheme) -> Vec<Case> {
    [
        families::bodies::short(scheme),
        families::bodies::more(scheme),
        keys::all(scheme),
        families::spellings::all(scheme),
        families::rotation::all(scheme),
        families::received::all(scheme),
        families::neighbours::all(scheme, &[]),
        families::repeated::all(scheme),
        items::all(scheme),
        ids::all(scheme),
        times::all(scheme),
        families::labels::all(scheme),
        families::encodings::all(scheme),
        families::changes::short(scheme),
        families::wrong_macs::all(scheme),
    ]
    .concat()
}

/// A few of each, for a second dialect with the scheme; `own` are the headers that mean something in
/// it besides.
pub(super) fn short(scheme: &Scheme, own: &[&str]) -> Vec<Case> {
    [
        families::bodies::short(scheme),
        keys::forged(scheme),
        families::spellings::all(scheme),
        families::rotation::all(scheme),
        families::received::all(scheme),
        families::neighbours::all(scheme, own),
        families::repeated::all(scheme),
        items::short(scheme),
        ids::split(scheme),
        times::apart(scheme),
        times::moved(scheme),
        families::changes::short(scheme),
        families::wrong_macs::short(scheme),
    ]
    .concat()
}
