//! The requests that every snippet is put to: those of `vectors/bitbucket-cloud.json` that have one
//! secret, and some with a secret that is none.
//!
//! A snippet sees the secret, the body and the signature header alone, so that cases which differ in
//! nothing else are one request here. A header that stands twice reaches a program as RFC 3875 has
//! it, the values joined by a comma, and without the blanks around a value.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::push;

/// What a snippet's exit status must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Genuine = 0,
    Refused = 1,
    NoSecret = 2,
}

#[derive(Debug)]
pub(super) struct Request {
    pub(super) name: String,
    pub(super) secret: Vec<u8>,
    /// The secret in a variable, and not in a file.
    pub(super) by_variable: bool,
    pub(super) header: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) verdict: Verdict,
}

impl Request {
    /// Writes the secret as an editor leaves it, with a line ending, and the body.
    pub(super) fn write(&self, folder: &Path, number: usize) -> Result<Files> {
        let secret = folder.join(format!("{number}.secret"));
        // After a carriage return, a line feed alone would make one line ending of the two.
        let ends_so = self.secret.ends_with(b"\r") || number.is_multiple_of(2);
        let ending: &[u8] = if ends_so { b"\r\n" } else { b"\n" };
        fs::write(&secret, [&self.secret, ending].concat())?;
        let body = folder.join(format!("{number}.body"));
        fs::write(&body, &self.body)?;
        Ok(Files { secret, body })
    }

    /// Writes what `every.groovy` reads.
    pub(super) fn write_parts(&self, folder: &Path, number: usize) -> Result<()> {
        let genuine = (self.verdict == Verdict::Genuine).to_string();
        let header = self.header.clone().unwrap_or_default();
        let parts: [(&str, &[u8]); 4] = [
            ("secret", &self.secret),
            ("header", header.as_bytes()),
            ("body", &self.body),
            ("genuine", genuine.as_bytes()),
        ];
        for (part, bytes) in parts {
            fs::write(folder.join(format!("{number}.{part}")), bytes)?;
        }
        Ok(())
    }
}

#[derive(Debug)]
pub(super) struct Files {
    pub(super) secret: PathBuf,
    pub(super) body: PathBuf,
}

/// The requests of the vectors, each different one once.
///
/// # Errors
/// The file is missing or has another form.
pub(super) fn of_vectors(root: &Path) -> Result<Vec<Request>> {
    let path = root.join("vectors/bitbucket-cloud.json");
    let text = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let file: Value = serde_json::from_slice(&text)?;
    let mut seen = HashSet::new();
    let mut requests = Vec::new();
    for case in items(&file["verify"])? {
        if items(&case["secrets"])?.len() != 1 {
            continue;
        }
        let request = read(case).with_context(|| format!("the vector {}", case["name"]))?;
        if seen.insert((request.secret.clone(), request.body.clone(), request.header.clone())) {
            requests.push(request);
        }
    }
    Ok(requests)
}

fn read(case: &Value) -> Result<Request> {
    let mut values = Vec::new();
    for header in items(&case["headers"])? {
        if text(&header[0])?.eq_ignore_ascii_case("X-Hub-Signature") {
            values.push(text(&header[1])?.trim_matches([' ', '\t']));
        }
    }
    let times = case["body_times"].as_u64().unwrap_or(1);
    let verdict = if case["accepted"].is_object() { Verdict::Genuine } else { Verdict::Refused };
    Ok(Request {
        name: text(&case["name"])?.to_owned(),
        secret: bytes(&case["secrets"][0]["base64"])?,
        by_variable: false,
        header: (!values.is_empty()).then(|| values.join(", ")),
        body: bytes(&case["body_base64"])?.repeat(usize::try_from(times)?),
        verdict,
    })
}

/// With a secret in a variable, with none, and with a line ending after the header.
pub(super) fn of_our_own() -> Vec<Request> {
    let body = b"{\"repository\": {}}\n".to_vec();
    let genuine = |name: &str, secret: &str, by_variable: bool, verdict: Verdict| Request {
        name: name.to_owned(),
        secret: secret.as_bytes().to_vec(),
        by_variable,
        header: Some(push::signature(secret, &body)),
        body: body.clone(),
        verdict,
    };
    let mut all = vec![
        genuine("variable: genuine", "a secret of the suite", true, Verdict::Genuine),
        genuine("variable: blanks are part of it", " a secret ", true, Verdict::Genuine),
        genuine("variable: a line ending is part of it", "a secret\n", true, Verdict::Genuine),
        genuine("variable: empty, signed so", "", true, Verdict::NoSecret),
        genuine("variable: blank, signed so", " \t", true, Verdict::NoSecret),
        genuine("file: empty, signed so", "", false, Verdict::NoSecret),
        genuine("file: blank, signed so", " \r\n", false, Verdict::NoSecret),
    ];
    for ending in ["\n", "\r\n"] {
        let mut ended = genuine("header: a line ending", "a secret", true, Verdict::Refused);
        ended.header = ended.header.map(|header| header + ending);
        all.push(ended);
    }
    all
}

fn items(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().context("no list")
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().context("no text")
}

fn bytes(value: &Value) -> Result<Vec<u8>> {
    STANDARD.decode(text(value)?).map_err(|error| anyhow!("{error}"))
}
