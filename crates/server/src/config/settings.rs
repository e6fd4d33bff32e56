//! What can be set, by name and kind.

/// What kind of value a setting has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    List,
}

/// Every setting, as `section.key`.
pub(super) const SETTINGS: [(&str, Kind); 14] = [
    ("server.listen", Kind::Text),
    ("server.admin", Kind::Text),
    ("server.public_url", Kind::Text),
    ("server.data", Kind::Text),
    ("server.drain_s", Kind::Number),
    ("store.reserve_bytes", Kind::Number),
    ("history.age_max_s", Kind::Number),
    ("history.size_max_bytes", Kind::Number),
    ("webhooks.default_dialect", Kind::Text),
    ("targets.private", Kind::List),
    ("tls.ca_files", Kind::List),
    ("keys.master_key_file", Kind::Text),
    ("log.level", Kind::Text),
    ("log.format", Kind::Text),
];

/// The lists of tables that the file can hold.
pub(super) const DECLARATIONS: [&str; 2] = ["source", "webhook"];

/// The kind of a setting. `None` where there is no such setting.
pub(super) fn kind(name: &str) -> Option<Kind> {
    SETTINGS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// The known name that is most like an unknown one, where one is like it at all.
pub(super) fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let measured = known.map(|name| (strsim::damerau_levenshtein(unknown, name), name));
    let (distance, name) = measured.min()?;
    (distance <= unknown.len().max(3) / 3 + 1).then_some(name)
}

/// Every name that can stand in the file: settings, sections and lists.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let settings = SETTINGS.iter().map(|(name, _)| *name);
    settings.chain(DECLARATIONS)
}
