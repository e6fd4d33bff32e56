//! Message authentication codes: HMAC-SHA256 with the key prepared once, fed in chunks.
//!
//! Owns the only place where digests are computed and compared, and the strict decoding of their
//! two spellings, hexadecimal and base64. An expected digest leaves here only to be sent in a
//! signature header; it has no `Debug`. Digests are compared in constant time, in full length.

#[cfg(test)]
mod tests;

use alloc::string::String;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

/// The bytes of a SHA-256 digest.
pub(crate) const DIGEST_BYTES: usize = 32;

/// The block of SHA-256, to which HMAC brings its key (RFC 2104, 2).
const BLOCK_BYTES: usize = 64;

/// An HMAC-SHA256 with its key: cloned for every message.
#[derive(Clone)]
pub(crate) struct Mac(Hmac<Sha256>);

impl Mac {
    /// Prepares `key` as RFC 2104 has it: over a block it is hashed first, then padded with zeros.
    /// Done here because the fixed-length constructor cannot fail.
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0_u8; BLOCK_BYTES]);
        if let Some(start) = block.get_mut(..key.len()) {
            start.copy_from_slice(key);
        } else {
            let hashed = Zeroizing::new(<[u8; DIGEST_BYTES]>::from(Sha256::digest(key)));
            for (to, from) in block.iter_mut().zip(hashed.iter()) {
                *to = *from;
            }
        }
        Self(Hmac::new((&*block).into()))
    }

    pub(crate) fn update(&mut self, chunk: &[u8]) {
        self.0.update(chunk);
    }

    pub(crate) fn finish(self) -> Digest {
        Digest(Zeroizing::new(self.0.finalize().into_bytes().into()))
    }
}

/// An expected digest. Compared in constant time or written into a signature header, nothing else.
#[derive(Clone)]
pub(crate) struct Digest(Zeroizing<[u8; DIGEST_BYTES]>);

impl Digest {
    pub(crate) fn matches(&self, claimed: &[u8; DIGEST_BYTES]) -> Choice {
        self.0.as_slice().ct_eq(claimed.as_slice())
    }

    pub(crate) fn into_bytes(self) -> [u8; DIGEST_BYTES] {
        *self.0
    }

    /// 64 lower-case hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        const DIGITS: [char; 16] =
            ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
        let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
        self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).collect()
    }

    /// 44 characters of padded standard base64.
    pub(crate) fn base64(&self) -> String {
        STANDARD.encode(self.0.as_slice())
    }
}

/// Why a claimed digest could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DigestError {
    Encoding,
    Length,
}

/// Exactly 64 hexadecimal digits in either case, and nothing else.
pub(crate) fn digest_of_hex(text: &[u8]) -> Result<[u8; DIGEST_BYTES], DigestError> {
    if !text.iter().all(u8::is_ascii_hexdigit) {
        return Err(DigestError::Encoding);
    }
    if text.len() != 2 * DIGEST_BYTES {
        return Err(DigestError::Length);
    }
    let mut digest = [0_u8; DIGEST_BYTES];
    for (byte, pair) in digest.iter_mut().zip(text.chunks_exact(2)) {
        for digit in pair {
            let value = char::from(*digit).to_digit(16).ok_or(DigestError::Encoding)?;
            *byte = (*byte << 4) | u8::try_from(value).map_err(|_| DigestError::Encoding)?;
        }
    }
    Ok(digest)
}

/// Canonical padded standard base64 (RFC 4648, 4) of exactly 32 bytes.
pub(crate) fn digest_of_base64(text: &[u8]) -> Result<[u8; DIGEST_BYTES], DigestError> {
    // The longest text worth decoding: twice the 44 characters that a digest has.
    let mut decoded = [0_u8; 66];
    if text.len() > 88 {
        return Err(DigestError::Length);
    }
    let length = STANDARD.decode_slice(text, &mut decoded).map_err(|_| DigestError::Encoding)?;
    let decoded = decoded.get(..length).ok_or(DigestError::Length)?;
    decoded.try_into().map_err(|_| DigestError::Length)
}

/// SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    Digest(Zeroizing::new(Sha256::digest(bytes).into()))
}
