//! Keys by which a repetition of an event is recognised.
//!
//! Owns the tables `seen_N`, one for each ten days since 1970. A table is made when the first event
//! of its days comes. When the youngest key that it can hold is 30 days old (the oldest is 40 then)
//! it need not be known any more: it is emptied slice by slice in the order of its keys, so that a
//! large one does not hold the writer up, and then dropped. As long as it is there it counts.
//!
//! A key is 40 bytes: 8 bytes of SHA-256 over the kind and the source's name or the folded scope,
//! 16 bytes of the body's SHA-256 (zeros for a published event, whose body does not count), 16
//! bytes of the request id's SHA-256 (the event's own id where it came with none). So keys of the
//! same body at the same source stand side by side, and the first look at them answers for nearly
//! every event that nothing like it was seen.
//!
//! The last 16 bytes zero is the key under which the newest event of a body stands, as soon as
//! there are several: a body that comes a million times costs the millionth event no more than the
//! second.

use pipeline::{Event, EventId, Timestamp, store::Identity};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::writer::{Context, WhenFull, Work, WorkError};

#[cfg(test)]
mod tests;

const PERIOD_MS: i64 = 10 * 24 * 3_600 * 1_000;
/// Tables that have to stay: this one and the three before it are at least 30 days.
const PERIODS_KEPT: i64 = 4;

const OWNER_BYTES: usize = 8;
const BODY_END: usize = 24;
const KEY_BYTES: usize = 40;

/// The key of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key([u8; KEY_BYTES]);

/// What was seen before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sighting {
    /// The event with this very key.
    pub(crate) same: Option<EventId>,
    /// The newest event with the same body at the same source.
    pub(crate) same_body: Option<EventId>,
}

impl Key {
    /// `None` where a repetition is not recognised at all.
    pub(crate) fn of(event: &Event, identity: &Identity) -> Option<Key> {
        let facts = &event.facts;
        let mut key = [0; KEY_BYTES];
        match identity {
            Identity::None => return None,
            Identity::Received { source, .. } => {
                put(&mut key[..OWNER_BYTES], digest(b"received ", source.as_str().as_bytes()));
                put(&mut key[OWNER_BYTES..BODY_END], facts.sha256);
            }
            Identity::Published => {
                let scope = facts.scope.folded();
                put(&mut key[..OWNER_BYTES], digest(b"published ", scope.as_bytes()));
            }
        }
        match &facts.request_id {
            Some(request_id) => put(&mut key[BODY_END..], digest(b"", request_id.as_bytes())),
            None => {
                put(&mut key[BODY_END..BODY_END + 8], facts.id.seq().to_be_bytes());
                put(&mut key[BODY_END + 8..], facts.id.low().to_be_bytes());
            }
        }
        Some(Key(key))
    }

    fn first_of_body(&self) -> [u8; KEY_BYTES] {
        self.with_end(0)
    }

    fn last_of_body(&self) -> [u8; KEY_BYTES] {
        self.with_end(0xff)
    }

    fn with_end(&self, byte: u8) -> [u8; KEY_BYTES] {
        let mut key = self.0;
        key[BODY_END..].fill(byte);
        key
    }
}

fn digest(kind: &[u8], text: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(kind).chain_update(text).finalize().into()
}

fn put<const N: usize>(place: &mut [u8], from: [u8; N]) {
    let length = place.len().min(N);
    place[..length].copy_from_slice(&from[..length]);
}

/// The tables that there are.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Newest first.
    periods: Vec<Period>,
}

#[derive(Debug)]
struct Period {
    number: i64,
    first_of_body: String,
    exact: String,
    insert: String,
    put_newest: String,
}

impl Period {
    fn new(number: i64) -> Period {
        let table = format!("seen_{number}");
        Period {
            number,
            first_of_body: format!(
                "SELECT key, event, event_low FROM {table} WHERE key BETWEEN ?1 AND ?2 \
                 ORDER BY key LIMIT 1"
            ),
            exact: format!("SELECT event, event_low FROM {table} WHERE key = ?1"),
            insert: format!("INSERT INTO {table} (key, event, event_low) VALUES (?1, ?2, ?3)"),
            put_newest: format!(
                "INSERT OR REPLACE INTO {table} (key, event, event_low) VALUES (?1, ?2, ?3)"
            ),
        }
    }
}

impl Seen {
    /// Learns which tables there are: at the opening and after a rollback.
    pub(crate) fn reload(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(
            "SELECT CAST(substr(name, 6) AS INTEGER) FROM sqlite_schema \
             WHERE type = 'table' AND name GLOB 'seen_[0-9]*' ORDER BY 1 DESC",
        )?;
        let numbers = statement.query_map([], |row| row.get(0))?;
        self.periods =
            numbers.map(|number| number.map(Period::new)).collect::<rusqlite::Result<_>>()?;
        Ok(())
    }

    /// What was seen before of an event that came in at a source.
    pub(crate) fn received(
        &self,
        key: &Key,
        connection: &Connection,
    ) -> rusqlite::Result<Sighting> {
        let mut sighting = Sighting::default();
        for period in &self.periods {
            let mut statement = connection.prepare_cached(&period.first_of_body)?;
            let bounds = params![key.first_of_body(), key.last_of_body()];
            let first = statement.query_row(bounds, |row| event_id(row, 1)).optional()?;
            let Some(first) = first else {
                continue;
            };
            sighting.same_body = sighting.same_body.or(Some(first));
            sighting.same = self.exact(period, key, connection)?;
            if sighting.same.is_some() {
                break;
            }
        }
        Ok(sighting)
    }

    /// The event that was published before under this key.
    pub(crate) fn published(
        &self,
        key: &Key,
        connection: &Connection,
    ) -> rusqlite::Result<Option<EventId>> {
        for period in &self.periods {
            if let Some(same) = self.exact(period, key, connection)? {
                return Ok(Some(same));
            }
        }
        Ok(None)
    }

    fn exact(
        &self,
        period: &Period,
        key: &Key,
        connection: &Connection,
    ) -> rusqlite::Result<Option<EventId>> {
        let mut statement = connection.prepare_cached(&period.exact)?;
        statement.query_row([key.0], |row| event_id(row, 0)).optional()
    }

    /// Keeps the key of a new event. `repeated` is whether its body was seen before.
    pub(crate) fn insert(
        &mut self,
        key: &Key,
        event: EventId,
        repeated: bool,
        connection: &Connection,
    ) -> rusqlite::Result<()> {
        let period = self.period(event.created_at(), connection)?;
        let (seq, low) = (event.seq() as i64, event.low() as i64);
        let mut statement = connection.prepare_cached(&period.insert)?;
        statement.execute(params![key.0, seq, low])?;
        if repeated {
            let mut statement = connection.prepare_cached(&period.put_newest)?;
            statement.execute(params![key.first_of_body(), seq, low])?;
        }
        Ok(())
    }

    fn period(&mut self, now: Timestamp, connection: &Connection) -> rusqlite::Result<&Period> {
        let number = number_of(now);
        let index = match self.periods.iter().position(|period| period.number == number) {
            Some(index) => index,
            None => {
                self.make(number, connection)?;
                let made = self.periods.iter().position(|period| period.number == number);
                made.ok_or(rusqlite::Error::QueryReturnedNoRows)?
            }
        };
        Ok(&self.periods[index])
    }

    fn make(&mut self, number: i64, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS seen_{number} (key BLOB PRIMARY KEY, event INTEGER NOT NULL, \
             event_low INTEGER NOT NULL) STRICT, WITHOUT ROWID"
        ))?;
        self.reload(connection)
    }

    /// Deletes at most so many keys of the oldest table that need not stay, and the table with the
    /// last of them. Answers whether there is more to do.
    fn forget(
        &mut self,
        now: Timestamp,
        at_most: usize,
        connection: &Connection,
    ) -> rusqlite::Result<bool> {
        let oldest = number_of(now) - PERIODS_KEPT;
        let Some(number) = self.periods.last().map(|period| period.number) else {
            return Ok(false);
        };
        if number > oldest {
            return Ok(false);
        }
        let at_most = i64::try_from(at_most.max(1)).unwrap_or(i64::MAX);
        let table = format!("seen_{number}");
        let sql = format!(
            "DELETE FROM {table} WHERE key IN (SELECT key FROM {table} ORDER BY key LIMIT ?1)"
        );
        let deleted = connection.prepare_cached(&sql)?.execute([at_most])?;
        if deleted as i64 == at_most {
            return Ok(true);
        }
        connection.execute_batch(&format!("DROP TABLE {table}"))?;
        self.reload(connection)?;
        Ok(self.periods.last().is_some_and(|period| period.number <= oldest))
    }
}

/// The ten days that a moment is in.
fn number_of(moment: Timestamp) -> i64 {
    moment.as_millis().div_euclid(PERIOD_MS).max(0)
}

/// Forgets keys that need not be known any more.
#[derive(Debug)]
pub(crate) struct ForgetKeys {
    pub(crate) now: Timestamp,
    pub(crate) at_most: usize,
}

impl Work for ForgetKeys {
    type Answer = bool;

    const WHEN_FULL: WhenFull = WhenFull::TryFirst;

    fn run(&self, context: &mut Context<'_>) -> Result<bool, WorkError> {
        Ok(context.seen.forget(self.now, self.at_most, context.connection)?)
    }
}

fn event_id(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<EventId> {
    let (seq, low): (i64, i64) = (row.get(at)?, row.get(at + 1)?);
    Ok(EventId::from_parts(seq as u64, low as u64))
}
