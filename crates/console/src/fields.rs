//! What is wrong with the fields of a request or of a table of the configuration file: all of it
//! at once.
//!
//! Never holds a value that was given: messages say what was expected. At most 64
//! errors are kept, and names that somebody made up are cut at 64 characters.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

/// The most errors of one answer.
pub(crate) const ERRORS_MAX: usize = 64;
/// The most characters of an unknown field's name that are shown.
pub(crate) const NAME_SHOWN_MAX: usize = 64;

/// What is wrong with one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// There is no such field or parameter.
    UnknownField,
    /// It has to be given.
    Required,
    /// It is kept, but has to be given again together with this change.
    RequiredAgain,
    /// Not of the expected JSON type.
    WrongType,
    /// A number outside its limits.
    OutOfRange,
    /// Too short, too long or too many.
    BadLength,
    /// A text that is not written as it has to be.
    BadFormat,
    /// A name that may not be used.
    Reserved,
    /// Given twice.
    Repeated,
    /// Does not go together with another field.
    Conflict,
    /// Cannot be changed.
    ReadOnly,
    /// Names something that does not exist.
    UnknownReference,
    /// A target that deliveries may not reach.
    TargetForbidden,
}

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the body; for a parameter of the query its name after `?`.
    pub pointer: String,
    /// A stable word.
    pub code: FieldCode,
    /// For people.
    pub message: String,
}

/// Everything that is wrong. Empty where nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<FieldError>);

/// A code and a message, before it is known where.
pub(crate) type Fault = (FieldCode, String);

impl FieldErrors {
    /// With one error, at the value itself.
    pub(crate) fn of(fault: Fault) -> FieldErrors {
        let mut errors = FieldErrors::default();
        errors.push(String::new(), fault);
        errors
    }

    /// Notes what is wrong with a field at the top.
    pub(crate) fn add(&mut self, field: &str, code: FieldCode, message: impl Into<String>) {
        self.push(pointer(field), (code, message.into()));
    }

    /// Notes what is wrong with a parameter of the query.
    pub(crate) fn add_parameter(&mut self, name: &str, fault: Fault) {
        self.push(format!("?{}", shown(name)), fault);
    }

    /// Takes over what is wrong below a field.
    pub(crate) fn absorb(&mut self, field: &str, below: FieldErrors) {
        for error in below.0 {
            let fault = (error.code, error.message);
            self.push(format!("{}{}", pointer(field), error.pointer), fault);
        }
    }

    fn push(&mut self, pointer: String, (code, message): Fault) {
        if self.0.len() < ERRORS_MAX {
            self.0.push(FieldError { pointer, code, message });
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.0.iter()
    }

    pub(crate) fn as_slice(&self) -> &[FieldError] {
        &self.0
    }
}

/// `/field`, escaped as RFC 6901, 3 has it.
fn pointer(field: &str) -> String {
    format!("/{}", shown(field).replace('~', "~0").replace('/', "~1"))
}

fn shown(name: &str) -> String {
    name.chars().take(NAME_SHOWN_MAX).collect()
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", error.pointer, error.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}
