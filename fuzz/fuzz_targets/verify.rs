//! Requests of every dialect: genuine by the crate exactly where they are by the judge, and by the same
//! secret. Also everything else that is read from headers.
#![no_main]

use countersign::bitbucket::{cloud, data_center};
use countersign_fuzz::case::Case;
use countersign_fuzz::judge;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(case) = Case::read(bytes) else {
        return;
    };
    let chunk_bytes = bytes.len() % 70 + 1;
    let verdict = case.verdict(chunk_bytes);
    assert_eq!(verdict, judge::genuine(&case), "{case:?}");

    let received = case.dialect.received(&case.headers);
    if let Some(id) = &received.request_id {
        assert!((1..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()));
    }
    let _ = case.dialect.event_key_of_body(&case.body);
    let _ = cloud::RequestHeaders::read(&case.headers);
    let _ = data_center::RequestHeaders::read(&case.headers);
});
