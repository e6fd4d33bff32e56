use alloc::string::ToString as _;
use alloc::{format, vec, vec::Vec};

use super::*;

const BOTH: [Algorithm; 2] = [Algorithm::Sha256, Algorithm::Sha512];

fn digest(algorithm: Algorithm, text: &[u8]) -> Digest {
    match algorithm {
        Algorithm::Sha256 => sha256(text),
        Algorithm::Sha512 => Digest::of(&Sha512::digest(text)),
    }
}

#[test]
fn key_of_a_block_and_beyond_is_as_the_crates_own() {
    for length in [1, 31, 63, 64, 65, 127, 128, 129, 255, 1024] {
        let key: Vec<u8> = (0..length).map(|at: usize| at.to_le_bytes()[0]).collect();
        let mut own = Mac::new(&key);
        own.update(b"message");
        let mut other = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
        other.update(b"message");
        assert_eq!(
            own.finish().claimed().as_slice(),
            &other.finalize().into_bytes()[..],
            "{length}"
        );

        let mut own = Mac::with(Algorithm::Sha512, &key);
        own.update(b"message");
        let mut other = Hmac::<Sha512>::new_from_slice(&key).expect("any length");
        other.update(b"message");
        assert_eq!(
            own.finish().claimed().as_slice(),
            &other.finalize().into_bytes()[..],
            "{length}"
        );
    }
}

#[test]
fn chunks_and_clones_make_no_difference() {
    for algorithm in BOTH {
        let key = Mac::with(algorithm, b"key");
        let mut whole = key.clone();
        whole.update(b"one two");
        let mut chunks = key;
        for chunk in [&b"one"[..], b"", b" ", b"two"] {
            chunks.update(chunk);
        }
        assert_eq!(whole.finish().hex(), chunks.finish().hex());
    }
}

#[test]
fn digests_are_read_as_they_are_written() {
    for algorithm in BOTH {
        for text in ["", "abc", "a longer text than that"] {
            let digest = digest(algorithm, text.as_bytes());
            let claimed = digest.claimed();
            assert_eq!(claimed.as_slice().len(), algorithm.digest_bytes());
            let hex = Encoding::Hex.write(&digest);
            assert_eq!(Encoding::Hex.read(hex.as_bytes(), algorithm), Ok(claimed));
            let upper = hex.to_uppercase();
            assert_eq!(Encoding::Hex.read(upper.as_bytes(), algorithm), Ok(claimed));
            let base64 = Encoding::Base64.write(&digest);
            assert_eq!(Encoding::Base64.read(base64.as_bytes(), algorithm), Ok(claimed));
        }
    }
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(sha256(b"abc").hex(), abc);
    let abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
               2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    assert_eq!(digest(Algorithm::Sha512, b"abc").hex(), abc);
}

#[test]
fn other_lengths_are_no_digest() {
    for algorithm in BOTH {
        for length in (0..200).filter(|length| *length != algorithm.digest_bytes()) {
            let bytes = vec![7_u8; length];
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let read = Encoding::Hex.read(hex.as_bytes(), algorithm);
            assert_eq!(read, Err(DigestError::Length), "{length}");
            let base64 = STANDARD.encode(&bytes).to_string();
            let read = Encoding::Base64.read(base64.as_bytes(), algorithm);
            assert_eq!(read, Err(DigestError::Length), "{length}");
        }
    }
}

#[test]
fn a_character_that_does_not_belong_is_found_at_any_length() {
    for length in [1, 2, 3, 40, 63, 64, 65, 128, 1000] {
        let text = format!("{}!", "a".repeat(length - 1));
        for algorithm in BOTH {
            let read = Encoding::Hex.read(text.as_bytes(), algorithm);
            assert_eq!(read, Err(DigestError::Encoding), "{length}");
            // Over the length of SHA-512 base64 is refused unread.
            let read = Encoding::Base64.read(text.as_bytes(), algorithm);
            let expected = if length > 88 { DigestError::Length } else { DigestError::Encoding };
            assert_eq!(read, Err(expected), "{length}");
        }
    }
    assert_eq!(Encoding::Hex.read(b"abc", Algorithm::Sha256), Err(DigestError::Length));
    assert_eq!(Encoding::Base64.read(b"abc", Algorithm::Sha256), Err(DigestError::Encoding));
}

#[test]
fn every_byte_of_a_digest_counts() {
    for algorithm in BOTH {
        let digest = digest(algorithm, b"abc");
        let same = digest.claimed();
        assert!(bool::from(digest.matches(&same)));
        for at in 0..algorithm.digest_bytes() {
            for bit in 0..8 {
                let mut other = same;
                other.bytes[at] ^= 1 << bit;
                assert!(!bool::from(digest.matches(&other)), "byte {at}, bit {bit}");
            }
        }
    }
}

#[test]
fn a_part_of_a_digest_matches_nothing() {
    let (short, long) = (sha256(b"abc"), digest(Algorithm::Sha512, b"abc"));
    assert!(!bool::from(long.matches(&short.claimed())));
    assert!(!bool::from(short.matches(&long.claimed())));
    assert!(!bool::from(short.matches(&Claimed::NONE)));
    for length in 0..SHA256_BYTES {
        let part = Claimed { length, ..short.claimed() };
        assert!(!bool::from(short.matches(&part)), "{length}");
    }
}

#[test]
fn a_token_is_proven_by_itself_and_not_by_what_it_signs() {
    let mut token = Mac::token("the token");
    token.update(b"anything");
    assert_eq!(token.proof(), Proof::Token);
    assert_eq!(token.token_text(), Some("the token"));
    let digest = token.finish();
    assert!(bool::from(digest.matches(&sha256(b"the token").claimed())));
    for other in ["", "the toke", "the token ", "the tokeN", "the token\0"] {
        assert!(!bool::from(digest.matches(&sha256(other.as_bytes()).claimed())), "{other:?}");
    }
    assert_eq!(Mac::new(b"the token").token_text(), None);
}
