//! Arriving: asking the receiver what it has counted.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::figures::{Figures, number};
use super::sending::Sent;
use crate::http::{Connection, Message};

const LIMIT: Duration = Duration::from_secs(120);
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// How often the receiver is asked; its own clock says when all had arrived.
const ASK_AGAIN: Duration = Duration::from_millis(10);

/// What the receiver had counted in the end.
#[derive(Debug)]
pub(super) struct Arrived(Value);

/// Waits until `events` distinct requests have arrived.
///
/// # Errors
/// They had not within 120 s.
pub(super) fn wait_for(receiver: SocketAddr, events: u64) -> Result<()> {
    let mut connection = Connection::open(receiver, ANSWER_LIMIT)?;
    let began = Instant::now();
    loop {
        let counts = ask(&mut connection, "/counts")?;
        if counts["distinct"].as_u64() >= Some(events) {
            return Ok(());
        }
        if began.elapsed() > LIMIT {
            bail!("of {events} events the receiver has only these: {counts}");
        }
        thread::sleep(ASK_AGAIN);
    }
}

impl Arrived {
    /// Reads the counts and judges them.
    ///
    /// # Errors
    /// Some of `events` came twice, without an id or with a wrong signature, or did not come.
    pub(super) fn read(receiver: SocketAddr, events: u64) -> Result<Self> {
        let counts = ask(&mut Connection::open(receiver, ANSWER_LIMIT)?, "/latency")?;
        ensure!(
            is_sound(&counts, events),
            "not every one of {events} events came exactly once and genuine: {counts}"
        );
        Ok(Self(counts))
    }

    pub(super) fn number(&self, pointer: &str) -> Result<f64> {
        number(&self.0, pointer)
    }

    /// The rate from the first send to the last arrival, and the time that requests were on their way.
    pub(super) fn add(&self, name: &'static str, sent: &Sent, figures: &mut Figures) -> Result<()> {
        let elapsed_ns = self.number("/complete_at_ns")? - sent.number("/began_at_ns")?;
        let per_second = self.number("/distinct")? * 1e9 / elapsed_ns;
        figures.add(name, "per_second", per_second);
        figures.add(name, "p50_ms", self.number("/latency/p50_us")? / 1000.0);
        figures.add(name, "p99_ms", self.number("/latency/p99_us")? / 1000.0);
        Ok(())
    }
}

fn is_sound(counts: &Value, events: u64) -> bool {
    let are = |names: [&str; 2], count| names.map(|name| counts[name].as_u64()) == [Some(count); 2];
    are(["requests", "distinct"], events) && are(["nameless", "forged"], 0)
}

fn ask(connection: &mut Connection, path: &str) -> Result<Value> {
    let answer = connection.send(&Message::request("GET", path, Vec::new()))?;
    serde_json::from_slice(&answer.body).context("the receiver's answer")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_event_has_to_come_once_and_genuine() {
        let counts = |requests, distinct, nameless, forged| json!({ "requests": requests, "distinct": distinct, "nameless": nameless, "forged": forged });
        assert!(is_sound(&counts(5, 5, 0, 0), 5));
        assert!(!is_sound(&counts(6, 5, 0, 0), 5));
        assert!(!is_sound(&counts(5, 4, 0, 0), 5));
        assert!(!is_sound(&counts(5, 5, 1, 0), 5));
        assert!(!is_sound(&counts(5, 5, 0, 1), 5));
        assert!(!is_sound(&json!({}), 0));
    }
}
