//! What the cases of a file claim: that a digest is the HMAC of a message under a key.

#[cfg(test)]
mod tests;

use anyhow::{Context, Result, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// One signature of one case.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signature {
    /// Which case, for a failure's text.
    pub(super) case: String,
    /// As OpenSSL names it.
    pub(super) algorithm: &'static str,
    pub(super) key: Vec<u8>,
    pub(super) message: Vec<u8>,
    /// The digests of the header in lower-case hexadecimal: one of them must be right.
    pub(super) digests: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Claims {
    pub(super) signatures: Vec<Signature>,
    /// How many tokens were compared.
    pub(super) tokens: usize,
    pub(super) wrong_tokens: Vec<String>,
}

impl Claims {
    pub(super) fn extend(&mut self, file: &str, mut other: Self) {
        for signature in &mut other.signatures {
            signature.case = format!("{file}: {}", signature.case);
        }
        self.signatures.append(&mut other.signatures);
        self.tokens += other.tokens;
        self.wrong_tokens.extend(other.wrong_tokens.iter().map(|case| format!("{file}: {case}")));
    }

    /// Digests of algorithms that no dialect takes.
    pub(super) fn foreign(&mut self, all: &[crate::vectors::ForeignMac]) {
        for (algorithm, key, message, digest) in all {
            self.signatures.push(Signature {
                case: format!("a MAC with {algorithm}"),
                algorithm,
                key: key.clone(),
                message: message.clone(),
                digests: vec![hex(digest)],
            });
        }
    }
}

/// How a dialect shows its signature.
struct Form {
    header: String,
    label: String,
    is_hex: bool,
    algorithm: &'static str,
    is_list: bool,
}

/// The claims of a file. A file without dialect has none.
///
/// # Errors
/// The file is not as the specification has it.
pub(super) fn of(file: &Value) -> Result<Claims> {
    let mut claims = Claims::default();
    let Some(dialect) = file["dialect"].as_str() else {
        return Ok(claims);
    };
    for case in file["verify"].as_array().context("no cases of verifying")? {
        verified(dialect, case, &mut claims).with_context(|| name(case))?;
    }
    for case in file["sign"].as_array().context("no cases of signing")? {
        signed(dialect, case, &mut claims).with_context(|| name(case))?;
    }
    Ok(claims)
}

/// What a case of verifying claims: the secret that is told signed it. Where it is refused for its
/// time alone, one of the secrets did.
fn verified(dialect: &str, case: &Value, claims: &mut Claims) -> Result<()> {
    let secrets = secrets(case)?;
    let told = case["accepted"]["secret_id"].as_str();
    let for_its_time = ["timestamp_too_old", "timestamp_too_new"]
        .contains(&case["refused"].as_str().unwrap_or_default());
    let secret = match told {
        Some(told) => secrets.iter().find(|(id, _)| id == told),
        None if for_its_time => secrets.iter().find(|(_, bytes)| bytes.starts_with(b"whsec_")),
        None => return Ok(()),
    };
    let (_, secret) = secret.context("the secret that is told is none of the case")?;
    if dialect == "gitlab" && !secret.starts_with(b"whsec_") {
        claims.tokens += 1;
        if header(case, "X-Gitlab-Token")?.as_bytes() != secret {
            claims.wrong_tokens.push(name(case));
        }
        return Ok(());
    }
    claims.signatures.push(signature(dialect, case, secret)?);
    Ok(())
}

/// What a case of signing claims: the last secret signed, or in a list every one.
fn signed(dialect: &str, case: &Value, claims: &mut Claims) -> Result<()> {
    let secrets = secrets(case)?;
    let is_whsec = |secret: &&(String, Vec<u8>)| secret.1.starts_with(b"whsec_");
    let signing: Vec<_> = match dialect {
        "gitlab" | "standard-webhooks" => secrets.iter().filter(is_whsec).collect(),
        _ => secrets.iter().rev().take(1).collect(),
    };
    for (position, (_, secret)) in signing.iter().rev().enumerate() {
        let mut signature = signature(dialect, case, secret)?;
        if signature.digests.len() != signing.len() {
            bail!("{} signatures for {} secrets", signature.digests.len(), signing.len());
        }
        // The last secret is the first of the list.
        signature.digests = vec![signature.digests.swap_remove(position)];
        claims.signatures.push(signature);
    }
    let token = secrets.iter().rfind(|secret| !is_whsec(secret));
    if let Some((_, token)) = token.filter(|_| dialect == "gitlab") {
        claims.tokens += 1;
        if header(case, "X-Gitlab-Token")?.as_bytes() != token {
            claims.wrong_tokens.push(name(case));
        }
    }
    Ok(())
}

fn signature(dialect: &str, case: &Value, secret: &[u8]) -> Result<Signature> {
    let form = form(dialect, case)?;
    let body = bytes(&case["body_base64"])?;
    let mut message = Vec::new();
    let mut key = secret.to_vec();
    if form.is_list {
        message =
            format!("{}.{}.", header(case, "webhook-id")?, header(case, "webhook-timestamp")?)
                .into_bytes();
        key = decoded(secret.strip_prefix(b"whsec_").context("no whsec_ secret")?)?;
    }
    let times = usize::try_from(case["body_times"].as_u64().unwrap_or(1))?;
    message.extend_from_slice(&body.repeat(times));
    let value = header(case, &form.header)?;
    let items: Vec<&str> = if form.is_list { value.split(' ').collect() } else { vec![&value] };
    let digests = items.iter().filter_map(|item| {
        let text = item.strip_prefix(form.label.as_str())?;
        if form.is_hex {
            Some(text.to_ascii_lowercase())
        } else {
            STANDARD.decode(text).ok().map(|digest| hex(&digest))
        }
    });
    let digests = digests.collect();
    Ok(Signature { case: name(case), algorithm: form.algorithm, key, message, digests })
}

fn form(dialect: &str, case: &Value) -> Result<Form> {
    let (header, label) = match dialect {
        "bitbucket-cloud" | "bitbucket-data-center" => ("X-Hub-Signature", "sha256="),
        "github" => ("X-Hub-Signature-256", "sha256="),
        "gitea" => ("X-Gitea-Signature", ""),
        "gitlab" | "standard-webhooks" => ("webhook-signature", "v1,"),
        "generic-hmac" => return configured(&case["generic_hmac"]),
        other => bail!("no dialect is named {other}"),
    };
    let is_list = label == "v1,";
    let (header, label) = (header.to_owned(), label.to_owned());
    Ok(Form { header, label, is_hex: !is_list, algorithm: "sha256", is_list })
}

fn configured(generic: &Value) -> Result<Form> {
    let text = |member: &str| generic[member].as_str().with_context(|| format!("no {member}"));
    let algorithm = match text("algorithm")? {
        "sha256" => "sha256",
        "sha512" => "sha512",
        other => bail!("no algorithm is named {other}"),
    };
    Ok(Form {
        header: text("header")?.to_owned(),
        label: text("prefix")?.to_owned(),
        is_hex: text("encoding")? == "hex",
        algorithm,
        is_list: false,
    })
}

fn secrets(case: &Value) -> Result<Vec<(String, Vec<u8>)>> {
    let secrets = case["secrets"].as_array().context("no secrets")?;
    secrets
        .iter()
        .map(|secret| {
            let id = secret["id"].as_str().context("a secret has no id")?;
            Ok((id.to_owned(), bytes(&secret["base64"])?))
        })
        .collect()
}

/// The value of the header that stands exactly once, without blanks around it.
fn header(case: &Value, wanted: &str) -> Result<String> {
    let headers = case["headers"].as_array().context("no headers")?;
    let is_wanted =
        |header: &&Value| header[0].as_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
    let mut found = headers.iter().filter(is_wanted);
    match (found.next(), found.next()) {
        (Some(header), None) => {
            Ok(header[1].as_str().unwrap_or_default().trim_matches([' ', '\t']).to_owned())
        }
        _ => bail!("{wanted} does not stand exactly once"),
    }
}

fn bytes(value: &Value) -> Result<Vec<u8>> {
    decoded(value.as_str().context("no base64")?.as_bytes())
}

fn decoded(text: &[u8]) -> Result<Vec<u8>> {
    STANDARD.decode(text).map_err(|error| anyhow!("no base64: {error}"))
}

fn name(case: &Value) -> String {
    case["name"].as_str().unwrap_or_default().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
