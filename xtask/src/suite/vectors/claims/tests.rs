use serde_json::json;

use super::*;

fn of_github(value: &str) -> Value {
    json!({"dialect": "github", "sign": [], "verify": [{
        "name": "one",
        "secrets": [{"id": "first", "base64": "a2V5"}],
        "headers": [["x-hub-signature-256", value]],
        "body_base64": "YWI=", "body_times": 2,
        "accepted": {"secret_id": "first"},
    }]})
}

#[test]
fn an_accepted_request_claims_its_digest() {
    let claims = of(&of_github("\tsha256=AB ")).unwrap();
    let expected = Signature {
        case: "one".to_owned(),
        algorithm: "sha256",
        key: b"key".to_vec(),
        message: b"abab".to_vec(),
        digests: vec!["ab".to_owned()],
    };
    assert_eq!(claims.signatures, [expected]);
}

#[test]
fn a_refused_request_claims_nothing_but_where_its_time_is_the_reason() {
    let mut file = of_github("sha256=ab");
    file["verify"][0]["accepted"].take();
    file["verify"][0]["refused"] = json!("mismatch");
    assert_eq!(of(&file).unwrap().signatures, []);
    let file = json!({"dialect": "standard-webhooks", "sign": [], "verify": [{
        "name": "old",
        "secrets": [{"id": "first", "base64": STANDARD.encode("whsec_a2V5")}],
        "headers": [["webhook-id", "1"], ["webhook-timestamp", "2"], ["webhook-signature", "v1a,AA v1,q80="]],
        "body_base64": "YWI=",
        "refused": "timestamp_too_old",
    }]});
    let signatures = of(&file).unwrap().signatures;
    assert_eq!(signatures[0].message, b"1.2.ab");
    assert_eq!(
        (&*signatures[0].key, &*signatures[0].digests),
        (&b"key"[..], &["abcd".to_owned()][..])
    );
}

#[test]
fn a_list_is_signed_with_every_secret_the_last_first() {
    let secret = |id: &str, text: &str| json!({"id": id, "base64": STANDARD.encode(text)});
    let file = json!({"dialect": "gitlab", "verify": [], "sign": [{
        "name": "both",
        "secrets": [secret("a", "whsec_YQ=="), secret("t", "token"), secret("b", "whsec_Yg==")],
        "headers": [
            ["webhook-id", "1"], ["webhook-timestamp", "2"],
            ["X-Gitlab-Token", "other"], ["webhook-signature", "v1,AQ== v1,Ag=="],
        ],
        "body_base64": "",
    }]});
    let claims = of(&file).unwrap();
    let pairs: Vec<_> =
        claims.signatures.iter().map(|one| (&*one.key, one.digests[0].as_str())).collect();
    assert_eq!(pairs, [(&b"b"[..], "01"), (&b"a"[..], "02")]);
    assert_eq!((claims.tokens, &*claims.wrong_tokens), (1, &["both".to_owned()][..]));
}
