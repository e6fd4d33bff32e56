//! Drafts: what somebody writes of a source or webhook, in the API or in the configuration file,
//! and how it becomes the domain type with sealed values.
//!
//! One way for both: the API's `POST` and `PATCH` call [`SourceDraft::apply`] and
//! [`WebhookDraft::apply`], the configuration file's tables go through `declare`. A wrong or unknown
//! field stops nothing: all of them are told at once. Secrets, passwords and header values are
//! sealed here and are in no error or warning.
//!
//! A `PATCH` is a merge (RFC 7396): what is absent is kept, null takes the default, objects are
//! merged name by name.

mod basic_auth;
mod bulk;
mod dialect;
mod event;
pub(crate) mod field;
mod forge;
mod header;
mod rate_limit;
mod retry;
mod secret;
mod source;
mod target;
mod webhook;

#[cfg(test)]
mod tests;

pub use basic_auth::BasicAuthDraft;
pub use dialect::{DialectName, GenericHmacDraft};
pub use event::{BATCH_EVENTS_MAX, BatchDraft, EventDraft, EventField};
pub use field::{Field, SecretText};
pub use forge::{DraftError, Drafted, Forge, GeneratedSecret, Warning};
pub use rate_limit::RateLimitDraft;
pub use retry::RetryDraft;
pub use secret::{ActivateDraft, SecretDraft};
pub use source::{BODY_MAX_BYTES, REPLAY_WINDOW_MAX_S, SourceDraft};
pub use webhook::{DialectChoice, WebhookDraft};

pub(crate) use bulk::{Asked, RecoverDraft, SelectDraft};
pub(crate) use forge::note_unknown;
pub(crate) use secret::{Rotation, activate, add};
pub(crate) use source::proves_origin;
pub(crate) use webhook::{AS_RECEIVED, signing_dialect};

/// Declares a draft: a struct of [`Field`]s that collects names it does not know, with its
/// description for the OpenAPI document.
macro_rules! draft {
    (
        $(#[doc = $about:literal])+
        $vis:vis struct $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty,)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, Default, serde::Deserialize)]
        #[serde(default)]
        $vis struct $name {
            $($(#[doc = $doc])+ $vis $field: $crate::draft::Field<$type>,)+
            /// Names that are no fields.
            #[serde(flatten)]
            $vis unknown: std::collections::BTreeMap<String, serde::de::IgnoredAny>,
        }

        impl $name {
            /// The names of all fields.
            $vis const FIELDS: &'static [&'static str] = &[$(stringify!($field)),+];
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::RefOr::T(
                    <$name as $crate::draft::field::FromJson>::describe(),
                )
            }
        }

        impl utoipa::ToSchema for $name {}

        impl $crate::draft::field::FromJson for $name {
            fn from_json(
                value: serde_json::Value,
            ) -> Result<$name, $crate::fields::FieldErrors> {
                $crate::draft::field::nested(value)
            }

            fn describe() -> utoipa::openapi::Schema {
                use $crate::draft::field::{FromJson, described, nullable};
                utoipa::openapi::ObjectBuilder::new()
                    .description(Some(concat!($($about),+).trim()))
                    $(.property(
                        stringify!($field),
                        described(
                            nullable(<$type as FromJson>::describe()),
                            concat!($($doc),+),
                        ),
                    ))+
                    .additional_properties(Some(
                        utoipa::openapi::schema::AdditionalProperties::<
                            utoipa::openapi::Schema,
                        >::FreeForm(false),
                    ))
                    .build()
                    .into()
            }
        }
    };
}
pub(crate) use draft;
