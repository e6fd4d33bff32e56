use alloc::string::String;
use alloc::vec;

use super::*;

#[test]
fn names_are_compared_without_case_and_values_kept_in_order() {
    let headers = vec![
        (String::from("X-One"), b"1".to_vec()),
        (String::from("x-two"), b"2".to_vec()),
        (String::from("x-one"), b"3".to_vec()),
    ];
    let by_reference = &headers;
    let values: Vec<&[u8]> = Headers::values(&by_reference, "X-ONE").collect();
    assert_eq!(values, [b"1", b"3"]);
    assert_eq!(headers.values("x-three").count(), 0);
    assert_eq!(headers[1..].values("X-Two").count(), 1);
}

#[cfg(feature = "http")]
#[test]
fn header_maps_are_read_the_same() {
    let mut map = http::HeaderMap::new();
    for value in ["1", "2"] {
        map.append("x-one", http::HeaderValue::from_static(value));
    }
    let values: Vec<&[u8]> = Headers::values(&map, "X-One").collect();
    assert_eq!(values, [b"1", b"2"]);
    assert_eq!(Headers::values(&map, "not a name\n").count(), 0);
    assert_eq!(occurrence(&map, "X-One"), Occurrence::Repeated);
}

#[test]
fn occurrence_trims_spaces_and_tabs_only() {
    let read = |value: &'static str| match occurrence(&[("a", value)], "A") {
        Occurrence::Once(value) => value.to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!(read(" \t a b\t "), b"a b");
    assert_eq!(read(" \t "), b"");
    assert_eq!(read(""), b"");
    assert_eq!(read("a\r\n"), b"a\r\n");
    assert_eq!(read("\u{a0}"), "\u{a0}".as_bytes());
    assert_eq!(occurrence::<[(&str, &str); 0]>(&[], "a"), Occurrence::Missing);
    assert_eq!(occurrence(&[("a", "1"), ("A", "")], "a"), Occurrence::Repeated);
}

#[test]
fn visible_text_is_1_to_255_visible_ascii_characters() {
    let long = "x".repeat(255);
    assert_eq!(visible_text(&[("a", long.as_str())], "a"), Some(long.as_str()));
    assert_eq!(visible_text(&[("a", "x".repeat(256))], "a"), None);
    assert_eq!(visible_text(&[("a", " !~ ")], "a"), Some("!~"));
    for other in ["", "a b", "a\tb", "\u{7f}", "\u{e9}", "\0"] {
        assert_eq!(visible_text(&[("a", other)], "a"), None, "{other:?}");
    }
    assert_eq!(visible_text(&[("a", [0xff])], "a"), None);
}
