//! Connections: refused, kept, parted by policy.

use std::process::Command;
use std::sync::Mutex;

use tokio::io::DuplexStream;
use tokio::sync::mpsc;

use super::*;
use crate::dialer::{Dialing, Wire};
use crate::simulated;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

#[tokio::test]
async fn a_refused_connection_is_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let exchange = attempt(address).await;
    assert_eq!(outcome(&exchange), "connect");
    assert_eq!((exchange.fault(), exchange.address), (Some(Fault::Receiver), None));
}

#[tokio::test]
async fn a_forbidden_target_is_not_dialled() {
    let address = answering(OK).await;
    for url in [
        format!("http://{address}/"),
        format!("http://localhost:{}/", address.port()),
        format!("http://[::ffff:127.0.0.1]:{}/", address.port()),
        "http://169.254.169.254/".to_owned(),
        "ftp://example.com/".to_owned(),
        "https://user@example.com/".to_owned(),
    ] {
        let exchange = client().send(to(&url, TargetPolicy::default())).await;
        assert_eq!(outcome(&exchange), "forbidden_target", "{url}");
        assert!(exchange.response.is_none() && exchange.address.is_none());
        assert_eq!(exchange.fault(), Some(Fault::Ours));
    }
}

#[tokio::test]
async fn an_unknown_name_is_dns() {
    let client = simulated::client(Names::answering(&[&[]]), Wires::leading(&[Lead::Refused]));
    let exchange = client.send(to("https://receiver.example/", PRIVATE)).await;
    assert_eq!(outcome(&exchange), "dns");
}

#[tokio::test(start_paused = true)]
async fn one_deadline_covers_connecting() {
    let client = simulated::client(Names::answering(&[&[PUBLIC]]), Wires::leading(&[Lead::Lost]));
    let outgoing = to("https://receiver.example/", PRIVATE);
    let exchange = client.send(Outgoing { timeout: SHORT, ..outgoing.clone() }).await;
    assert_eq!(outcome(&exchange), "timeout");
    assert!(matches!(exchange.failure, Some(Failure::Timeout(Phase::Connecting))));
    assert_eq!(exchange.duration.as_millis(), SHORT.as_millis(), "{exchange:?}");
    let exchange = client.send(outgoing).await;
    assert_eq!(outcome(&exchange), "timeout");
    assert_eq!(exchange.duration.as_secs(), 5, "dialling has a limit of its own");
}

#[tokio::test]
async fn a_connection_is_kept_and_the_name_asked_once() {
    let names = Names::answering(&[&["127.0.0.1"], &[PUBLIC]]);
    let wires = Wires::leading(&[Lead::To(answering(OK).await)]);
    let client = simulated::client(names.clone(), wires.clone());
    for reused in [false, true, true] {
        let exchange = client.send(to("http://receiver.example/", PRIVATE)).await;
        assert_eq!((outcome(&exchange), exchange.reused), ("delivered", reused));
    }
    assert_eq!(names.asked().len(), 1);
    assert_eq!(wires.dialled(), ["127.0.0.1:80"]);
}

#[tokio::test]
async fn a_connection_of_one_policy_is_not_lent_to_another() {
    let names = Names::answering(&[&["127.0.0.1"]]);
    let wires = Wires::leading(&[Lead::To(answering(OK).await)]);
    let client = simulated::client(names, wires.clone());
    let url = "http://receiver.example/";
    assert_eq!(outcome(&client.send(to(url, PRIVATE)).await), "delivered");
    let strict = TargetPolicy { allow_private: false, allow_public_http: true };
    assert_eq!(outcome(&client.send(to(url, strict)).await), "forbidden_target");
    assert!(!client.send(to(url, ALL)).await.reused);
    let tls = Arc::new(crate::tls::client_config_trusting_only(&[]).unwrap());
    let own = Outgoing { tls: Some(tls), ..to(url, PRIVATE) };
    assert!(!client.send(own.clone()).await.reused, "another TLS configuration");
    assert!(client.send(own).await.reused);
    assert_eq!(wires.dialled().len(), 3);
}

#[tokio::test]
async fn pools_have_a_bound() {
    let names = Names::answering(&[&["127.0.0.1"]]);
    let wires = Wires::leading(&[Lead::To(answering(OK).await)]);
    let client = simulated::client(names, wires.clone());
    let tls = crate::tls::client_config_trusting_only(&[]).unwrap();
    let own: Vec<_> = (0..POOLS_MAX).map(|_| Arc::new(tls.clone())).collect();
    let plain = to("http://receiver.example/", PRIVATE);
    client.send(plain.clone()).await;
    for tls in &own {
        client.send(Outgoing { tls: Some(Arc::clone(tls)), ..plain.clone() }).await;
    }
    let newest = own.last().cloned();
    assert!(client.send(Outgoing { tls: newest, ..plain.clone() }).await.reused);
    assert!(!client.send(plain).await.reused, "the one longest unused went");
}

#[tokio::test]
async fn a_kept_connection_does_not_spare_the_url_its_judgement() {
    let address = answering(OK).await;
    let client = client();
    assert_eq!(outcome(&client.send(at(address)).await), "delivered");
    let long = format!("http://{address}/{}", "a".repeat(crate::target_guard::URL_BYTES_MAX));
    assert_eq!(outcome(&client.send(to(&long, PRIVATE)).await), "forbidden_target");
}

/// Gives out connections that were made before.
#[derive(Debug)]
struct Made(Mutex<Vec<DuplexStream>>);

impl Dial for Made {
    fn dial(&self, _: SocketAddr) -> Dialing<'_> {
        let next = self.0.lock().unwrap().remove(0);
        Box::pin(async move { Ok(Box::new(next) as Box<dyn Wire>) })
    }
}

/// Answers one request, and gives the connection back as it is, open.
async fn answer_one(mut far: DuplexStream) -> DuplexStream {
    let mut request = Vec::new();
    while !request.ends_with(b"{}") {
        assert!(far.read_buf(&mut request).await.unwrap() > 0);
    }
    far.write_all(OK.as_bytes()).await.unwrap();
    far
}

/// On one thread, nothing of hyper runs between the end of the kept connection and the next
/// request: the pool still takes the connection for open, and lends it.
#[tokio::test]
async fn a_request_that_was_not_begun_to_be_written_goes_out_on_the_next_connection() {
    let [(near_1, far_1), (near_2, far_2)] = [0; 2].map(|_| tokio::io::duplex(64 * 1024));
    let made = Arc::new(Made(Mutex::new(vec![near_1, near_2])));
    let client = simulated::client(Names::answering(&[&["127.0.0.1"]]), made);
    let outgoing = to("http://receiver.example/", PRIVATE);
    let (first, far_1) = tokio::join!(client.send(outgoing.clone()), answer_one(far_1));
    assert_eq!(outcome(&first), "delivered");
    for _ in 0..32 {
        tokio::task::yield_now().await;
    }
    drop(far_1);
    let _far_2 = tokio::spawn(answer_one(far_2));
    let second = client.send(outgoing).await;
    assert_eq!((outcome(&second), second.reused), ("delivered", false), "{second:?}");
}

/// A receiver that closes each connection after one answer without having said so.
async fn closing_after_each(closed: mpsc::Sender<()>) -> SocketAddr {
    receiver(move |mut stream| {
        let closed = closed.clone();
        async move {
            read_request(&mut stream).await.unwrap();
            stream.write_all(OK.as_bytes()).await.unwrap();
            drop(stream);
            closed.send(()).await.unwrap();
        }
    })
    .await
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_is_no_failed_attempt() {
    let (closed, mut closings) = mpsc::channel(1);
    let address = closing_after_each(closed).await;
    let client = client();
    for _ in 0..50 {
        let exchange = client.send(at(address)).await;
        assert_eq!(outcome(&exchange), "delivered", "{exchange:?}");
        assert!(!exchange.reused);
        closings.recv().await.unwrap();
    }
}

#[tokio::test]
async fn a_request_that_may_have_arrived_is_not_sent_again() {
    let (seen, mut requests) = mpsc::channel(8);
    let address = receiver(move |mut stream| {
        let seen = seen.clone();
        async move {
            read_request(&mut stream).await.unwrap();
            seen.send(()).await.unwrap();
            stream.write_all(OK.as_bytes()).await.unwrap();
            // The second request on this connection is read, and the connection closed.
            if read_request(&mut stream).await.is_some() {
                seen.send(()).await.unwrap();
            }
        }
    })
    .await;
    let client = client();
    assert_eq!(outcome(&client.send(at(address)).await), "delivered");
    assert_eq!(outcome(&client.send(at(address)).await), "protocol");
    drop(client);
    let mut arrived = 0;
    while requests.try_recv().is_ok() {
        arrived += 1;
    }
    assert_eq!(arrived, 2);
}

#[tokio::test]
async fn many_at_once_share_a_client() {
    let address = answering(OK).await;
    let client = Arc::new(client());
    let sends: Vec<_> = (0..100)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { client.send(at(address)).await.outcome })
        })
        .collect();
    for send in sends {
        assert_eq!(send.await.unwrap(), Outcome::Delivered);
    }
}

/// The names by which other clients find a proxy.
const PROXY_VARIABLES: [&str; 6] =
    ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// Runs a test of this file again in a process whose environment names a proxy.
#[tokio::test]
async fn proxy_variables_are_not_read() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let test = format!("{}::a_connection_is_kept_and_the_name_asked_once", module_path!());
    let (_, test) = test.split_once("::").unwrap();
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", test]).env_remove("NO_PROXY").env_remove("no_proxy");
    let output = again.envs(PROXY_VARIABLES.map(|name| (name, &url))).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert!(tokio::time::timeout(Duration::ZERO, proxy.accept()).await.is_err());
}

#[tokio::test]
async fn connecting_names_its_cause() {
    let client = simulated::client(
        Names::answering(&[&[PUBLIC, "10.0.0.1"]]),
        Wires::leading(&[Lead::Refused]),
    );
    let exchange = client.send(to("https://receiver.example/", TargetPolicy::default())).await;
    let Some(Failure::Connection(ConnectError::Forbidden(forbidden))) = exchange.failure else {
        panic!("{exchange:?}")
    };
    assert!(forbidden.remedy().is_some());
}
