//! The project's test vectors, which every language reads: what is accepted and refused, and why, and
//! what is sent. They stand beside the crates and are no part of a published one: there, where the
//! folder is missing, nothing is read and a note says so.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::{
    Algorithm, BasicCredentials, Dialect, Encoding, EventKey, GenericHmac, GenericHmacError,
    Outgoing, Secret, SecretError, Signer, UnixSeconds, Verifier, VerifierError,
};
use serde_json::{Value, json};

/// Every file, with the least number of cases that it has: fewer would be a file cut off.
const DIALECTS: [(&str, usize); 7] = [
    ("bitbucket-cloud", 250),
    ("bitbucket-data-center", 200),
    ("github", 200),
    ("gitlab", 200),
    ("gitea", 200),
    ("standard-webhooks", 300),
    ("generic-hmac", 200),
];
const OTHERS: [&str; 2] = ["secrets.json", "basic.json"];

/// The folder, or nothing and a note outside the repository. Decided by the README alone, so that a
/// missing file is a failure.
fn folder(test: &str) -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors"));
    if folder.join("README.md").exists() {
        return Some(folder.to_owned());
    }
    eprintln!("not run: {test} (the folder of vectors is not here)");
    None
}

fn read(folder: &Path, file: &str) -> Value {
    let text = std::fs::read_to_string(folder.join(file));
    let text = text.unwrap_or_else(|error| panic!("{file}: {error}"));
    let value: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert_eq!(value["format"], 1, "{file}");
    value
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().unwrap_or_else(|| panic!("{field} of {value}"))
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} of {value}"))
}

fn number(value: &Value, field: &str) -> i64 {
    value[field].as_i64().unwrap_or_else(|| panic!("{field} of {value}"))
}

fn bytes(value: &Value, field: &str) -> Vec<u8> {
    STANDARD.decode(text(value, field)).unwrap_or_else(|error| panic!("{field}: {error}"))
}

fn body(case: &Value) -> Vec<u8> {
    let times = case["body_times"].as_u64().unwrap_or(1);
    bytes(case, "body_base64").repeat(usize::try_from(times).expect("a size"))
}

fn headers(case: &Value) -> Vec<(&str, &str)> {
    let header = |pair: &'_ Value| pair.as_array().is_some_and(|pair| pair.len() == 2);
    assert!(list(case, "headers").iter().all(header), "{}", case["name"]);
    list(case, "headers").iter().map(name_and_value).collect()
}

fn name_and_value(pair: &Value) -> (&str, &str) {
    let text = |index: usize| pair[index].as_str().unwrap_or_else(|| panic!("{pair}"));
    (text(0), text(1))
}

/// The dialect of a case, with the settings that it has at `generic-hmac`.
fn dialect(name: &str, case: &Value) -> Result<Dialect, GenericHmacError> {
    if name != Dialect::GENERIC_HMAC {
        return Ok(name.parse().unwrap_or_else(|error| panic!("{name}: {error}")));
    }
    let settings = &case["generic_hmac"];
    let encoding = match text(settings, "encoding") {
        "hex" => Encoding::Hex,
        "base64" => Encoding::Base64,
        other => panic!("encoding {other}"),
    };
    let algorithm = match text(settings, "algorithm") {
        "sha256" => Algorithm::Sha256,
        "sha512" => Algorithm::Sha512,
        other => panic!("algorithm {other}"),
    };
    let mut generic = GenericHmac::new(text(settings, "header"))?;
    generic = generic.with_prefix(text(settings, "prefix"))?;
    if let Some(header) = settings["event_key_header"].as_str() {
        generic = generic.with_event_key_header(header)?;
    }
    if let Some(header) = settings["request_id_header"].as_str() {
        generic = generic.with_request_id_header(header)?;
    }
    Ok(generic.with_encoding(encoding).with_algorithm(algorithm).into())
}

fn secrets(case: &Value) -> Vec<Secret> {
    let secrets = list(case, "secrets");
    assert!((1..=4).contains(&secrets.len()), "{}", case["name"]);
    secrets.iter().map(|secret| Secret::new(bytes(secret, "base64")).expect("a secret")).collect()
}

/// What the crate answers, in the words of the vectors.
fn answer(name: &str, case: &Value) -> Value {
    let dialect = match dialect(name, case) {
        Ok(dialect) => dialect,
        Err(error) => return json!({ "settings": error.to_string() }),
    };
    let (headers, body) = (headers(case), body(case));
    let verifier = Verifier::new(dialect.clone(), &secrets(case)).expect("a verifier");
    let now = UnixSeconds(number(case, "now"));
    let outcome = verifier.verify(&headers, &body, now);
    let by_parts = verifier.begin(&headers).and_then(|mut verification| {
        for part in body.chunks(1000) {
            verification.update(part);
        }
        verification.finish(now)
    });
    assert_eq!(outcome, by_parts, "{}", case["name"]);
    match outcome {
        Err(error) => json!({ "refused": error.reason() }),
        Ok(verified) => {
            let received = dialect.received(&headers);
            let event_key = received.event_key.or_else(|| dialect.event_key_of_body(&body));
            json!({ "accepted": {
                "secret_id": list(case, "secrets")[verified.secret]["id"],
                "event_key": event_key.as_ref().map(EventKey::as_str),
                "request_id": received.request_id,
                "attempt": received.attempt,
            } })
        }
    }
}

/// What a case expects, alone.
fn expected(case: &Value) -> Value {
    let outcome = |field: &str| case.get(field).map(|value| json!({ field: value }));
    let outcomes = [outcome("accepted"), outcome("refused")];
    let mut outcomes = outcomes.into_iter().flatten();
    let outcome = outcomes.next().unwrap_or_else(|| panic!("no outcome: {case}"));
    assert!(outcomes.next().is_none(), "two outcomes: {case}");
    outcome
}

#[test]
fn requests_are_accepted_and_refused_as_listed() {
    let Some(folder) = folder("requests_are_accepted_and_refused_as_listed") else {
        return;
    };
    let mut wrong = Vec::new();
    for (name, least) in DIALECTS {
        let file = read(&folder, &format!("{name}.json"));
        assert_eq!(text(&file, "dialect"), name);
        let cases = list(&file, "verify");
        assert!(cases.len() >= least, "{name} has {} cases", cases.len());
        for case in cases {
            let (found, expected) = (answer(name, case), expected(case));
            if found != expected {
                wrong.push(format!("{name}: {}: {found}, expected {expected}", case["name"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn requests_are_signed_as_listed() {
    let Some(folder) = folder("requests_are_signed_as_listed") else {
        return;
    };
    let mut wrong = Vec::new();
    for (name, _) in DIALECTS {
        let file = read(&folder, &format!("{name}.json"));
        let cases = list(&file, "sign");
        assert!(cases.len() >= 3, "{name} has {} cases", cases.len());
        for case in cases {
            let expected = case["headers"].clone();
            let found = sent(name, case).unwrap_or_else(|error| json!(error.to_string()));
            if found != expected {
                wrong.push(format!("{name}: {}: {found}, expected {expected}", case["name"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the crate sends, as the vectors list it.
fn sent(name: &str, case: &Value) -> Result<Value, GenericHmacError> {
    let signer = Signer::new(dialect(name, case)?, &secrets(case)).expect("a signer");
    let key = EventKey::parse(text(case, "event_key")).expect("an event key");
    let body = body(case);
    let sent = signer.headers(&Outgoing {
        event_key: &key,
        request_id: text(case, "request_id"),
        attempt: u32::try_from(number(case, "attempt")).expect("an attempt"),
        hook_id: case["hook_id"].as_str(),
        at: UnixSeconds(number(case, "now")),
        body: &body,
    });
    let sent = sent.unwrap_or_else(|error| panic!("{name}: {}: {error}", case["name"]));
    Ok(json!(sent))
}

#[test]
fn secrets_are_taken_and_refused_as_listed() {
    let Some(folder) = folder("secrets_are_taken_and_refused_as_listed") else {
        return;
    };
    let file = read(&folder, OTHERS[0]);
    assert!(list(&file, "cases").len() >= 100);
    let mut wrong = Vec::new();
    for case in list(&file, "cases") {
        let dialect = match text(case, "dialect") {
            Dialect::GENERIC_HMAC => GenericHmac::new("X-Signature").expect("a header").into(),
            name => name.parse().expect("a dialect"),
        };
        let found = match taken(&dialect, bytes(case, "base64")) {
            Ok(()) => json!({ "accepted": true }),
            Err(error) => json!({ "refused": error.reason() }),
        };
        if found != expected(case) {
            wrong.push(format!("{}: {found}, expected {}", case["name"], expected(case)));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether a verifier, a signer and the dialect itself take the bytes as a secret: all or none.
fn taken(dialect: &Dialect, bytes: Vec<u8>) -> Result<(), SecretError> {
    let secret = Secret::new(bytes)?;
    let checked = dialect.check_secret(&secret).map(|_| ());
    let expected = checked.map_err(VerifierError::Secret);
    assert_eq!(Verifier::new(dialect.clone(), [&secret]).map(|_| ()), expected);
    assert_eq!(Signer::new(dialect.clone(), [&secret]).map(|_| ()), expected);
    checked
}

#[test]
fn basic_authentication_matches_as_listed() {
    let Some(folder) = folder("basic_authentication_matches_as_listed") else {
        return;
    };
    let file = read(&folder, OTHERS[1]);
    assert!(list(&file, "cases").len() >= 50);
    for case in list(&file, "cases") {
        let pair = BasicCredentials::new(text(case, "username"), text(case, "password"));
        let pair = pair.unwrap_or_else(|error| panic!("{}: {error}", case["name"]));
        assert_eq!(Value::from(pair.matches(&headers(case))), case["matches"], "{}", case["name"]);
    }
}

#[test]
fn no_file_is_left_unread() {
    let Some(folder) = folder("no_file_is_left_unread") else {
        return;
    };
    let mut read: Vec<String> = DIALECTS.iter().map(|(name, _)| format!("{name}.json")).collect();
    read.extend(OTHERS.map(String::from));
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let name = entry.expect("an entry").file_name().into_string().expect("text");
        let data = Path::new(&name).extension().is_some_and(|extension| extension == "json");
        assert!(!data || read.contains(&name), "{name} is not read");
    }
}
