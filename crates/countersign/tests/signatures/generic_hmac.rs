//! `generic-hmac`: each setting changes what is taken, and nothing else is taken.

use countersign::VerifyError::{
    EncodingInvalid, LabelUnknown, LengthWrong, Mismatch, SignatureMissing,
};
use countersign::{Algorithm, Dialect, Encoding, GenericHmac, Signer, VerifyError};

use crate::{NOW, bytes_of_hex, outgoing, push, secret, signature, verifier};

fn own() -> GenericHmac {
    GenericHmac::new("X-Signature").expect("a header")
}

fn judge(generic: GenericHmac, header: (&str, &str), body: &[u8]) -> Result<(), VerifyError> {
    let verifier = verifier(&generic.into(), &[secret(SECRET)]);
    verifier.verify(&[header], body, NOW).map(|_| ())
}

fn at(value: &str) -> (&str, &str) {
    ("x-signature", value)
}

const SECRET: &str = "It's a Secret to Everybody";
const BODY: &[u8] = b"Hello World!";
const HEX: &str = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";
const BASE64: &str = "pHccOfvpDzF8eCToPd7zyq6cs9l2whSs4fKTfhMyY8k=";

#[test]
fn header_prefix_and_encoding_are_those_configured() {
    assert_eq!(judge(own(), at(HEX), BODY), Ok(()));
    assert_eq!(judge(own(), at(&HEX.to_uppercase()), BODY), Ok(()));
    assert_eq!(judge(own(), ("X-Hub-Signature", HEX), BODY), Err(SignatureMissing));
    assert_eq!(judge(own(), at(BASE64), BODY), Err(EncodingInvalid));
    assert_eq!(judge(own(), at(&format!("sha256={HEX}")), BODY), Err(EncodingInvalid));

    let base64 = || own().with_encoding(Encoding::Base64);
    assert_eq!(judge(base64(), at(BASE64), BODY), Ok(()));
    assert_eq!(judge(base64(), at(HEX), BODY), Err(LengthWrong));
    assert_eq!(judge(base64(), at(&BASE64[..43]), BODY), Err(EncodingInvalid), "no padding");

    let prefixed = || own().with_prefix("HMAC-SHA256 Signature=").expect("a prefix");
    let whole = format!("HMAC-SHA256 Signature={HEX}");
    assert_eq!(judge(prefixed(), at(&whole), BODY), Ok(()));
    assert_eq!(judge(prefixed(), at(HEX), BODY), Err(LabelUnknown));
    assert_eq!(judge(prefixed(), at(&whole.to_lowercase()), BODY), Err(LabelUnknown));
    assert_eq!(judge(prefixed(), at(""), BODY), Err(LabelUnknown));
    assert_eq!(judge(prefixed(), at(&whole[..22]), BODY), Err(LengthWrong));
}

/// Test cases 1, 2, 3 and 6 of RFC 4231 with SHA-512.
#[test]
fn sha512_is_as_published() {
    let cases: [(Vec<u8>, &[u8], &str); 4] = [
        (
            vec![0x0b; 20],
            b"Hi There",
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde\
             daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        ),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
             9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
        (
            vec![0xaa; 20],
            &[0xdd; 50],
            "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39\
             bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
        ),
        (
            vec![0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352\
             6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
        ),
    ];
    let hex = Dialect::from(own().with_algorithm(Algorithm::Sha512));
    let base64 = own().with_algorithm(Algorithm::Sha512).with_encoding(Encoding::Base64);
    let base64 = Dialect::from(base64);
    for (key, body, published) in cases {
        let secrets = [secret(key)];
        let signer = Signer::new(hex.clone(), &secrets).expect("a signer");
        let (name, value) = signature(&signer, &outgoing(&push(), body));
        assert_eq!(value, published);
        assert!(verifier(&hex, &secrets).verify(&[(name, value)], body, NOW).is_ok());

        let signer = Signer::new(base64.clone(), &secrets).expect("a signer");
        let (name, value) = signature(&signer, &outgoing(&push(), body));
        assert_eq!(decoded(&value), bytes_of_hex(published));
        assert!(verifier(&base64, &secrets).verify(&[(name, value)], body, NOW).is_ok());
    }
}

fn decoded(base64: &str) -> Vec<u8> {
    use base64::Engine as _;

    base64::engine::general_purpose::STANDARD.decode(base64).expect("base64")
}

#[test]
fn the_other_algorithm_is_never_tried() {
    let sha512 = || own().with_algorithm(Algorithm::Sha512);
    assert_eq!(judge(sha512(), ("X-Signature", HEX), BODY), Err(LengthWrong));
    let signer = Signer::new(sha512().into(), [&secret(SECRET)]).expect("a signer");
    let (_, value) = signature(&signer, &outgoing(&push(), BODY));
    assert_eq!(judge(own(), ("X-Signature", &value), BODY), Err(LengthWrong));
    assert_eq!(judge(own(), ("X-Signature", &value[..64]), BODY), Err(Mismatch));
    let doubled = format!("{HEX}{HEX}");
    assert_eq!(judge(sha512(), ("X-Signature", &doubled), BODY), Err(Mismatch));
}
