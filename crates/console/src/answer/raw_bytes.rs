//! Bodies of events, as the OpenAPI document describes them.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::SchemaType},
};

/// Any bytes.
#[derive(Debug)]
pub(crate) struct RawBytes;

impl PartialSchema for RawBytes {
    fn schema() -> RefOr<Schema> {
        let bytes = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
        bytes.description(Some("Any bytes.")).into()
    }
}

impl ToSchema for RawBytes {}
