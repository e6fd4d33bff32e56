//! The signature header missing, empty, or more than once: exactly one is read, or none.

use super::super::case::Case;
use super::super::scheme::{BODY, Scheme};

pub(in super::super) fn all(scheme: &Scheme) -> Vec<Case> {
    let header = scheme.header;
    let genuine = scheme.value(&scheme.digest());
    let forged = scheme.value(&scheme.mac(b"another key", BODY));
    let twice =
        |name: &str| scheme.case(&format!("header twice: {name}")).refused("signature_repeated");
    let missing = |name: &str| {
        scheme.case(&format!("no header: {name}")).without(header).refused("signature_missing")
    };
    let underscored = header.replace('-', "_");
    let mut cases = vec![
        twice("both genuine").add(header, &*genuine),
        twice("genuine, then forged").add(header, &*forged),
        twice("forged, then genuine").add_first(header, &*forged),
        twice("genuine, then empty").add(header, ""),
        twice("empty, then genuine").add_first(header, ""),
        twice("the second name in upper case").add(&header.to_uppercase(), &*forged),
        twice("the first name in upper case").add_first(&header.to_uppercase(), &*forged),
        twice("three").add(header, &*genuine).add_first(header, &*genuine),
        missing("nothing in its place"),
        missing("the signature in Authorization's place").add("X-Authorization", &*genuine),
        missing("a longer name").add(&format!("{header}-Old"), &*genuine),
        missing("a shorter name").add(&header[..header.len() - 1], &*genuine),
        missing("another name before it").add(&format!("X-{header}"), &*genuine),
    ];
    if underscored != header {
        cases.push(missing("underscores in the name").add(&underscored, &*genuine));
        cases.push(missing("no hyphens in the name").add(&header.replace('-', ""), &*genuine));
    }
    cases
}
