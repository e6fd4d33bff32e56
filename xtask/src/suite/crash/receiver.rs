//! The receiver: a small HTTP server in this process, up for the whole trial.
//!
//! Most requests are answered 200 at once; 2 of 100 are answered 500, and 2 of 100 are answered after
//! up to 30 ms. It knows in which life of the server a request was sent: a life ends with `fence`,
//! which returns only when every connection of the killed server has been read to its end.

use std::io::BufReader;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::ledger::Ledger;
use crate::http::{self, Message};
use crate::random::Random;

const FENCE_PATH: &str = "/fence";
const FENCE_LIMIT: Duration = Duration::from_secs(30);

/// The receiver of one trial. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    ledger: Arc<Ledger>,
    life: AtomicU32,
    open: AtomicUsize,
    stopped: AtomicBool,
}

impl Receiver {
    /// Listens on a free loopback port, which stays the same for the receiver's whole life.
    pub(crate) fn start(ledger: &Arc<Ledger>, seed: u64) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("a port for the receiver")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            ledger: Arc::clone(ledger),
            life: AtomicU32::new(1),
            open: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &accepting, Random::new(seed)));
        Ok(Self { address, shared })
    }

    /// Ends a life: what arrives from now on was sent by a server started later.
    ///
    /// The server must be dead. Connections are accepted in the order in which they were made, so
    /// once our own has been answered, all of the dead server's have been accepted; then we wait
    /// until they are closed.
    ///
    /// # Errors
    /// A connection of the dead server is still open after 30 s.
    pub(crate) fn fence(&self) -> Result<()> {
        let request = Message::request("GET", FENCE_PATH, Vec::new());
        http::exchange(self.address, &request).context("the receiver does not answer")?;
        let began = Instant::now();
        while self.shared.open.load(Ordering::SeqCst) > 0 {
            if began.elapsed() > FENCE_LIMIT {
                bail!("connections of the killed server are still open");
            }
            thread::sleep(Duration::from_millis(1));
        }
        self.shared.life.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the accepting thread; if that fails, it ends with this process.
        let _ = TcpStream::connect(self.address);
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, mut random: Random) {
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        shared.open.fetch_add(1, Ordering::SeqCst);
        let (shared, random) = (Arc::clone(shared), Random::new(random.bits()));
        thread::spawn(move || {
            // A reset connection is what a killed server leaves; its requests have been counted.
            let _ = serve(stream, &shared, random);
            shared.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

fn serve(stream: TcpStream, shared: &Shared, mut random: Random) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = stream.try_clone()?;
    let mut requests = BufReader::new(stream);
    while let Some(request) = http::read_request(&mut requests)? {
        if request.first_line.contains(FENCE_PATH) {
            return http::answer(&mut answers, 200);
        }
        if random.chance(2) {
            thread::sleep(Duration::from_millis(random.below(30)));
        }
        let taken = !random.chance(2);
        let request_id = request.header("X-Request-UUID").unwrap_or_default();
        shared.ledger.arrive(&request.body, request_id, shared.life.load(Ordering::SeqCst), taken);
        http::answer(&mut answers, if taken { 200 } else { 500 })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_after_the_fence_belongs_to_the_next_life() {
        let ledger = Arc::new(Ledger::new(3));
        let receiver = Receiver::start(&ledger, 1).unwrap();
        let serial = ledger.issue();
        ledger.accept(serial);
        let request = Message::request("POST", "/", ledger.body(serial))
            .with("X-Request-UUID", ledger.request_id(serial));
        let taken = || {
            // The receiver refuses a few at random, as the server must bear.
            while http::exchange(receiver.address, &request).unwrap().status().unwrap() != 200 {}
        };
        taken();
        receiver.fence().unwrap();
        taken();
        let counts = ledger.counts();
        assert_eq!((counts.delivered, counts.repeated_without_crash), (1, 0));
        assert!(counts.repeated >= 1);
        taken();
        assert!(ledger.counts().repeated_without_crash >= 1);
    }
}
