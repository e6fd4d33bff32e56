//! What is written is read again, and nothing else is.

use super::*;

fn request() -> SentRequest {
    SentRequest {
        url: "https://ci.example/hook?a=b".to_owned(),
        headers: vec![
            ("X-Event-Key".to_owned(), "repo:push".to_owned()),
            ("X-Empty".to_owned(), String::new()),
        ],
    }
}

fn response() -> Response {
    Response {
        status: 503,
        headers: vec![("retry-after".to_owned(), "5".to_owned())],
        body: Bytes::from(vec![7; 300]),
        truncated: true,
    }
}

#[test]
fn requests_and_responses_come_back_as_they_were() {
    let mut out = Vec::new();
    write_request(&request(), &mut out);
    assert_eq!(read_request(&out).unwrap(), request());
    out.clear();
    write_response(&response(), &mut out);
    assert_eq!(read_response(&out).unwrap(), response());
}

#[test]
fn headers_keep_bytes_that_are_no_text() {
    let headers = vec![("x-odd".to_owned(), vec![0xff, 0, 0x80]); 3];
    let mut out = Vec::new();
    write_headers(&headers, &mut out);
    assert_eq!(read_headers(&out).unwrap(), headers);
}

#[test]
fn a_beginning_an_addition_and_another_form_are_refused() {
    let mut out = Vec::new();
    write_response(&response(), &mut out);
    for end in 0..out.len() {
        assert!(read_response(&out[..end]).is_err(), "{end}");
    }
    out.push(0);
    assert!(read_response(&out).is_err());
    assert!(read_request(&[2, 0, 0]).is_err());
}

#[test]
fn a_length_that_lies_allocates_nothing() {
    let lie = [FORM, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    assert!(read_headers(&lie).is_err());
    assert!(read_request(&lie).is_err());
}
