//! What a job would do, found out without doing it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use pipeline::{
    BulkAct, StoreError, Tally, Webhook,
    store::{Estimate, bulk::STEP_MAX},
};
use rusqlite::Connection;

use super::{
    Bounds, bounds,
    decide::{Verdict, decide, webhook_is_there},
    walk::{self, Phase, Place},
};
use crate::reader::{ReadError, Readers};

/// The longest that is looked, but for the look under way.
const ESTIMATE_MAX: Duration = Duration::from_secs(1);

/// Goes through everything in looks of their own, so that none holds a snapshot for long.
pub(crate) async fn estimate(
    act: BulkAct,
    webhook: Option<Arc<Webhook>>,
    readers: &Readers,
) -> Result<Estimate, StoreError> {
    let begun = Instant::now();
    let asked = Arc::new((act, webhook));
    let mut place = Place::BEGINNING;
    let mut tally = Tally::default();
    let bounds = {
        let asked = asked.clone();
        readers.read(move |connection| begin(&asked.0, asked.1.as_deref(), connection)).await?
    };
    while place.phase != Phase::End {
        if begun.elapsed() >= ESTIMATE_MAX {
            return Ok(Estimate { tally, at_least: true });
        }
        let asked = asked.clone();
        let look = move |connection: &Connection| {
            Ok(count(&asked.0, asked.1.as_deref(), place, bounds, connection)?)
        };
        let (found, next) = readers.read(look).await?;
        tally.add(found);
        place = next;
    }
    Ok(Estimate { tally, at_least: false })
}

fn begin(
    act: &BulkAct,
    webhook: Option<&Webhook>,
    connection: &Connection,
) -> Result<Bounds, ReadError> {
    if let Some(id) = act.recovers()
        && (webhook.is_none() || !webhook_is_there(id, connection)?)
    {
        return Err(StoreError::NotFound.into());
    }
    Ok(bounds(act, connection)?)
}

fn count(
    act: &BulkAct,
    webhook: Option<&Webhook>,
    place: Place,
    bounds: Bounds,
    connection: &Connection,
) -> rusqlite::Result<(Tally, Place)> {
    let look = walk::look(act, webhook, place, bounds, STEP_MAX, connection)?;
    let mut tally = Tally { looked_at: look.looked_at, ..Tally::default() };
    for candidate in look.candidates {
        match decide(act, candidate, connection)? {
            Verdict::Leave => {}
            Verdict::WithoutBody => tally.without_body += 1,
            Verdict::Resend(_) | Verdict::Cancel(_) | Verdict::Make(..) => tally.done += 1,
        }
    }
    Ok((tally, look.next))
}
