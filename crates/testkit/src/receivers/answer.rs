//! What a receiver does with a request that it has read.

use bytes::Bytes;

/// An answer, good or bad.
#[derive(Clone, Debug)]
pub struct Answer(pub(super) Kind);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// These bytes; then the connection goes on.
    Bytes(Bytes),
    /// These bytes, once the gate lets one through.
    Held(Bytes),
    /// These bytes; then the connection stays open without a word.
    Stall(Bytes),
    /// These bytes; then it is closed.
    Close(Bytes),
    /// This head; then chunks without end.
    Endless(Bytes),
}

impl Answer {
    /// A status with an empty body.
    pub fn status(status: u16) -> Answer {
        Answer::with(status, &[], "")
    }

    /// A status with headers and a body.
    pub fn with(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        Answer(Kind::Bytes(message(status, headers, body)))
    }

    /// 200 as soon as [`Receiver::release`](super::Receiver::release) lets it go.
    pub fn held() -> Answer {
        Answer(Kind::Held(message(200, &[], "")))
    }

    /// Nothing, ever.
    pub fn hang() -> Answer {
        Answer(Kind::Stall(Bytes::new()))
    }

    /// 200 and half of the body that it promises, and then nothing.
    pub fn half() -> Answer {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
        Answer(Kind::Stall(Bytes::from_static(head.as_bytes())))
    }

    /// 200 and a body that never ends.
    pub fn endless() -> Answer {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        Answer(Kind::Endless(Bytes::from_static(head.as_bytes())))
    }

    /// Bytes that are no HTTP.
    pub fn garbage() -> Answer {
        Answer(Kind::Close(Bytes::from_static(b"\x16\x03\x01 220 ready\r\n\r\n")))
    }

    /// The connection is closed without an answer.
    pub fn close() -> Answer {
        Answer(Kind::Close(Bytes::new()))
    }
}

fn message(status: u16, headers: &[(&str, &str)], body: &str) -> Bytes {
    let mut message = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        message.push_str(&format!("{name}: {value}\r\n"));
    }
    message.push_str("\r\n");
    message.push_str(body);
    message.into()
}
