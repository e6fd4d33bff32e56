//! The load: threads that post signed events and write down what the server promised.
//!
//! Each thread keeps one connection and has one request under way. One that got no answer is sent
//! again under the same request id in half of the cases, as a provider does. Anything but 2xx, 429
//! and 503 is a fault.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::ledger::Ledger;
use crate::http::Connection;
use crate::push;
use crate::random::Random;
use crate::server::SOURCE;

const THREADS: u64 = 4;

/// A pause of up to this long lies between two requests of a thread, so that a trial of hundreds of
/// kills stays within a few hundred megabytes.
const PAUSE_US_MAX: u64 = 4000;

/// The threads of one trial.
#[derive(Debug)]
pub(crate) struct Load {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    ledger: Arc<Ledger>,
    secret: String,
    address: Mutex<Option<SocketAddr>>,
    stopped: AtomicBool,
}

impl Load {
    /// Starts the threads; they wait until they are given an address.
    pub(crate) fn start(ledger: &Arc<Ledger>, secret: &str, seed: u64) -> Self {
        let shared = Arc::new(Shared {
            ledger: Arc::clone(ledger),
            secret: secret.to_owned(),
            address: Mutex::new(None),
            stopped: AtomicBool::new(false),
        });
        let threads = (0..THREADS).map(|number| {
            let shared = Arc::clone(&shared);
            let random = Random::new(seed ^ number.wrapping_add(1).rotate_left(40));
            let sender = Sender { shared, random, connection: None, again: None };
            thread::spawn(move || sender.run())
        });
        Self { threads: threads.collect(), shared }
    }

    /// Where the server listens now; none while it is down.
    pub(crate) fn aim(&self, address: Option<SocketAddr>) {
        *self.shared.address.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }

    /// Ends the threads after the request each has under way.
    pub(crate) fn stop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                self.shared.ledger.fault("a thread of the load panicked".to_owned());
            }
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Sender {
    shared: Arc<Shared>,
    random: Random,
    connection: Option<(SocketAddr, Connection)>,
    /// The event to send again.
    again: Option<u64>,
}

impl Sender {
    fn run(mut self) {
        while !self.shared.stopped.load(Ordering::SeqCst) {
            let address = *self.shared.address.lock().unwrap_or_else(PoisonError::into_inner);
            match address {
                Some(address) => self.send_one(address),
                None => thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    fn send_one(&mut self, address: SocketAddr) {
        let serial = self.again.take().unwrap_or_else(|| self.shared.ledger.issue());
        match self.exchange(address, serial) {
            Ok(200 | 202) => self.shared.ledger.accept(serial),
            Ok(429 | 503) => {
                self.again = Some(serial);
                thread::sleep(Duration::from_millis(20));
            }
            Ok(status) => self.shared.ledger.fault(format!("a genuine request got {status}")),
            Err(_) => {
                self.connection = None;
                self.again = self.random.chance(50).then_some(serial);
                thread::sleep(Duration::from_millis(1));
            }
        }
        thread::sleep(Duration::from_micros(self.random.below(PAUSE_US_MAX)));
    }

    fn exchange(&mut self, address: SocketAddr, serial: u64) -> io::Result<u16> {
        let connection = match self.connection.take() {
            Some((to, connection)) if to == address => connection,
            _ => Connection::open(address, Duration::from_secs(20))?,
        };
        let (_, connection) = self.connection.insert((address, connection));
        let ledger = &self.shared.ledger;
        let id = ledger.request_id(serial);
        connection
            .send(&push::request(SOURCE, &self.shared.secret, &id, ledger.body(serial)))?
            .status()
    }
}
