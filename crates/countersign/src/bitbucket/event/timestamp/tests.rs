use alloc::format;
use alloc::string::ToString as _;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn ms(text: &str) -> Option<i64> {
    Timestamp::from(text).unix_ms()
}

/// Checked with `date -u -d TEXT +%s`.
const READ: [(&str, i64); 15] = [
    ("1970-01-01T00:00:00Z", 0),
    ("2018-09-21T14:09:51.000Z", 1_537_538_991_000),
    ("2018-07-05T19:21:30+0000", 1_530_818_490_000),
    ("2017-09-19T09:45:32+1000", 1_505_778_332_000),
    ("2015-04-06T15:23:38.179678+00:00", 1_428_333_818_179),
    ("2020-02-29T23:59:59.999999999-00:30", 1_583_022_599_999),
    ("2000-02-29T12:00:00+05:45", 951_804_900_000),
    ("1900-03-01T00:00:00Z", -2_203_891_200_000),
    ("1969-12-31T23:59:59.5Z", -500),
    ("0000-01-01T00:00:00Z", -62_167_219_200_000),
    ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ("2016-12-31T23:59:60Z", 1_483_228_800_000),
    ("2026-08-19t17:27:55.26z", 1_787_160_475_260),
    ("2026-08-19 17:27:55,2+02", 1_787_153_275_200),
    ("2026-03-01T00:00:00+00:00", 1_772_323_200_000),
];

#[test]
fn iso_8601_is_read_in_all_its_forms() {
    for (text, unix_ms) in READ {
        assert_eq!(ms(text), Some(unix_ms), "{text}");
    }
}

#[test]
fn what_is_no_moment_is_kept_as_text() {
    for text in [
        "",
        "yesterday",
        "2018-09-21",
        "2018-09-21T14:09:51",
        "2018-09-21T14:09Z",
        "2018-9-21T14:09:51Z",
        "2018-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2018-04-31T00:00:00Z",
        "2018-13-01T00:00:00Z",
        "2018-00-01T00:00:00Z",
        "2018-01-00T00:00:00Z",
        "2018-09-21T24:00:00Z",
        "2018-09-21T14:60:00Z",
        "2018-09-21T14:09:61Z",
        "2018-09-21T14:09:51.Z",
        "2018-09-21T14:09:51.0123456789Z",
        "2018-09-21T14:09:51+24:00",
        "2018-09-21T14:09:51+01:60",
        "2018-09-21T14:09:51 01:00",
        "2018-09-21T14:09:51Z ",
        "2018-09-21T14:09:51+1",
        "+018-09-21T14:09:51Z",
        "２018-09-21T14:09:51Z",
        "1537538991000",
    ] {
        assert_eq!(ms(text), None, "{text}");
        let timestamp = Timestamp::read(json!(text)).expect("a timestamp");
        assert_eq!(timestamp.as_str(), Some(text));
        assert_eq!(timestamp.write(), json!(text));
    }
}

#[test]
fn numbers_are_milliseconds_and_stay_numbers() {
    for (number, unix_ms) in [
        (json!(1_550_436_762_919_i64), Some(1_550_436_762_919)),
        (json!(-1), Some(-1)),
        (json!(0), Some(0)),
        (json!(1_550_436_762_919.75), Some(1_550_436_762_919)),
        (json!(-0.5), Some(-1)),
        (json!(-2.0), Some(-2)),
        (json!(i64::MAX), Some(i64::MAX)),
        (json!(u64::MAX), None),
        (json!(1e300), None),
        (json!(-1e300), None),
    ] {
        let timestamp = Timestamp::read(number.clone()).expect("a timestamp");
        assert_eq!(timestamp.unix_ms(), unix_ms, "{number}");
        assert_eq!(timestamp.as_str(), None);
        assert_eq!(timestamp.write(), number);
        assert_eq!(timestamp.to_string(), number.to_string());
    }
}

#[test]
fn other_json_is_not_taken() {
    for value in [json!(null), json!(true), json!([]), json!({"epochSecond": 1})] {
        assert!(!Timestamp::takes(&value), "{value}");
    }
}

#[test]
fn days_follow_one_another() {
    let mut expected = days_since_1970(0, 1, 1).expect("a day");
    for year in 0..=9999 {
        for month in 1..=12 {
            for day in 1..=31 {
                if let Some(days) = days_since_1970(year, month, day) {
                    assert_eq!(days, expected, "{year}-{month}-{day}");
                    expected += 1;
                }
            }
        }
    }
    assert_eq!(expected, 2_932_897);
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,40}") {
        let _ = ms(&text);
    }

    #[test]
    fn nearly_a_moment_is_read_without_panic(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.,+Zz-]{0,24}") {
        let _ = ms(&text);
    }

    #[test]
    fn an_offset_moves_the_moment(hours in 0_i64..24, minutes in 0_i64..60) {
        let (here, utc) = ("2026-03-01T12:00:00", ms("2026-03-01T12:00:00Z"));
        let offset_ms = (hours * 60 + minutes) * 60_000;
        let (east, west) = (
            format!("{here}+{hours:02}:{minutes:02}"), format!("{here}-{hours:02}{minutes:02}"),
        );
        prop_assert_eq!(ms(&east).map(|ms| ms + offset_ms), utc);
        prop_assert_eq!(ms(&west).map(|ms| ms - offset_ms), utc);
    }
}
