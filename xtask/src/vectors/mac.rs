//! Digests and their spellings, made here with RustCrypto and never with the crate under test.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha256,
    Sha512,
}

impl Algorithm {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// HMAC (RFC 2104) of `message` under a key of any length, none included.
    pub(super) fn hmac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => finish(Hmac::<Sha256>::new_from_slice(key), message),
            Self::Sha512 => finish(Hmac::<Sha512>::new_from_slice(key), message),
        }
    }

    /// The plain hash.
    pub(super) fn hash(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }
}

/// HMAC takes a key of any length, so there is always a MAC; without one the digest would be empty
/// and OpenSSL would find it.
fn finish<M: Mac, E>(mac: Result<M, E>, message: &[u8]) -> Vec<u8> {
    mac.map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec()).unwrap_or_default()
}

/// How a digest is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Hex,
    Base64,
}

impl Encoding {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }

    pub(super) fn spell(self, digest: &[u8]) -> String {
        match self {
            Self::Hex => hex(digest),
            Self::Base64 => base64(digest),
        }
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Padded standard base64.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// `bytes` with one bit changed in the byte at `index`.
pub(super) fn flipped(bytes: &[u8], index: usize, bit: u32) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    if let Some(byte) = changed.get_mut(index) {
        *byte ^= 1 << bit;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn both_algorithms_are_hmac() {
        let message = b"what do ya want for nothing?";
        let of = |algorithm: Algorithm| hex(&algorithm.hmac(b"Jefe", message));
        assert!(of(Algorithm::Sha256).starts_with("5bdcc146bf60754e6a042426089575c7"));
        assert!(of(Algorithm::Sha512).starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));
    }

    #[test]
    fn one_bit_is_changed() {
        assert_eq!(flipped(&[0, 0], 1, 7), [0, 0x80]);
    }
}
