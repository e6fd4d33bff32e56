//! The fixtures: `fixtures/{cloud,data_center}/KEY.json` and `KEY.VARIANT.json`, where `KEY` is the
//! event key with `-` for `:` and `_`. All names in them are invented.

use std::fs;
use std::path::PathBuf;

use countersign::KnownEventKey;

use crate::Sender;

#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    /// Without `.json`.
    pub(crate) name: String,
    pub(crate) key: KnownEventKey,
    pub(crate) text: String,
}

pub(crate) fn folder(sender: Sender) -> PathBuf {
    let folder = match sender {
        Sender::Cloud => "cloud",
        Sender::DataCenter => "data_center",
    };
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder)
}

/// All of them, by name.
pub(crate) fn all(sender: Sender) -> Vec<Fixture> {
    let mut fixtures: Vec<Fixture> = fs::read_dir(folder(sender))
        .expect("the folder of fixtures")
        .map(|entry| read(sender, &entry.expect("an entry").path()))
        .collect();
    fixtures.sort_by(|one, other| one.name.cmp(&other.name));
    fixtures
}

pub(crate) fn text(sender: Sender, name: &str) -> String {
    let file = folder(sender).join(format!("{name}.json"));
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn read(sender: Sender, file: &std::path::Path) -> Fixture {
    let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
    let name = name.strip_suffix(".json").unwrap_or_else(|| panic!("{name} is no fixture"));
    let of_key = name.split('.').next().expect("a first part");
    let key = sender.keys().find(|key| file_name(*key) == of_key);
    let key = key.unwrap_or_else(|| panic!("{name} is of no event key"));
    Fixture { name: name.into(), key, text: text(sender, name) }
}

pub(crate) fn file_name(key: KnownEventKey) -> String {
    key.as_str().replace([':', '_'], "-")
}
