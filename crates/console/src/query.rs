//! The query of a request: parameters that are known, each once, all faults at once.
//!
//! An unknown parameter is an error, for a misspelt filter would show everything.

use axum::extract::FromRequestParts;
use http::request::Parts;
use pipeline::store::history::PAGE_MAX;
use url::form_urlencoded;
use utoipa::openapi::{Object, ObjectBuilder, schema::Type};

use crate::{
    fields::{Fault, FieldCode, FieldErrors},
    nearest::nearest,
    problem::Problem,
    text::Text,
};

/// The most parameters that are looked at.
const PARAMETERS_MAX: usize = 64;
/// The items of a page, where nothing else is asked for.
pub(crate) const LIMIT_DEFAULT: usize = 50;

/// A set of parameters that an endpoint takes.
pub(crate) trait Parameters: Sized {
    /// Takes its own out of those that were given.
    fn take(given: &mut Given) -> Self;
}

/// The parameters that were given, less those that were taken, and what is wrong so far.
#[derive(Debug)]
pub(crate) struct Given {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    errors: FieldErrors,
}

impl Given {
    fn of(query: &str) -> Given {
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        Given {
            pairs: pairs.take(PARAMETERS_MAX).collect(),
            known: Vec::new(),
            errors: FieldErrors::default(),
        }
    }

    /// Takes one parameter.
    pub(crate) fn take<T: Text>(&mut self, name: &'static str) -> Option<T> {
        self.known.push(name);
        let (own, others) =
            std::mem::take(&mut self.pairs).into_iter().partition(|(other, _)| other == name);
        self.pairs = others;
        let own: Vec<(String, String)> = own;
        if own.len() > 1 {
            let fault = (FieldCode::Repeated, "give it once".to_owned());
            self.errors.add_parameter(name, fault);
        }
        let (_, text) = own.first()?;
        match T::read(text) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.errors.add_parameter(name, fault);
                None
            }
        }
    }

    /// The end: what was not taken is unknown.
    fn finish(mut self) -> Result<(), FieldErrors> {
        for (name, _) in &self.pairs {
            let message = match nearest(name, &self.known) {
                Some(other) => format!("there is no such parameter; did you mean `{other}`?"),
                None => "there is no such parameter".to_owned(),
            };
            let fault = (FieldCode::UnknownField, message);
            self.errors.add_parameter(name, fault);
        }
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }
}

/// The parameters of a request.
#[derive(Debug)]
pub(crate) struct Query<P>(pub(crate) P);

impl<P: Parameters, S: Sync> FromRequestParts<S> for Query<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<P>, Problem> {
        read(parts.uri.query().unwrap_or_default()).map(Query)
    }
}

/// Reads a query.
fn read<P: Parameters>(query: &str) -> Result<P, Problem> {
    let mut given = Given::of(query);
    let parameters = P::take(&mut given);
    given.finish()?;
    Ok(parameters)
}

/// What is wrong with a parameter that is missing.
pub(crate) fn required(name: &str) -> Problem {
    let mut errors = FieldErrors::default();
    let fault = (FieldCode::Required, "has to be given".to_owned());
    errors.add_parameter(name, fault);
    errors.into()
}

/// Declares a set of parameters, with its description for the OpenAPI document.
macro_rules! parameters {
    (
        $(#[doc = $about:literal])+
        pub(crate) struct $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty,)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug)]
        pub(crate) struct $name {
            $($(#[doc = $doc])+ pub(crate) $field: Option<$type>,)+
        }

        impl $crate::query::Parameters for $name {
            fn take(given: &mut $crate::query::Given) -> $name {
                $name { $($field: given.take(stringify!($field)),)+ }
            }
        }

        impl utoipa::IntoParams for $name {
            fn into_params(
                _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                vec![$(
                    utoipa::openapi::path::ParameterBuilder::new()
                        .name(stringify!($field))
                        .parameter_in(utoipa::openapi::path::ParameterIn::Query)
                        .required(utoipa::openapi::Required::False)
                        .description(Some(concat!($($doc),+).trim()))
                        .schema(Some(utoipa::openapi::Schema::Object(
                            <$type as $crate::text::Text>::describe(),
                        )))
                        .build(),
                )+]
            }
        }
    };
}
pub(crate) use parameters;

/// How many items a page has: 1 to 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) usize);

impl Text for Limit {
    fn read(text: &str) -> Result<Limit, Fault> {
        let number = text.parse().ok();
        let number = number.filter(|number| (1..=PAGE_MAX).contains(number));
        let fault = || (FieldCode::OutOfRange, format!("1 to {PAGE_MAX}"));
        number.map(Limit).ok_or_else(fault)
    }

    fn describe() -> Object {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(PAGE_MAX))
            .default(Some(LIMIT_DEFAULT.into()))
            .build()
    }
}

/// Where a page begins: the `next` of the page before. What is in it is nobody's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) u64);

impl Text for Cursor {
    fn read(text: &str) -> Result<Cursor, Fault> {
        let digits = text.strip_prefix('c').filter(|digits| digits.len() == 16);
        let number = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let expected = "the `next` of the page before".to_owned();
        number.map(Cursor).ok_or((FieldCode::BadFormat, expected))
    }
}

/// As answers write it.
pub(crate) fn cursor(number: u64) -> String {
    format!("c{number:016x}")
}

/// The status of an answer: 100 to 999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResponseStatus(pub(crate) u16);

impl Text for ResponseStatus {
    fn read(text: &str) -> Result<ResponseStatus, Fault> {
        let number = text.parse().ok();
        let number = number.filter(|number| (100..=999).contains(number));
        let fault = || (FieldCode::OutOfRange, "100 to 999".to_owned());
        number.map(ResponseStatus).ok_or_else(fault)
    }

    fn describe() -> Object {
        let object = ObjectBuilder::new().schema_type(Type::Integer);
        object.minimum(Some(100)).maximum(Some(999)).build()
    }
}

/// What to do with deliveries that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CancelWaiting;

impl Text for CancelWaiting {
    fn read(text: &str) -> Result<CancelWaiting, Fault> {
        let fault = || (FieldCode::BadFormat, "cancel, or nothing".to_owned());
        (text == "cancel").then_some(CancelWaiting).ok_or_else(fault)
    }

    fn describe() -> Object {
        let object = ObjectBuilder::new().schema_type(Type::String);
        object.enum_values(Some(["cancel"])).build()
    }
}

parameters! {
    /// Of lists.
    pub(crate) struct PageParameters {
        /// The most items.
        limit: Limit,
        /// The `next` of the page before.
        cursor: Cursor,
    }
}

parameters! {
    /// Of deletions.
    pub(crate) struct DeleteParameters {
        /// `cancel` cancels the deliveries that wait; without it they stop the deletion.
        waiting: CancelWaiting,
    }
}

/// The page that is asked for.
pub(crate) fn page(limit: Option<Limit>, cursor: Option<Cursor>) -> pipeline::store::Page {
    pipeline::store::Page {
        before: cursor.map(|cursor| cursor.0),
        limit: limit.map_or(LIMIT_DEFAULT, |limit| limit.0),
    }
}
