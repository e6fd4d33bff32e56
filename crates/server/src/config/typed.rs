//! From the merged table to checked values.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use toml::{Table, Value};
use url::Url;

use super::{
    AdminTokenFrom, Config, HistoryConfig, LogConfig, ServerConfig, StoreConfig, declared,
    error::ConfigError, layers::Layers, resolve, secret_file::SecretBytes,
};

const DRAIN_MAX_S: u64 = 600;
const DAY_S: u64 = 24 * 3_600;
/// A minute: less would remove what is still being looked at.
const AGE_MIN_S: u64 = 60;
/// Ten years.
const AGE_MAX_S: u64 = 3_650 * DAY_S;
/// 16 MiB: an empty store and a few large bodies.
const SIZE_MIN_BYTES: u64 = 16 * 1024 * 1024;

/// The table under its defaults, asked by name.
struct Values<'a> {
    given: &'a Table,
    defaults: Table,
    layers: &'a Layers,
}

impl Values<'_> {
    fn find(&self, name: &str) -> Option<&Value> {
        let (section, key) = name.split_once('.')?;
        let table = if self.is_given(name) { self.given } else { &self.defaults };
        table.get(section)?.get(key)
    }

    fn is_given(&self, name: &str) -> bool {
        let place = name.split_once('.');
        place.is_some_and(|(section, key)| {
            self.given.get(section).is_some_and(|section| section.get(key).is_some())
        })
    }

    fn wrong(&self, name: &str, problem: impl Into<String>) -> ConfigError {
        let place = self.layers.place_of(name);
        ConfigError::Value { name: name.to_owned(), place, problem: problem.into() }
    }

    fn text(&self, name: &str) -> Result<Option<&str>, ConfigError> {
        match self.find(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(name, "expected a text in quotes")),
        }
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str, expected: &str) -> Result<T, ConfigError> {
        let text = self.text(name)?.unwrap_or_default();
        text.parse().map_err(|_| self.wrong(name, format!("expected {expected}, found `{text}`")))
    }

    fn number(&self, name: &str, most: u64) -> Result<u64, ConfigError> {
        let number = self.find(name).and_then(Value::as_integer);
        let number = number.and_then(|number| u64::try_from(number).ok());
        number
            .filter(|number| *number <= most)
            .ok_or_else(|| self.wrong(name, format!("expected a whole number from 0 to {most}")))
    }

    fn number_from(&self, name: &str, least: u64, most: u64) -> Result<u64, ConfigError> {
        let expected =
            || self.wrong(name, format!("expected a whole number from {least} to {most}"));
        let number = self.number(name, most).map_err(|_| expected())?;
        if number < least { Err(expected()) } else { Ok(number) }
    }

    fn list(&self, name: &str) -> Result<Vec<&str>, ConfigError> {
        let items = self.find(name).and_then(Value::as_array);
        let items = items.and_then(|items| items.iter().map(Value::as_str).collect());
        items.ok_or_else(|| self.wrong(name, "expected a list of texts, `[\"...\", \"...\"]`"))
    }
}

pub(super) fn read(table: &Table, base: &Path, layers: &Layers) -> Result<Config, ConfigError> {
    let file = layers.file_name();
    let values =
        Values { given: table, defaults: super::DEFAULT_FILE.parse().unwrap_or_default(), layers };
    let mut warnings = Vec::new();
    let sources = declared::sources(table, base, &file, &mut warnings)?;
    let webhooks = declared::webhooks(table, base, &file, &mut warnings)?;
    Ok(Config {
        server: server(&values, base, layers)?,
        store: StoreConfig { reserve_bytes: values.number("store.reserve_bytes", 1 << 50)? },
        history: history(&values, &mut warnings)?,
        default_dialect: values.parsed("webhooks.default_dialect", "the name of a dialect")?,
        private_targets: private_targets(&values)?,
        ca_files: values.list("tls.ca_files")?.iter().map(|path| resolve(base, path)).collect(),
        log: log(&values)?,
        sources,
        webhooks,
        warnings,
    })
}

fn server(values: &Values<'_>, base: &Path, layers: &Layers) -> Result<ServerConfig, ConfigError> {
    let listen: SocketAddr = values.parsed("server.listen", "an address such as 127.0.0.1:8490")?;
    let admin: SocketAddr = values.parsed("server.admin", "an address such as 127.0.0.1:8491")?;
    if listen == admin && listen.port() != 0 {
        return Err(values.wrong("server.admin", "is the same address as `server.listen`"));
    }
    let in_file = values.given.get("server").is_some_and(|server| server.get("data").is_some());
    let by_flag = layers.flags.iter().any(|(name, _)| *name == "server.data");
    let by_variable = layers.environment.contains_key("COUNTERSIGN_SERVER__DATA");
    let data = values.text("server.data")?.unwrap_or_default();
    let data = if in_file && !by_flag && !by_variable { resolve(base, data) } else { data.into() };
    let master_key_file = values.text("keys.master_key_file")?;
    Ok(ServerConfig {
        listen,
        admin,
        public_url: public_url(values)?,
        data,
        drain: Duration::from_secs(values.number("server.drain_s", DRAIN_MAX_S)?),
        admin_token: admin_token(layers),
        master_key_file: master_key_file.map(|path| resolve(base, path)),
    })
}

fn public_url(values: &Values<'_>) -> Result<Option<Url>, ConfigError> {
    const NAME: &str = "server.public_url";
    let Some(text) = values.text(NAME)? else {
        return Ok(None);
    };
    let wrong = || values.wrong(NAME, "expected an http or https URL without a query");
    let url = Url::parse(text).map_err(|_| wrong())?;
    let good = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if good { Ok(Some(url)) } else { Err(wrong()) }
}

fn admin_token(layers: &Layers) -> AdminTokenFrom {
    let variable = |name| layers.environment.get(name).filter(|value| !value.is_empty());
    if let Some(token) = variable("COUNTERSIGN_ADMIN_TOKEN") {
        return AdminTokenFrom::Variable(SecretBytes::new(token.trim().as_bytes().to_vec()));
    }
    match variable("COUNTERSIGN_ADMIN_TOKEN_FILE") {
        Some(file) => AdminTokenFrom::File(PathBuf::from(file)),
        None => AdminTokenFrom::DataFolder,
    }
}

fn private_targets(values: &Values<'_>) -> Result<Vec<deliver::PrivateRange>, ConfigError> {
    const NAME: &str = "targets.private";
    let ranges = values.list(NAME)?.into_iter().map(|text| {
        text.parse().map_err(|_| {
            values.wrong(NAME, format!("expected a range such as 10.0.0.0/8, found `{text}`"))
        })
    });
    ranges.collect()
}

fn history(values: &Values<'_>, warnings: &mut Vec<String>) -> Result<HistoryConfig, ConfigError> {
    let age_max_s = values.number_from("history.age_max_s", AGE_MIN_S, AGE_MAX_S)?;
    let size_max_bytes = values.number_from("history.size_max_bytes", SIZE_MIN_BYTES, 1 << 50)?;
    if age_max_s < DAY_S {
        warnings.push(format!(
            "history.age_max_s is {age_max_s}: what fails can be resent for less than a day"
        ));
    }
    let reserve_bytes = values.number("store.reserve_bytes", 1 << 50)?;
    if reserve_bytes > size_max_bytes && values.is_given("history.size_max_bytes") {
        warnings.push(format!(
            "store.reserve_bytes is {reserve_bytes}: more is kept free than history may use, \
             {size_max_bytes}"
        ));
    }
    Ok(HistoryConfig { age_max: Duration::from_secs(age_max_s), size_max_bytes })
}

fn log(values: &Values<'_>) -> Result<LogConfig, ConfigError> {
    let level = values.parsed("log.level", "error, warn, info, debug or trace")?;
    let json = match values.text("log.format")? {
        Some("text") => false,
        Some("json") => true,
        _ => return Err(values.wrong("log.format", "expected text or json")),
    };
    Ok(LogConfig { level, json })
}
