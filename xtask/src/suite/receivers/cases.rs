//! The cases that a receiver gets: those of the dialects that it claims, without those that it cannot
//! be given fairly.
//!
//! What is left out is counted with its reason and never judged. Headers that describe the transport
//! (`Content-Length`, `Transfer-Encoding`, `Content-Encoding`) are given to nobody: the body of a case
//! is what stands behind them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::roster::Receiver;

const TRANSPORT: [&str; 3] = ["content-length", "transfer-encoding", "content-encoding"];

/// One request, and what the vectors say of it.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) dialect: &'static str,
    pub(super) name: String,
    pub(super) secrets: Vec<Vec<u8>>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) now: i64,
    /// The word for the reason where it must be refused.
    pub(super) refused: Option<String>,
    /// The case in the vectors' format, without headers of the transport.
    vector: Value,
}

impl Case {
    /// Values of a header, its name compared without case, without the blanks around them.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |header: &&(String, String)| header.0.eq_ignore_ascii_case(name);
        self.headers.iter().filter(named).map(|(_, value)| value.trim_matches([' ', '\t']))
    }

    /// The header that has the signature, in a dialect with one that holds a digest in hexadecimal.
    pub(super) fn signature_header(&self) -> Option<&'static str> {
        match self.dialect {
            "github" => Some("X-Hub-Signature-256"),
            "bitbucket-cloud" => Some("X-Hub-Signature"),
            "gitea" => Some("X-Gitea-Signature"),
            _ => None,
        }
    }

    fn read(dialect: &'static str, mut vector: Value) -> Result<Self> {
        let name = text(&vector["name"])?;
        let secrets = list(&vector["secrets"])?;
        let secrets = secrets.iter().map(|secret| bytes(&secret["base64"]));
        let mut headers = list(&vector["headers"])?.clone();
        headers.retain(|header| {
            let name = header[0].as_str().unwrap_or_default().to_ascii_lowercase();
            !TRANSPORT.contains(&name.as_str())
        });
        let pair = |header: &Value| Ok((text(&header[0])?, text(&header[1])?));
        let case = Self {
            dialect,
            name,
            secrets: secrets.collect::<Result<_>>()?,
            headers: headers.iter().map(pair).collect::<Result<_>>()?,
            body: bytes(&vector["body_base64"])?
                .repeat(usize::try_from(vector["body_times"].as_u64().unwrap_or(1))?),
            now: vector["now"].as_i64().context("no `now`")?,
            refused: vector["refused"].as_str().map(str::to_owned),
            vector: Value::Null,
        };
        vector["headers"] = Value::Array(headers);
        Ok(Self { vector, ..case })
    }
}

/// Why a case is not given to a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LeftOut {
    /// It takes one secret only.
    SeveralSecrets,
    /// Its secret is text, and the case's is not.
    SecretNotText,
    /// The case has a header that this receiver reads and the dialect does not.
    OwnHeader,
}

impl LeftOut {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::SeveralSecrets => "several secrets",
            Self::SecretNotText => "secret no text",
            Self::OwnHeader => "its own header",
        }
    }
}

/// What one receiver gets.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) cases: Vec<Case>,
    pub(super) left_out: BTreeMap<LeftOut, usize>,
}

impl Selection {
    pub(super) fn of(receiver: &Receiver, all: &[Case]) -> Self {
        let mut selection = Self::default();
        for case in all.iter().filter(|case| receiver.dialects.contains(&case.dialect)) {
            match left_out(receiver, case) {
                Some(why) => *selection.left_out.entry(why).or_default() += 1,
                None => selection.cases.push(case.clone()),
            }
        }
        selection
    }

    /// Writes the cases in the vectors' format, a file for each dialect.
    pub(super) fn write(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let mut dialects: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for case in &self.cases {
            dialects.entry(case.dialect).or_default().push(&case.vector);
        }
        let mut paths = Vec::new();
        for (dialect, vectors) in dialects {
            let path = folder.join(format!("{dialect}.json"));
            let file = json!({"dialect": dialect, "verify": vectors});
            fs::write(&path, file.to_string()).context("writing cases")?;
            paths.push(path);
        }
        Ok(paths)
    }
}

fn left_out(receiver: &Receiver, case: &Case) -> Option<LeftOut> {
    let is_text = |secret: &Vec<u8>| str::from_utf8(secret).is_ok();
    let own = |(name, _): &(String, String)| (receiver.own_header)(&name.to_ascii_lowercase());
    if case.secrets.len() > 1 && !receiver.takes_several_secrets {
        Some(LeftOut::SeveralSecrets)
    } else if !receiver.takes_binary_secrets && !case.secrets.iter().all(is_text) {
        Some(LeftOut::SecretNotText)
    } else {
        case.headers.iter().any(own).then_some(LeftOut::OwnHeader)
    }
}

/// The cases of verifying in `vectors/DIALECT.json`.
///
/// # Errors
/// The file cannot be read, or is not as the vectors' specification says.
pub(super) fn read(vectors: &Path, dialect: &'static str) -> Result<Vec<Case>> {
    let path = vectors.join(format!("{dialect}.json"));
    let file = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut file: Value = serde_json::from_slice(&file).context("the vectors")?;
    let Value::Array(vectors) = file["verify"].take() else {
        anyhow::bail!("{} has no `verify`", path.display());
    };
    let read = |vector| Case::read(dialect, vector);
    vectors.into_iter().map(read).collect::<Result<_>>().with_context(|| dialect.to_owned())
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().context("a list is missing")
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).context("a text is missing")
}

fn bytes(value: &Value) -> Result<Vec<u8>> {
    // Without its feature `std`, the crate's error is none of the standard library's.
    let decoded = STANDARD.decode(value.as_str().context("base64 is missing")?);
    decoded.map_err(|error| anyhow::anyhow!("base64: {error}"))
}

#[cfg(test)]
impl Case {
    /// A case of `dialect` with one secret, one header and the body `{}`.
    pub(super) fn sample(
        dialect: &'static str,
        header: (&str, &str),
        refused: Option<&str>,
    ) -> Self {
        let mut vector = json!({
            "name": "sample", "secrets": [{"id": "first", "base64": "c2VjcmV0"}],
            "headers": [[header.0, header.1]], "body_base64": "e30=", "now": 1_700_000_000,
        });
        if let Some(word) = refused {
            vector["refused"] = word.into();
        }
        Self::read(dialect, vector).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::super::roster::ROSTER;
    use super::*;

    fn receiver(name: &str) -> &'static Receiver {
        ROSTER.iter().find(|receiver| receiver.name == name).unwrap()
    }

    #[test]
    fn a_receiver_gets_its_dialects_only() {
        let all = [
            Case::sample("github", ("X-A", "b"), None),
            Case::sample("standard-webhooks", ("X-A", "b"), None),
        ];
        let selection = Selection::of(receiver("octokit"), &all);
        assert_eq!(selection.cases.len(), 1);
        assert!(selection.left_out.is_empty());
    }

    #[test]
    fn what_cannot_be_given_is_counted_with_its_reason() {
        let mut several = Case::sample("standard-webhooks", ("X-A", "b"), None);
        several.secrets.push(b"other".to_vec());
        let own = Case::sample("standard-webhooks", ("Svix-Id", "b"), None);
        let selection = Selection::of(receiver("svix (Python)"), &[several.clone(), own]);
        assert!(selection.cases.is_empty());
        let expected = [(LeftOut::SeveralSecrets, 1), (LeftOut::OwnHeader, 1)];
        assert_eq!(selection.left_out, BTreeMap::from(expected));

        let mut binary = Case::sample("github", ("X-A", "b"), None);
        binary.secrets = vec![vec![0xff]];
        let selection = Selection::of(receiver("octokit"), &[binary.clone()]);
        assert_eq!(selection.left_out, BTreeMap::from([(LeftOut::SecretNotText, 1)]));
        assert_eq!(Selection::of(receiver("countersign"), &[binary, several]).cases.len(), 2);
    }

    #[test]
    fn headers_of_the_transport_are_given_to_nobody() {
        let case = Case::sample("github", ("Content-Encoding", "gzip"), None);
        assert!(case.headers.is_empty());
        assert_eq!(case.vector["headers"], json!([]));
    }
}
