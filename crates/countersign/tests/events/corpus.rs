//! Bodies of real servers, where `COUNTERSIGN_CORPORA` names a folder of test data: they stand beside
//! it, in `payloads/{cloud,server}`.

use std::fs;
use std::path::{Path, PathBuf};

use countersign::bitbucket::event::Fit;

use crate::{Sender, fixtures, json};

/// Bodies that do not fit the key they are kept under: in the older form of another product, of
/// another key, and without one.
const MISFITS: [(&str, Fit); 2] = [
    ("pr-modified", Fit::Lacks { path: "/eventKey" }),
    ("mirror-repo-synchronized-4", Fit::Contradicts { path: "/eventKey" }),
];

fn payloads(test: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("COUNTERSIGN_CORPORA") else {
        eprintln!("not run: {test} (COUNTERSIGN_CORPORA is not set)");
        return None;
    };
    let payloads = Path::new(&folder).join("../payloads");
    if !payloads.is_dir() {
        eprintln!("not run: {test} ({} is no folder)", payloads.display());
        return None;
    }
    Some(payloads)
}

/// `repo-push-12` is a body of `repo:push`.
fn without_number(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((name, number)) if number.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => name,
    }
}

fn keeps_all(sender: Sender, folder: &Path) {
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let file = entry.expect("an entry").path();
        let name = file.file_stem().and_then(|name| name.to_str()).expect("a name");
        let key = sender.keys().find(|key| fixtures::file_name(*key) == without_number(name));
        let key = key.unwrap_or_else(|| panic!("{name} is of no event key"));
        let text = fs::read_to_string(&file).expect("the body can be read");

        let parsed = sender.parse(&key.into(), text.as_bytes());
        let parsed = parsed.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!parsed.is_unknown, "{name}");
        assert_eq!(parsed.json, json(&text), "{name}");
        let misfit = MISFITS.iter().find(|(misfit, _)| *misfit == name);
        assert_eq!(parsed.fit, misfit.map_or(Fit::Fits, |(_, fit)| *fit), "{name}");
        count += 1;
    }
    assert!(count >= 40, "{count} bodies in {}", folder.display());
}

#[test]
fn bodies_of_cloud_are_kept_whole() {
    if let Some(payloads) = payloads("bodies_of_cloud_are_kept_whole") {
        keeps_all(Sender::Cloud, &payloads.join("cloud"));
    }
}

#[test]
fn bodies_of_data_center_are_kept_whole() {
    if let Some(payloads) = payloads("bodies_of_data_center_are_kept_whole") {
        keeps_all(Sender::DataCenter, &payloads.join("server"));
    }
}
