//! The connector on a simulated network.

use std::error::Error as _;

use super::*;
use crate::simulated::{Lead, Names, OTHER_PUBLIC, PUBLIC, Silent, Wires};

const HTTP: TargetPolicy = TargetPolicy { allow_private: false, allow_public_http: true };

fn connector(resolver: Arc<dyn Resolve>, dialer: Arc<dyn Dial>) -> Connector {
    let tls = crate::tls::client_config_trusting_only(&[]).unwrap();
    let network = Network { guard: Arc::new(TargetGuard::default()), resolver, dialer };
    Connector::new(Arc::new(network), HTTP, Arc::new(tls))
}

async fn connect(connector: &Connector, origin: &str) -> Result<String, ConnectError> {
    let stream = connector.clone().call(origin.parse().unwrap()).await?;
    Ok(stream.origin().address().to_string())
}

#[tokio::test]
async fn a_forbidden_literal_is_neither_resolved_nor_dialled() {
    for origin in [
        "http://127.0.0.1/",
        "http://169.254.169.254/",
        "http://[::1]:8080/",
        "http://[::ffff:127.0.0.1]/",
        "https://10.0.0.1/",
    ] {
        let (names, wires) = (Names::answering(&[&[PUBLIC]]), Wires::leading(&[Lead::Mute]));
        let refused = connect(&connector(names.clone(), wires.clone()), origin).await;
        assert!(matches!(refused, Err(ConnectError::Forbidden(_))), "{origin}: {refused:?}");
        assert_eq!((names.asked(), wires.dialled()), (vec![], vec![]), "{origin}");
    }
}

#[tokio::test]
async fn one_forbidden_address_among_good_ones_and_nothing_is_dialled() {
    let names = Names::answering(&[&[PUBLIC, OTHER_PUBLIC, "192.168.0.1"]]);
    let wires = Wires::leading(&[Lead::Mute]);
    let refused = connect(&connector(names, wires.clone()), "http://receiver.example/").await;
    let Err(ConnectError::Forbidden(forbidden)) = refused else { panic!("{refused:?}") };
    assert_eq!(forbidden.target, Target::Address(([192, 168, 0, 1], 80).into()));
    assert_eq!(wires.dialled(), [""; 0]);
}

#[tokio::test]
async fn a_name_that_changes_its_answer_is_dialled_where_it_was_judged() {
    let names = Names::answering(&[&[PUBLIC], &["127.0.0.1"]]);
    let wires = Wires::leading(&[Lead::Mute]);
    let connector = connector(names.clone(), wires.clone());
    let first = connect(&connector, "http://receiver.example/").await.unwrap();
    assert_eq!(first, format!("{PUBLIC}:80"));
    assert_eq!(names.asked(), ["receiver.example"], "resolved once");
    let second = connect(&connector, "http://receiver.example/").await;
    assert!(matches!(second, Err(ConnectError::Forbidden(_))), "{second:?}");
    assert_eq!(wires.dialled(), [format!("{PUBLIC}:80")]);
}

#[tokio::test]
async fn addresses_are_dialled_in_order_until_one_answers() {
    let names = Names::answering(&[&["1.0.0.1", "1.0.0.2", "1.0.0.3"]]);
    let wires = Wires::leading(&[Lead::Refused, Lead::Mute]);
    let connector = connector(names, wires.clone());
    let answered = connect(&connector, "http://receiver.example:8080/").await.unwrap();
    assert_eq!(answered, "1.0.0.2:8080");
    assert_eq!(wires.dialled(), ["1.0.0.1:8080", "1.0.0.2:8080"]);
}

#[tokio::test]
async fn of_many_addresses_every_one_is_judged_and_few_are_dialled() {
    let many: Vec<String> = (1..=20).map(|last| format!("1.0.0.{last}")).collect();
    let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
    let wires = Wires::leading(&[Lead::Refused]);
    let few = connector(Names::answering(&[&many]), wires.clone());
    let refused = connect(&few, "http://receiver.example/").await;
    assert!(matches!(refused, Err(ConnectError::Connect { .. })), "{refused:?}");
    assert_eq!(wires.dialled().len(), DIALLED_ADDRESSES_MAX);
    many.push("10.0.0.1");
    let refused =
        connect(&connector(Names::answering(&[&many]), wires.clone()), "http://receiver.example/")
            .await;
    assert!(matches!(refused, Err(ConnectError::Forbidden(_))), "{refused:?}");
    assert_eq!(wires.dialled().len(), DIALLED_ADDRESSES_MAX);
}

#[tokio::test]
async fn a_name_without_addresses_is_dns() {
    let connector = connector(Names::answering(&[&[]]), Wires::leading(&[Lead::Mute]));
    let failed = connect(&connector, "http://receiver.example/").await;
    assert!(matches!(failed, Err(ConnectError::Dns(ResolveError::NoAddress))), "{failed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_hangs_ends_after_its_limit() {
    let started = Instant::now();
    let connector = connector(Arc::new(Silent), Wires::leading(&[Lead::Mute]));
    let failed = connect(&connector, "http://receiver.example/").await;
    assert!(matches!(failed, Err(ConnectError::Dns(ResolveError::Timeout))), "{failed:?}");
    assert_eq!(started.elapsed().as_secs(), DNS_TIMEOUT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn addresses_share_the_time_for_dialling() {
    let names = Names::answering(&[&["1.0.0.1", "1.0.0.2"]]);
    let wires = Wires::leading(&[Lead::Lost]);
    let started = Instant::now();
    let failed = connect(&connector(names, wires.clone()), "http://receiver.example/").await;
    assert!(matches!(failed, Err(ConnectError::ConnectTimeout { .. })), "{failed:?}");
    assert_eq!(wires.dialled().len(), 2, "the first leaves time for the second");
    assert_eq!(started.elapsed().as_secs(), CONNECT_TIMEOUT.as_secs());

    let names = Names::answering(&[&["1.0.0.1", "1.0.0.2"]]);
    let wires = Wires::leading(&[Lead::Lost, Lead::Mute]);
    let started = Instant::now();
    let answered = connect(&connector(names, wires), "http://receiver.example/").await;
    assert_eq!(answered.unwrap(), "1.0.0.2:80");
    assert!(started.elapsed() < CONNECT_TIMEOUT * 2 / 3, "the first leaves time for the second");
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_hangs_ends_after_its_limit() {
    let names = Names::answering(&[&[PUBLIC]]);
    let started = Instant::now();
    let connector = connector(names, Wires::leading(&[Lead::Mute]));
    let failed = connect(&connector, "https://receiver.example/").await;
    assert!(matches!(failed, Err(ConnectError::TlsTimeout)), "{failed:?}");
    assert_eq!(started.elapsed().as_secs(), TLS_TIMEOUT.as_secs());
}

#[test]
fn the_systems_time_limit_is_a_time_limit() {
    let address = ([1, 0, 0, 1], 80).into();
    let timed_out = ConnectError::dialling(address, std::io::ErrorKind::TimedOut.into());
    assert!(matches!(timed_out, ConnectError::ConnectTimeout { .. }));
    let refused = ConnectError::dialling(address, std::io::ErrorKind::ConnectionRefused.into());
    assert!(refused.source().is_some());
}

#[test]
fn tls_asks_for_the_urls_host() {
    let name = |url: &str| server_name(&Url::parse(url).unwrap());
    assert_eq!(name("https://receiver.example./"), ServerName::try_from("receiver.example").ok());
    assert_eq!(name("https://[::1]/"), ServerName::try_from("::1").ok());
    assert_eq!(name("https://1.0.0.1/"), ServerName::try_from("1.0.0.1").ok());
}
