//! The list of signatures of Standard Webhooks, and GitLab's.
//!
//! An input has three lines, the list, the id and the time, and then the body. In the list `{0}` and
//! `{1}` stand for what the two secrets sign, so that genuine items are found at any place.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::{Algorithm, Dialect, Secret, UnixSeconds};
use countersign_fuzz::case::{Case, trimmed};
use countersign_fuzz::judge;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(4, |byte| *byte == b'\n');
    let [Some(list), Some(id), Some(time)] = [lines.next(), lines.next(), lines.next()] else {
        return;
    };
    let body = lines.next().unwrap_or_default();
    let secrets = [secret(1), secret(2)];
    let mut list = list.to_vec();
    for (number, secret) in secrets.iter().enumerate() {
        let key = judge::whsec(secret.expose()).expect("a key");
        let parts: [&[u8]; 5] = [trimmed(id), b".", trimmed(time), b".", body];
        let digest = STANDARD.encode(judge::hmac(Algorithm::Sha256, &key, &parts));
        list = replaced(&list, format!("{{{number}}}").as_bytes(), digest.as_bytes());
    }
    let headers = vec![
        ("webhook-signature".to_owned(), list),
        ("webhook-id".to_owned(), id.to_vec()),
        ("webhook-timestamp".to_owned(), time.to_vec()),
    ];
    for dialect in [Dialect::StandardWebhooks, Dialect::Gitlab] {
        let now = UnixSeconds(1_700_000_000);
        let (secrets, headers) = (secrets.to_vec(), headers.clone());
        let case = Case { dialect, secrets, now, headers, body: body.to_vec() };
        let verdict = case.verdict(16);
        assert_eq!(verdict, judge::genuine(&case), "{case:?}");
    }
});

fn secret(seed: u8) -> Secret {
    Secret::generate(&Dialect::StandardWebhooks, &mut |bytes| bytes.fill(seed))
}

fn replaced(text: &[u8], mark: &[u8], by: &[u8]) -> Vec<u8> {
    let mut made = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(mark.len()).position(|part| part == mark) {
        made.extend_from_slice(&rest[..at]);
        made.extend_from_slice(by);
        rest = &rest[at + mark.len()..];
    }
    made.extend_from_slice(rest);
    made
}
