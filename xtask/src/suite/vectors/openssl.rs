//! HMACs by the program `openssl`: one call for all messages under one key.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::claims::Signature;
use crate::process::output;

const LIMIT: Duration = Duration::from_secs(60);

/// How many messages one call is given.
const MESSAGES_MAX: usize = 500;

/// The algorithm and the key of a call.
type Key<'a> = (&'static str, &'a [u8]);

/// The cases of which OpenSSL makes another digest. `scratch` is for the messages.
///
/// # Errors
/// OpenSSL failed, or answered something else than digests.
pub(super) fn disagreements(signatures: &[Signature], scratch: &Path) -> Result<Vec<String>> {
    let mut by_key: BTreeMap<Key<'_>, BTreeMap<&[u8], Vec<&Signature>>> = BTreeMap::new();
    for signature in signatures {
        let of_key = by_key.entry((signature.algorithm, &signature.key)).or_default();
        of_key.entry(&signature.message).or_default().push(signature);
    }
    let mut wrong = Vec::new();
    for (key, messages) in by_key {
        let messages: Vec<_> = messages.into_iter().collect();
        for some in messages.chunks(MESSAGES_MAX) {
            let texts: Vec<&[u8]> = some.iter().map(|(message, _)| *message).collect();
            for (digest, (_, claims)) in digests(key, &texts, scratch)?.iter().zip(some) {
                let differing = claims.iter().filter(|claim| !claim.digests.contains(digest));
                wrong.extend(differing.map(|claim| claim.case.clone()));
            }
        }
    }
    Ok(wrong)
}

/// The digest of each message in lower-case hexadecimal.
fn digests((algorithm, key): Key<'_>, messages: &[&[u8]], scratch: &Path) -> Result<Vec<String>> {
    if key.is_empty() {
        bail!("OpenSSL takes no empty key");
    }
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut command = Command::new("openssl");
    command.current_dir(scratch).arg("dgst").arg(format!("-{algorithm}"));
    command.args(["-mac", "HMAC", "-macopt", &format!("hexkey:{hex}")]);
    for (number, message) in messages.iter().enumerate() {
        let name = format!("message-{number}");
        fs::write(scratch.join(&name), message).with_context(|| format!("writing {name}"))?;
        command.arg(name);
    }
    let done = output(&mut command, LIMIT)?;
    if !done.status.success() {
        bail!("openssl ended with {}: {}", done.status, String::from_utf8_lossy(&done.stderr));
    }
    // `HMAC-SHA2-256(message-0)= 5bdc...`, a line for each, in order.
    let text = String::from_utf8_lossy(&done.stdout);
    let digest = |line: &str| Some(line.rsplit_once("= ")?.1.trim().to_owned());
    let digests: Vec<String> = text.lines().filter_map(digest).collect();
    if digests.len() != messages.len() {
        bail!("{} digests of {} messages", digests.len(), messages.len());
    }
    Ok(digests)
}
