//! The OpenAPI document is what the file says.

use crate::{Code, openapi};

/// Where the document is kept. `COUNTERSIGN_UPDATE_GOLDEN=1` writes it anew.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

#[test]
fn the_document_is_the_one_that_is_kept() {
    let text = openapi::text() + "\n";
    if std::env::var_os("COUNTERSIGN_UPDATE_GOLDEN").is_some() {
        std::fs::write(FILE, &text).unwrap();
    }
    let kept = std::fs::read_to_string(FILE).unwrap();
    assert!(kept == text, "openapi.json is stale: COUNTERSIGN_UPDATE_GOLDEN=1 writes it anew");
}

#[test]
fn the_document_has_every_problem() {
    let document: serde_json::Value = serde_json::from_str(&openapi::text()).unwrap();
    let codes = &document["components"]["schemas"]["Code"]["enum"];
    let listed: Vec<&str> =
        codes.as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    let all: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(listed, all);
    for code in Code::ALL {
        assert!(code.status().as_u16() >= 400 && !code.title().is_empty());
    }
}
