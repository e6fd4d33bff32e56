use alloc::string::String;
use alloc::{format, vec};

use super::*;
use crate::dialect::Dialect;

fn refused(bytes: impl Into<Vec<u8>>) -> Option<SecretError> {
    Secret::new(bytes).err()
}

#[test]
fn length_is_1_to_1024_bytes() {
    assert_eq!(refused(""), Some(SecretError::Empty));
    assert_eq!(refused("x"), None);
    assert_eq!(refused(vec![b'x'; 1024]), None);
    assert_eq!(refused(vec![b'x'; 1025]), Some(SecretError::TooLong));
}

#[test]
fn white_space_alone_is_refused_and_otherwise_kept() {
    for blank in [" ", "\n", " \t\r\n ", "\u{a0}\u{2003}\u{3000}"] {
        assert_eq!(refused(blank), Some(SecretError::OnlyWhitespace), "{blank:?}");
    }
    // Test cases 1 and 5 of RFC 4231.
    assert_eq!(refused([0x0b; 20]), None);
    assert_eq!(refused([0x0c; 20]), None);
    assert_eq!(refused([0]), None);
    let bytes = b" \xff\xfe kept \r\n";
    let secret = Secret::new(bytes).expect("a secret");
    let clone = secret.clone();
    assert_eq!(secret.expose(), bytes);
    assert_eq!(clone.expose(), bytes);
}

#[test]
fn debug_shows_nothing() {
    let secret = Secret::new("correct horse").expect("a secret");
    assert_eq!(format!("{secret:?} {:#?}", Some(&secret)), {
        "Secret([redacted]) Some(\n    Secret([redacted]),\n)"
    });
}

#[test]
fn generated_secret_is_in_the_form_of_the_dialect() {
    let mut calls = 0;
    for dialect in Dialect::ALL {
        let secret = Secret::generate(dialect, &mut |bytes| {
            assert!(bytes.len() >= 32, "at least 256 bits");
            bytes.fill(0xfb);
            calls += 1;
        });
        assert_eq!(dialect.check_secret(&secret), Ok(vec![]));
        let text = String::from_utf8(secret.expose().to_vec()).expect("text");
        let url_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        match text.strip_prefix("whsec_") {
            Some(encoded) => {
                assert_eq!(*dialect, Dialect::StandardWebhooks);
                assert_eq!(encoded, format!("{}s=", "+/v7".repeat(10) + "+/"));
            }
            None => assert!(text.len() == 43 && text.chars().all(url_safe), "{text}"),
        }
    }
    assert_eq!(calls, Dialect::ALL.len());
}

#[cfg(feature = "getrandom")]
#[test]
fn secrets_from_the_system_differ() {
    for dialect in Dialect::ALL {
        let one = Secret::generate_from_system(dialect).expect("randomness");
        let other = Secret::generate_from_system(dialect).expect("randomness");
        assert_ne!(one.expose(), other.expose());
        assert_eq!(dialect.check_secret(&one), Ok(vec![]));
    }
}

#[test]
fn warnings_name_what_is_unwise() {
    use SecretWarning::{LongerThanBitbucketTakes, Short, SurroundingWhitespace};
    let warnings = |dialect: Dialect, text: &str| {
        dialect.check_secret(&Secret::new(text).expect("a secret")).expect("usable")
    };
    let cloud = |text: &str| warnings(Dialect::BitbucketCloud, text);
    assert_eq!(cloud("fifteen bytes.."), [Short]);
    assert_eq!(cloud("sixteen bytes..."), []);
    assert_eq!(cloud("sixteen bytes...\n"), [SurroundingWhitespace]);
    assert_eq!(cloud(" hunter2"), [Short, SurroundingWhitespace]);
    assert_eq!(cloud(&"x".repeat(128)), []);
    assert_eq!(cloud(&"x".repeat(129)), [LongerThanBitbucketTakes]);
    assert_eq!(cloud(&"\u{e9}".repeat(128)), [], "characters, not bytes");
    assert_eq!(warnings(Dialect::BitbucketDataCenter, &"x".repeat(129)), []);
    let bytes = Secret::new([0xff; 129]).expect("a secret");
    let unreadable = Dialect::BitbucketCloud.check_secret(&bytes);
    assert_eq!(unreadable, Ok(vec![LongerThanBitbucketTakes]));
    let blank_end = Secret::new(b"\xff sixteen bytes...\n".as_slice()).expect("a secret");
    let unreadable = Dialect::BitbucketCloud.check_secret(&blank_end);
    assert_eq!(unreadable, Ok(vec![SurroundingWhitespace]));
}

#[test]
fn gitlab_takes_tokens_that_a_header_can_carry() {
    let gitlab =
        |bytes: &[u8]| Dialect::Gitlab.check_secret(&Secret::new(bytes).expect("a secret")).err();
    for token in ["x", "a token with blanks", "~!@#", "whse", "WHSEC_x", " whsec_"] {
        let expected = token.starts_with(' ').then_some(SecretError::NotHeaderText);
        assert_eq!(gitlab(token.as_bytes()), expected, "{token}");
    }
    for other in ["token ", " token", "token\n", "to\tken", "to\u{7f}ken", "t\u{f6}ken", "to\0ken"]
    {
        assert_eq!(gitlab(other.as_bytes()), Some(SecretError::NotHeaderText), "{other:?}");
    }
    assert_eq!(gitlab(&[b'x', 0xff]), Some(SecretError::NotHeaderText));
    // What begins so is a signing token, or nothing.
    assert_eq!(gitlab(b"whsec_AAAA"), Some(SecretError::WhsecLength));
    assert_eq!(gitlab(b"whsec_not base64"), Some(SecretError::WhsecEncoding));
    assert_eq!(gitlab(format!("whsec_{}", "AAAA".repeat(8)).as_bytes()), None);
}

#[test]
fn other_dialects_take_any_bytes() {
    let generic = crate::GenericHmac::new("X-Signature").expect("a header");
    let any = [Secret::new([0xff, 0, b'\n']), Secret::new("whsec_AAAA")];
    for dialect in Dialect::ALL.iter().chain([&generic.into()]) {
        for secret in &any {
            let usable = dialect.check_secret(secret.as_ref().expect("a secret")).is_ok();
            let picky = [Dialect::Gitlab, Dialect::StandardWebhooks].contains(dialect);
            assert_eq!(usable, !picky, "{dialect}");
        }
    }
}

#[test]
fn reasons_are_those_of_the_vectors() {
    for (error, reason) in [
        (SecretError::Empty, "secret_empty"),
        (SecretError::OnlyWhitespace, "secret_blank"),
        (SecretError::TooLong, "secret_too_long"),
        (SecretError::NotWhsec, "secret_not_whsec"),
        (SecretError::WhsecEncoding, "secret_encoding"),
        (SecretError::WhsecLength, "secret_length"),
        (SecretError::NotHeaderText, "secret_not_header_text"),
    ] {
        assert_eq!(error.reason(), reason);
    }
}

#[test]
fn whsec_is_strict() {
    use SecretError::{NotWhsec, WhsecEncoding, WhsecLength};
    let check = |text: &str| {
        Dialect::StandardWebhooks.check_secret(&Secret::new(text).expect("a secret")).err()
    };
    let encoded = |count: usize| format!("whsec_{}", "AAAA".repeat(count / 3));
    assert_eq!(check(&encoded(24)), None);
    assert_eq!(check(&encoded(63)), None);
    assert_eq!(check(&format!("{}AA==", encoded(63))), None, "64 bytes");
    assert_eq!(check(&format!("{}AAA=", encoded(63))), Some(WhsecLength), "65 bytes");
    assert_eq!(check(&encoded(66)), Some(WhsecLength));
    assert_eq!(check(&encoded(21)), Some(WhsecLength));
    assert_eq!(check(&format!("{}AAA=", encoded(21))), Some(WhsecLength), "23 bytes");
    assert_eq!(check("whsec_"), Some(WhsecLength));
    assert_eq!(check("whsec_AAAA"), Some(WhsecLength));
    assert_eq!(check(&encoded(600)), Some(WhsecLength));
    assert_eq!(check(&encoded(24)[6..]), Some(NotWhsec));
    assert_eq!(check(&encoded(24).to_uppercase()), Some(NotWhsec));
    assert_eq!(check(&format!(" {}", encoded(24))), Some(NotWhsec));
    assert_eq!(check(&format!("{}\n", encoded(24))), Some(WhsecEncoding));
    assert_eq!(check(&format!("{}AA", encoded(24))), Some(WhsecEncoding), "no padding");
    assert_eq!(check(&format!("{}AB==", encoded(24))), Some(WhsecEncoding), "not canonical");
    assert_eq!(check(&encoded(24).replace("AA", "-_")), Some(WhsecEncoding), "base64url");
}
