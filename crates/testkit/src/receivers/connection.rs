//! One connection of a receiver.

use std::{io, sync::Arc};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Arrived, Shared, answer::Kind};

const CHUNK: &[u8] = b"8\r\nforever.\r\n";

pub(super) struct Connection {
    stream: TcpStream,
    read: BytesMut,
    shared: Arc<Shared>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, shared: Arc<Shared>) -> Connection {
        Connection { stream, read: BytesMut::new(), shared }
    }

    /// Answers until either side ends the connection.
    pub(super) async fn serve(mut self) {
        while let Ok(Some(arrived)) = self.request().await {
            let shared = self.shared.clone();
            let (present, nth) = shared.crowd.enter();
            // The test is over where nobody takes it.
            if shared.pass_on.send(arrived).await.is_err() {
                return;
            }
            let script = shared.script.lock().unwrap().clone();
            let answer = script(nth).0;
            if let Kind::Held(_) = &answer {
                shared.gate.acquire().await.unwrap().forget();
            }
            drop(present);
            match self.answer(answer).await {
                Ok(true) => {}
                Ok(false) | Err(_) => return,
            }
        }
    }

    /// Whether the connection goes on.
    async fn answer(&mut self, answer: Kind) -> io::Result<bool> {
        let stream = &mut self.stream;
        match answer {
            Kind::Bytes(bytes) | Kind::Held(bytes) => {
                stream.write_all(&bytes).await?;
                Ok(true)
            }
            Kind::Stall(bytes) => {
                stream.write_all(&bytes).await?;
                // Until the other side gives up.
                stream.read_u8().await?;
                Ok(false)
            }
            Kind::Close(bytes) => {
                stream.write_all(&bytes).await?;
                stream.shutdown().await?;
                Ok(false)
            }
            Kind::Endless(head) => {
                stream.write_all(&head).await?;
                loop {
                    stream.write_all(CHUNK).await?;
                }
            }
        }
    }

    /// The next request; `None` where the other side has ended.
    async fn request(&mut self) -> io::Result<Option<Arrived>> {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Ok(None);
            }
        };
        let head = self.read.split_to(end).freeze();
        let (target, lines) = head_lines(&head);
        let headers: HeaderMap = lines.iter().map(header).collect();
        let length = headers.get("content-length").expect("a length is sent");
        let length: usize = length.to_str().unwrap().parse().unwrap();
        while self.read.len() < length {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Ok(None);
            }
        }
        let body = self.read.split_to(length).freeze();
        Ok(Some(Arrived { target, lines, headers, body }))
    }
}

fn head_lines(head: &Bytes) -> (String, Vec<(String, String)>) {
    let head = str::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    assert_eq!(first.next(), Some("POST"));
    let target = first.next().unwrap().to_owned();
    assert_eq!(first.next(), Some("HTTP/1.1"));
    let pair = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), value.to_owned())
    };
    (target, lines.map(pair).collect())
}

fn header((name, value): &(String, String)) -> (HeaderName, HeaderValue) {
    (name.parse().unwrap(), value.parse().unwrap())
}
