//! Carries a request that was begun to its end.
//!
//! Each request runs as a task of its own. So a change is carried through to the reloaded catalogue
//! also when its caller has gone, and a panic becomes an answer and a line in the log in place of a
//! connection that breaks off.

use axum::{extract::Request, middleware::Next, response::Response};
use tokio::task::JoinError;

use crate::problem::Problem;

/// Runs the rest as a task.
pub(crate) async fn to_the_end(request: Request, next: Next) -> Result<Response, Problem> {
    let task = tokio::spawn(next.run(request));
    task.await.map_err(|error| Problem::internal(Ended::from(error)))
}

/// A handler ended without an answer.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("a handler panicked: {0}")]
    Panicked(String),
    #[error("the runtime is shutting down")]
    Cancelled,
}

impl From<JoinError> for Ended {
    fn from(error: JoinError) -> Ended {
        let Ok(panic) = error.try_into_panic() else {
            return Ended::Cancelled;
        };
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Ended::Panicked(text.unwrap_or_default())
    }
}
