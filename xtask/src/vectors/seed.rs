//! Bytes that look random and never change: a fixed seed, expanded by SHA-256 in counter mode.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

const SEED: &str = "countersign test vectors, format 1";

/// `length` bytes that belong to `label`.
pub(super) fn bytes(label: &str, length: usize) -> Vec<u8> {
    let mut all = Vec::with_capacity(length + 32);
    for counter in 0_u32.. {
        if all.len() >= length {
            break;
        }
        let mut hash = Sha256::new();
        hash.update(SEED);
        hash.update([0]);
        hash.update(label);
        hash.update([0]);
        hash.update(counter.to_be_bytes());
        all.extend_from_slice(&hash.finalize());
    }
    all.truncate(length);
    all
}

/// 43 characters of base64url that belong to `label`: a secret as a person would paste it.
pub(super) fn text(label: &str) -> String {
    URL_SAFE_NO_PAD.encode(bytes(label, 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_bytes_of_its_own_and_a_shorter_request_is_their_beginning() {
        assert_ne!(bytes("one", 32), bytes("two", 32));
        assert_eq!(bytes("one", 70)[..40], bytes("one", 40));
        assert!(bytes("one", 0).is_empty());
    }
}
