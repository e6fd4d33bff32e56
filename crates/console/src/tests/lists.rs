//! Pages and cursors.

use serde_json::{Value, json};

use super::harness::{SECRET, Server, pairs, refusal};

/// Goes through a list page by page; answers one member of each item.
async fn walk(server: &Server, path: &str, limit: usize, member: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..20 {
        let page = server.get(&format!("{path}?limit={limit}{cursor}")).await.ok();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        found.extend(items.iter().map(|item| item[member].clone()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
    panic!("the list does not end");
}

#[tokio::test]
async fn every_list_is_walked_newest_first_and_once() {
    let server = Server::start().await;
    for number in 0..5 {
        let draft = json!({"name": format!("s{number}"), "dialect": "bitbucket-cloud",
            "secret": SECRET});
        server.call("POST", "/api/v1/sources", draft).await.ok();
        let draft = json!({"url": format!("https://example.com/{number}"), "scope": "w"});
        server.call("POST", "/api/v1/webhooks", draft).await.ok();
        server.publish(&format!("key=k{number}"), "").await.ok();
    }
    for limit in [1, 2, 5, 500] {
        let names = walk(&server, "/api/v1/sources", limit, "name").await;
        assert_eq!(names, ["s4", "s3", "s2", "s1", "s0"]);
        let urls = walk(&server, "/api/v1/webhooks", limit, "url").await;
        assert_eq!(urls.len(), 5);
        assert_eq!(urls[4], "https://example.com/0");
        let keys = walk(&server, "/api/v1/events", limit, "key").await;
        assert_eq!(keys, ["k4", "k3", "k2", "k1", "k0"]);
    }
}

#[tokio::test]
async fn limits_and_cursors_are_checked() {
    let server = Server::start().await;
    for path in ["/api/v1/sources", "/api/v1/events", "/api/v1/deliveries", "/api/v1/refusals"] {
        for limit in ["0", "501", "-1", "x", ""] {
            let answer = server.get(&format!("{path}?limit={limit}")).await;
            assert_eq!(answer.faults(), pairs([("?limit", "out_of_range")]), "{path} {limit}");
        }
        for cursor in ["", "1", "c12", "c00000000000000zz", "null"] {
            let answer = server.get(&format!("{path}?cursor={cursor}")).await;
            assert_eq!(answer.faults(), pairs([("?cursor", "bad_format")]), "{path} {cursor}");
        }
        server.get(&format!("{path}?cursor=cffffffffffffffff")).await.ok();
        server.get(&format!("{path}?cursor=c0000000000000000")).await.ok();
    }
}

#[tokio::test]
async fn refusals_of_one_moment_are_each_shown_once() {
    let server = Server::start().await;
    let draft = json!({"name": "a", "dialect": "bitbucket-cloud", "secret": SECRET});
    server.call("POST", "/api/v1/sources", draft).await.ok();
    let moments = [9, 7, 7, 7, 7, 3, 1];
    let refusals = moments.iter().enumerate().map(|(index, moment)| {
        let mut refusal = refusal(*moment, if index % 2 == 0 { "a" } else { "nobody" });
        refusal.size_bytes = index as u64;
        refusal
    });
    *server.engine.refusals.lock().unwrap() = refusals.collect();
    for limit in 1..=8 {
        let sizes = walk(&server, "/api/v1/refusals", limit, "size_bytes").await;
        assert_eq!(sizes, [0, 1, 2, 3, 4, 5, 6], "{limit}");
        let sizes = walk(&server, "/api/v1/sources/a/refusals", limit, "size_bytes").await;
        assert_eq!(sizes, [0, 2, 4, 6], "{limit}");
    }
    let answer = server.get("/api/v1/sources/nobody/refusals").await;
    assert_eq!(answer.problem(), "not_found");
}

#[tokio::test]
async fn new_refusals_move_no_page() {
    let server = Server::start().await;
    *server.engine.refusals.lock().unwrap() =
        vec![refusal(7, "b"), refusal(7, "a"), refusal(3, "z")];
    let page = server.get("/api/v1/refusals?limit=1").await.ok();
    server.engine.refusals.lock().unwrap().insert(0, refusal(7, "c"));
    let next = page["next"].as_str().unwrap();
    let page = server.get(&format!("/api/v1/refusals?limit=1&cursor={next}")).await.ok();
    assert_eq!(page["items"][0]["source"], "a");
    assert_eq!(page["items"][0]["peer"], "192.0.2.1");
    assert_eq!(page["items"][0]["reason"], "signature_mismatch");
}
