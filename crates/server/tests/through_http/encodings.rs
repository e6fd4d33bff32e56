//! `Content-Encoding`: the signature covers the plain bytes, and the plain bytes go on.

use std::{io::Write, time::Instant};

use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use testkit::receivers::{Answer, Receiver};

use crate::{
    scene::Scene,
    sender::{PUSH, Sender, Signed},
};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zipped(signed: Signed) -> Signed {
    let body = gzip(&signed.body);
    signed.set("Content-Encoding", "gzip").body(body)
}

#[tokio::test]
async fn a_gzip_body_is_verified_kept_and_delivered_plain() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    scene.webhook(&receiver, json!({"source": "bitbucket"})).await;
    let event = scene.accepted("bitbucket", &zipped(bitbucket.push("1"))).await;
    let arrived = receiver.next().await;
    assert_eq!(&arrived.body[..], PUSH);
    assert_eq!(arrived.header("Content-Encoding"), None);
    assert!(bitbucket.verifies(&arrived));
    let kept = scene.get(&format!("/api/v1/events/{event}")).await;
    assert_eq!(kept["size_bytes"], PUSH.len());

    // The same push, plain this time, is the same event.
    let again = scene.post("bitbucket", &bitbucket.push("1")).await;
    assert_eq!((again.status, again.json()["event"].as_str()), (200, Some(event.as_str())));
    scene.end().await;
}

#[tokio::test]
async fn several_gzip_members_and_large_ones_are_read() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let large: Vec<u8> =
        (0..1_000_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let signed = bitbucket.sign("repo:push", "1", large.clone());
    let mut members = gzip(&large[..400_000]);
    members.extend(gzip(&large[400_000..]));
    let signed = signed.set("Content-Encoding", "x-gzip").body(members);
    let event = scene.accepted("bitbucket", &signed).await;
    let kept = scene.api("GET", &format!("/api/v1/events/{event}/body"), None).await;
    assert!(kept.body == large);
    scene.end().await;
}

#[tokio::test]
async fn a_header_that_a_proxy_left_behind_is_tolerated() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let stale = bitbucket.push("1").set("Content-Encoding", "gzip");
    scene.accepted("bitbucket", &stale).await;
    let identity = bitbucket.push("2").set("Content-Encoding", "identity");
    scene.accepted("bitbucket", &identity).await;
    scene.end().await;
}

#[tokio::test]
async fn other_encodings_are_415_for_everybody() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    for encoding in ["br", "deflate", "gzip, gzip", "zstd"] {
        for source in ["bitbucket", "nobody"] {
            let signed = bitbucket.push("1").set("Content-Encoding", encoding);
            assert_eq!(scene.post(source, &signed).await.status, 415, "{encoding}");
        }
    }
    let twice = bitbucket.push("1").set("Content-Encoding", "gzip");
    let twice = twice.and("Content-Encoding", "gzip");
    assert_eq!(scene.post("bitbucket", &twice).await.status, 415);
    scene.nothing_stored().await;
    scene.end().await;
}

#[tokio::test]
async fn a_bomb_is_refused_quickly() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let wide = Sender::new("bitbucket-data-center");
    scene.source_of("wide", &wide, json!({})).await;
    let bomb = gzip(&vec![0; 64 * 1024 * 1024]);
    assert!(bomb.len() < 100_000, "a bomb is small");
    let began = Instant::now();
    for (source, sender) in [("bitbucket", &bitbucket), ("wide", &wide)] {
        let signed = sender.push("1").set("Content-Encoding", "gzip").body(bomb.clone());
        assert_eq!(scene.post(source, &signed).await.status, 413, "{source}");
    }
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    scene.nothing_stored().await;
    scene.end().await;
}

#[tokio::test]
async fn gzip_that_is_broken_is_refused() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let whole = gzip(PUSH);
    let mut wrong_sum = whole.clone();
    let sum = wrong_sum.len() - 6;
    wrong_sum[sum] ^= 1;
    for body in [whole[..whole.len() - 4].to_vec(), wrong_sum, vec![0x1f, 0x8b, 0xff]] {
        let signed = bitbucket.push("1").set("Content-Encoding", "gzip").body(body);
        assert_eq!(scene.post("bitbucket", &signed).await.status, 403);
        assert_eq!(scene.list("/api/v1/refusals").await[0]["reason"], "gzip_invalid");
    }
    scene.nothing_stored().await;
    scene.end().await;
}
