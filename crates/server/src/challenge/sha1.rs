//! A signature by HMAC-SHA1 in the place of a genuine one.
//!
//! Owns how the forgery comes to differ from the genuine signature in nothing but the hash function:
//! key, signed bytes and encoding are those with which the genuine value comes out again.

use aws_lc_rs::hmac::{self, Algorithm};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign::Secret;
use zeroize::Zeroizing;

use super::Trial;

/// Those of the genuine signatures.
const ALGORITHMS: [Algorithm; 2] = [hmac::HMAC_SHA256, hmac::HMAC_SHA512];
const ENCODINGS: [fn(&[u8]) -> String; 2] = [hexadecimal, base64];

/// `genuine`, a signature of `request` under `secret`, made by HMAC-SHA1. A label that names the hash
/// function names SHA-1. Nothing where `genuine` is no HMAC, such as a token.
pub(super) fn forged(request: &Trial, genuine: &str, secret: &Secret) -> Option<String> {
    for key in keys(secret) {
        for signed in signed(request) {
            let digest = |algorithm| hmac::sign(&hmac::Key::new(algorithm, &key), &signed);
            for (algorithm, encode) in
                ALGORITHMS.iter().flat_map(|algorithm| ENCODINGS.map(|encode| (algorithm, encode)))
            {
                if let Some(label) = genuine.strip_suffix(&encode(digest(*algorithm).as_ref())) {
                    let label = label.replace("sha256", "sha1").replace("sha512", "sha1");
                    let sha1 = digest(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY);
                    return Some(label + &encode(sha1.as_ref()));
                }
            }
        }
    }
    None
}

/// What the key of the HMAC may be: the secret's bytes, or what `whsec_` says in base64.
fn keys(secret: &Secret) -> impl Iterator<Item = Zeroizing<Vec<u8>>> {
    let decoded = secret.expose().strip_prefix(b"whsec_").and_then(|key| STANDARD.decode(key).ok());
    [Some(secret.expose().to_vec()), decoded].into_iter().flatten().map(Zeroizing::new)
}

/// What may be signed: the body, or `id.timestamp.body` as of Standard Webhooks.
fn signed(request: &Trial) -> impl Iterator<Item = Vec<u8>> {
    let header = |wanted: &str| {
        let mut headers = request.headers.iter();
        headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    };
    let whole = header("webhook-id").zip(header("webhook-timestamp"));
    let whole = whole
        .map(|(id, time)| [id.as_bytes(), b".", time.as_bytes(), b".", &request.body].concat());
    [Some(request.body.to_vec()), whole].into_iter().flatten()
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(digest: &[u8]) -> String {
    STANDARD.encode(digest)
}
