//! HTTP/1.1 as a test driver needs it, on blocking sockets: one message read or written at a time.
//!
//! Deliberately another implementation than the server's. Bounds: a head of 64 lines, a body of
//! 16 MiB. It follows no redirect, reads no proxy variable and knows no TLS.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const HEAD_LINES_MAX: usize = 64;
const LINE_BYTES_MAX: u64 = 32 * 1024;
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A request or a response: its first line, its headers, its body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    pub(crate) first_line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// A request without headers; `Host` and `Content-Length` are added when it is sent.
    pub(crate) fn request(method: &str, path: &str, body: Vec<u8>) -> Self {
        Self { first_line: format!("{method} {path} HTTP/1.1"), headers: Vec::new(), body }
    }

    /// The same with one more header.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The first value of a header, its name compared without case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let named = |header: &&(String, String)| header.0.eq_ignore_ascii_case(name);
        self.headers.iter().find(named).map(|(_, value)| value.as_str())
    }

    /// The status of a response.
    pub(crate) fn status(&self) -> io::Result<u16> {
        let code = self.first_line.split(' ').nth(1).and_then(|code| code.parse().ok());
        code.ok_or_else(|| invalid(&format!("no status in `{}`", self.first_line)))
    }
}

/// One connection of a client, kept alive between requests.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Connection {
    /// Connects; connecting and each read may take up to `limit`.
    pub(crate) fn open(address: SocketAddr, limit: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), host: address.to_string() })
    }

    /// Sends one request and reads its answer.
    pub(crate) fn send(&mut self, request: &Message) -> io::Result<Message> {
        let mut bytes = format!("{}\r\nHost: {}\r\n", request.first_line, self.host).into_bytes();
        write_rest(&mut bytes, request);
        self.stream.get_mut().write_all(&bytes)?;
        let closed = || io::Error::new(io::ErrorKind::UnexpectedEof, "closed before an answer");
        read(&mut self.stream, true)?.ok_or_else(closed)
    }
}

/// Sends one request on a connection of its own.
pub(crate) fn exchange(address: SocketAddr, request: &Message) -> io::Result<Message> {
    let request = request.clone().with("Connection", "close");
    Connection::open(address, Duration::from_secs(20))?.send(&request)
}

/// Reads a request; none when the peer closed the connection before one began.
pub(crate) fn read_request(stream: &mut impl BufRead) -> io::Result<Option<Message>> {
    read(stream, false)
}

/// Writes a response with the given status and an empty body.
pub(crate) fn answer(stream: &mut impl Write, status: u16) -> io::Result<()> {
    write!(stream, "HTTP/1.1 {status} Answer\r\nContent-Length: 0\r\n\r\n")?;
    stream.flush()
}

fn write_rest(bytes: &mut Vec<u8>, message: &Message) {
    for (name, value) in &message.headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", message.body.len()).as_bytes());
    bytes.extend_from_slice(&message.body);
}

fn read(stream: &mut impl BufRead, is_response: bool) -> io::Result<Option<Message>> {
    let first_line = line(stream)?;
    if first_line.is_empty() {
        return Ok(None);
    }
    let mut message = Message { first_line, ..Message::default() };
    loop {
        let line = line(stream)?;
        if line.is_empty() {
            break;
        }
        if message.headers.len() == HEAD_LINES_MAX {
            return Err(invalid("too many header lines"));
        }
        let (name, value) =
            line.split_once(':').ok_or_else(|| invalid("a header without colon"))?;
        message.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    message.body = body(stream, &message, is_response)?;
    Ok(Some(message))
}

fn body(stream: &mut impl BufRead, head: &Message, is_response: bool) -> io::Result<Vec<u8>> {
    if head.header("Transfer-Encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        return chunks(stream);
    }
    let mut body = Vec::new();
    match head.header("Content-Length") {
        Some(length) => {
            body.resize(bounded(length.parse().map_err(|_| invalid("content length"))?)?, 0);
            stream.read_exact(&mut body)?;
        }
        None if is_response && !matches!(head.status()?, 204 | 304) => {
            stream.take(BODY_BYTES_MAX as u64).read_to_end(&mut body)?;
        }
        None => {}
    }
    Ok(body)
}

fn chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(stream)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| invalid("chunk size"))?;
        let from = body.len();
        body.resize(bounded(from.saturating_add(size))?, 0);
        stream.read_exact(&mut body[from..])?;
        // The line end after a chunk; after the last one, the end of the (absent) trailers.
        line(stream)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

/// A line without its end; empty at the end of the stream.
fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    stream.take(LINE_BYTES_MAX).read_line(&mut line)?;
    if !line.is_empty() && !line.ends_with('\n') {
        return Err(invalid("a line that is cut off or too long"));
    }
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(line)
}

fn bounded(length: usize) -> io::Result<usize> {
    if length > BODY_BYTES_MAX { Err(invalid("a body over 16 MiB")) } else { Ok(length) }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(text: &str) -> io::Result<Message> {
        read(&mut text.as_bytes(), true).map(|message| message.unwrap_or_default())
    }

    #[test]
    fn a_body_is_as_long_as_its_length_says() {
        let message = response("HTTP/1.1 202 Accepted\r\ncontent-LENGTH: 2\r\n\r\nokrest").unwrap();
        assert_eq!((message.status().unwrap(), message.body.as_slice()), (202, &b"ok"[..]));
    }

    #[test]
    fn chunks_are_joined() {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n";
        assert_eq!(response(text).unwrap().body, b"abc");
    }

    #[test]
    fn an_answer_without_length_ends_with_the_connection() {
        assert_eq!(response("HTTP/1.1 200 OK\r\n\r\nall of it").unwrap().body, b"all of it");
    }

    #[test]
    fn a_cut_off_message_is_an_error() {
        for text in ["HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"] {
            assert!(response(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_closed_connection_is_no_request() {
        assert!(read_request(&mut &b""[..]).unwrap().is_none());
    }
}
