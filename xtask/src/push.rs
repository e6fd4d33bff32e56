//! Signed requests as Bitbucket Cloud sends them.
//!
//! The signature is made here with HMAC-SHA256 and not by the library under test, so that the two
//! sides of a suite can't share a mistake.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::http::Message;

/// The header value `sha256=` and 64 lower-case hex digits.
pub(crate) fn signature(secret: &str, body: &[u8]) -> String {
    // HMAC takes a key of any length, so this can't fail; an empty digest would be refused anyway.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(body);
    let digest = mac.finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

/// `POST /in/{source}` with Bitbucket Cloud's headers for a push.
pub(crate) fn request(source: &str, secret: &str, request_id: &str, body: Vec<u8>) -> Message {
    let signature = signature(secret, &body);
    Message::request("POST", &format!("/in/{source}"), body)
        .with("Content-Type", "application/json")
        .with("User-Agent", "Bitbucket-Webhooks/2.0")
        .with("X-Event-Key", "repo:push")
        .with("X-Hook-UUID", "5b1f7a0e-6f0c-4c5e-9a49-0f6d3c1e7b52")
        .with("X-Request-UUID", request_id)
        .with("X-Attempt-Number", "1")
        .with("X-Hub-Signature", signature)
}

/// A request id: `run` in its first part, `number` in its last.
pub(crate) fn request_id(run: u64, number: u64) -> String {
    format!("{:08x}-0000-4000-8000-{number:012x}", run & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn the_signature_is_hmac_sha256() {
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_request_id_has_the_form_of_a_uuid() {
        let id = request_id(7, 255);
        assert_eq!(id, "00000007-0000-4000-8000-0000000000ff");
    }
}
