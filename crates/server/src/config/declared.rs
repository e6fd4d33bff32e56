//! Sources and webhooks that the file declares: the API's own fields, but that secrets stand in
//! files of their own (`secret_file`, `basic_auth.password_file`, a header's `value_file`).

use std::path::Path;

use console::draft::{SourceDraft, WebhookDraft};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use toml::{Table, Value};

use super::{error::ConfigError, resolve, secret_file};

/// The most of each kind.
const DECLARED_MAX: usize = 10_000;
const KEY_MAX: usize = 128;

/// A `[[source]]`.
#[derive(Debug)]
pub struct DeclaredSource {
    /// For messages.
    pub place: String,
    /// Its name, where it is a text.
    pub name: Option<String>,
    /// As the API would take it.
    pub draft: SourceDraft,
}

/// A `[[webhook]]`.
#[derive(Debug)]
pub struct DeclaredWebhook {
    /// For messages.
    pub place: String,
    /// Its name in the file, by which a later start finds it again.
    pub key: String,
    /// As the API would take it.
    pub draft: WebhookDraft,
}

struct Reader<'a> {
    base: &'a Path,
    file: &'a Path,
    place: String,
    notes: &'a mut Vec<String>,
}

pub(super) fn sources(
    table: &Table,
    base: &Path,
    file: &Path,
    notes: &mut Vec<String>,
) -> Result<Vec<DeclaredSource>, ConfigError> {
    let tables = tables(table, "source", file)?;
    let read = tables.into_iter().enumerate().map(|(index, table)| {
        let place = place("source", index, table.get("name"));
        let name = table.get("name").and_then(Value::as_str).map(str::to_owned);
        let mut reader = Reader { base, file, place, notes };
        let draft = reader.draft(table.clone())?;
        let place = format!("{} in {}", reader.place, file.display());
        Ok(DeclaredSource { place, name, draft })
    });
    read.collect()
}

pub(super) fn webhooks(
    table: &Table,
    base: &Path,
    file: &Path,
    notes: &mut Vec<String>,
) -> Result<Vec<DeclaredWebhook>, ConfigError> {
    let tables = tables(table, "webhook", file)?;
    let mut declared: Vec<DeclaredWebhook> = Vec::with_capacity(tables.len());
    for (index, table) in tables.into_iter().enumerate() {
        let mut table = table.clone();
        let place = place("webhook", index, table.get("key"));
        let mut reader = Reader { base, file, place, notes };
        let key = match table.remove("key") {
            Some(Value::String(key)) if (1..=KEY_MAX).contains(&key.len()) => key,
            _ => return Err(reader.wrong("`key` has to be a text of 1 to 128 characters")),
        };
        if declared.iter().any(|other| other.key == key) {
            return Err(reader.wrong("another webhook has the same `key`"));
        }
        let draft = reader.draft(table)?;
        let place = format!("{} in {}", reader.place, file.display());
        declared.push(DeclaredWebhook { place, key, draft });
    }
    Ok(declared)
}

fn tables<'a>(table: &'a Table, kind: &str, file: &Path) -> Result<Vec<&'a Table>, ConfigError> {
    let wrong = |problem: &str| ConfigError::Declaration {
        place: format!("[[{kind}]]"),
        file: file.to_owned(),
        problem: problem.to_owned(),
    };
    let Some(value) = table.get(kind) else {
        return Ok(Vec::new());
    };
    let items = value.as_array().ok_or_else(|| wrong("write it with two brackets"))?;
    if items.len() > DECLARED_MAX {
        return Err(wrong("there are more than 10,000 of them"));
    }
    let tables: Option<Vec<_>> = items.iter().map(Value::as_table).collect();
    tables.ok_or_else(|| wrong("write it with two brackets"))
}

fn place(kind: &str, index: usize, name: Option<&Value>) -> String {
    match name.and_then(Value::as_str) {
        Some(name) => format!("[[{kind}]] `{name}`"),
        None => format!("[[{kind}]] number {}", index + 1),
    }
}

impl Reader<'_> {
    fn wrong(&self, problem: impl Into<String>) -> ConfigError {
        let (place, file) = (self.place.clone(), self.file.to_owned());
        ConfigError::Declaration { place, file, problem: problem.into() }
    }

    fn draft<D: DeserializeOwned>(&mut self, mut table: Table) -> Result<D, ConfigError> {
        self.only_in_files(&table)?;
        self.fill(&mut table, "secret_file", "secret")?;
        if let Some(Value::Table(basic)) = table.get_mut("basic_auth") {
            self.fill(basic, "password_file", "password")?;
        }
        if let Some(Value::Table(headers)) = table.get_mut("headers") {
            self.header_values(headers)?;
        }
        let object: Map<String, Json> = table.into_iter().map(|(k, v)| (k, json(v))).collect();
        // Whatever is wrong with a field is kept in the draft and found when it is applied.
        serde_json::from_value(Json::Object(object))
            .map_err(|_| self.wrong("is not a table of fields"))
    }

    /// A secret in the configuration file itself would be in every copy and backup of it.
    fn only_in_files(&self, table: &Table) -> Result<(), ConfigError> {
        for (given, instead) in [
            ("secret", "secret_file"),
            ("secret_base64", "secret_file"),
            ("generate_secret", "secret_file"),
        ] {
            if table.contains_key(given) {
                return Err(self.wrong(format!("`{given}` cannot stand here: use `{instead}`")));
            }
        }
        let basic = table.get("basic_auth").and_then(Value::as_table);
        if basic.is_some_and(|basic| basic.contains_key("password")) {
            return Err(self.wrong("`basic_auth.password` cannot stand here: use `password_file`"));
        }
        Ok(())
    }

    fn fill(&mut self, table: &mut Table, from: &str, into: &str) -> Result<(), ConfigError> {
        if let Some(path) = table.remove(from) {
            let text = self.read(&path, from)?;
            table.insert(into.to_owned(), Value::String(text));
        }
        Ok(())
    }

    fn header_values(&mut self, headers: &mut Table) -> Result<(), ConfigError> {
        for value in headers.iter_mut().map(|(_, value)| value) {
            let Some(path) = value.as_table().and_then(|table| table.get("value_file")).cloned()
            else {
                continue;
            };
            *value = Value::String(self.read(&path, "value_file")?);
        }
        Ok(())
    }

    fn read(&mut self, path: &Value, name: &str) -> Result<String, ConfigError> {
        let path = path.as_str().ok_or_else(|| self.wrong(format!("`{name}` has to be a path")))?;
        let bytes = secret_file::read(&resolve(self.base, path), self.notes)?;
        let text = str::from_utf8(bytes.expose());
        text.map(str::to_owned)
            .map_err(|_| self.wrong(format!("`{name}` names a file that is not UTF-8")))
    }
}

fn json(value: Value) -> Json {
    match value {
        Value::String(text) => Json::String(text),
        Value::Integer(number) => Json::from(number),
        Value::Float(number) => Json::from(number),
        Value::Boolean(boolean) => Json::Bool(boolean),
        Value::Datetime(moment) => Json::String(moment.to_string()),
        Value::Array(items) => Json::Array(items.into_iter().map(json).collect()),
        Value::Table(table) => Json::Object(table.into_iter().map(|(k, v)| (k, json(v))).collect()),
    }
}
