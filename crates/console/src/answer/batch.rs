//! What became of the events of a batch.

use pipeline::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use super::PublishedAnswer;
use crate::{
    engine::Published,
    fields::FieldError,
    problem::{Code, Problem},
};

/// What became of a batch: an answer for each event, in its order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchPublished)]
pub(crate) struct BatchAnswer {
    /// In the order of the batch.
    pub(crate) items: Vec<BatchItemAnswer>,
}

/// What became of one event: what publishing it alone would have been answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchItem)]
pub(crate) struct BatchItemAnswer {
    /// 202 kept, 200 a duplicate, 422 wrong fields, 503 not confirmed: send it again.
    status: u16,
    /// Of an event that is kept, or was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<PublishedAnswer>,
    /// What went wrong, as a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    /// Which fields are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl BatchItemAnswer {
    /// What the engine said.
    pub(crate) fn of(published: Result<Published, StoreError>) -> BatchItemAnswer {
        match published {
            Err(error) => BatchItemAnswer::refused(&error.into()),
            Ok(published) => {
                let status = match published {
                    Published::New { .. } => 202,
                    Published::Duplicate { .. } => 200,
                };
                let event = Some(published.into());
                BatchItemAnswer { status, event, code: None, errors: Vec::new() }
            }
        }
    }

    /// It was not published.
    pub(crate) fn refused(problem: &Problem) -> BatchItemAnswer {
        problem.log();
        let code = problem.code();
        BatchItemAnswer {
            status: code.status().as_u16(),
            event: None,
            code: Some(code),
            errors: problem.errors().to_vec(),
        }
    }
}
