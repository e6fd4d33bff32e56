use std::io::Write;

use super::*;

fn body_of(raw: &[u8]) -> Vec<u8> {
    request(raw).unwrap().body
}

#[track_caller]
fn refused(raw: &str, why: &str) {
    let error = request(raw.as_bytes()).unwrap_err().to_string();
    assert!(error.contains(why), "{raw:?}: {error}");
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_captured_request_is_split_exactly() {
    for raw in [
        &b"POST /in/x HTTP/1.1\r\nHost: a\r\nX-Hub-Signature:  sha256=00 \r\n\r\nbody\r\n"[..],
        b"POST /in/x HTTP/1.1\nHost: a\nX-Hub-Signature: sha256=00\n\nbody\r\n",
        b"\r\n\n\r\nPOST /in/x HTTP/2\nX-Hub-Signature: sha256=00\n\nbody\r\n",
    ] {
        let captured = request(raw).unwrap();
        assert_eq!(captured.headers["x-hub-signature"], "sha256=00");
        assert_eq!((&captured.body[..], captured.note), (&b"body\r\n"[..], None));
    }
}

#[test]
fn the_first_line_is_a_request_line() {
    for first in [
        "Host: a",
        "HTTP/1.1 200 OK",
        "POST / HTTP/1.1 x",
        "POST  / HTTP/1.1",
        "POST /",
        "POST  HTTP/1.1",
        "P(ST / HTTP/1.1",
        " POST / HTTP/1.1",
        "POST / HTTP/",
        "POST / HTTP/one",
        "POST / HTTPS/1.1",
        "{\"a\": 1}",
    ] {
        refused(&format!("{first}\r\nHost: a\r\n\r\nbody"), "is no request line");
    }
    for none in ["", "\r\n", "\n\n\n", "no request", "\r\nno request"] {
        refused(none, "is no request line");
    }
}

#[test]
fn a_body_ends_where_content_length_says() {
    assert_eq!(body_of(b"POST / HTTP/1.1\nContent-Length: 4\n\nbody\n"), b"body");
    let short = request(b"POST / HTTP/1.1\nContent-Length: 10\n\nbody").unwrap();
    assert_eq!(short.body, b"body");
    assert!(short.note.unwrap().contains("4 of 10 bytes of the body"));
    for unreadable in ["", "+4", "-4", "4.0", "0x4", "4, 4", "99999999999999999999"] {
        let raw = format!("POST / HTTP/1.1\r\nContent-Length: {unreadable}\r\n\r\nbody");
        refused(&raw, "no number of bytes");
    }
    let twice = "POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nbody";
    refused(twice, "more than one Content-Length");
}

#[test]
fn chunks_are_put_together() {
    let chunks = "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nA: trailer\r\n\r\n";
    for coding in ["chunked", "Chunked", " , chunked", "chunked\r\nContent-Length: 3"] {
        let raw = format!("POST / HTTP/1.1\r\nTransfer-Encoding: {coding}\r\n\r\n{chunks}");
        assert_eq!(body_of(raw.as_bytes()), b"abcde", "{coding}");
    }
    for broken in [
        "3\r\nab",
        "zz\r\n",
        "+3\r\nabc\r\n0\r\n\r\n",
        "\r\nabc\r\n0\r\n\r\n",
        "0x3\r\nabc\r\n0\r\n\r\n",
        " 3\r\nabc\r\n0\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n",
        "3\r\nabc\r\n",
        "",
        "ffffffffffffffff\r\na",
        "10000000000000003\r\nabc\r\n0\r\n\r\n",
    ] {
        let raw = format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{broken}");
        refused(&raw, "do not follow their lengths");
    }
}

#[test]
fn gzip_below_the_chunks_is_undone_and_no_other_coding() {
    let zipped = gzip(b"plain");
    let chunk = [format!("{:x}\r\n", zipped.len()).as_bytes(), &zipped, b"\r\n0\r\n\r\n"].concat();
    for coding in ["gzip, chunked", "x-gzip,chunked", "gzip\r\nTransfer-Encoding: chunked"] {
        let head = format!("POST / HTTP/1.1\r\nTransfer-Encoding: {coding}\r\n\r\n");
        assert_eq!(body_of(&[head.as_bytes(), &chunk].concat()), b"plain", "{coding}");
    }
    for (coding, why) in [
        ("deflate, chunked", "more than gzip"),
        ("chunked, chunked", "more than gzip"),
        ("gzip, gzip, chunked", "more than gzip"),
        ("chunked, gzip", "does not end with chunked"),
        ("identity", "does not end with chunked"),
        ("", "does not end with chunked"),
    ] {
        let raw = format!("POST / HTTP/1.1\r\nTransfer-Encoding: {coding}\r\n\r\n0\r\n\r\n");
        refused(&raw, why);
    }
}

#[test]
fn a_compressed_body_is_checked_as_it_was_signed() {
    let compressed = gzip(b"plain");
    let mut headers = HeaderMap::new();
    assert_eq!(plain(&headers, compressed.clone()).unwrap(), compressed);
    add(&mut headers, b"Content-Encoding: gzip").unwrap();
    assert_eq!(plain(&headers, compressed).unwrap(), "plain");
    assert_eq!(plain(&headers, b"plain".to_vec()).unwrap(), "plain");
    headers.insert("content-encoding", HeaderValue::from_static("br"));
    assert!(plain(&headers, b"plain".to_vec()).is_err());
}

#[test]
fn what_is_no_request_is_said_so() {
    refused("POST / HTTP/1.1\r\nHost: a\r\n", "no empty line");
    refused("POST / HTTP/1.1\r\nno header\r\n\r\n", "no header");
    assert!(add(&mut HeaderMap::new(), b"X y: z").is_err());
}
