//! Who may use the API: whoever has the admin token.
//!
//! The token is kept as its SHA-256 only and compared in constant time. Checked in one place, in
//! front of everything but the open pages of [`crate::open`], unknown paths included.

use std::{fmt, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    console::Console,
    problem::{Code, Problem},
};

/// The admin token, as its SHA-256.
#[derive(Clone)]
pub struct AdminToken([u8; 32]);

impl AdminToken {
    /// Keeps the digest of a token. An empty token would let everybody in: `None`.
    pub fn new(token: &str) -> Option<AdminToken> {
        (!token.is_empty()).then(|| AdminToken(Sha256::digest(token).into()))
    }

    fn matches(&self, token: &[u8]) -> bool {
        let digest: [u8; 32] = Sha256::digest(token).into();
        self.0.ct_eq(&digest).into()
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken([redacted])")
    }
}

/// Lets a request through that carries the token.
pub(crate) async fn require_token(
    State(console): State<Arc<Console>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let token = bearer(request.headers());
    if token.is_some_and(|token| console.parts.admin_token.matches(token)) {
        Ok(next.run(request).await)
    } else {
        let detail = "send Authorization: Bearer TOKEN";
        Err(Problem::new(Code::Unauthorized, detail))
    }
}

/// The token of the one `Authorization` header (RFC 6750, 2.1).
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let (scheme, rest) = value.as_bytes().split_at_checked(7)?;
    let token = rest.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"Bearer ") && !token.is_empty()).then_some(token)
}
