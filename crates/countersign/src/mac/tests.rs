use alloc::string::ToString as _;
use alloc::{format, vec, vec::Vec};

use super::*;

#[test]
fn key_of_a_block_and_beyond_is_as_the_crates_own() {
    for length in [1, 31, 63, 64, 65, 128, 1024] {
        let key: Vec<u8> = (0..length).map(|at: usize| at.to_le_bytes()[0]).collect();
        let mut own = Mac::new(&key);
        own.update(b"message");
        let mut other = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
        other.update(b"message");
        assert_eq!(own.finish().into_bytes(), <[u8; 32]>::from(other.finalize().into_bytes()));
    }
}

#[test]
fn chunks_and_clones_make_no_difference() {
    let key = Mac::new(b"key");
    let mut whole = key.clone();
    whole.update(b"one two");
    let mut chunks = key;
    for chunk in [&b"one"[..], b"", b" ", b"two"] {
        chunks.update(chunk);
    }
    assert_eq!(whole.finish().hex(), chunks.finish().hex());
}

#[test]
fn digests_are_read_as_they_are_written() {
    for text in ["", "abc", "a longer text than that"] {
        let digest = sha256(text.as_bytes());
        let (hex, base64) = (digest.hex(), digest.base64());
        let bytes = digest.into_bytes();
        assert_eq!(digest_of_hex(hex.as_bytes()), Ok(bytes));
        assert_eq!(digest_of_hex(hex.to_uppercase().as_bytes()), Ok(bytes));
        assert_eq!(digest_of_base64(base64.as_bytes()), Ok(bytes));
    }
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(sha256(b"abc").hex(), abc);
}

#[test]
fn other_lengths_are_no_digest() {
    for length in (0..100).filter(|length| *length != 32) {
        let bytes = vec![7_u8; length];
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest_of_hex(hex.as_bytes()), Err(DigestError::Length));
        let base64 = STANDARD.encode(&bytes).to_string();
        assert_eq!(digest_of_base64(base64.as_bytes()), Err(DigestError::Length), "{length}");
    }
}

#[test]
fn every_byte_of_a_digest_counts() {
    let digest = sha256(b"abc");
    let same = digest.clone().into_bytes();
    assert!(bool::from(digest.matches(&same)));
    for at in 0..32 {
        for bit in 0..8 {
            let mut other = same;
            other[at] ^= 1 << bit;
            assert!(!bool::from(digest.matches(&other)), "byte {at}, bit {bit}");
        }
    }
}
