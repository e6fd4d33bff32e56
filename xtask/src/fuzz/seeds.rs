//! What each fuzz target begins with: the test vectors and the fixtures, in the form it reads.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A longer body teaches nothing that a short one does not.
const BODY_MAX_BYTES: usize = 4096;

/// The vectors of dialects.
const DIALECTS: [&str; 7] = [
    "bitbucket-cloud",
    "bitbucket-data-center",
    "generic-hmac",
    "gitea",
    "github",
    "gitlab",
    "standard-webhooks",
];

/// Lists with what the target puts in for `{0}` and `{1}`.
const LISTS: [&str; 8] = [
    "v1,{0}\nid\n1700000000\n{}",
    "v1,{0} v1,{1}\nid\n1700000300\n",
    "v1a,{0} v1,{1}\nid\n1699999700\nbody",
    "v1,{0}=\nid\n1700000000\n",
    "v1,{0},{1}\nid\n1700000000\n",
    "v1, {0}  v1,{0}\nid\n1700000000\n",
    "v1,x v1,{1}\ni.d\n01700000000\n",
    "v0,a v0,a v0,a v0,a v0,a v0,a v0,a v0,a v0,a v0,a v0,a v0,a v0,a v0,a v0,a v1,{0}\nid\n1700000000\n",
];

const BASIC: [&str; 5] = [
    "Basic {}\nci:open sesame",
    "basic   {}\nci:",
    "\tBASIC {} \n:password",
    "Basic {}\nBasic {}\nci:open sesame",
    "Basic\t{}=\nci:open:sesame",
];

const SETTINGS: [&str; 2] =
    ["X-Signature\nsha256=\nX-Topic\nX-Message-Id", "authorization\n \nX-Event-Key\n"];

const SMALL: &str = "H4sIAAAAAAACA6tWKigtzlCyqlZKzkjMS08tVrKKjq2tBQA12V2bFwAAAA==";
const BOMB: &str = "H4sIAAAAAAACA+3BMQEAAADCoPVPbQ0PoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIBXA32VEdSghgEA";

/// The cap in units of 16 bytes, and gzip of: a small body; three members; 100,000 zeros; `{}` with
/// the name of a file.
const GZIPPED: [(u16, &str); 6] = [
    (64, SMALL),
    (1, SMALL),
    (
        64,
        "H4sIAAAAAAACA8vPS1UAAElhrCMEAAAAH4sIAAAAAAACAwMAAAAAAAAAAAAfiwgAAAAAAAIDKynPBwBmisoRAwAAAA==",
    ),
    (65535, BOMB),
    (64, BOMB),
    (64, "H4sICAAAAAAAA2EuanNvbgCrrgUAQ7+mowIAAAA="),
];

/// Writes the seeds of every target under `folder`, emptied first.
///
/// # Errors
/// A vector or fixture is missing or not what it should be.
pub(super) fn write(root: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let cases = cases(root)?;
    save(folder, "verify", cases.iter().cloned())?;
    save(folder, "explain", cases.iter().cloned())?;
    let unchanged = cases.iter().map(|case| [b"\0", &case[..]].concat());
    let changed = cases.iter().step_by(7).map(|case| [b"\x01\x06\x01A", &case[..]].concat());
    save(folder, "forge", unchanged.chain(changed))?;
    save(folder, "signature_list", texts(&LISTS))?;
    save(folder, "basic", texts(&BASIC).chain(basic(root)?))?;
    save(folder, "secret", texts(&SETTINGS).chain(secrets(root)?))?;
    save(folder, "event_body", bodies(root)?)?;
    save(folder, "gzip", gzipped()?)
}

fn save(folder: &Path, target: &str, seeds: impl IntoIterator<Item = Vec<u8>>) -> Result<()> {
    let folder = folder.join(target);
    fs::create_dir_all(&folder)?;
    for (number, seed) in seeds.into_iter().enumerate() {
        fs::write(folder.join(format!("{number:05}")), seed)?;
    }
    Ok(())
}

fn texts(texts: &'static [&'static str]) -> impl Iterator<Item = Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec())
}

/// Every vector with a short body, as the targets read a case.
fn cases(root: &Path) -> Result<Vec<Vec<u8>>> {
    let mut cases = Vec::new();
    for dialect in DIALECTS {
        let vectors = json(&root.join(format!("vectors/{dialect}.json")))?;
        for vector in vectors["verify"].as_array().context("no vectors to verify")? {
            cases.extend(case(dialect, vector).with_context(|| format!("in {dialect}"))?);
        }
    }
    Ok(cases)
}

fn case(dialect: &str, vector: &Value) -> Result<Option<Vec<u8>>> {
    let body = decoded(&vector["body_base64"])?;
    if vector["body_times"].as_u64().unwrap_or(1) != 1 || body.len() > BODY_MAX_BYTES {
        return Ok(None);
    }
    let mut text = format!("@dialect {dialect}\n");
    if let Some(generic) = vector["generic_hmac"].as_object() {
        let word = |name: &str| generic.get(name).and_then(Value::as_str).unwrap_or_default();
        let (header, encoding, algorithm) = (word("header"), word("encoding"), word("algorithm"));
        text += &format!("@generic {header} {encoding} {algorithm} {}\n", word("prefix"));
    }
    for secret in vector["secrets"].as_array().context("no secrets")? {
        text += &format!("@secret {}\n", secret["base64"].as_str().context("a secret")?);
    }
    text += &format!("@now {}\n", vector["now"].as_i64().context("a time")?);
    for header in vector["headers"].as_array().context("no headers")? {
        let part = |at: usize| header[at].as_str().context("a header");
        text += &format!("{}: {}\n", part(0)?, part(1)?);
    }
    text.push('\n');
    Ok(Some([text.as_bytes(), &body].concat()))
}

fn basic(root: &Path) -> Result<Vec<Vec<u8>>> {
    let vectors = json(&root.join("vectors/basic.json"))?;
    let mut seeds = Vec::new();
    for case in vectors["cases"].as_array().context("no cases")? {
        let mut text = String::new();
        for header in case["headers"].as_array().context("no headers")? {
            text += header[1].as_str().context("a header")?;
            text.push('\n');
        }
        let part = |name: &str| case[name].as_str().context("a part of the pair");
        text += &format!("{}:{}", part("username")?, part("password")?);
        seeds.push(text.into_bytes());
    }
    Ok(seeds)
}

fn secrets(root: &Path) -> Result<Vec<Vec<u8>>> {
    let vectors = json(&root.join("vectors/secrets.json"))?;
    let cases = vectors["cases"].as_array().context("no cases")?;
    cases.iter().map(|case| decoded(&case["base64"])).collect()
}

/// The fixtures, each after its event key.
fn bodies(root: &Path) -> Result<Vec<Vec<u8>>> {
    let mut seeds = Vec::new();
    for product in ["cloud", "data_center"] {
        let folder = root.join("crates/countersign/fixtures").join(product);
        for name in crate::folder::names_in(&folder)? {
            let path = folder.join(&name);
            let body = fs::read(&path).with_context(|| path.display().to_string())?;
            let named = json(&path)?["eventKey"].as_str().map(str::to_owned);
            let key = named.unwrap_or_else(|| key_of_file(&name));
            seeds.push([key.as_bytes(), b"\n", &body].concat());
        }
    }
    Ok(seeds)
}

/// `repo-commit-status-created.some-words.json` is of `repo:commit_status_created`.
fn key_of_file(name: &str) -> String {
    let stem = name.split('.').next().unwrap_or(name);
    stem.replacen('-', ":", 1).replace('-', "_")
}

fn gzipped() -> Result<Vec<Vec<u8>>> {
    let seed = |(cap, text): &(u16, &str)| {
        Ok([&cap.to_be_bytes()[..], &STANDARD.decode(text).ok().context("base64")?].concat())
    };
    GZIPPED.iter().map(seed).collect()
}

fn json(path: &Path) -> Result<Value> {
    let text = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}

fn decoded(text: &Value) -> Result<Vec<u8>> {
    STANDARD.decode(text.as_str().context("no base64")?).ok().context("not base64")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_vector_becomes_a_case() {
        let vector = json!({
            "generic_hmac": {
                "header": "X-S", "prefix": "v1=", "encoding": "hex", "algorithm": "sha512",
            },
            "secrets": [{"id": "first", "base64": "c2VjcmV0"}],
            "headers": [["X-S", "v1=00"], ["X-S", "twice"]],
            "body_base64": "Ym9keQ==",
            "now": 5,
        });
        let text = "@dialect generic-hmac\n@generic X-S hex sha512 v1=\n@secret c2VjcmV0\n@now 5\n\
                    X-S: v1=00\nX-S: twice\n\nbody";
        assert_eq!(case("generic-hmac", &vector).unwrap(), Some(text.into()));
    }

    #[test]
    fn the_key_of_a_fixture_is_in_its_name() {
        assert_eq!(key_of_file("repo-commit-status-created.json"), "repo:commit_status_created");
        assert_eq!(key_of_file("repo-push.tag-created.json"), "repo:push");
    }
}
