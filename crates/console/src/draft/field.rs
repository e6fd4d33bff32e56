//! One field of a draft: absent, null, given, or given wrongly.
//!
//! A wrong value is no error of the parser, so that one answer can name everything that is wrong.

use std::{collections::BTreeMap, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pipeline::{Scope, SignaturePolicy, SourceName, Trigger};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::openapi::{
    ObjectBuilder, RefOr, Schema,
    schema::{AdditionalProperties, ArrayBuilder, SchemaType, Type},
};
use zeroize::Zeroizing;

use super::dialect::DialectName;
use crate::{
    fields::{Fault, FieldCode, FieldErrors},
    text::Text,
};

/// One field of a draft.
#[derive(Clone, Debug, Default)]
pub enum Field<T> {
    /// Not there: keeps what is, or takes the default.
    #[default]
    Absent,
    /// `null`: takes the default.
    Null,
    /// A value.
    Given(T),
    /// Something else.
    Bad(FieldErrors),
}

impl<T> Field<T> {
    /// Turns a value into another one, or finds fault with it.
    pub(crate) fn check<U>(self, check: impl FnOnce(T) -> Result<U, Fault>) -> Field<U> {
        match self {
            Field::Absent => Field::Absent,
            Field::Null => Field::Null,
            Field::Bad(errors) => Field::Bad(errors),
            Field::Given(value) => match check(value) {
                Ok(value) => Field::Given(value),
                Err(fault) => Field::Bad(FieldErrors::of(fault)),
            },
        }
    }

    /// The value; what is kept where the field is absent; nothing where it is null or wrong, which
    /// is noted.
    pub(crate) fn resolve(
        self,
        name: &str,
        kept: Option<T>,
        errors: &mut FieldErrors,
    ) -> Option<T> {
        match self {
            Field::Absent => kept,
            Field::Null => None,
            Field::Given(value) => Some(value),
            Field::Bad(found) => {
                errors.absorb(name, found);
                None
            }
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Field::Absent)
    }
}

/// A value of a draft.
pub(crate) trait FromJson: Sized {
    /// Reads it. Faults never repeat what was given.
    fn from_json(value: Value) -> Result<Self, FieldErrors>;

    /// How the OpenAPI document describes it.
    fn describe() -> Schema;
}

impl<T: FromJson> From<Value> for Field<T> {
    fn from(value: Value) -> Field<T> {
        match value {
            Value::Null => Field::Null,
            value => match T::from_json(value) {
                Ok(value) => Field::Given(value),
                Err(errors) => Field::Bad(errors),
            },
        }
    }
}

impl<'de, T: FromJson> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Field<T>, D::Error> {
        Value::deserialize(deserializer).map(Field::from)
    }
}

/// A text that is never printed and is overwritten when dropped.
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Keeps it exactly.
    pub fn new(text: String) -> SecretText {
        SecretText(Zeroizing::new(text))
    }

    /// Exact bytes in base64, to be given as `secret_base64`.
    pub fn base64_of(bytes: &[u8]) -> SecretText {
        SecretText::new(STANDARD.encode(bytes))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

pub(super) fn wrong_type(expected: &str) -> FieldErrors {
    FieldErrors::of((FieldCode::WrongType, format!("expected {expected}")))
}

fn plain(schema_type: Type) -> Schema {
    ObjectBuilder::new().schema_type(schema_type).build().into()
}

impl FromJson for SecretText {
    fn from_json(value: Value) -> Result<SecretText, FieldErrors> {
        match value {
            Value::String(text) => Ok(SecretText::new(text)),
            _ => Err(wrong_type("a string")),
        }
    }

    fn describe() -> Schema {
        let object = ObjectBuilder::new().schema_type(Type::String);
        object.write_only(true).build().into()
    }
}

impl FromJson for bool {
    fn from_json(value: Value) -> Result<bool, FieldErrors> {
        value.as_bool().ok_or_else(|| wrong_type("true or false"))
    }

    fn describe() -> Schema {
        plain(Type::Boolean)
    }
}

impl FromJson for u64 {
    fn from_json(value: Value) -> Result<u64, FieldErrors> {
        let number = value.as_u64();
        number.ok_or_else(|| wrong_type("a whole number, not negative"))
    }

    fn describe() -> Schema {
        plain(Type::Integer)
    }
}

/// Reads a text as a value that is written so.
macro_rules! from_text {
    ($($type:ty),+) => {
        $(impl $crate::draft::field::FromJson for $type {
            fn from_json(value: serde_json::Value) -> Result<$type, FieldErrors> {
                let expected = || $crate::draft::field::wrong_type("a string");
                let text = value.as_str().ok_or_else(expected)?;
                Text::read(text).map_err(FieldErrors::of)
            }

            fn describe() -> utoipa::openapi::Schema {
                <$type as Text>::describe().into()
            }
        })+
    };
}
pub(crate) use from_text;

from_text!(
    String,
    Scope,
    SourceName,
    Trigger,
    SignaturePolicy,
    DialectName,
    crate::text::RequestId,
    countersign::Algorithm,
    countersign::Encoding,
    countersign::EventKey
);

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: Value) -> Result<Vec<T>, FieldErrors> {
        let Value::Array(values) = value else {
            return Err(wrong_type("an array"));
        };
        let mut items = Vec::new();
        let mut errors = FieldErrors::default();
        for (index, value) in values.into_iter().enumerate() {
            match T::from_json(value) {
                Ok(item) => items.push(item),
                Err(found) => errors.absorb(&index.to_string(), found),
            }
        }
        if errors.is_empty() { Ok(items) } else { Err(errors) }
    }

    fn describe() -> Schema {
        ArrayBuilder::new().items(RefOr::T(T::describe())).build().into()
    }
}

/// An object with names of its own: each value may be null.
impl<T: FromJson> FromJson for BTreeMap<String, Field<T>> {
    fn from_json(value: Value) -> Result<BTreeMap<String, Field<T>>, FieldErrors> {
        let Value::Object(entries) = value else {
            return Err(wrong_type("an object"));
        };
        let fields = entries.into_iter();
        Ok(fields.map(|(name, value)| (name, value.into())).collect())
    }

    fn describe() -> Schema {
        let values = AdditionalProperties::RefOr(nullable(T::describe()).into());
        ObjectBuilder::new().additional_properties(Some(values)).build().into()
    }
}

/// Reads an object that is a draft of its own.
pub(crate) fn nested<D: for<'de> Deserialize<'de>>(value: Value) -> Result<D, FieldErrors> {
    if !value.is_object() {
        return Err(wrong_type("an object"));
    }
    serde_json::from_value(value).map_err(|_| wrong_type("an object"))
}

/// The same, or null.
pub(crate) fn nullable(schema: Schema) -> Schema {
    match schema {
        Schema::Object(mut object) => {
            object.schema_type = with_null(object.schema_type);
            if let Some(values) = &mut object.enum_values {
                values.push(Value::Null);
            }
            Schema::Object(object)
        }
        Schema::Array(mut array) => {
            array.schema_type = with_null(array.schema_type);
            Schema::Array(array)
        }
        other => other,
    }
}

fn with_null(schema_type: SchemaType) -> SchemaType {
    match schema_type {
        SchemaType::Type(one) => SchemaType::Array(vec![one, Type::Null]),
        other => other,
    }
}

/// Adds what a field is for.
pub(crate) fn described(schema: Schema, description: &str) -> RefOr<Schema> {
    let description = Some(description.trim().to_owned());
    RefOr::T(match schema {
        Schema::Object(mut object) => {
            object.description = description;
            Schema::Object(object)
        }
        Schema::Array(mut array) => {
            array.description = description;
            Schema::Array(array)
        }
        other => other,
    })
}
