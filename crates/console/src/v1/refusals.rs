//! Refusals. They are held in memory only, so pages may end early when old ones have gone.

use std::sync::Arc;

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    answer::{ExplainedRefusal, Page, RefusalAnswer},
    console::Console,
    engine::Refusal,
    path::Path,
    problem::{Code, Problem},
    query::{PageParameters, Query, cursor},
};

/// Bits of a cursor that count the refusals of one millisecond.
const COUNT_BITS: u32 = 20;

pub(crate) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(of_source))
}

/// All refusals, newest first, unknown source names included.
#[utoipa::path(get, path = "/api/v1/refusals", tag = "refusals", operation_id = "refusals_list",
    params(PageParameters), responses((status = 200, body = Page<RefusalAnswer>)))]
async fn list(
    State(console): State<Arc<Console>>,
    Query(parameters): Query<PageParameters>,
) -> axum::Json<Page<RefusalAnswer>> {
    let refusals = console.parts.engine.refusals();
    axum::Json(one_page(&refusals, &parameters))
}

/// One refusal and why, computed when it is asked for, by the secrets that there are then.
#[utoipa::path(get, path = "/api/v1/refusals/{number}", tag = "refusals",
    operation_id = "refusal_show", params(("number" = u64, Path)),
    responses((status = 200, body = ExplainedRefusal)))]
async fn one(
    State(console): State<Arc<Console>>,
    Path(number): Path<u64>,
) -> Result<axum::Json<ExplainedRefusal>, Problem> {
    let explained = console.parts.engine.explain_refusal(number).await;
    let (refusal, explanation) = explained.ok_or(Code::NotFound)?;
    Ok(axum::Json(ExplainedRefusal::new(&refusal, explanation)))
}

/// A source's refusals, newest first.
#[utoipa::path(get, path = "/api/v1/sources/{name}/refusals", tag = "refusals",
    operation_id = "source_refusals_list", params(("name" = String, Path), PageParameters),
    responses((status = 200, body = Page<RefusalAnswer>)))]
async fn of_source(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    Query(parameters): Query<PageParameters>,
) -> Result<axum::Json<Page<RefusalAnswer>>, Problem> {
    let source = console.source(&name)?;
    let mut refusals = console.parts.engine.refusals();
    refusals.retain(|refusal| refusal.source == source.name.as_str());
    Ok(axum::Json(one_page(&refusals, &parameters)))
}

/// A cursor is the moment of the last one shown and how many of that moment are left: new refusals
/// come in front of these and move nothing.
fn one_page(refusals: &[Refusal], parameters: &PageParameters) -> Page<RefusalAnswer> {
    let begin = parameters.cursor.map_or(0, |cursor| {
        let moment = (cursor.0 >> COUNT_BITS) as i64;
        let left = (cursor.0 & ((1 << COUNT_BITS) - 1)) as usize;
        let older = refusals.partition_point(|refusal| refusal.at.as_millis() >= moment);
        let newer = refusals.partition_point(|refusal| refusal.at.as_millis() > moment);
        older.saturating_sub(left).max(newer)
    });
    let limit = parameters.limit.map_or(crate::query::LIMIT_DEFAULT, |limit| limit.0);
    let end = refusals.len().min(begin + limit);
    let items = &refusals[begin..end];
    let next = items.last().filter(|_| end < refusals.len()).map(|last| {
        let rest = &refusals[end..];
        let left = rest.partition_point(|refusal| refusal.at >= last.at);
        let moment = u64::try_from(last.at.as_millis()).unwrap_or(0);
        cursor((moment << COUNT_BITS) | left.min((1 << COUNT_BITS) - 1) as u64)
    });
    Page { items: items.iter().map(Into::into).collect(), next }
}
