//! The page on past vulnerabilities names tests: each has to be one.

/// The page, and the files that have the tests it names.
const PAGE: &str = include_str!("../../src/past_vulnerabilities.rs");
const FILES: [(&str, &str); 10] = [
    ("forged", include_str!("forged.rs")),
    ("generic_hmac", include_str!("generic_hmac.rs")),
    ("gitlab", include_str!("gitlab.rs")),
    ("properties", include_str!("properties.rs")),
    ("wycheproof", include_str!("wycheproof.rs")),
    ("vectors", include_str!("vectors.rs")),
    ("mac", include_str!("../../src/mac/tests.rs")),
    ("secret", include_str!("../../src/secret/tests.rs")),
    ("basic", include_str!("../../src/basic/tests.rs")),
    ("trials", include_str!("../../src/explain/trials/tests.rs")),
];

/// `module::test` of the page.
fn named(text: &str) -> Option<(&str, &str)> {
    let (module, test) = text.split_once("::")?;
    let plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (plain(module) && plain(test)).then_some((module, test))
}

#[test]
fn every_test_that_the_page_names_exists() {
    let tests: Vec<_> = PAGE.split('`').filter_map(named).collect();
    assert!(tests.len() >= 20, "{}", tests.len());
    for (module, test) in tests {
        let file = FILES.iter().find(|(name, _)| *name == module);
        let (_, text) = file.unwrap_or_else(|| panic!("{module}::{test}"));
        assert!(
            text.contains(&format!("\n    fn {test}(")) || text.contains(&format!("\nfn {test}(")),
            "{module}::{test}"
        );
    }
}

#[test]
fn every_part_of_the_page_names_a_test() {
    for part in PAGE.split("\n//! # ").skip(1) {
        let title = part.lines().next().unwrap_or_default();
        assert!(part.contains("*Here*") && part.contains("*Shown by*"), "{title}");
        assert!(part.split('`').any(|text| named(text).is_some()), "{title}");
    }
}
