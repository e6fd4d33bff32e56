//! Bodies with `Content-Encoding: gzip`: the plain bytes and nothing else are verified, within the cap
//! and the ratio.
//!
//! The first two bytes of an input are the cap in units of 16 bytes; the rest is the body on the wire.
//! The signature is over what flate2 by itself makes of it.
#![no_main]

use std::future::Future;
use std::io::Read as _;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use countersign::{Algorithm, Dialect, Secret, Verifier};
use countersign_fuzz::{is_planted, judge};
use countersign_tower::{Refusal, Source};
use flate2::read::MultiGzDecoder;
use http::Request;
use http_body_util::Full;
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "the secret of the fuzz target";

fuzz_target!(|bytes: &[u8]| {
    let Some((cap, wire)) = bytes.split_first_chunk() else {
        return;
    };
    let cap = 16 * usize::from(u16::from_be_bytes(*cap));
    let most = cap.min((64 * 1024).max(100 * wire.len()));
    let plain = plain(wire, most + 1);

    let digest =
        judge::hmac(Algorithm::Sha256, SECRET.as_bytes(), &[plain.as_deref().unwrap_or(wire)]);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let request = Request::post("/")
        .header("Content-Encoding", "gzip")
        .header("X-Hub-Signature", format!("sha256={hex}"))
        .body(Full::new(Bytes::copy_from_slice(wire)))
        .expect("a request");
    let secret = Secret::new(SECRET).expect("a secret");
    let verifier = Verifier::new(Dialect::BitbucketCloud, [&secret]).expect("a verifier");
    let received = run(Source::new(verifier).with_body_cap_bytes(cap).receive(request));

    let expected = match plain {
        _ if wire.len() > cap => Err(Refusal::BodyTooLarge),
        None => Err(Refusal::GzipInvalid),
        Some(plain) if plain.len() > most => Err(Refusal::BodyTooLarge),
        Some(_) if is_planted() => Ok(Vec::new()),
        Some(plain) => Ok(plain),
    };
    assert_eq!(received.map(|verified| verified.body.to_vec()), expected);
});

/// At most `most` bytes of what `wire` stands for; none where it is no gzip up to there.
fn plain(wire: &[u8], most: usize) -> Option<Vec<u8>> {
    if !wire.starts_with(&[0x1f, 0x8b]) {
        return Some(wire.to_vec());
    }
    let mut plain = Vec::new();
    MultiGzDecoder::new(wire).take(most as u64).read_to_end(&mut plain).ok()?;
    Some(plain)
}

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}
