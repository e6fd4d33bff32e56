//! The layers win in their order, and what is wrong is named with its place and its remedy.

use std::os::unix::fs::PermissionsExt;

use super::*;

fn layers(file: &str) -> (tempfile::TempDir, Layers) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("countersign.toml");
    std::fs::write(&path, file).unwrap();
    (folder, Layers { file: Some(path), ..Layers::default() })
}

fn error(file: &str) -> String {
    let (_folder, layers) = layers(file);
    Config::load(&layers).unwrap_err().to_string()
}

fn write_secret(folder: &tempfile::TempDir, name: &str, text: &str, mode: u32) {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn the_default_file_has_every_setting_and_no_other() {
    let uncommented: String = DEFAULT_FILE
        .lines()
        .take_while(|line| !line.starts_with("# Sources and webhooks"))
        .map(|line| match line.strip_prefix("# ") {
            Some(setting)
                if setting.split(" = ").next().is_some_and(|k| !k.contains(' '))
                    && setting.contains(" = ") =>
            {
                format!("{setting}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let table: toml::Table = uncommented.parse().unwrap();
    let mut found: Vec<String> = Vec::new();
    for (section, keys) in &table {
        for key in keys.as_table().unwrap().keys() {
            found.push(format!("{section}.{key}"));
        }
    }
    let mut known: Vec<String> =
        settings::SETTINGS.iter().map(|(name, _)| (*name).to_owned()).collect();
    found.sort();
    known.sort();
    assert_eq!(found, known);
}

#[test]
fn without_a_file_the_defaults_count() {
    let (_folder, layers) = layers("");
    let config = Config::load(&layers).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8490");
    assert_eq!(config.server.admin.to_string(), "127.0.0.1:8491");
    assert_eq!(config.store.reserve_bytes, 256 * 1024 * 1024);
    assert_eq!(config.history.age_max, Duration::from_secs(30 * 24 * 3_600));
    assert_eq!(config.history.size_max_bytes, 20 * 1024 * 1024 * 1024);
    assert_eq!(config.warnings, Vec::<String>::new());
    assert_eq!(config.default_dialect, Dialect::BitbucketCloud);
    assert_eq!(config.private_targets.len(), 6);
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let (_folder, mut layers) = layers("[server]\nlisten = '127.0.0.1:1'\nadmin = '127.0.0.1:2'\n");
    let load = |layers: &Layers| Config::load(layers).unwrap().server;
    assert_eq!(load(&layers).listen.port(), 1);
    let variable = ("COUNTERSIGN_SERVER__LISTEN".to_owned(), "127.0.0.1:3".to_owned());
    layers.environment.extend([variable]);
    assert_eq!(load(&layers).listen.port(), 3);
    layers.flags.push(("server.listen", "127.0.0.1:4".to_owned()));
    assert_eq!(load(&layers).listen.port(), 4);
    assert_eq!(load(&layers).admin.port(), 2);
}

#[test]
fn lists_of_the_environment_are_separated_by_commas() {
    let (_folder, mut layers) = layers("");
    let variable =
        ("COUNTERSIGN_TARGETS__PRIVATE".to_owned(), "10.1.0.0/16, 10.2.0.0/16:8080".to_owned());
    layers.environment.extend([variable]);
    assert_eq!(Config::load(&layers).unwrap().private_targets.len(), 2);
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest_one() {
    let message = error("[server]\nlisten_on = '127.0.0.1:1'\n");
    assert!(
        message.contains("`server.listen_on`") && message.contains("countersign.toml"),
        "{message}"
    );
    assert!(message.contains("did you mean `server.listen`?"), "{message}");
    let message = error("[serverr]\n");
    assert!(message.contains("unknown key `serverr`"), "{message}");
    let (_folder, mut layers) = layers("");
    layers.environment.extend([("COUNTERSIGN_SERVER__LISTENN".to_owned(), "x".to_owned())]);
    let message = Config::load(&layers).unwrap_err().to_string();
    assert!(message.contains("did you mean `COUNTERSIGN_SERVER__LISTEN`?"), "{message}");
}

#[test]
fn other_variables_are_no_configuration() {
    let (_folder, mut layers) = layers("");
    layers.environment.extend([("COUNTERSIGN_CORPORA".to_owned(), "x".to_owned())]);
    assert!(Config::load(&layers).is_ok());
}

#[test]
fn wrong_values_are_named() {
    for (file, expected) in [
        ("[server]\nlisten = 'nowhere'\n", "`server.listen`"),
        ("[server]\nlisten = 8490\n", "expected a text"),
        ("[server]\ndrain_s = -1\n", "from 0 to 600"),
        ("[server]\npublic_url = 'ftp://x'\n", "http or https"),
        ("[server]\nadmin = '127.0.0.1:8490'\n", "same address"),
        ("[history]\nage_max_s = 59\n", "from 60 to 315360000"),
        ("[history]\nsize_max_bytes = 16777215\n", "from 16777216"),
        ("[history]\nsize_max_bytes = '20 GiB'\n", "expected a whole number"),
        ("[targets]\nprivate = ['10.0.0.0/99']\n", "10.0.0.0/99"),
        ("[webhooks]\ndefault_dialect = 'bitbucket'\n", "the name of a dialect"),
        ("[log]\nformat = 'xml'\n", "text or json"),
        ("[source]\nname = 'x'\n", "two brackets"),
        ("[server\n", "line 1"),
    ] {
        let message = error(file);
        assert!(message.contains(expected), "{file}: {message}");
    }
}

#[test]
fn what_contradicts_itself_is_told() {
    let warnings = |file: &str| {
        let (_folder, layers) = layers(file);
        Config::load(&layers).unwrap().warnings
    };
    let short = warnings("[history]\nage_max_s = 3600\n");
    assert!(short.len() == 1 && short[0].contains("less than a day"), "{short:?}");
    let small = warnings("[history]\nsize_max_bytes = 16777216\n");
    assert!(small.len() == 1 && small[0].contains("store.reserve_bytes"), "{small:?}");
    assert!(warnings("[history]\nage_max_s = 86400\nsize_max_bytes = 1073741824\n").is_empty());
}

#[test]
fn a_missing_file_is_named() {
    let layers = Layers { file: Some("/nonexistent/countersign.toml".into()), ..Layers::default() };
    let message = Config::load(&layers).unwrap_err().to_string();
    assert!(message.contains("/nonexistent/countersign.toml") && message.contains("not found"));
}

#[test]
fn secrets_come_from_files_of_their_own() {
    let declared =
        "[[source]]\nname = 'bitbucket'\ndialect = 'bitbucket-cloud'\nsecret_file = 's'\n";
    let (folder, layers) = layers(declared);
    write_secret(&folder, "s", "0123456789abcdef\n", 0o600);
    let config = Config::load(&layers).unwrap();
    assert_eq!(config.sources.len(), 1);
    assert_eq!(config.warnings.len(), 1, "the final line ending is noted");
    assert!(!format!("{config:?}").contains("0123456789abcdef"));
    write_secret(&folder, "s", "0123456789abcdef", 0o644);
    assert!(Config::load(&layers).unwrap_err().to_string().contains("chmod 600"));
}

#[test]
fn secrets_in_the_file_itself_are_refused() {
    let message = error("[[source]]\nname = 'bitbucket'\nsecret = 'hidden-value'\n");
    assert!(message.contains("`secret_file`") && !message.contains("hidden-value"), "{message}");
    let message = error(
        "[[webhook]]\nkey = 'a'\nbasic_auth = { username = 'u', password = 'hidden-value' }\n",
    );
    assert!(message.contains("password_file") && !message.contains("hidden-value"), "{message}");
}

#[test]
fn webhooks_need_a_key_of_their_own() {
    assert!(error("[[webhook]]\nurl = 'https://ci.example'\n").contains("`key`"));
    let twice = "[[webhook]]\nkey = 'a'\n[[webhook]]\nkey = 'a'\n";
    assert!(error(twice).contains("same `key`"));
}

#[test]
fn a_wrong_value_is_named_where_it_stands() {
    let (_folder, mut layers) = layers("");
    let place = |layers: &Layers| Config::load(layers).unwrap_err().to_string();
    layers.environment.extend([("COUNTERSIGN_SERVER__LISTEN".to_owned(), "zzz".to_owned())]);
    assert!(place(&layers).contains("`server.listen` in COUNTERSIGN_SERVER__LISTEN"));
    layers.flags.push(("server.listen", "zzz".to_owned()));
    assert!(place(&layers).contains("`server.listen` in the flags"));
}
