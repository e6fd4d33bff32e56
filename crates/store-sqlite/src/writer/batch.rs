//! One batch: one transaction, one commit.
//!
//! Never answers anybody: it leaves each item with its answer kept, and says what became of the
//! transaction.

use rusqlite::Connection;

use super::job::{Context, Item, WorkError};
use crate::writer::Lane;
use crate::{
    fault::{Fault, failed, fault_of},
    options::Faults,
    seen::Seen,
};

/// What became of a batch.
#[derive(Debug)]
pub(crate) enum BatchEnd {
    /// It is on disk. Every item has its answer.
    Committed,
    /// Nothing of it was kept: no space.
    Full,
    /// Nothing of it is confirmed, and the connection must not be used again.
    Broken(rusqlite::Error),
}

/// What a batch runs with.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) seen: &'a mut Seen,
    pub(crate) scratch: &'a mut Vec<u8>,
    pub(crate) faults: &'a Faults,
}

impl Batch<'_> {
    /// Runs the items and commits.
    pub(crate) fn run(&mut self, items: &mut [Box<dyn Item>]) -> BatchEnd {
        match self.attempt(items) {
            Ok(()) => BatchEnd::Committed,
            Err(error) => {
                let rolled_back = self.roll_back();
                match (fault_of(&error), rolled_back) {
                    (Fault::Full, Ok(())) => BatchEnd::Full,
                    (_, _) => BatchEnd::Broken(error),
                }
            }
        }
    }

    fn attempt(&mut self, items: &mut [Box<dyn Item>]) -> rusqlite::Result<()> {
        self.execute("BEGIN IMMEDIATE")?;
        if !self.run_plainly(items)? {
            self.roll_back()?;
            self.execute("BEGIN IMMEDIATE")?;
            self.run_apart(items)?;
        }
        if self.faults.answers_early() {
            let accepts =
                items.iter_mut().filter(|item| matches!(item.lane(), Lane::Accepts { .. }));
            accepts.for_each(|item| item.settle());
        }
        self.faults.before_commit()?;
        self.execute("COMMIT")
    }

    /// Runs all items. `false` where one failed, or was refused after it had written: then it has
    /// to be undone alone.
    fn run_plainly(&mut self, items: &mut [Box<dyn Item>]) -> rusqlite::Result<bool> {
        for item in items {
            let before = self.connection.total_changes();
            match item.run(&mut self.context()) {
                Ok(()) => {}
                Err(WorkError::Refused(refusal)) if self.connection.total_changes() == before => {
                    item.fail(refusal);
                }
                Err(WorkError::Sqlite(error)) if fault_of(&error) != Fault::Job => {
                    return Err(error);
                }
                Err(WorkError::Refused(_) | WorkError::Sqlite(_)) => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Runs each item under a savepoint and undoes those that fail.
    fn run_apart(&mut self, items: &mut [Box<dyn Item>]) -> rusqlite::Result<()> {
        for item in items {
            self.execute("SAVEPOINT item")?;
            let answer = match item.run(&mut self.context()) {
                Ok(()) => None,
                Err(WorkError::Refused(refusal)) => Some(refusal),
                Err(WorkError::Sqlite(error)) if fault_of(&error) == Fault::Job => {
                    Some(failed(error))
                }
                Err(WorkError::Sqlite(error)) => return Err(error),
            };
            if let Some(error) = answer {
                item.fail(error);
                self.execute("ROLLBACK TO item")?;
                self.seen.reload(self.connection)?;
            }
            self.execute("RELEASE item")?;
        }
        Ok(())
    }

    fn context(&mut self) -> Context<'_> {
        Context { connection: self.connection, seen: self.seen, scratch: self.scratch }
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    fn roll_back(&mut self) -> rusqlite::Result<()> {
        // Some errors have ended the transaction already.
        if !self.connection.is_autocommit() {
            self.execute("ROLLBACK")?;
        }
        self.seen.reload(self.connection)
    }
}
