//! Verifying a body that is at hand allocates nothing, whatever comes of it. A binary of its own: the
//! counter takes the place of the allocator.
// The exemption of tests in clippy.toml reaches `#[test]` functions only.
#![expect(clippy::expect_used, reason = "all of this is test code")]

use countersign::{
    Algorithm, Dialect, Encoding, EventKey, GenericHmac, Headers, Outgoing, Secret, Signer,
    UnixSeconds, Verifier, VerifyError,
};

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const BODY: &[u8] = &[b'x'; 2048];

type Received = Vec<(String, String)>;

fn generic() -> Dialect {
    let generic = GenericHmac::new("X-Shop-Hmac").expect("a header");
    let generic = generic.with_prefix("sha512=").expect("a prefix");
    generic.with_algorithm(Algorithm::Sha512).with_encoding(Encoding::Base64).into()
}

/// Every dialect with four secrets, and `gitlab` with signing tokens too.
fn schemes() -> Vec<(Dialect, Vec<Secret>)> {
    let secrets = |of: &Dialect| -> Vec<Secret> {
        (1..=4).map(|seed| Secret::generate(of, &mut |bytes| bytes.fill(seed))).collect()
    };
    let own = |dialect: Dialect| (dialect.clone(), secrets(&dialect));
    let mut schemes: Vec<_> = Dialect::ALL.iter().cloned().chain([generic()]).map(own).collect();
    schemes.push((Dialect::Gitlab, secrets(&Dialect::StandardWebhooks)));
    schemes
}

/// What the second secret signs.
fn genuine(dialect: &Dialect, secrets: &[Secret]) -> Received {
    let signer = Signer::new(dialect.clone(), &secrets[1..2]).expect("a signer");
    let event_key = EventKey::parse("repo:push").expect("an event key");
    let headers = signer.headers(&Outgoing {
        event_key: &event_key,
        request_id: "request-1",
        attempt: 1,
        hook_id: None,
        at: NOW,
        body: BODY,
    });
    let headers = headers.expect("headers").into_iter();
    headers.map(|(name, value)| (name.into_owned(), value)).collect()
}

/// The outcome, and how often it allocated.
fn counted<H: Headers + ?Sized>(
    verifier: &Verifier,
    headers: &H,
    now: UnixSeconds,
) -> (Result<usize, VerifyError>, u64) {
    let mut outcome = Err(VerifyError::SignatureMissing);
    let counted = allocation_counter::measure(|| {
        outcome = verifier.verify(headers, BODY, now).map(|verified| verified.secret);
    });
    (outcome, counted.count_total)
}

#[test]
fn a_genuine_request_is_verified_without_allocating() {
    for (dialect, secrets) in schemes() {
        let verifier = Verifier::new(dialect.clone(), &secrets).expect("a verifier");
        let headers = genuine(&dialect, &secrets);
        assert_eq!(counted(&verifier, &headers, NOW), (Ok(1), 0), "{dialect}");
    }
}

#[cfg(feature = "http")]
#[test]
fn a_header_map_is_read_without_allocating() {
    for (dialect, secrets) in schemes() {
        let verifier = Verifier::new(dialect.clone(), &secrets).expect("a verifier");
        let mut map = http::HeaderMap::new();
        for (name, value) in &genuine(&dialect, &secrets) {
            let name: http::HeaderName = name.parse().expect("a name");
            map.append(name, value.parse().expect("a value"));
        }
        assert_eq!(counted(&verifier, &map, NOW), (Ok(1), 0), "{dialect}");
    }
}

#[test]
fn a_refusal_allocates_nothing_either() {
    for (dialect, secrets) in schemes() {
        let verifier = Verifier::new(dialect.clone(), &secrets).expect("a verifier");
        let headers = genuine(&dialect, &secrets);
        let none: Received = Vec::new();
        let twice = [headers.clone(), headers.clone()].concat();
        for received in [none, twice] {
            let (outcome, allocated) = counted(&verifier, &received, NOW);
            assert!(outcome.is_err() && allocated == 0, "{dialect}: {outcome:?}");
        }
        let (name, value) = headers.last().expect("a signature").clone();
        let flipped = if value.ends_with('0') { "1" } else { "0" };
        let long = "v1,AAAA ".repeat(17);
        for other in ["", "sha256=", "v1,", &value[1..], &value[..40], flipped, &long, "\u{e9}"] {
            let mut received = headers.clone();
            received.retain(|(other, _)| *other != name);
            received.push((name.clone(), other.to_owned()));
            let (outcome, allocated) = counted(&verifier, &received, NOW);
            assert!(outcome.is_err() && allocated == 0, "{dialect}: {other}: {outcome:?}");
        }
        let other = Verifier::new(dialect.clone(), &secrets[2..]).expect("a verifier");
        assert_eq!(counted(&other, &headers, NOW), (Err(VerifyError::Mismatch), 0), "{dialect}");
        let decoy = Verifier::decoy(dialect);
        assert_eq!(counted(&decoy, &headers, NOW).1, 0);
    }
}

#[test]
fn a_full_list_of_signatures_allocates_nothing() {
    let dialect = Dialect::StandardWebhooks;
    let (_, secrets) = schemes().into_iter().find(|(of, _)| *of == dialect).expect("a scheme");
    let verifier = Verifier::new(dialect.clone(), &secrets).expect("a verifier");
    let mut headers = genuine(&dialect, &secrets);
    let own = headers.pop().expect("a signature");
    let list = format!("{}{}", format!("v1,{}A= ", "A".repeat(42)).repeat(15), own.1);
    headers.push((own.0, list));
    assert_eq!(counted(&verifier, &headers, NOW), (Ok(1), 0));
    let late = UnixSeconds(NOW.0 + 301);
    assert_eq!(counted(&verifier, &headers, late), (Err(VerifyError::TimestampTooOld), 0));
}

/// Without this the others could not fail.
#[test]
fn the_counter_counts() {
    let (dialect, secrets) = schemes().swap_remove(0);
    let verifier = Verifier::new(dialect.clone(), &secrets).expect("a verifier");
    let headers = genuine(&dialect, &secrets);
    let counted = allocation_counter::measure(|| {
        let verification = verifier.begin(&headers);
        assert!(verification.is_ok());
    });
    assert!(counted.count_total > 0, "a verification under way keeps its MACs");
}
