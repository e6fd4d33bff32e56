//! Who owes what: every event that was sent, whether it was accepted, how often it arrived.
//!
//! An event is a serial number; its body and its request id follow from the run and that number, so
//! that the receiver can tell a changed byte. A few bytes are kept for each event, and at most 20
//! faults in words.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::push;
use crate::random::Random;

/// Bytes of every body.
const BODY_BYTES: usize = 2048;

const FAULTS_MAX: usize = 20;

/// The books of one trial.
#[derive(Debug)]
pub(crate) struct Ledger {
    run: u64,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    entries: Vec<Entry>,
    counts: Counts,
    faults: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    accepted: bool,
    /// The life of the server to which the receiver last answered 200; lives begin at 1.
    answered_in: Option<u32>,
}

/// The figures of one trial, or of several added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Answered 2xx by the server.
    pub(crate) accepted: u64,
    /// Accepted and answered 200 by the receiver at least once.
    pub(crate) delivered: u64,
    /// Arrivals of what the receiver had answered 200 before.
    pub(crate) repeated: u64,
    /// Those that came within one life of the server; there must be none.
    pub(crate) repeated_without_crash: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.delivered += other.delivered;
        self.repeated += other.repeated;
        self.repeated_without_crash += other.repeated_without_crash;
    }
}

impl Ledger {
    pub(crate) fn new(run: u64) -> Self {
        Self { run, books: Mutex::default() }
    }

    /// A new event, about to be sent.
    pub(crate) fn issue(&self) -> u64 {
        let mut books = self.books();
        books.entries.push(Entry::default());
        books.entries.len() as u64 - 1
    }

    /// The exact bytes of an event: JSON that names its serial number and a repository.
    pub(crate) fn body(&self, serial: u64) -> Vec<u8> {
        let mut body = format!(
            "{{\"serial\":\"{serial:016x}\",\"repository\":{{\"full_name\":\"acme/api\"}},\"filler\":\""
        );
        let mut random = Random::new(self.run ^ serial.rotate_left(32));
        while body.len() < BODY_BYTES - 2 {
            body.push_str(&format!("{:016x}", random.bits()));
        }
        body.truncate(BODY_BYTES - 2);
        body.push_str("\"}");
        body.into_bytes()
    }

    pub(crate) fn request_id(&self, serial: u64) -> String {
        push::request_id(self.run, serial)
    }

    /// The server answered 2xx.
    pub(crate) fn accept(&self, serial: u64) {
        let mut books = self.books();
        let Some(entry) = books.entries.get_mut(serial as usize) else {
            return;
        };
        let (first, delivered) = (!entry.accepted, entry.answered_in.is_some());
        entry.accepted = true;
        books.counts.accepted += u64::from(first);
        books.counts.delivered += u64::from(first && delivered);
    }

    /// A request arrived from the server's given life, and is about to be answered 200 if `taken`.
    pub(crate) fn arrive(&self, body: &[u8], request_id: &str, life: u32, taken: bool) {
        let Some(serial) = self.recognise(body) else {
            return self.fault(format!("a body that was never sent, request id {request_id}"));
        };
        if request_id != self.request_id(serial) {
            self.fault(format!("event {serial} came under the request id {request_id}"));
        }
        let mut books = self.books();
        let Some(entry) = books.entries.get_mut(serial as usize) else {
            return;
        };
        let (accepted, before) = (entry.accepted, entry.answered_in);
        if taken {
            entry.answered_in = Some(life);
        }
        books.counts.delivered += u64::from(taken && accepted && before.is_none());
        books.counts.repeated += u64::from(before.is_some());
        books.counts.repeated_without_crash += u64::from(before == Some(life));
    }

    /// Keeps a fault in words.
    pub(crate) fn fault(&self, words: String) {
        let mut books = self.books();
        if books.faults.len() < FAULTS_MAX {
            books.faults.push(words);
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        self.books().counts
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        self.books().faults.clone()
    }

    /// Request ids of what was accepted and never delivered.
    pub(crate) fn missing(&self) -> Vec<String> {
        let owed = |entry: &Entry| entry.accepted && entry.answered_in.is_none();
        let serials: Vec<u64> = (0_u64..)
            .zip(&self.books().entries)
            .filter_map(|(serial, entry)| owed(entry).then_some(serial))
            .collect();
        serials.into_iter().map(|serial| self.request_id(serial)).collect()
    }

    fn recognise(&self, body: &[u8]) -> Option<u64> {
        let digits = body.strip_prefix(b"{\"serial\":\"")?.get(..16)?;
        let serial = u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        let known = (serial as usize) < self.books().entries.len();
        (known && self.body(serial) == body).then_some(serial)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // A thread that panicked has failed the suite already; the books are whole in any case.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(ledger: &Ledger) -> (u64, Vec<u8>, String) {
        let serial = ledger.issue();
        (serial, ledger.body(serial), ledger.request_id(serial))
    }

    #[test]
    fn what_is_accepted_is_owed_until_it_is_taken() {
        let ledger = Ledger::new(7);
        let (serial, body, id) = sent(&ledger);
        assert!(ledger.missing().is_empty());
        ledger.accept(serial);
        ledger.arrive(&body, &id, 1, false);
        assert_eq!(ledger.missing(), std::slice::from_ref(&id));
        ledger.arrive(&body, &id, 1, true);
        assert!(ledger.missing().is_empty());
        let expected = Counts { accepted: 1, delivered: 1, ..Counts::default() };
        assert_eq!((ledger.counts(), ledger.faults().len()), (expected, 0));
    }

    #[test]
    fn delivered_before_accepted_counts_once() {
        let ledger = Ledger::new(7);
        let (serial, body, id) = sent(&ledger);
        ledger.arrive(&body, &id, 1, true);
        ledger.accept(serial);
        ledger.accept(serial);
        assert_eq!((ledger.counts().accepted, ledger.counts().delivered), (1, 1));
    }

    #[test]
    fn a_repetition_needs_a_crash_between() {
        let ledger = Ledger::new(7);
        let (_, body, id) = sent(&ledger);
        ledger.arrive(&body, &id, 1, true);
        ledger.arrive(&body, &id, 2, true);
        assert_eq!((ledger.counts().repeated, ledger.counts().repeated_without_crash), (1, 0));
        ledger.arrive(&body, &id, 2, true);
        assert_eq!((ledger.counts().repeated, ledger.counts().repeated_without_crash), (2, 1));
    }

    #[test]
    fn a_changed_byte_an_unknown_event_and_another_id_are_faults() {
        let ledger = Ledger::new(7);
        let (_, mut body, id) = sent(&ledger);
        assert_eq!(body.len(), BODY_BYTES);
        ledger.arrive(&ledger.body(1), &id, 1, true);
        ledger.arrive(&body, &ledger.request_id(9), 1, true);
        body[1000] ^= 1;
        ledger.arrive(&body, &id, 1, true);
        assert_eq!(ledger.faults().len(), 3);
    }
}
