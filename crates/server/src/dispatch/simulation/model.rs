//! A store in memory: what of deliveries the lanes ask of the real one.

use std::collections::BTreeSet;

use pipeline::{Next, Status, Timestamp};

/// A delivery, by its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    pub(super) webhook: usize,
    pub(super) status: Status,
    pub(super) attempts: u32,
    pub(super) since: Timestamp,
    /// When it is due; `None` while leased.
    pub(super) due: Option<Timestamp>,
    /// When the schedule said that the next attempt may begin.
    pub(super) not_before: Timestamp,
}

/// All deliveries.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) kept: Vec<Kept>,
    /// Pending and not leased: by webhook, moment and number.
    waiting: BTreeSet<(usize, Timestamp, usize)>,
}

impl Model {
    /// A new delivery, born leased or due.
    pub(super) fn accept(&mut self, webhook: usize, leased: bool, now: Timestamp) -> usize {
        let number = self.kept.len();
        let due = (!leased).then_some(now);
        let status = Status::Pending;
        self.kept.push(Kept { webhook, status, attempts: 0, since: now, due, not_before: now });
        if !leased {
            self.waiting.insert((webhook, now, number));
        }
        number
    }

    /// Leases up to `limit` that are due, or for a probe the one with fewest attempts.
    pub(super) fn claim(
        &mut self,
        webhook: usize,
        now: Timestamp,
        probe: bool,
        limit: usize,
    ) -> Vec<usize> {
        let end = if probe { Timestamp::from_millis(i64::MAX) } else { now };
        let range = (webhook, Timestamp::from_millis(0), 0)..=(webhook, end, usize::MAX);
        let due = self.waiting.range(range).map(|(_, _, number)| *number);
        let numbers: Vec<usize> = if probe {
            let looked = due.take(1_024);
            looked.min_by_key(|number| self.kept[*number].attempts).into_iter().collect()
        } else {
            due.take(limit).collect()
        };
        for number in &numbers {
            self.lease(*number);
        }
        numbers
    }

    fn lease(&mut self, number: usize) {
        let kept = &mut self.kept[number];
        if let Some(due) = kept.due.take() {
            self.waiting.remove(&(kept.webhook, due, number));
        }
    }

    /// Makes a pending delivery due then.
    pub(super) fn release(&mut self, number: usize, due: Timestamp) {
        self.lease(number);
        let kept = &mut self.kept[number];
        kept.due = Some(due);
        self.waiting.insert((kept.webhook, due, number));
    }

    /// When the first of a webhook is due.
    pub(super) fn next_due(&self, webhook: usize) -> Option<Timestamp> {
        let from = (webhook, Timestamp::from_millis(0), 0);
        let first = self.waiting.range(from..).next();
        first.filter(|(whose, ..)| *whose == webhook).map(|(_, due, _)| *due)
    }

    /// What became of an attempt.
    pub(super) fn record(&mut self, number: usize, next: Next) {
        let kept = &mut self.kept[number];
        kept.attempts += 1;
        kept.status = next.status();
        if let Next::Retry { at } = next {
            kept.not_before = at;
            self.release(number, at);
        }
    }

    /// A receiver is back: what waits for it is due since its making.
    pub(super) fn expedite(&mut self, webhook: usize, now: Timestamp) {
        let from = (webhook, now.plus_millis(1), 0);
        let later: Vec<usize> = self
            .waiting
            .range(from..)
            .take_while(|(whose, ..)| *whose == webhook)
            .map(|(_, _, number)| *number)
            .collect();
        for number in later {
            let due = self.kept[number].since.min(now);
            self.kept[number].not_before = now;
            self.release(number, due);
        }
    }

    /// The server was killed: what it had leased is due again.
    pub(super) fn begin_run(&mut self, now: Timestamp) {
        let leased = |kept: &Kept| kept.status == Status::Pending && kept.due.is_none();
        let leased: Vec<usize> =
            (0..self.kept.len()).filter(|number| leased(&self.kept[*number])).collect();
        for number in leased {
            self.release(number, now);
        }
    }
}
