//! Signing and verifying through the public interface: published vectors, forgeries, properties.
// The exemption of tests in clippy.toml reaches `#[test]` functions only.
#![expect(clippy::expect_used, clippy::panic, reason = "all of this is test code")]

mod corpus;
mod forged;
mod generic_hmac;
mod gitlab;
mod past;
mod properties;
mod published;
mod rfc4231;
mod scheme;
mod vectors;
mod wycheproof;

use std::borrow::Cow;

use countersign::{
    Dialect, EventKey, KnownEventKey, Outgoing, Secret, Signer, UnixSeconds, Verifier,
};

/// A time to verify at where the dialect signs none.
const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

fn secret(bytes: impl Into<Vec<u8>>) -> Secret {
    Secret::new(bytes).expect("a secret")
}

/// A secret of the dialect from a seed: the same seed gives the same secret.
fn secret_of(dialect: &Dialect, seed: u8) -> Secret {
    Secret::generate(dialect, &mut |bytes| bytes.fill(seed))
}

fn verifier(dialect: &Dialect, secrets: &[Secret]) -> Verifier {
    Verifier::new(dialect.clone(), secrets).expect("a verifier")
}

fn push() -> EventKey {
    KnownEventKey::RepoPush.into()
}

fn outgoing<'a>(event_key: &'a EventKey, body: &'a [u8]) -> Outgoing<'a> {
    Outgoing { event_key, request_id: "request-1", attempt: 1, hook_id: None, at: NOW, body }
}

/// The signature alone, where what it covers stands before it.
fn signature(signer: &Signer, outgoing: &Outgoing<'_>) -> (Cow<'static, str>, String) {
    signer.signature_headers(outgoing).expect("signed").pop().expect("a signature")
}

fn bytes_of_hex(hex: &str) -> Vec<u8> {
    assert!(hex.len().is_multiple_of(2), "{hex}");
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal"))
        .collect()
}

fn hex_of_bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
