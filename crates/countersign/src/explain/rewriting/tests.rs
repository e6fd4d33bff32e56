use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use alloc::{format, vec};

use proptest::prelude::*;
use serde_json::Value;

use super::*;

const COMPACT: Json = Json { blanks: Blanks::Compact, escaped: false };
const COMPACT_ESCAPED: Json = Json { blanks: Blanks::Compact, escaped: true };
const SPACED: Json = Json { blanks: Blanks::Spaced, escaped: false };
const SPACED_ESCAPED: Json = Json { blanks: Blanks::Spaced, escaped: true };
const INDENTED_2: Json = Json { blanks: Blanks::Indented(2), escaped: false };
const INDENTED_4: Json = Json { blanks: Blanks::Indented(4), escaped: false };

fn rewritten(json: Json, body: &[u8]) -> Vec<u8> {
    let mut written = Vec::new();
    json.rewrite(body, |part| written.extend_from_slice(part));
    written
}

fn text(json: Json, body: &str) -> String {
    String::from_utf8(rewritten(json, body.as_bytes())).expect("text")
}

/// A document, as six writers write it: the third to the fifth as Python's `json.dumps` does.
fn written(document: &Value) -> [(Json, String); 6] {
    let python = |separators: [&str; 2], ascii: bool| {
        let mut text = String::new();
        python(document, separators, ascii, &mut text);
        text
    };
    [
        (COMPACT, document.to_string()),
        (INDENTED_2, serde_json::to_string_pretty(document).expect("text")),
        (SPACED_ESCAPED, python([", ", ": "], true)),
        (SPACED, python([", ", ": "], false)),
        (COMPACT_ESCAPED, python([",", ":"], true)),
        (INDENTED_4, indented_by_four(document)),
    ]
}

fn indented_by_four(document: &Value) -> String {
    let by_two = serde_json::to_string_pretty(document).expect("text");
    let lines = by_two.lines().map(|line| {
        let member = line.trim_start_matches(' ');
        " ".repeat(2 * (line.len() - member.len())) + member
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn python(value: &Value, [comma, colon]: [&str; 2], ascii: bool, text: &mut String) {
    let string = |value: &str, text: &mut String| {
        for character in Value::from(value).to_string().chars() {
            if character.is_ascii() || !ascii {
                text.push(character);
                continue;
            }
            for unit in character.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    };
    match value {
        Value::String(value) => string(value, text),
        Value::Array(items) => {
            text.push('[');
            for (position, item) in items.iter().enumerate() {
                text.push_str(if position > 0 { comma } else { "" });
                python(item, [comma, colon], ascii, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (position, (name, value)) in members.iter().enumerate() {
                text.push_str(if position > 0 { comma } else { "" });
                string(name, text);
                text.push_str(colon);
                python(value, [comma, colon], ascii, text);
            }
            text.push('}');
        }
        other => text.push_str(&other.to_string()),
    }
}

/// From each writing of the document to each other one.
fn assert_each_becomes_each(document: &Value) {
    let written = written(document);
    for (_, from) in &written {
        for (json, to) in &written {
            assert_eq!(&text(*json, from), to, "{json:?} of {from}");
        }
    }
}

#[test]
fn every_writing_becomes_every_other() {
    for document in [
        r#"{}"#,
        r#"[]"#,
        r#"{"a":{},"b":[],"c":[[],{},[{}]],"d":{"e":[]}}"#,
        r#"{"text":"\" \\ \/ \b\f\n\r\t \u0000 \u001f , : { } [ ] \\\" ","next":[1,-2.5,3e10,true,false,null]}"#,
        r#"{"é":"ü€😀\u2028","\\u00e9":"\\\\u00e9","a\"é":["\u007f"]}"#,
        r#"[{"a":[1,2,{"b":"c"}]},"x",[["y"]]]"#,
    ] {
        assert_each_becomes_each(&serde_json::from_str(document).expect("JSON"));
    }
}

#[test]
fn escapes_are_read_as_they_stand() {
    assert_eq!(text(COMPACT, r#"["\u00E9\uD83D\ude00"]"#), "[\"\u{e9}\u{1f600}\"]");
    for kept in [
        r#"["\u0041\u001f"]"#,
        r#"["\ud83d"]"#,
        r#"["\ud83d\ud83d x"]"#,
        r#"["\ude00\ud83d"]"#,
        r#"["\u00g9\u+0e9\u00e"]"#,
        r#"["\\u00e9\\\\u00e9"]"#,
        r#"["\u00e"#,
        r#"["\ud83d\u"#,
        r#"["\"#,
    ] {
        assert_eq!(text(COMPACT, kept), kept);
    }
    assert_eq!(text(COMPACT_ESCAPED, "[\"\u{e9}\\u00e9\"]"), r#"["\u00e9\u00e9"]"#);
    let not_text = b"[\"\xff\\u00e9\" , 1]";
    assert_eq!(rewritten(COMPACT, not_text), b"[\"\xff\\u00e9\",1]");
}

#[test]
fn what_is_no_json_comes_out_as_something() {
    for body in ["", "}", "]]]", "{", "{\"", "{\"a", "[1 2", "{,}", "\u{0}", "nul", ":::", "{]}"] {
        for json in Json::ALL {
            let _ = rewritten(*json, body.as_bytes());
        }
    }
}

#[test]
fn ten_thousand_levels_are_no_trouble() {
    let body = "[".repeat(10_000) + &"]".repeat(10_000);
    assert_eq!(text(COMPACT, &body), body);
    assert_eq!(text(SPACED, &body), body);
    let objects = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
    assert_eq!(text(SPACED, &objects), objects.replace(':', ": "));
    for json in [INDENTED_2, INDENTED_4] {
        assert!(rewritten(json, objects.as_bytes()).len() <= 8 * objects.len());
    }
}

#[test]
fn no_body_grows_over_its_bound() {
    let deep = "[".repeat(64) + &",".repeat(100_000);
    for json in Json::ALL {
        assert!(rewritten(*json, deep.as_bytes()).len() <= 8 * deep.len(), "{json:?}");
    }
    let small = "[".repeat(30) + &"]".repeat(30);
    let document: Value = serde_json::from_str(&small).expect("JSON");
    assert_eq!(text(INDENTED_4, &small), indented_by_four(&document), "within 4 KiB");
    let strings = "\u{e9}".repeat(10_000);
    let escaped = text(COMPACT_ESCAPED, &format!("[\"{strings}\"]"));
    assert_eq!(escaped, format!("[\"{}\"]", "\\u00e9".repeat(10_000)));
}

fn endings(body: &[u8], crlf: bool) -> Vec<u8> {
    let mut written = Vec::new();
    line_endings(body, crlf, |part| written.extend_from_slice(part));
    written
}

#[test]
fn line_endings_become_one_kind() {
    for (body, lf, crlf) in [
        (&b""[..], &b""[..], &b""[..]),
        (b"a", b"a", b"a"),
        (b"a\n", b"a\n", b"a\r\n"),
        (b"a\r\nb\nc", b"a\nb\nc", b"a\r\nb\r\nc"),
        (b"\n\r\n\n", b"\n\n\n", b"\r\n\r\n\r\n"),
        (b"a\rb\r", b"a\rb\r", b"a\rb\r"),
        (b"a\r\r\n", b"a\r\n", b"a\r\r\n"),
    ] {
        assert_eq!(endings(body, false), lf);
        assert_eq!(endings(body, true), crlf);
    }
}

fn decoded(body: &[u8]) -> Vec<u8> {
    let mut written = Vec::new();
    form_decoded(body, |part| written.extend_from_slice(part));
    written
}

fn encoded(body: &[u8]) -> Vec<u8> {
    let mut written = Vec::new();
    form_encoded(body, |part| written.extend_from_slice(part));
    written
}

#[test]
fn forms_are_read_and_written_as_browsers_do() {
    assert_eq!(encoded(b"{\"a b\": 1}~*-._\n"), b"payload=%7B%22a+b%22%3A+1%7D%7E*-._%0A");
    assert_eq!(decoded(b"payload=%7b%22a+b%22%3A+1%7D&x=%7B"), b"{\"a b\": 1}");
    assert_eq!(decoded(b"payload=a=b"), b"a=b");
    for broken in [&b"payload=%"[..], b"payload=%4", b"payload=%zz", b"payload=%\xff\xff"] {
        assert_eq!(decoded(broken), vec![0], "{broken:?}");
    }
}

fn document() -> impl Strategy<Value = Value> {
    let text = "[\\PC\\x00-\\x1f\"\\\\/,:{}\\[\\]\u{e9}\u{1f600}]{0,12}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let member = (text, inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(Value::from),
            proptest::collection::vec(member, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_writing_of_any_document_becomes_every_other(document in document()) {
        assert_each_becomes_each(&document);
    }

    #[test]
    fn nothing_makes_it_panic(
        body in "[\\[\\]{}\":,\\\\u0-9a-f \u{e9}\\n]{0,80}",
        bytes in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        for body in [body.as_bytes(), &bytes] {
            for json in Json::ALL {
                prop_assert!(rewritten(*json, body).len() <= 4096);
            }
            prop_assert_eq!(endings(&endings(body, true), false), endings(body, false));
            prop_assert_eq!(decoded(&encoded(body)), body);
            let _ = decoded(body);
        }
    }
}
