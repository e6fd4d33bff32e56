//! The list of signatures: single spaces, up to 16 items, what is passed over and what is not.

use super::super::case::Case;
use super::super::mac::{Algorithm, base64};
use super::super::scheme::{BODY, Scheme};
use super::super::seed;

/// A well-formed item that is forged.
fn forged(number: usize) -> String {
    format!("v1,{}", base64(&seed::bytes(&format!("forged item {number}"), 32)))
}

/// An item of the version with public keys.
fn asymmetric() -> String {
    format!("v1a,{}", base64(&seed::bytes("asymmetric", 64)))
}

pub(super) fn all(scheme: &Scheme) -> Vec<Case> {
    let genuine = scheme.value(&scheme.digest());
    let list =
        |name: &str, items: &[&str]| scheme.claiming(&format!("list: {name}"), items.join(" "));
    let mut cases = taken(scheme, &genuine);
    cases.extend(refused(&genuine, &list));
    cases.extend(counted(&genuine, &list));
    cases.extend(of_two_secrets(scheme, &genuine));
    cases
}

/// What is passed over, and which item gives the reason.
pub(super) fn short(scheme: &Scheme) -> Vec<Case> {
    let genuine = scheme.value(&scheme.digest());
    let list =
        |name: &str, items: &[&str]| scheme.claiming(&format!("list: {name}"), items.join(" "));
    refused(&genuine, &list).into_iter().chain(of_two_secrets(scheme, &genuine)).collect()
}

fn taken(scheme: &Scheme, genuine: &str) -> Vec<Case> {
    let list =
        |name: &str, items: &[&str]| scheme.claiming(&format!("list: {name}"), items.join(" "));
    let (one, two, asymmetric) = (forged(1), forged(2), asymmetric());
    vec![
        list("the first of two", &[genuine, &one]),
        list("the last of two", &[&one, genuine]),
        list("the middle of three", &[&one, genuine, &two]),
        list("the same twice", &[genuine, genuine]),
        list("v1a before", &[&asymmetric, genuine]),
        list("v1a after", &[genuine, &asymmetric]),
        list("v2 before", &["v2,AAAA", genuine]),
        list("an unknown word before", &["hello", genuine]),
        list("v1= before", &["v1=abc", genuine]),
        list("an item without a version", &[&genuine[3..], genuine]),
        list("an empty item between", &[&one, "", genuine]),
        list("an empty item at the front is a blank around", &["", genuine]),
        list("a v1 without a digest before", &["v1,", genuine]),
        list("a malformed v1 before", &["v1,????", genuine]),
        list("a malformed v1 after", &[genuine, "v1,AAAA"]),
        list("an over-long v1 before", &[&format!("v1,{}", "A".repeat(92)), genuine]),
        list("a v1 in hexadecimal before", &[&format!("v1,{}", "a1".repeat(32)), genuine]),
    ]
}

type List<'a> = dyn Fn(&str, &[&str]) -> Case + 'a;

fn refused(genuine: &str, list: &List<'_>) -> Vec<Case> {
    let (one, two, asymmetric) = (forged(1), forged(2), asymmetric());
    let upper = genuine.replacen("v1,", "V1,", 1);
    let (start, end) = genuine.split_at(20);
    vec![
        list("two forged", &[&one, &two]).refused("mismatch"),
        list("v1a alone", &[&asymmetric]).refused("label_unknown"),
        list("v1a with the genuine digest", &[&genuine.replacen("v1,", "v1a,", 1)])
            .refused("label_unknown"),
        list("only unknown versions", &["v2,AAAA", "v3,BBBB", &asymmetric])
            .refused("label_unknown"),
        list("a version and a digest apart", &["v1,", &genuine[3..]]).refused("length_wrong"),
        list("a version without its comma", &["v1", &genuine[3..]]).refused("label_unknown"),
        list("a comma between items", &[&format!("{genuine},{one}")]).refused("length_wrong"),
        list("a comma and a space between items", &[&format!("{genuine},"), &format!("{upper},")])
            .refused("encoding_invalid"),
        list("a blank inside the digest", &[start, end]).refused("encoding_invalid"),
        list("a forged one and a malformed one", &[&one, "v1,????"]).refused("mismatch"),
        list("a malformed one and a forged one", &["v1,AAAA", &one]).refused("mismatch"),
        list("malformed, the first by its length", &["v1,AAAA", "v1,????"]).refused("length_wrong"),
        list("malformed, the first by its encoding", &["v1,????", "v1,AAAA"])
            .refused("encoding_invalid"),
        list("malformed behind another version", &["v2,AAAA", "v1,????"])
            .refused("encoding_invalid"),
        list("two items without digests", &["v1,", "v1,"]).refused("length_wrong"),
        list("quotes", &[&format!("\"{genuine}\"")]).refused("label_unknown"),
        list("t= and v1=", &[&format!("t=1700000000,v1={}", &genuine[3..])])
            .refused("label_unknown"),
    ]
}

/// 16 items are read, 17 are refused unread.
fn counted(genuine: &str, list: &List<'_>) -> Vec<Case> {
    let forgeries: Vec<String> = (1..=16).map(forged).collect();
    let forgeries: Vec<&str> = forgeries.iter().map(String::as_str).collect();
    let empty = |count: usize| " ".repeat(count);
    vec![
        list("16, the genuine one last", &[&forgeries[..15], &[genuine]].concat()),
        list("16, the genuine one first", &[&[genuine][..], &["v1,AAAA"; 15]].concat()),
        list("17, the genuine one last", &[&["v1,AAAA"; 16][..], &[genuine]].concat())
            .refused("too_many_signatures"),
        list("17, the genuine one first", &[&[genuine][..], &["v1,AAAA"; 16]].concat())
            .refused("too_many_signatures"),
        list("16 forged", &forgeries).refused("mismatch"),
        list("17 times the genuine one", &[genuine; 17]).refused("too_many_signatures"),
        list("17 of unknown versions", &["v2,A"; 17]).refused("too_many_signatures"),
        list("16 of unknown versions", &["v2,A"; 16]).refused("label_unknown"),
        list("17 malformed", &["v1,?"; 17]).refused("too_many_signatures"),
        list("14 empty items between two", &[genuine, &empty(13), genuine]),
        list("15 empty items between two", &[genuine, &empty(14), genuine])
            .refused("too_many_signatures"),
        list("1000 items", &["v"; 1000]).refused("too_many_signatures"),
    ]
}

fn of_two_secrets(scheme: &Scheme, genuine: &str) -> Vec<Case> {
    let (first, second) = (scheme.secret("first"), scheme.secret("second"));
    let other = scheme.value(&scheme.mac(&scheme.key(&second), BODY));
    let both = |name: &str, value: String| {
        scheme
            .claiming(&format!("list: {name}"), value)
            .with_secrets([first.clone(), second.clone()])
    };
    let sha512 = base64(&Algorithm::Sha512.hmac(&scheme.key(&first), &scheme.message(BODY)));
    vec![
        both("signed with both secrets", format!("{genuine} {other}")),
        both("signed with both secrets, the last first", format!("{other} {genuine}")),
        both("signed with the second and a forged one", format!("{} {other}", forged(1)))
            .reads_secret("second"),
        scheme
            .claiming("list: one active of two that signed", format!("{genuine} {other}"))
            .with_secrets([second])
            .reads_secret("second"),
        scheme.claiming("list: SHA-512 beside the genuine one", format!("v1,{sha512} {genuine}")),
    ]
}
