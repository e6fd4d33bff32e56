//! What receivers answer, and what becomes of it.

use proptest::prelude::*;

use super::*;
use crate::target_guard::parse_url;

#[tokio::test]
async fn the_request_arrives_as_it_was_given() {
    let (seen, mut requests) = tokio::sync::mpsc::channel(1);
    let address = receiver(move |mut stream| {
        let seen = seen.clone();
        async move {
            let request = read_request(&mut stream).await.unwrap();
            seen.send(request).await.unwrap();
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let mut outgoing = at(address);
    for (name, value) in [
        ("x-hub-signature", "sha256=00"),
        ("content-type", "application/json"),
        ("host", "elsewhere.example"),
        ("content-length", "999"),
        ("transfer-encoding", "chunked"),
        ("connection", "upgrade"),
        ("expect", "100-continue"),
    ] {
        outgoing.headers.insert(name, HeaderValue::from_static(value));
    }
    let exchange = client().send(outgoing).await;
    assert_eq!(outcome(&exchange), "delivered");
    assert_eq!(exchange.address, Some(address));
    assert_eq!(exchange.fault(), None);
    let expected = format!(
        "POST /hook?a=b HTTP/1.1\r\nX-Hub-Signature: sha256=00\r\n\
         Content-Type: application/json\r\nHost: {address}\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    let mut lines: Vec<_> = expected.split("\r\n").collect();
    let request = requests.recv().await.unwrap();
    let mut found: Vec<_> = request.split("\r\n").collect();
    lines.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, lines);
}

#[tokio::test]
async fn a_redirect_is_a_status_and_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = elsewhere.local_addr().unwrap();
    for code in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {code} Moved\r\nLocation: http://{location}/\r\nContent-Length: 0\r\n\r\n"
        );
        let exchange = attempt(answering(answer).await).await;
        assert_eq!(outcome(&exchange), "status");
        assert_eq!(exchange.response.as_ref().unwrap().status, code);
        assert!(!exchange.counts_for_breaker());
    }
    let nobody = tokio::time::timeout(Duration::ZERO, elsewhere.accept()).await;
    assert!(nobody.is_err(), "the redirect was followed");
}

#[tokio::test]
async fn statuses_and_what_they_ask() {
    let answer = "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy";
    let exchange = attempt(answering(answer).await).await;
    let response = exchange.response.as_ref().unwrap();
    assert_eq!((response.status, &response.body[..]), (503, &b"busy"[..]));
    assert!(!response.truncated && exchange.counts_for_breaker() && !exchange.gone());
    let wait = exchange.retry_after(std::time::SystemTime::UNIX_EPOCH);
    assert_eq!(wait, Some(Duration::from_secs(7)));
    assert_eq!(exchange.fault(), Some(Fault::Receiver));

    let gone = attempt(answering("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n").await).await;
    assert!(gone.gone() && !gone.counts_for_breaker());
}

#[tokio::test]
async fn an_endless_body_is_read_to_the_cap_and_dropped() {
    let (ended, mut endings) = tokio::sync::mpsc::channel(1);
    let address = receiver(move |mut stream| {
        let ended = ended.clone();
        async move {
            read_request(&mut stream).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
            ended.send(()).await.unwrap();
        }
    })
    .await;
    let client = client();
    let exchange = client.send(at(address)).await;
    assert_eq!(outcome(&exchange), "delivered");
    let response = exchange.response.unwrap();
    assert!(response.truncated);
    assert_eq!(response.body.len(), BODY_KEPT_MAX);
    endings.recv().await.unwrap();
}

#[tokio::test]
async fn a_body_over_what_is_kept_is_truncated_and_the_connection_stays() {
    let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n".to_vec();
    answer.extend([b'x'; 20_000]);
    let address = answering(answer).await;
    let client = client();
    for reused in [false, true] {
        let exchange = client.send(at(address)).await;
        assert_eq!((outcome(&exchange), exchange.reused), ("delivered", reused));
        let response = exchange.response.unwrap();
        assert!(response.truncated);
        assert_eq!(response.body.len(), BODY_KEPT_MAX);
    }
}

#[tokio::test]
async fn a_good_status_whose_body_hangs_is_a_timeout() {
    let address = answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart").await;
    let exchange = short_attempt(address).await;
    assert_eq!(outcome(&exchange), "timeout");
    assert!(matches!(exchange.failure, Some(Failure::Timeout(Phase::Body))));
    let response = exchange.response.as_ref().unwrap();
    assert_eq!((response.status, &response.body[..]), (200, &b"part"[..]));
    assert!(response.truncated && exchange.counts_for_breaker());
}

#[tokio::test]
async fn a_bad_status_counts_although_its_body_hangs() {
    let address = answering("HTTP/1.1 410 Gone\r\nContent-Length: 9\r\n\r\npart").await;
    let exchange = short_attempt(address).await;
    assert_eq!(outcome(&exchange), "status");
    assert!(exchange.gone() && exchange.response.unwrap().truncated);
}

#[tokio::test]
async fn a_good_status_whose_body_breaks_is_protocol() {
    for body in ["Content-Length: 9\r\n\r\npart", "Transfer-Encoding: chunked\r\n\r\nzz\r\n"] {
        let answer = format!("HTTP/1.1 200 OK\r\n{body}");
        let address = receiver(move |mut stream| {
            let answer = answer.clone();
            async move {
                read_request(&mut stream).await.unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        })
        .await;
        let exchange = attempt(address).await;
        assert_eq!(outcome(&exchange), "protocol", "{exchange:?}");
        assert_eq!(exchange.response.unwrap().status, 200);
    }
}

#[tokio::test]
async fn what_is_no_answer_is_protocol() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(101));
    let long = format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "b".repeat(3 * HEAD_BYTES_MAX));
    for answer in [
        "SSH-2.0-OpenSSH_9.9\r\n",
        "\0\u{1}\u{2}\u{3}garbage\r\n\r\n",
        "HTTP/1.1 99999 Much\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n",
        &many,
        &long,
    ] {
        let exchange = attempt(answering(answer).await).await;
        assert_eq!(outcome(&exchange), "protocol", "{exchange:?}");
        assert!(exchange.counts_for_breaker());
    }
}

#[tokio::test]
async fn endless_headers_end_at_the_cap() {
    let address = receiver(|mut stream| async move {
        read_request(&mut stream).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nA: ").await.unwrap();
        while stream.write_all(&[b'b'; 4096]).await.is_ok() {}
    })
    .await;
    assert_eq!(outcome(&attempt(address).await), "protocol");
}

#[tokio::test]
async fn closing_without_an_answer_is_protocol() {
    let address = receiver(|mut stream| async move {
        read_request(&mut stream).await;
    })
    .await;
    let exchange = attempt(address).await;
    assert_eq!(outcome(&exchange), "protocol");
    assert_eq!(exchange.address, Some(address));
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let address = receiver(|mut stream| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let exchange = short_attempt(address).await;
    assert_eq!(outcome(&exchange), "timeout");
    assert!(matches!(exchange.failure, Some(Failure::Timeout(Phase::Answer))));
    assert_eq!(exchange.address, Some(address));
}

#[tokio::test]
async fn interim_answers_do_not_stop_the_clock() {
    let address = receiver(|mut stream| async move {
        read_request(&mut stream).await;
        while stream.write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n").await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let exchange = short_attempt(address).await;
    assert_eq!(outcome(&exchange), "timeout");
}

#[tokio::test]
async fn of_many_headers_some_are_kept_and_retry_after_among_them() {
    let answer = format!(
        "HTTP/1.1 429 Slow\r\n{}Retry-After: 9\r\nContent-Length: 0\r\n\r\n",
        "A: b\r\n".repeat(80)
    );
    let exchange = attempt(answering(answer).await).await;
    assert_eq!(exchange.response.as_ref().unwrap().headers.len(), HEADERS_KEPT_MAX);
    let wait = exchange.retry_after(std::time::SystemTime::UNIX_EPOCH);
    assert_eq!(wait, Some(Duration::from_secs(9)));

    let big = format!(
        "HTTP/1.1 200 OK\r\n{}Content-Length: 0\r\n\r\n",
        format!("A: {}\r\n", "b".repeat(4_000)).repeat(6)
    );
    let exchange = attempt(answering(big).await).await;
    assert_eq!(outcome(&exchange), "delivered");
    let headers = exchange.response.unwrap().headers;
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    assert!(headers.len() == 4 && bytes <= HEADER_BYTES_KEPT_MAX, "{} {bytes}", headers.len());
}

#[tokio::test]
async fn a_compressed_answer_stays_compressed() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1fxy";
    let exchange = attempt(answering(answer).await).await;
    assert_eq!(&exchange.response.unwrap().body[..], b"\x1fxy");
}

proptest! {
    #[test]
    fn every_url_that_is_not_refused_can_be_sent(rest in "[!-~]{0,40}") {
        if let Ok(url) = parse_url(&format!("https://example.com/{rest}")) {
            let outgoing = Outgoing { url, ..to("https://example.com/", PRIVATE) };
            prop_assert!(request(outgoing).is_ok());
        }
    }
}
