//! Pairs that providers publish or that their own tests use.

use countersign::{Dialect, Signer, UnixSeconds};

use crate::{NOW, outgoing, push, secret, signature, verifier};

const SECRET: &str = "It's a Secret to Everybody";
const HELLO: &str = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";

#[test]
fn bitbucket_signs_hello_world() {
    let secret = secret(SECRET);
    for dialect in [Dialect::BitbucketCloud, Dialect::BitbucketDataCenter] {
        let signer = Signer::new(dialect.clone(), [&secret]).expect("a signer");
        let signature = signature(&signer, &outgoing(&push(), b"Hello World!"));
        assert_eq!(signature, ("X-Hub-Signature".into(), HELLO.to_owned()));

        let verifier = verifier(&dialect, std::slice::from_ref(&secret));
        assert!(verifier.verify(std::slice::from_ref(&signature), b"Hello World!", NOW).is_ok());
        assert!(verifier.verify(&[signature], b"Hello, World!", NOW).is_err());
    }
}

#[test]
fn github_signs_hello_comma_world() {
    let value = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    for (dialect, header) in
        [(Dialect::Github, "X-Hub-Signature-256"), (Dialect::BitbucketCloud, "X-Hub-Signature")]
    {
        let verifier = verifier(&dialect, &[secret(SECRET)]);
        assert!(verifier.verify(&[(header, value)], b"Hello, World!", NOW).is_ok());
        assert!(verifier.verify(&[(header, HELLO)], b"Hello, World!", NOW).is_err());
    }
    let bare = [("X-Gitea-Signature", &value[7..])];
    let verifier = verifier(&Dialect::Gitea, &[secret(SECRET)]);
    assert!(verifier.verify(&bare, b"Hello, World!", NOW).is_ok());
}

#[test]
fn standard_webhooks_reference_message() {
    let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let headers = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ];
    let body = br#"{"test": 2432232314}"#;
    let at = UnixSeconds(1_614_265_330);
    let verifier = verifier(&Dialect::StandardWebhooks, std::slice::from_ref(&secret));
    assert!(verifier.verify(&headers, body, at).is_ok());

    let signer = Signer::new(Dialect::StandardWebhooks, [&secret]).expect("a signer");
    let key = push();
    let mut outgoing = outgoing(&key, body);
    outgoing.request_id = headers[0].1;
    outgoing.at = at;
    let signed = signer.signature_headers(&outgoing).expect("signed");
    assert_eq!(signed, headers.map(|(name, value)| (name.into(), value.to_owned())));
}
