//! Message authentication codes: HMAC with the key prepared once, fed in chunks; and the token,
//! which proves its key by showing it.
//!
//! Owns the only place where digests are computed and compared, and the strict decoding of their
//! two spellings, hexadecimal and base64. An expected digest leaves here only to be sent in a
//! signature header; it has no `Debug`. Digests are compared in constant time, in full length: no
//! byte is skipped once another one differs. Nothing here allocates but what is sent.

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256, Sha512};
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

/// The bytes of a SHA-256 digest.
pub(crate) const SHA256_BYTES: usize = 32;
/// The bytes of a SHA-512 digest: the longest.
pub(crate) const DIGEST_MAX_BYTES: usize = 64;

/// The blocks of SHA-256 and SHA-512, to which HMAC brings its key (RFC 2104, 2).
const SHA256_BLOCK_BYTES: usize = 64;
const SHA512_BLOCK_BYTES: usize = 128;

/// The hash function of an HMAC.
///
/// ```
/// # use countersign::Algorithm;
/// assert_eq!(Algorithm::default(), Algorithm::Sha256);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// SHA-256, with digests of 32 bytes.
    #[default]
    Sha256,
    /// SHA-512, with digests of 64 bytes.
    Sha512,
}

impl Algorithm {
    /// The length of its digests.
    pub(crate) const fn digest_bytes(self) -> usize {
        match self {
            Self::Sha256 => SHA256_BYTES,
            Self::Sha512 => DIGEST_MAX_BYTES,
        }
    }
}

/// How a digest is written.
///
/// ```
/// # use countersign::Encoding;
/// assert_eq!(Encoding::default(), Encoding::Hex);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal: written in lower case, read in either.
    #[default]
    Hex,
    /// Padded standard base64 (RFC 4648, 4).
    Base64,
}

impl Encoding {
    /// Strictly: nothing but the digits, of exactly `algorithm`'s length.
    pub(crate) fn read(self, text: &[u8], algorithm: Algorithm) -> Result<Claimed, DigestError> {
        match self {
            Self::Hex => claimed_of_hex(text, algorithm),
            Self::Base64 => claimed_of_base64(text, algorithm),
        }
    }

    /// The text of `digest`.
    pub(crate) fn write(self, digest: &Digest) -> String {
        match self {
            Self::Hex => digest.hex(),
            Self::Base64 => digest.base64(),
        }
    }
}

/// How a request shows that its sender has the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// By a MAC over what was signed.
    Mac,
    /// By the key itself.
    Token,
}

/// A key, ready to be fed with a message: cloned for each.
#[derive(Clone)]
pub(crate) enum Mac {
    Sha256(Hmac<Sha256>),
    Sha512(Hmac<Sha512>),
    Token(Arc<Token>),
}

/// A secret that is shown as it is. Kept with its SHA-256, by which it is compared, so that neither
/// its bytes nor its length show in the time of a check.
pub(crate) struct Token {
    text: Zeroizing<String>,
    digest: Digest,
}

impl Mac {
    /// HMAC-SHA256.
    pub(crate) fn new(key: &[u8]) -> Self {
        Self::with(Algorithm::Sha256, key)
    }

    /// Prepares `key` as RFC 2104 has it: over a block it is hashed first, then padded with zeros.
    /// Done here because the fixed-length constructor cannot fail.
    pub(crate) fn with(algorithm: Algorithm, key: &[u8]) -> Self {
        match algorithm {
            Algorithm::Sha256 => {
                let block = block::<Sha256, SHA256_BLOCK_BYTES>(key);
                Self::Sha256(Hmac::new((&*block).into()))
            }
            Algorithm::Sha512 => {
                let block = block::<Sha512, SHA512_BLOCK_BYTES>(key);
                Self::Sha512(Hmac::new((&*block).into()))
            }
        }
    }

    /// The key `text`, to be shown as it is.
    pub(crate) fn token(text: &str) -> Self {
        let digest = sha256(text.as_bytes());
        Self::Token(Arc::new(Token { text: Zeroizing::new(text.into()), digest }))
    }

    pub(crate) fn proof(&self) -> Proof {
        match self {
            Self::Sha256(_) | Self::Sha512(_) => Proof::Mac,
            Self::Token(_) => Proof::Token,
        }
    }

    /// The text of a token.
    pub(crate) fn token_text(&self) -> Option<&str> {
        match self {
            Self::Token(token) => Some(&token.text),
            Self::Sha256(_) | Self::Sha512(_) => None,
        }
    }

    pub(crate) fn update(&mut self, chunk: &[u8]) {
        match self {
            Self::Sha256(mac) => mac.update(chunk),
            Self::Sha512(mac) => mac.update(chunk),
            Self::Token(_) => {}
        }
    }

    /// The digest of a message that is at hand: a copy of the key stays where it is made.
    pub(crate) fn digest(&self, parts: &[&[u8]]) -> Digest {
        let written = || parts.iter().filter(|part| !part.is_empty());
        match self {
            Self::Sha256(key) => {
                let mut mac = key.clone();
                written().for_each(|part| mac.update(part));
                Digest::of(&mac.finalize().into_bytes())
            }
            Self::Sha512(key) => {
                let mut mac = key.clone();
                written().for_each(|part| mac.update(part));
                Digest::of(&mac.finalize().into_bytes())
            }
            Self::Token(token) => token.digest.clone(),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        match self {
            Self::Sha256(mac) => Digest::of(&mac.finalize().into_bytes()),
            Self::Sha512(mac) => Digest::of(&mac.finalize().into_bytes()),
            Self::Token(token) => token.digest.clone(),
        }
    }
}

/// `key` as one block of the hash function.
fn block<H: sha2::Digest, const BYTES: usize>(key: &[u8]) -> Zeroizing<[u8; BYTES]> {
    let mut block = Zeroizing::new([0_u8; BYTES]);
    if let Some(start) = block.get_mut(..key.len()) {
        start.copy_from_slice(key);
    } else {
        let mut hashed = H::digest(key);
        for (to, from) in block.iter_mut().zip(hashed.iter_mut()) {
            *to = core::mem::take(from);
        }
    }
    block
}

/// An expected digest. Compared in constant time or written into a signature header, nothing else.
#[derive(Clone)]
pub(crate) struct Digest {
    /// Its bytes by eights, with zeros after them.
    words: Zeroizing<[u64; DIGEST_MAX_BYTES / 8]>,
    /// In bytes.
    length: usize,
}

impl Digest {
    /// A multiple of eight bytes, at most [`DIGEST_MAX_BYTES`].
    fn of(bytes: &[u8]) -> Self {
        let mut words = Zeroizing::new([0_u64; DIGEST_MAX_BYTES / 8]);
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *word = u64::from_ne_bytes(*bytes);
        }
        Self { words, length: bytes.len() }
    }

    /// In constant time over the whole length, which is no secret: the differences of all words are
    /// gathered, and looked at once.
    pub(crate) fn matches(&self, claimed: &Claimed) -> Choice {
        let words = self.words.iter().take(self.length / 8);
        let mut difference = 0_u64;
        for (word, bytes) in words.zip(claimed.bytes.as_chunks::<8>().0) {
            difference |= word ^ u64::from_ne_bytes(*bytes);
        }
        difference.ct_eq(&0) & Choice::from(u8::from(self.length == claimed.length))
    }

    /// As a claim of the same bytes: to compare two digests of our own making.
    pub(crate) fn claimed(&self) -> Claimed {
        let mut bytes = [0_u8; DIGEST_MAX_BYTES];
        for (bytes, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(self.words.iter()) {
            *bytes = word.to_ne_bytes();
        }
        Claimed { bytes, length: self.length }
    }

    /// Lower-case hexadecimal digits, two a byte.
    pub(crate) fn hex(&self) -> String {
        const DIGITS: [char; 16] =
            ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
        let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
        let bytes = self.claimed();
        let bytes = bytes.as_slice().iter();
        bytes.flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).collect()
    }

    /// Padded standard base64.
    pub(crate) fn base64(&self) -> String {
        STANDARD.encode(self.claimed().as_slice())
    }
}

/// A digest that a request claims: public, and worth nothing before it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claimed {
    bytes: [u8; DIGEST_MAX_BYTES],
    length: usize,
}

impl Claimed {
    #[cfg(test)]
    pub(crate) const NONE: Self = Self { bytes: [0; DIGEST_MAX_BYTES], length: 0 };

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Why a claimed digest could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DigestError {
    Encoding,
    Length,
}

/// Exactly two hexadecimal digits a byte, in either case, and nothing else. The table is asked by
/// the sender's own digits: nothing secret steers it.
fn claimed_of_hex(text: &[u8], algorithm: Algorithm) -> Result<Claimed, DigestError> {
    let value = |digit: u8| HEX.get(usize::from(digit)).copied().unwrap_or(NO_DIGIT);
    let length = algorithm.digest_bytes();
    if text.len() != 2 * length {
        let all_digits = text.iter().all(|digit| value(*digit) != NO_DIGIT);
        return Err(if all_digits { DigestError::Length } else { DigestError::Encoding });
    }
    let mut bytes = [0_u8; DIGEST_MAX_BYTES];
    let mut seen = 0;
    for (byte, [high, low]) in bytes.iter_mut().zip(text.as_chunks::<2>().0) {
        let (high, low) = (value(*high), value(*low));
        seen |= high | low;
        *byte = (high << 4) | (low & 0x0f);
    }
    if seen > 0x0f { Err(DigestError::Encoding) } else { Ok(Claimed { bytes, length }) }
}

/// In [`HEX`], what is no digit.
const NO_DIGIT: u8 = 0xff;

/// The value of each hexadecimal digit in either case.
const HEX: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut digit = 0_u8;
    while digit < 16 {
        let letter = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
        values[letter as usize] = digit;
        values[letter.to_ascii_uppercase() as usize] = digit;
        digit += 1;
    }
    values
};

/// Canonical padded standard base64 (RFC 4648, 4).
fn claimed_of_base64(text: &[u8], algorithm: Algorithm) -> Result<Claimed, DigestError> {
    // The longest text worth decoding: the 88 characters of a SHA-512.
    let mut decoded = [0_u8; 66];
    if text.len() > 88 {
        return Err(DigestError::Length);
    }
    let length = STANDARD.decode_slice(text, &mut decoded).map_err(|_| DigestError::Encoding)?;
    if length != algorithm.digest_bytes() {
        return Err(DigestError::Length);
    }
    let mut bytes = [0_u8; DIGEST_MAX_BYTES];
    for (to, from) in bytes.iter_mut().zip(decoded.iter().take(length)) {
        *to = *from;
    }
    Ok(Claimed { bytes, length })
}

/// SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    Digest::of(&Sha256::digest(bytes))
}
