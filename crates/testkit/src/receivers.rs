//! Receivers that do as they are told: answer, answer late, hang, break off, send what is no HTTP.
//!
//! A receiver listens on loopback at a free port and passes every request on, whole, before it
//! answers. Which answer the n-th request gets is a script that can be changed while it runs. It
//! reads HTTP/1.1 with `Content-Length` only, which is what deliveries are sent with, and ends when
//! it is dropped.
//!
//! Bounds: [`WAIT_MAX`] for a request that is waited for; [`ARRIVED_MAX`] requests that nobody has
//! taken, after which answers wait.

use std::{
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::HeaderMap;
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::{Semaphore, mpsc},
    task::AbortHandle,
};

mod answer;
mod connection;
mod crowd;

pub use answer::Answer;

use connection::Connection;
use crowd::Crowd;

/// The longest wait for a request, in real time.
pub const WAIT_MAX: Duration = Duration::from_secs(30);
/// The most requests that arrived and were not taken.
pub const ARRIVED_MAX: usize = 4_096;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Path and query.
    pub target: String,
    /// Names and values as they stood in the request, in order.
    pub lines: Vec<(String, String)>,
    /// The same as a map.
    pub headers: HeaderMap,
    /// The exact body.
    pub body: Bytes,
}

impl Arrived {
    /// The value of a header that stands exactly once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value.to_str().unwrap()),
            (None, _) => None,
            (Some(_), Some(_)) => panic!("{name} stands more than once"),
        }
    }
}

type Script = Arc<dyn Fn(usize) -> Answer + Send + Sync>;

/// What all connections of a receiver share.
struct Shared {
    script: Mutex<Script>,
    gate: Semaphore,
    crowd: Crowd,
    pass_on: mpsc::Sender<Arrived>,
}

/// A receiver.
pub struct Receiver {
    address: SocketAddr,
    arrived: mpsc::Receiver<Arrived>,
    shared: Arc<Shared>,
    listening: AbortHandle,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Receiver({})", self.address)
    }
}

impl Receiver {
    /// Gives every request the same answer.
    pub async fn start(answer: Answer) -> Receiver {
        Receiver::script(move |_| answer.clone()).await
    }

    /// Gives these answers in turn; the last one repeats.
    pub async fn in_turn<const N: usize>(answers: [Answer; N]) -> Receiver {
        Receiver::script(move |nth| answers[(nth - 1).min(N - 1)].clone()).await
    }

    /// Asks the script for the answer to the n-th request, the first being 1.
    pub async fn script(script: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (pass_on, arrived) = mpsc::channel(ARRIVED_MAX);
        let shared = Arc::new(Shared {
            script: Mutex::new(Arc::new(script)),
            gate: Semaphore::new(0),
            crowd: Crowd::default(),
            pass_on,
        });
        let listening = tokio::spawn(listen(listener, shared.clone())).abort_handle();
        Receiver { address, arrived, shared, listening }
    }

    /// From the next request on, gives this answer.
    pub fn answers(&self, answer: Answer) {
        *self.shared.script.lock().unwrap() = Arc::new(move |_| answer.clone());
    }

    /// Lets so many answers that are [held](Answer::held) go, those that come later included.
    pub fn release(&self, answers: usize) {
        self.shared.gate.add_permits(answers);
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URL of this receiver; `path` begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next request.
    pub async fn next(&mut self) -> Arrived {
        let next = tokio::time::timeout(WAIT_MAX, self.arrived.recv());
        let next = next.await.unwrap_or_else(|_| panic!("nothing arrived"));
        next.expect("the receiver listens as long as it is there")
    }

    /// The next requests.
    pub async fn take(&mut self, number: usize) -> Vec<Arrived> {
        let mut taken = Vec::with_capacity(number);
        while taken.len() < number {
            taken.push(self.next().await);
        }
        taken
    }

    /// Requests that arrived and were not taken.
    pub fn waiting(&self) -> usize {
        self.arrived.len()
    }

    /// The most requests that were here at once, answers not yet sent.
    pub fn most_at_once(&self) -> usize {
        self.shared.crowd.most()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    // Connections end with their receiver.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(Connection::new(stream, shared.clone()).serve());
    }
}

/// An address on loopback at which every connection is refused, as long as this is there.
#[derive(Debug)]
pub struct NobodyListens(TcpSocket);

impl NobodyListens {
    /// Takes a port and does not listen.
    pub fn start() -> NobodyListens {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        NobodyListens(socket)
    }

    /// A URL there.
    pub fn url(&self) -> String {
        format!("http://{}/", self.0.local_addr().unwrap())
    }
}

#[cfg(test)]
mod tests;
