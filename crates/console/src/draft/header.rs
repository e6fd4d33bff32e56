//! A webhook's own headers, and the headers that a source keeps for `as-received`.
//!
//! Names follow the token grammar (RFC 9110, 5.6.2) and values the field-value grammar without
//! obsolete text (5.5), so that nothing here can end a line or begin a second request. Names that
//! decide about framing, routing or origin are reserved.

use std::collections::BTreeMap;

use countersign::Dialect;
use pipeline::{event::KEPT_HEADERS_MAX, webhook::HEADERS_MAX, webhook::SealedHeader};

use super::{
    field::{Field, SecretText},
    forge::Work,
};
use crate::fields::{Fault, FieldCode, FieldErrors};

/// The most characters of a header's name.
const NAME_MAX: usize = 128;
/// The most bytes of a header's value.
const VALUE_MAX: usize = 4096;

/// Framing, hop-by-hop (RFC 9110, 7.6.1) and routing: set by the client alone.
const RESERVED: [&str; 13] = [
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "x-event-key",
    "x-attempt-number",
];
/// Never kept of an inbound request, besides.
const NEVER_FORWARDED: [&str; 4] = ["authorization", "cookie", "forwarded", "via"];
const RESERVED_BEGINNINGS: [&str; 1] = ["proxy-"];
const NEVER_FORWARDED_BEGINNINGS: [&str; 1] = ["x-forwarded-"];

/// Whose headers, before and after.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a> {
    /// The id that the sealed values are bound to.
    pub(super) id: &'a str,
    /// Stay where they are not named.
    pub(super) kept: &'a [SealedHeader],
    /// Were there before: the same value again stays the same sealed value.
    pub(super) present: &'a [SealedHeader],
    /// Whether `Authorization` is taken by basic authentication.
    pub(super) basic_auth: bool,
    /// The dialect in which the webhook signs, where it is known: its headers are reserved too.
    pub(super) dialect: Option<&'a Dialect>,
}

impl Owner<'_> {
    /// The headers after a change: those given are set, those null are removed.
    pub(super) fn settle(
        &self,
        field: Field<BTreeMap<String, Field<SecretText>>>,
        work: &mut Work<'_>,
    ) -> Vec<SealedHeader> {
        let absent = field.is_absent();
        let given = field.resolve("headers", None, &mut work.errors);
        let mut headers = match (&given, absent) {
            (None, false) => Vec::new(),
            _ => self.kept.to_vec(),
        };
        let mut below = FieldErrors::default();
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in given.into_iter().flatten() {
            let folded = name.to_ascii_lowercase();
            if seen.contains(&folded) {
                below.add(&name, FieldCode::Repeated, "the same name twice");
            }
            seen.push(folded);
            headers.retain(|header| !header.name.eq_ignore_ascii_case(&name));
            let value = value.check(|value| usable_value(&value).map(|()| value));
            if let Err((code, message)) = usable_name(&name, self.dialect) {
                below.add(&name, code, message);
            }
            if let Some(value) = value.resolve(&name, None, &mut below) {
                headers.push(self.seal(name, &value, work));
            }
        }
        work.errors.absorb("headers", below);
        self.check_all(&headers, work);
        headers
    }

    fn check_all(&self, headers: &[SealedHeader], work: &mut Work<'_>) {
        if headers.len() > HEADERS_MAX {
            let message = format!("at most {HEADERS_MAX} headers");
            work.fault("headers", FieldCode::BadLength, message);
        }
        let mut below = FieldErrors::default();
        for header in headers {
            // A name that was free may be the dialect's now.
            let known = self.kept.iter().any(|kept| kept.name == header.name);
            if known && let Err((code, message)) = usable_name(&header.name, self.dialect) {
                below.add(&header.name, code, message);
            }
        }
        work.errors.absorb("headers", below);
        let takes = |header: &SealedHeader| header.name.eq_ignore_ascii_case("authorization");
        if self.basic_auth && headers.iter().any(takes) {
            let message = "basic_auth sets Authorization: give one of the two";
            work.fault("headers", FieldCode::Conflict, message);
        }
    }

    fn seal(&self, name: String, value: &SecretText, work: &mut Work<'_>) -> SealedHeader {
        let field = sealing::Field::Header;
        let same = |header: &&SealedHeader| header.name.eq_ignore_ascii_case(&name);
        if let Some(present) = self.present.iter().find(same) {
            let opened = work.open(self.id, present.id, field, &present.sealed_value);
            if opened.is_some_and(|bytes| bytes.as_slice() == value.expose().as_bytes()) {
                return SealedHeader { name, ..present.clone() };
            }
        }
        let (id, sealed_value) = work.seal(self.id, field, value.expose().as_bytes());
        SealedHeader { name, id, sealed_value }
    }
}

/// The headers that a source keeps besides those of its dialect, in lower case, each once.
pub(super) fn forwarded(names: Vec<String>) -> Result<Vec<String>, Fault> {
    if names.len() > KEPT_HEADERS_MAX {
        let message = format!("at most {KEPT_HEADERS_MAX} headers");
        return Err((FieldCode::BadLength, message));
    }
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        let name = name.to_ascii_lowercase();
        if !is_token(&name) {
            return Err((FieldCode::BadFormat, "header names".to_owned()));
        }
        let framing = is_one(&name, &RESERVED, &RESERVED_BEGINNINGS);
        let token = Dialect::ALL.iter().filter_map(Dialect::token_header);
        let token = token.into_iter().any(|token| token.eq_ignore_ascii_case(&name));
        if framing || token || is_one(&name, &NEVER_FORWARDED, &NEVER_FORWARDED_BEGINNINGS) {
            return Err((FieldCode::Reserved, format!("{name} is never forwarded")));
        }
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    Ok(kept)
}

fn usable_name(name: &str, dialect: Option<&Dialect>) -> Result<(), Fault> {
    if !is_token(name) {
        let message = "a header name: 1 to 128 letters, digits and !#$%&'*+-.^_`|~";
        return Err((FieldCode::BadFormat, message.to_owned()));
    }
    let folded = name.to_ascii_lowercase();
    let of_a_dialect = Dialect::ALL.iter().chain(dialect).any(|dialect| {
        let mut own = dialect.signature_headers().chain(dialect.event_headers());
        own.any(|own| name.eq_ignore_ascii_case(own))
    });
    if of_a_dialect || is_one(&folded, &RESERVED, &RESERVED_BEGINNINGS) {
        let message = "this header is set by the server alone";
        return Err((FieldCode::Reserved, message.to_owned()));
    }
    Ok(())
}

fn usable_value(value: &SecretText) -> Result<(), Fault> {
    let bytes = value.expose().as_bytes();
    let allowed = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t');
    let inner = bytes.trim_ascii().len() == bytes.len();
    if !(1..=VALUE_MAX).contains(&bytes.len()) {
        return Err((FieldCode::BadLength, format!("1 to {VALUE_MAX} bytes")));
    }
    if inner && bytes.iter().all(allowed) {
        Ok(())
    } else {
        let message = "visible ASCII, with spaces and tabs only between it";
        Err((FieldCode::BadFormat, message.to_owned()))
    }
}

fn is_token(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(allowed)
}

fn is_one(folded: &str, names: &[&str], beginnings: &[&str]) -> bool {
    names.contains(&folded) || beginnings.iter().any(|begin| folded.starts_with(begin))
}
