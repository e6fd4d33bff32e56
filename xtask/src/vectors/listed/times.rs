//! `webhook-timestamp`: signed as it stands, a whole number of seconds, at most 300 from now.

use super::super::case::Case;
use super::super::scheme::{BODY, NOW, REQUEST_ID, Scheme, WEBHOOK_TIMESTAMP, message};

pub(super) fn all(scheme: &Scheme) -> Vec<Case> {
    let mut cases = written(scheme);
    cases.extend(moved(scheme));
    cases.extend(apart(scheme));
    cases
}

/// A request with this time, signed over it, checked at `now`.
fn signed(scheme: &Scheme, name: &str, time: &str, now: i64) -> Case {
    let digest = scheme.algorithm.hmac(
        &scheme.key(&scheme.secret("first")),
        &message(REQUEST_ID, time.trim_matches([' ', '\t']), BODY),
    );
    scheme.claiming_digest(&format!("time: {name}"), &digest).set(WEBHOOK_TIMESTAMP, time).at(now)
}

pub(super) fn apart(scheme: &Scheme) -> Vec<Case> {
    let at = |name: &str, offset: i64| signed(scheme, name, &(NOW + offset).to_string(), NOW);
    vec![
        at("300 s before", -300),
        at("301 s before", -301).refused("timestamp_too_old"),
        at("300 s after", 300),
        at("301 s after", 301).refused("timestamp_too_new"),
        at("299 s before", -299),
        at("1 s after", 1),
        at("an hour before", -3600).refused("timestamp_too_old"),
        at("a day after", 86_400).refused("timestamp_too_new"),
        signed(scheme, "1970", "0", NOW).refused("timestamp_too_old"),
        signed(scheme, "1970, checked then", "0", 0),
        signed(scheme, "1970, checked 300 s later", "0", 300),
        signed(scheme, "1970, checked 301 s later", "0", 301).refused("timestamp_too_old"),
        signed(scheme, "milliseconds", "1700000000000", NOW).refused("timestamp_too_new"),
        signed(scheme, "beyond 32 bits", "4294967296", 4_294_967_296),
        signed(scheme, "wrapped around at 32 bits", &(NOW + 4_294_967_296).to_string(), NOW)
            .refused("timestamp_too_new"),
        signed(scheme, "2^31", "2147483648", 2_147_483_647),
        signed(scheme, "2^53 + 1", "9007199254740993", NOW).refused("timestamp_too_new"),
        signed(scheme, "2^63 - 1", "9223372036854775807", NOW).refused("timestamp_too_new"),
    ]
}

fn written(scheme: &Scheme) -> Vec<Case> {
    let invalid =
        |name: &str, time: &str| signed(scheme, name, time, NOW).refused("timestamp_invalid");
    vec![
        signed(scheme, "zeros in front, signed as they stand", "0001700000000", NOW),
        signed(scheme, "19 digits with zeros in front", "0000000001700000000", NOW),
        invalid("20 digits with zeros in front", "00000000001700000000"),
        signed(scheme, "blanks around it are not signed", " 1700000000\t", NOW),
        invalid("2^63", "9223372036854775808"),
        invalid("19 nines", "9999999999999999999"),
        invalid("20 digits", "17000000000000000000"),
        invalid("2^64 and a time, wrapped around", "18446744075409551616"),
        invalid("empty, and signed so", ""),
        invalid("blanks alone", " "),
        invalid("minus", "-1700000000"),
        invalid("minus zero", "-0"),
        invalid("plus", "+1700000000"),
        invalid("a fraction", "1700000000.0"),
        invalid("a fraction, empty", "1700000000."),
        invalid("an exponent", "17e8"),
        invalid("hexadecimal", "0x6553f100"),
        invalid("hexadecimal digits", "6553f100"),
        invalid("underscores", "1_700_000_000"),
        invalid("commas", "1,700,000,000"),
        invalid("a blank inside", "1700000 000"),
        invalid("a date", "2023-11-14T22:13:20Z"),
        invalid("an HTTP date", "Tue, 14 Nov 2023 22:13:20 GMT"),
        invalid("a unit", "1700000000s"),
        invalid("a list", "1700000000,1700000000"),
        invalid("NaN", "NaN"),
        invalid("Infinity", "Infinity"),
        invalid("null", "null"),
        invalid("the word now", "now"),
        invalid("percent-encoded digits", "%31700000000"),
        invalid("quotes", "\"1700000000\""),
    ]
}

pub(super) fn moved(scheme: &Scheme) -> Vec<Case> {
    let usual = |name: &str| scheme.case(&format!("time: {name}"));
    let time = NOW.to_string();
    vec![
        usual("missing").without(WEBHOOK_TIMESTAMP).refused("timestamp_missing"),
        usual("twice, the same").add(WEBHOOK_TIMESTAMP, &*time).refused("timestamp_repeated"),
        usual("twice, another first")
            .add_first(WEBHOOK_TIMESTAMP, "1700000001")
            .refused("timestamp_repeated"),
        usual("twice, in two cases").add("Webhook-Timestamp", &*time).refused("timestamp_repeated"),
        usual("twice, the second empty").add(WEBHOOK_TIMESTAMP, "").refused("timestamp_repeated"),
        usual("in svix-timestamp only")
            .without(WEBHOOK_TIMESTAMP)
            .add("svix-timestamp", &*time)
            .refused("timestamp_missing"),
        usual("in Date only")
            .without(WEBHOOK_TIMESTAMP)
            .add("Date", "Tue, 14 Nov 2023 22:13:20 GMT")
            .refused("timestamp_missing"),
        usual("changed after signing").set(WEBHOOK_TIMESTAMP, "1700000001").refused("mismatch"),
        usual("an old request made new")
            .at(NOW + 86_400)
            .set(WEBHOOK_TIMESTAMP, (NOW + 86_400).to_string())
            .refused("mismatch"),
        usual("zeros put in front after signing")
            .set(WEBHOOK_TIMESTAMP, "01700000000")
            .refused("mismatch"),
        usual("too old and forged")
            .set(scheme.header, scheme.value(&[7; 32]))
            .at(NOW + 1000)
            .refused("mismatch"),
        usual("too new and forged")
            .set(scheme.header, scheme.value(&[7; 32]))
            .at(NOW - 1000)
            .refused("mismatch"),
        usual("too old and another body").at(NOW + 1000).with_body(b"{}").refused("mismatch"),
        usual("missing, with a forged signature")
            .without(WEBHOOK_TIMESTAMP)
            .set(scheme.header, scheme.value(&[7; 32]))
            .refused("timestamp_missing"),
    ]
}
