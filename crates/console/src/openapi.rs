//! The OpenAPI document: made from the very routes that are served.

use http::StatusCode;
use utoipa::openapi::{
    Components, Content, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr,
    ResponseBuilder,
    path::Operation,
    security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};
use utoipa::{PartialSchema, ToSchema};

use crate::{
    open,
    problem::{self, ProblemAnswer},
    v1,
};

/// The name of the security scheme.
const BEARER: &str = "bearer";

/// The document.
pub fn openapi() -> OpenApi {
    let (_, mut api) = v1::routes().split_for_parts();
    let (_, open) = open::routes().split_for_parts();
    for item in api.paths.paths.values_mut() {
        for operation in operations(item) {
            needs_token(operation);
        }
    }
    api.merge(open);
    for item in api.paths.paths.values_mut() {
        for operation in operations(item) {
            describe_responses(operation);
        }
    }
    let info = InfoBuilder::new()
        .title("Countersign")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The management API. Ids sort by time; lists are newest first; times are RFC 3339 in \
             UTC; secrets, passwords and header values are write-only.",
        ));
    let components = api.components.take().unwrap_or_default();
    OpenApiBuilder::new()
        .info(info.build())
        .paths(api.paths)
        .components(Some(with_common(components)))
        .build()
}

/// The document as it is served.
pub(crate) fn text() -> String {
    // Writing a tree of maps and texts does not fail.
    openapi().to_pretty_json().unwrap_or_default()
}

fn with_common(mut components: Components) -> Components {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.description = Some("The admin token.".to_owned());
    components.add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    let mut schemas = Vec::new();
    ProblemAnswer::schemas(&mut schemas);
    schemas.push((ProblemAnswer::name().into_owned(), ProblemAnswer::schema()));
    components.schemas.extend(schemas);
    components
}

/// Every operation of the API asks for the token and may answer with a problem.
fn needs_token(operation: &mut Operation) {
    let none: [&str; 0] = [];
    operation.security = Some(vec![SecurityRequirement::new(BEARER, none)]);
    let reference = Ref::from_schema_name(ProblemAnswer::name());
    let problem = ResponseBuilder::new()
        .description("A problem")
        .content(problem::MEDIA_TYPE, Content::new(Some(reference)))
        .build();
    let responses = &mut operation.responses.responses;
    responses.insert("default".to_owned(), problem.into());
}

/// Every response has a description (OpenAPI 3.1, 4.8.17): at least the status' own.
fn describe_responses(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let status = status.parse().ok();
            let reason = status.and_then(|status: StatusCode| status.canonical_reason());
            response.description = reason.unwrap_or_default().to_owned();
        }
    }
}

/// The operations of a path.
fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [&mut item.get, &mut item.post, &mut item.patch, &mut item.put, &mut item.delete];
    all.into_iter().flatten()
}
