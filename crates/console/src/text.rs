//! Values that are written as text, in bodies and in queries alike.

use countersign::{Algorithm, Dialect, Encoding, EventKey};
use pipeline::{
    DeliveryId, EventId, Lost, Scope, SignaturePolicy, SourceName, Status, Timestamp, Trigger,
    WebhookId,
};
use utoipa::openapi::{
    Object, ObjectBuilder,
    schema::{SchemaFormat, Type},
};

use crate::{
    draft::DialectName,
    fields::{Fault, FieldCode},
};

/// A value that is written as text.
pub(crate) trait Text: Sized {
    /// Reads it. The message of a fault says what was expected and never repeats what was given.
    fn read(text: &str) -> Result<Self, Fault>;

    /// How the OpenAPI document describes it.
    fn describe() -> Object {
        ObjectBuilder::new().schema_type(Type::String).build()
    }
}

fn bad_format(message: &impl ToString) -> Fault {
    (FieldCode::BadFormat, message.to_string())
}

fn string(pattern: Option<&str>, format: Option<&str>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(pattern)
        .format(format.map(|name| SchemaFormat::Custom(name.to_owned())))
        .build()
}

fn one_of(words: &[&str]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).build()
}

macro_rules! parsed {
    ($($type:ty, $pattern:expr;)+) => {
        $(impl Text for $type {
            fn read(text: &str) -> Result<$type, Fault> {
                text.parse::<Self>().map_err(|error| bad_format(&error))
            }

            fn describe() -> Object {
                string(Some($pattern), None)
            }
        })+
    };
}

parsed! {
    Scope, "^([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+){0,7})?$";
    SourceName, "^[a-z0-9-]{1,64}$";
    Trigger, r"^([A-Za-z0-9_.:/-]{1,128}\*?|\*)$";
    EventKey, "^[A-Za-z0-9_.:/-]{1,128}$";
    EventId, "^evt_[0-9a-z]{26}$";
    DeliveryId, "^dlv_[0-9a-z]{26}$";
    WebhookId, "^whk_[0-9a-z]{26}$";
}

impl Text for String {
    fn read(text: &str) -> Result<String, Fault> {
        Ok(text.to_owned())
    }
}

impl Text for DialectName {
    fn read(text: &str) -> Result<DialectName, Fault> {
        if text == Dialect::GENERIC_HMAC {
            return Ok(DialectName::GenericHmac);
        }
        let known = |error: &dyn std::fmt::Display| format!("{error}, {}", Dialect::GENERIC_HMAC);
        let dialect = text.parse().map_err(|error| bad_format(&known(&error)))?;
        Ok(DialectName::Fixed(dialect))
    }

    fn describe() -> Object {
        let mut names: Vec<&str> = Dialect::ALL.iter().map(Dialect::as_str).collect();
        names.push(Dialect::GENERIC_HMAC);
        one_of(&names)
    }
}

/// The words of the API for [`Encoding`].
pub(crate) const ENCODINGS: [(&str, Encoding); 2] =
    [("hex", Encoding::Hex), ("base64", Encoding::Base64)];

/// The words of the API for [`Algorithm`].
pub(crate) const ALGORITHMS: [(&str, Algorithm); 2] =
    [("sha256", Algorithm::Sha256), ("sha512", Algorithm::Sha512)];

/// The value that a word stands for.
fn value_of<T: Copy>(words: &[(&'static str, T)], text: &str) -> Result<T, Fault> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    found.ok_or_else(|| bad_format(&format!("one of {}", known.join(", "))))
}

/// The word that stands for a value.
pub(crate) fn word_of<T: PartialEq>(
    words: &[(&'static str, T)],
    value: &T,
) -> Option<&'static str> {
    words.iter().find(|(_, one)| one == value).map(|(word, _)| *word)
}

macro_rules! worded {
    ($($type:ty, $words:expr;)+) => {
        $(impl Text for $type {
            fn read(text: &str) -> Result<$type, Fault> {
                value_of(&$words, text)
            }

            fn describe() -> Object {
                one_of(&$words.map(|(word, _)| word))
            }
        })+
    };
}

worded! {
    Encoding, ENCODINGS;
    Algorithm, ALGORITHMS;
    SignaturePolicy, SIGNATURE_POLICIES;
    Lost, LOST;
}

impl Text for Status {
    fn read(text: &str) -> Result<Status, Fault> {
        let expected = "one of pending, delivered, failed, cancelled";
        Status::parse(text).ok_or_else(|| bad_format(&expected))
    }

    fn describe() -> Object {
        one_of(&Status::ALL.map(Status::as_str))
    }
}

/// The words of the API for [`Lost`].
const LOST: [(&str, Lost); 4] = [
    (Lost::Failed.as_str(), Lost::Failed),
    (Lost::Cancelled.as_str(), Lost::Cancelled),
    (Lost::Missing.as_str(), Lost::Missing),
    (Lost::All.as_str(), Lost::All),
];

/// The words of the API for [`SignaturePolicy`].
pub(crate) const SIGNATURE_POLICIES: [(&str, SignaturePolicy); 3] = [
    ("replace", SignaturePolicy::Replace),
    ("keep", SignaturePolicy::Keep),
    ("drop", SignaturePolicy::Drop),
];

/// A moment (RFC 3339); anything finer than a millisecond is cut off.
impl Text for Timestamp {
    fn read(text: &str) -> Result<Timestamp, Fault> {
        let expected = "a time as RFC 3339 has it, such as 2026-01-31T09:30:00Z";
        let time: jiff::Timestamp = text.parse().map_err(|_| bad_format(&expected))?;
        Ok(Timestamp::from_millis(time.as_millisecond()))
    }

    fn describe() -> Object {
        string(None, Some("date-time"))
    }
}

/// A request id: it has to fit into a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub(crate) String);

impl Text for RequestId {
    fn read(text: &str) -> Result<RequestId, Fault> {
        let fits = (1..=countersign::HEADER_TEXT_MAX_BYTES).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(RequestId(text.to_owned()))
        } else {
            Err(bad_format(&"1 to 255 visible ASCII characters"))
        }
    }

    fn describe() -> Object {
        string(Some("^[!-~]{1,255}$"), None)
    }
}

/// A moment as answers write it: RFC 3339 in UTC, to the millisecond.
pub(crate) fn time(moment: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(moment.as_millis());
    format!("{:.3}", time.unwrap_or(jiff::Timestamp::MAX))
}
