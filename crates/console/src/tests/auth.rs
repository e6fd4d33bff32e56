//! Nobody gets in without the token, wherever.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::Value;

use super::harness::{Server, TOKEN};
use crate::openapi;

/// Every operation of the document: method, path, and whether it needs the token.
fn operations() -> Vec<(String, String, bool)> {
    let document: Value = serde_json::from_str(&openapi::text()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let path = path.replace(['{', '}'], "");
            let closed = operation["security"][0]["bearer"].is_array();
            operations.push((method.to_uppercase(), path, closed));
        }
    }
    operations
}

fn request(method: &str, path: &str, authorization: &[&str]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for value in authorization {
        request = request.header("authorization", *value);
    }
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn every_endpoint_refuses_without_and_with_a_wrong_token() {
    let server = Server::start().await;
    let good = format!("Bearer {TOKEN}");
    let longer = format!("Bearer {TOKEN}x");
    let shorter = &good[..good.len() - 1];
    let basic = format!("Basic {TOKEN}");
    let wrong: [&[&str]; 8] = [
        &[],
        &["Bearer"],
        &["Bearer "],
        &["Bearer wrong"],
        &[&longer],
        &[shorter],
        &[&basic],
        &[&good, &good],
    ];
    let operations = operations();
    assert!(operations.iter().filter(|(_, _, closed)| *closed).count() >= 30);
    for (method, path, closed) in operations {
        if !closed {
            let answer = server.send(request(&method, &path, &[])).await;
            assert_eq!(answer.status, StatusCode::OK, "{method} {path}");
            assert!(!path.starts_with("/api"), "{path}");
            continue;
        }
        for authorization in wrong {
            let answer = server.send(request(&method, &path, authorization)).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(answer.problem(), "unauthorized");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
        let answer = server.send(request(&method, &path, &[&good])).await;
        assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_told_with_the_token_only() {
    let server = Server::start().await;
    for path in ["/api/v1/nothing", "/nothing", "/api", "/api/v1/sources/"] {
        let answer = server.send(request("GET", path, &[])).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        let answer = server.get(path).await;
        assert_eq!(answer.problem(), "not_found", "{path}");
    }
    let answer = server.send(request("PUT", "/api/v1/sources", &[])).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let good = format!("bearer  {TOKEN}");
    let answer = server.send(request("PUT", "/api/v1/sources", &[&good])).await;
    assert_eq!(answer.problem(), "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET,HEAD,POST");
    let answer = server.send(request("POST", "/healthz", &[])).await;
    assert_eq!(answer.problem(), "method_not_allowed");
}
