//! The router: what is open, what needs the token, and what is done to every answer.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::Response,
};
use http::{HeaderValue, header};

use crate::{
    auth, carry,
    console::{Console, Parts},
    open,
    problem::{Code, Problem},
    v1,
};

/// All of the admin listener.
pub fn router(parts: Parts) -> Router {
    let console = Arc::new(Console::new(parts));
    let (open, _) = open::routes().split_for_parts();
    let open = open.method_not_allowed_fallback(method_not_allowed);
    let (api, _) = v1::routes().split_for_parts();
    let api = api
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(console.clone(), auth::require_token));
    open.merge(api)
        .layer(middleware::from_fn(carry::to_the_end))
        .layer(middleware::from_fn(guard_answer))
        .with_state(console)
}

async fn not_found() -> Problem {
    Code::NotFound.into()
}

async fn method_not_allowed() -> Problem {
    Code::MethodNotAllowed.into()
}

/// Nothing is kept by anybody on the way, and nothing is taken for what it does not say it is.
async fn guard_answer(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}
