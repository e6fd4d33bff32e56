//! The layers, merged into one table of checked names.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{
    error::{ConfigError, UnknownKey},
    settings::{self, DECLARATIONS, Kind},
};

/// The file that is read where none is named, if it is there.
pub(super) const FILE_DEFAULT: &str = "countersign.toml";

const PREFIX: &str = "COUNTERSIGN_";

/// Where configuration comes from.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// Names and values of the environment.
    pub environment: BTreeMap<String, String>,
    /// `server.listen` and so on, by flags.
    pub flags: Vec<(&'static str, String)>,
}

impl Layers {
    /// These flags over this process' environment.
    pub fn of_process(file: Option<PathBuf>, flags: Vec<(&'static str, String)>) -> Layers {
        let ours = std::env::vars_os().filter_map(|(name, value)| {
            let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
            name.starts_with(PREFIX).then_some((name, value))
        });
        Layers { file, environment: ours.collect(), flags }
    }

    /// The merged table, and the folder from which its relative paths count.
    pub(super) fn merge(&self) -> Result<(Table, PathBuf), ConfigError> {
        let (mut table, base) = self.read_file()?;
        let mut unknown = unknown_keys(&table, &self.file_name());
        for (variable, value) in &self.environment {
            let Some(name) = setting_name(variable) else {
                continue;
            };
            match settings::kind(&name) {
                Some(kind) => set(&mut table, &name, parse(kind, &name, value, variable)?),
                None => unknown.push(UnknownKey {
                    nearest: settings::nearest(&name, settings::names()).map(variable_name),
                    name: variable.clone(),
                    place: "the environment".to_owned(),
                }),
            }
        }
        for (name, value) in &self.flags {
            set(&mut table, name, Value::String(value.clone()));
        }
        if unknown.is_empty() { Ok((table, base)) } else { Err(ConfigError::UnknownKeys(unknown)) }
    }

    /// The file that is read, for messages.
    pub(super) fn file_name(&self) -> PathBuf {
        self.file.clone().unwrap_or_else(|| FILE_DEFAULT.into())
    }

    /// Where a setting's value comes from, for messages.
    pub(super) fn place_of(&self, setting: &str) -> String {
        let variable = variable_name(setting);
        if self.flags.iter().any(|(name, _)| *name == setting) {
            "the flags".to_owned()
        } else if self.environment.contains_key(&variable) {
            variable
        } else {
            self.file_name().display().to_string()
        }
    }

    fn read_file(&self) -> Result<(Table, PathBuf), ConfigError> {
        let file = self.file_name();
        if self.file.is_none() && !file.exists() {
            return Ok((Table::new(), PathBuf::new()));
        }
        let text = std::fs::read_to_string(&file)
            .map_err(|error| ConfigError::Unreadable(file.clone(), error))?;
        let table = text.parse::<Table>().map_err(|error| {
            let at = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text[..at].matches('\n').count() + 1;
            let message = format!("line {line}: {}", error.message());
            ConfigError::Syntax { file: file.clone(), message }
        })?;
        let base = file.parent().map(Path::to_owned).unwrap_or_default();
        Ok((table, base))
    }
}

/// `COUNTERSIGN_SERVER__LISTEN` is `server.listen`; a name without `__` is no configuration.
fn setting_name(variable: &str) -> Option<String> {
    let rest = variable.strip_prefix(PREFIX)?;
    let (section, key) = rest.split_once("__")?;
    Some(format!("{}.{}", section.to_lowercase(), key.to_lowercase()))
}

fn variable_name(setting: &str) -> String {
    format!("{PREFIX}{}", setting.to_uppercase().replace('.', "__"))
}

fn unknown_keys(table: &Table, file: &Path) -> Vec<UnknownKey> {
    let mut unknown = Vec::new();
    let mut note = |name: String| {
        let nearest = settings::nearest(&name, settings::names()).map(str::to_owned);
        unknown.push(UnknownKey { nearest, name, place: file.display().to_string() });
    };
    for (section, value) in table {
        if DECLARATIONS.contains(&section.as_str()) {
            continue;
        }
        let prefix = format!("{section}.");
        let is_section = settings::names().any(|name| name.starts_with(&prefix));
        match value {
            Value::Table(keys) if is_section => {
                let unknown = |key: &&String| settings::kind(&format!("{section}.{key}")).is_none();
                keys.keys().filter(unknown).for_each(|key| note(format!("{section}.{key}")));
            }
            _ => note(section.clone()),
        }
    }
    unknown
}

fn parse(kind: Kind, name: &str, value: &str, variable: &str) -> Result<Value, ConfigError> {
    match kind {
        Kind::Text => Ok(Value::String(value.to_owned())),
        Kind::Number => {
            let number = value.trim().parse().map(Value::Integer);
            number.map_err(|_| ConfigError::Value {
                name: name.to_owned(),
                place: variable.to_owned(),
                problem: "expected a whole number".to_owned(),
            })
        }
        Kind::List => {
            let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
        }
    }
}

fn set(table: &mut Table, name: &str, value: Value) {
    let Some((section, key)) = name.split_once('.') else {
        return;
    };
    let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(section) = section {
        section.insert(key.to_owned(), value);
    }
}
