//! How the parts of a body are read from JSON and written back.
//!
//! Owns [`Part`] and the simple ones. Written by hand and not derived, because no derive keeps null
//! apart from absent, tells the path of a misread value without the value, and leaves what it cannot
//! read where it was.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde_json::{Map, Value};

/// What a value of a body should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expected {
    /// An object.
    Object,
    /// A list.
    List,
    /// A text.
    Text,
    /// A whole number from -2^63 to 2^63 - 1.
    Integer,
    /// `true` or `false`.
    Boolean,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "an object",
            Self::List => "a list",
            Self::Text => "a text",
            Self::Integer => "a whole number of 64 bits",
            Self::Boolean => "true or false",
        })
    }
}

/// A value of another type than expected, and where: a JSON pointer, empty for the value itself.
#[derive(Debug)]
pub(crate) struct Misread {
    pub(super) path: String,
    pub(super) expected: Expected,
}

impl Misread {
    pub(crate) const fn here(expected: Expected) -> Self {
        Self { path: String::new(), expected }
    }

    fn under(self, step: impl fmt::Display) -> Self {
        Self { path: format!("/{step}{}", self.path), expected: self.expected }
    }
}

/// A part of a body.
pub(crate) trait Part: Sized {
    /// Whether `value` is tried. One that is not stays in `other`.
    fn takes(_value: &Value) -> bool {
        true
    }

    fn read(value: Value) -> Result<Self, Misread>;

    /// The value that was read. `read(value)?.write() == value`.
    fn write(&self) -> Value;
}

/// A part with named fields.
pub(crate) trait Object: Part {
    /// Whether the field is there and not null, known or not.
    fn has(&self, field: &str) -> bool;
}

/// Reads the field `name` out of `map`. Null, and what `T` does not take, is `None` and stays.
pub(crate) fn take<T: Part>(
    map: &mut Map<String, Value>,
    name: &'static str,
) -> Result<Option<T>, Misread> {
    match map.get(name) {
        Some(value) if !value.is_null() && T::takes(value) => {}
        _ => return Ok(None),
    }
    let Some(value) = map.remove(name) else {
        return Ok(None);
    };
    T::read(value).map(Some).map_err(|misread| misread.under(name))
}

/// Writes the field `name` into `map`, over what stood there; `None` leaves that.
pub(crate) fn put<T: Part>(map: &mut Map<String, Value>, name: &str, field: Option<&T>) {
    if let Some(field) = field {
        map.insert(name.into(), field.write());
    }
}

impl Part for String {
    fn read(value: Value) -> Result<Self, Misread> {
        match value {
            Value::String(text) => Ok(text),
            _ => Err(Misread::here(Expected::Text)),
        }
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Part for bool {
    fn read(value: Value) -> Result<Self, Misread> {
        value.as_bool().ok_or(Misread::here(Expected::Boolean))
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Part for i64 {
    fn read(value: Value) -> Result<Self, Misread> {
        value.as_i64().ok_or(Misread::here(Expected::Integer))
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }
}

/// Anything, kept as it is.
impl Part for Value {
    fn read(value: Value) -> Result<Self, Misread> {
        Ok(value)
    }

    fn write(&self) -> Value {
        self.clone()
    }
}

/// Objects in objects are boxed, so that reading nests on a small stack.
impl<T: Part> Part for Box<T> {
    fn takes(value: &Value) -> bool {
        T::takes(value)
    }

    fn read(value: Value) -> Result<Self, Misread> {
        T::read(value).map(Self::new)
    }

    fn write(&self) -> Value {
        T::write(self)
    }
}

impl<T: Part> Part for Vec<T> {
    fn read(value: Value) -> Result<Self, Misread> {
        let Value::Array(items) = value else {
            return Err(Misread::here(Expected::List));
        };
        let read = |(at, item)| T::read(item).map_err(|misread| misread.under(at));
        items.into_iter().enumerate().map(read).collect()
    }

    fn write(&self) -> Value {
        self.iter().map(T::write).collect()
    }
}
