//! Keys of `whsec_` secrets: decoded, of 24 to 64 bytes, and signatures under text that was not.

use super::super::case::{Case, Secret};
use super::super::mac::base64;
use super::super::scheme::{BODY, Scheme, whsec_key};
use super::super::seed;

pub(super) fn all(scheme: &Scheme) -> Vec<Case> {
    let mut cases = Vec::new();
    for length in [24, 25, 26, 31, 32, 33, 48, 63, 64] {
        let key = seed::bytes("whsec key", length);
        cases.push(genuine(scheme, &format!("{length} bytes"), &key));
    }
    cases.push(genuine(scheme, "zeros", &[0; 24]));
    cases.push(genuine(scheme, "0xff throughout", &[0xff; 64]));
    cases.push(genuine(scheme, "text", b"key that is text, 33 bytes long. "));
    cases.push(genuine(scheme, "a line feed at the end", b"thirty-one bytes and a newline.\n"));
    cases.extend(forged(scheme));
    cases
}

fn genuine(scheme: &Scheme, name: &str, key: &[u8]) -> Case {
    let secret = Secret::new("first", format!("whsec_{}", base64(key)));
    scheme
        .claiming_digest(&format!("genuine key: {name}"), &scheme.mac(key, BODY))
        .with_secrets([secret])
}

/// Signatures under keys that are nearly the secret.
pub(super) fn forged(scheme: &Scheme) -> Vec<Case> {
    let secret = scheme.secret("first").bytes;
    let key = whsec_key("first");
    let keys: [(&str, Vec<u8>); 15] = [
        ("the secret as text", secret.clone()),
        ("the text after whsec_", secret[6..].to_vec()),
        ("the secret decoded with its prefix", [b"whsec_", &*key].concat()),
        ("the first 16 bytes", key[..16].to_vec()),
        ("all bytes but the last", key[..23].to_vec()),
        ("one bit other", super::super::mac::flipped(&key, 23, 0)),
        ("with a line feed after it", [&*key, b"\n"].concat()),
        ("the key as latin-1 text", key.iter().copied().map(char::from).collect::<String>().into()),
        ("the key as lossy text", String::from_utf8_lossy(&key).into_owned().into()),
        ("its hash", scheme.algorithm.hash(&key)),
        ("no key at all", vec![]),
        ("the word undefined", b"undefined".to_vec()),
        ("the word null", b"null".to_vec()),
        ("the word None", b"None".to_vec()),
        ("whsec_ alone", b"whsec_".to_vec()),
    ];
    let case = |(name, key): &(&str, Vec<u8>)| {
        let digest = scheme.mac(key, BODY);
        scheme.claiming_digest(&format!("forged key: {name}"), &digest).refused("mismatch")
    };
    keys.iter().map(case).collect()
}
