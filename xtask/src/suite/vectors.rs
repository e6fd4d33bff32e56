//! The test vectors: the files that are committed are what the program writes, and every signature in
//! them is OpenSSL's too.
//!
//! What a case claims is read from the file by the specification and not from the program that wrote
//! it: from every accepted request, every one that is refused for its time alone, and every case of
//! signing. A token of GitLab is compared with the secret, as nothing is signed. OpenSSL takes no
//! empty key; no secret is empty.

mod claims;
mod openssl;

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Job, Suite, Unprepared};
use crate::debian;
use crate::folder::{Scratch, names_in};
use crate::report::Report;
use crate::vectors;

use claims::Claims;

#[derive(Debug)]
pub(crate) struct Vectors;

impl Suite for Vectors {
    fn name(&self) -> &'static str {
        "vectors"
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn prepare(&mut self, _job: &Job) -> Result<(), Unprepared> {
        let works = || debian::answers("openssl", &["version"]);
        Ok(debian::provide("openssl", &["openssl"], works)?)
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut report = Report::default();
        let folder = vectors::folder(&job.root);
        let mut names = Vec::new();
        let mut all = Claims::default();
        for (name, expected) in vectors::files() {
            let committed = fs::read_to_string(folder.join(&name)).unwrap_or_default();
            let differs = difference(&committed, &expected);
            report.check(&format!("{name} is what the program writes"), &differs);
            let file: Value =
                serde_json::from_str(&committed).with_context(|| format!("reading {name}"))?;
            let claims = claims::of(&file).with_context(|| format!("in {name}"))?;
            all.extend(&name, claims);
            names.push(name);
        }
        let others = names_in(&folder)?;
        let others = others.iter().filter(|name| name.ends_with(".json") && !names.contains(name));
        let others: Vec<&str> = others.map(String::as_str).collect();
        report.check("there is no other file", &others.join(", "));
        all.foreign(&vectors::foreign());

        let scratch = Scratch::new("vectors")?;
        let wrong = openssl::disagreements(&all.signatures, scratch.path())?;
        let name = format!("OpenSSL makes the same {} signatures", all.signatures.len());
        report.check(&name, &wrong.join("; "));
        let name = format!("{} tokens are the secret", all.tokens);
        report.check(&name, &all.wrong_tokens.join("; "));
        Ok(report)
    }
}

/// Where `committed` is not `expected`, or nothing.
fn difference(committed: &str, expected: &str) -> String {
    if committed == expected {
        return String::new();
    }
    let same = committed.lines().zip(expected.lines()).take_while(|(a, b)| a == b).count();
    format!("it differs from line {}; run `cargo xtask vectors`", same + 1)
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_difference_names_the_line() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), "");
        assert!(difference("a\nb\n", "a\nc\n").contains("line 2"));
        assert!(difference("a\n", "a\nc\n").contains("line 2"));
        assert!(difference("a\nb\n", "a\nb").contains("line 3"));
    }
}
