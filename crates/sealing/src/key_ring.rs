//! The key ring: the keys of the master key file, of which the first seals and all open.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey};
use bytes::Bytes;
use zeroize::Zeroizing;

use crate::place::{Field, Place};

const FORMAT: u8 = 1;
const KEY_BYTES: usize = 32;
const NONCE_AT: usize = 5;
const SEALED_AT: usize = NONCE_AT + 12;
const TAG_BYTES: usize = 16;
/// The most keys of a ring.
pub(crate) const KEYS_MAX: usize = 16;

const CHECK_TEXT: &[u8] = b"countersign key check";
const CHECK_PLACE: Place<'_> = Place { owner: "store", secret: "check", field: Field::Check };

struct Key {
    id: [u8; 4],
    bytes: Zeroizing<[u8; KEY_BYTES]>,
    cipher: RandomizedNonceKey,
}

/// The keys that seal secrets. Its `Debug` shows ids only; keys are wiped when it is dropped.
pub struct KeyRing {
    keys: Vec<Key>,
}

/// What is wrong with a master key file's text. Never holds a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// No key in it.
    #[error("holds no key")]
    Empty,
    /// A line is not `ID KEY`.
    #[error("line {line} is not 8 hex digits, a space and 64 hex digits")]
    BadLine {
        /// From 1.
        line: usize,
    },
    /// Two keys have the same id.
    #[error("line {line} repeats the id of a key above")]
    RepeatedId {
        /// From 1.
        line: usize,
    },
    /// More than 16 keys.
    #[error("holds more than {KEYS_MAX} keys")]
    TooMany,
}

/// Why a sealed value does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It is not of the form that this version writes.
    #[error("not a sealed value of a known format")]
    Format,
    /// The ring lacks its key.
    #[error("sealed with key {:02x}{:02x}{:02x}{:02x}, which the master key file does not hold", .0[0], .0[1], .0[2], .0[3])]
    KeyMissing([u8; 4]),
    /// It was changed, belongs elsewhere, or the key of that id is another one.
    #[error("the sealed value does not belong to this key or place")]
    Refused,
}

impl KeyRing {
    /// A ring of one new key, from `fill`'s randomness.
    pub fn generate(fill: &mut dyn FnMut(&mut [u8])) -> KeyRing {
        let mut id = [0; 4];
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        fill(&mut id);
        fill(&mut *bytes);
        KeyRing { keys: Key::new(id, bytes).into_iter().collect() }
    }

    /// Reads a master key file: one key a line, `ID KEY`, 8 and 64 hex digits. Blank lines and
    /// lines that begin with `#` are skipped.
    pub fn parse(text: &str) -> Result<KeyRing, ParseError> {
        let mut keys: Vec<Key> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line_number = index + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bad = ParseError::BadLine { line: line_number };
            let (id, key) = line.split_once(' ').ok_or(bad)?;
            let id: [u8; 4] = decode(id).ok_or(bad)?;
            let bytes = Zeroizing::new(decode(key).ok_or(bad)?);
            if keys.iter().any(|key| key.id == id) {
                return Err(ParseError::RepeatedId { line: line_number });
            }
            keys.push(Key::new(id, bytes).ok_or(bad)?);
        }
        match keys.len() {
            0 => Err(ParseError::Empty),
            1..=KEYS_MAX => Ok(KeyRing { keys }),
            _ => Err(ParseError::TooMany),
        }
    }

    /// The text of a master key file with these keys.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.keys.len() * 74));
        for key in &self.keys {
            encode(&key.id, &mut text);
            text.push(' ');
            encode(&*key.bytes, &mut text);
            text.push('\n');
        }
        text
    }

    /// Seals a value for its place with the first key. `None` only if the cipher itself fails.
    pub fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Option<Bytes> {
        let key = self.keys.first()?;
        let mut sealed = Vec::with_capacity(SEALED_AT + plain.len() + TAG_BYTES);
        let mut buffer = Zeroizing::new(plain.to_vec());
        let data = Aad::from(place.associated_data(FORMAT, key.id));
        let (nonce, tag) = key.cipher.seal_in_place_separate_tag(data, &mut buffer).ok()?;
        sealed.push(FORMAT);
        sealed.extend_from_slice(&key.id);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.extend_from_slice(&buffer);
        sealed.extend_from_slice(tag.as_ref());
        Some(sealed.into())
    }

    /// Opens a value that was sealed for this place.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        if sealed.len() < SEALED_AT + TAG_BYTES || sealed[0] != FORMAT {
            return Err(OpenError::Format);
        }
        let id = [sealed[1], sealed[2], sealed[3], sealed[4]];
        let key = self.keys.iter().find(|key| key.id == id).ok_or(OpenError::KeyMissing(id))?;
        let nonce = Nonce::try_assume_unique_for_key(&sealed[NONCE_AT..SEALED_AT])
            .map_err(|_| OpenError::Format)?;
        let data = Aad::from(place.associated_data(FORMAT, id));
        let mut buffer = Zeroizing::new(sealed[SEALED_AT..].to_vec());
        let plain = key.cipher.open_in_place(nonce, data, &mut buffer);
        let length = plain.map_err(|_| OpenError::Refused)?.len();
        buffer.truncate(length);
        Ok(buffer)
    }

    /// A value for the store to keep, by which a later start sees that it has the right keys.
    pub fn check_value(&self) -> Option<Bytes> {
        self.seal(&CHECK_PLACE, CHECK_TEXT)
    }

    /// Whether these are the keys that made a [check value](KeyRing::check_value).
    pub fn verify_check(&self, value: &[u8]) -> Result<(), OpenError> {
        let text = self.open(&CHECK_PLACE, value)?;
        if text.as_slice() == CHECK_TEXT { Ok(()) } else { Err(OpenError::Refused) }
    }
}

impl Key {
    fn new(id: [u8; 4], bytes: Zeroizing<[u8; KEY_BYTES]>) -> Option<Key> {
        let cipher = RandomizedNonceKey::new(&AES_256_GCM_SIV, &*bytes).ok()?;
        Some(Key { id, bytes, cipher })
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.keys.iter().map(|key| u32::from_be_bytes(key.id));
        f.write_str("KeyRing")?;
        f.debug_list().entries(ids.map(|id| format!("{id:08x}"))).finish()
    }
}

fn encode(bytes: &[u8], text: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != N * 2 {
        return None;
    }
    let mut digits = text.chars().map(|letter| letter.to_digit(16));
    for place in &mut bytes {
        *place = (digits.next()?? * 16 + digits.next()??) as u8;
    }
    Some(bytes)
}
