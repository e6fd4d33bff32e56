use super::*;

fn read(value: &str) -> Option<EventKey> {
    received(&[(EVENT_HEADER, value)]).event_key
}

fn key(text: &str) -> EventKey {
    EventKey::parse(text).expect("an event key")
}

#[test]
fn words_with_blanks_are_read_as_one_key() {
    for (value, expected) in [
        ("Push Hook", "push_hook"),
        ("Merge Request Hook", "merge_request_hook"),
        ("  Tag Push Hook\t", "tag_push_hook"),
        ("Wiki Page Hook", "wiki_page_hook"),
        ("a B", "a_b"),
        ("PUSH HOOK", "push_hook"),
    ] {
        assert_eq!(read(value), Some(key(expected)), "{value}");
    }
}

#[test]
fn any_other_value_is_read_as_it_stands() {
    for value in ["Push", "Push_Hook", "repo:push", "push_hook", "System-Hook"] {
        assert_eq!(read(value), Some(key(value)));
    }
    for value in [
        "",
        " ",
        "Push  Hook",
        "Push\tHook",
        "Push\u{a0}Hook",
        "Push 2 Hook",
        "Push-Tag Hook",
        "Push_Tag Hook",
        "Push H\u{f6}\u{f6}k",
        "Push, Hook",
        "repo:push hook",
    ] {
        assert_eq!(read(value), None, "{value:?}");
    }
    assert_eq!(received(&[(EVENT_HEADER, b"Push \xff")]).event_key, None);
    let twice = [(EVENT_HEADER, "Push Hook"), (EVENT_HEADER, "Push Hook")];
    assert_eq!(received(&twice).event_key, None);
}

#[test]
fn length_is_that_of_an_event_key() {
    let words = |count: usize| alloc::vec!["a"; count].join(" ");
    assert_eq!(read(&words(64)), Some(key(&words(64).replace(' ', "_"))), "127 bytes");
    assert_eq!(read(&words(65)), None, "129 bytes");
    assert_eq!(read(&words(128)), None, "255 bytes");
    assert_eq!(read(&words(100_000)), None);
    assert_eq!(read(&"a".repeat(128)), Some(key(&"a".repeat(128))));
    assert_eq!(read(&"a".repeat(129)), None);
}

#[test]
fn what_is_written_is_read_again() {
    for text in [
        "push_hook",
        "merge_request_hook",
        "repo:push",
        "hook",
        "_hook",
        "a__hook",
        "Push_Hook",
        "x_hook_",
        "deployment2_hook",
    ] {
        assert_eq!(read(&event_to_send(&key(text))), Some(key(text)), "{text}");
    }
    let long = alloc::format!("{}_hook", "a".repeat(123));
    assert_eq!(event_to_send(&key(&long)), alloc::format!("A{} Hook", "a".repeat(122)));
    assert_eq!(read(&event_to_send(&key(&long))), Some(key(&long)));
}
