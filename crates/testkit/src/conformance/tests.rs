//! The list of cases is the list of cases.

macro_rules! names {
    ($any:expr; $($module:ident :: $case:ident),* $(,)?) => {
        [$((stringify!($module), stringify!($case))),*]
    };
}

#[test]
fn every_case_is_listed() {
    let files = [
        ("accept", include_str!("accept.rs")),
        ("bulk", include_str!("bulk.rs")),
        ("catalogue", include_str!("catalogue.rs")),
        ("dispatch", include_str!("dispatch.rs")),
        ("duplicates", include_str!("duplicates.rs")),
        ("history", include_str!("history.rs")),
        ("lists", include_str!("lists.rs")),
        ("model", include_str!("model.rs")),
        ("recovery", include_str!("recovery.rs")),
        ("retention", include_str!("retention.rs")),
        ("upkeep", include_str!("upkeep.rs")),
    ];
    let listed = crate::with_conformance_cases! { [names], () };
    let mut written = 0;
    for (module, text) in files {
        for line in text.lines() {
            let Some(rest) = line.strip_prefix("pub async fn ") else {
                continue;
            };
            let name = rest.split('<').next().unwrap();
            assert!(listed.contains(&(module, name)), "{module}::{name} is not run");
            written += 1;
        }
    }
    assert_eq!(written, listed.len());
}
