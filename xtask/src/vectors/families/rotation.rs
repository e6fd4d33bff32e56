//! Several active secrets: any of them may have signed, and the first that fits is told.

use super::super::case::{Case, Secret};
use super::super::scheme::{BODY, Scheme};

pub(in super::super) fn all(scheme: &Scheme) -> Vec<Case> {
    let of = |ids: &[&str]| ids.iter().map(|id| scheme.secret(id)).collect::<Vec<_>>();
    let (two, four) = (of(&["first", "second"]), of(&["first", "second", "third", "fourth"]));
    let first = scheme.secret("first");
    let twin = Secret::new("twin", &*first.bytes);
    let mut cases = vec![
        scheme.signed("rotation: the first of two", &two, 0, BODY),
        scheme.signed("rotation: the last of two", &two, 1, BODY),
        scheme.signed("rotation: the first of four", &four, 0, BODY),
        scheme.signed("rotation: the second of four", &four, 1, BODY),
        scheme.signed("rotation: the third of four", &four, 2, BODY),
        scheme.signed("rotation: the last of four", &four, 3, BODY),
        scheme.signed("rotation: both are the same", &[first.clone(), twin.clone()], 0, BODY),
        scheme
            .case("rotation: the second and the third are the same")
            .with_secrets([scheme.secret("second"), first.clone(), twin])
            .reads_secret("first"),
        scheme
            .case("rotation: a retired secret")
            .with_secrets([scheme.secret("second")])
            .refused("mismatch"),
        scheme
            .case("rotation: none of four")
            .with_secrets(of(&["second", "third", "fourth", "fifth"]))
            .refused("mismatch"),
    ];
    if !scheme.is_list() {
        let padded = Secret::new("padded", [&*first.bytes, &[0]].concat());
        cases.push(
            scheme
                .case("rotation: a secret and the same with a zero byte are one key")
                .with_secrets([padded, first])
                .reads_secret("padded"),
        );
        cases.push(joined(scheme));
    }
    cases
}

/// Two secrets are two keys and never one.
fn joined(scheme: &Scheme) -> Case {
    let (first, second) = (scheme.secret("first"), scheme.secret("second"));
    let key = [&*first.bytes, &*second.bytes].concat();
    scheme
        .claiming_digest("rotation: both secrets joined", &scheme.mac(&key, BODY))
        .with_secrets([first, second])
        .refused("mismatch")
}
