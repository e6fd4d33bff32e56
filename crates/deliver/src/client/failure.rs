//! From hyper's errors to a [`Failure`], by the types in the chain of causes.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use hyper_util::client::legacy;

use crate::connector::{ConnectError, TlsFault};
use crate::outcome::Failure;

/// How deep a chain of causes is looked into.
const CAUSES_MAX: usize = 16;

/// What went wrong before a status line came.
pub(super) fn of(error: legacy::Error) -> Failure {
    if let Some(found) = causes(&error).find_map(|cause| cause.downcast_ref::<ConnectError>()) {
        return Failure::Connection(found.clone());
    }
    match tls_fault(&error) {
        Some(fault) => Failure::Tls(fault),
        None => Failure::Protocol(Arc::new(error)),
    }
}

/// What went wrong within a body.
pub(super) fn of_body(error: Arc<hyper::Error>) -> Failure {
    match tls_fault(&*error) {
        Some(fault) => Failure::Tls(fault),
        None => Failure::Protocol(error),
    }
}

fn tls_fault(error: &(dyn StdError + 'static)) -> Option<TlsFault> {
    causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).find_map(TlsFault::find)
}

fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&cause| cause.source()).take(CAUSES_MAX)
}
