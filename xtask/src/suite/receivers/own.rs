//! Ours: the program `countersign verify`, a process for each case, two at a time.
//!
//! Secrets stand in files that only the owner may read, as everybody's must. The program takes one
//! final line end off such a file, so a secret that ends with one is written with another.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::cases::Case;
use super::judge::{Answer, Outcome};
use crate::process::output;

const LIMIT: Duration = Duration::from_secs(60);
const AT_A_TIME: usize = 2;

/// Asks `program` about every case; files are made in `folder`.
pub(super) fn answers(program: &Path, cases: &[Case], folder: &Path) -> Result<Vec<Answer>> {
    let share = cases.len().div_ceil(AT_A_TIME).max(1);
    thread::scope(|scope| {
        let ask_share = |(index, share): (usize, &[Case])| -> Result<Vec<Answer>> {
            let folder = folder.join(index.to_string());
            fs::create_dir_all(&folder).context("making a folder")?;
            let ask = |case| ask(program, case, &folder);
            share.iter().map(ask).collect()
        };
        let start = |share| scope.spawn(move || ask_share(share));
        let threads: Vec<_> = cases.chunks(share).enumerate().map(start).collect();
        let mut answers = Vec::new();
        for thread in threads {
            let share = thread.join().map_err(|_| anyhow::anyhow!("a thread panicked"))?;
            answers.extend(share?);
        }
        Ok(answers)
    })
}

fn ask(program: &Path, case: &Case, folder: &Path) -> Result<Answer> {
    let body = folder.join("body");
    fs::write(&body, &case.body).context("writing a body")?;
    // The shell opens standard input; `output` gives its child none.
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" \"$@\" <\"$BODY\""]).env("BODY", &body).arg(program);
    command.args(["verify", "--dialect", case.dialect, "--at", &case.now.to_string()]);
    for (index, secret) in case.secrets.iter().enumerate() {
        let path = folder.join(format!("secret-{index}"));
        write_secret(&path, secret).context("writing a secret")?;
        command.arg("--secret-file").arg(path);
    }
    for (name, value) in &case.headers {
        command.arg("--header").arg(format!("{name}: {value}"));
    }
    let done = output(&mut command, LIMIT)?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let outcome = match done.status.code() {
        Some(0) if said.starts_with("genuine: ") => Outcome::Accepted,
        Some(1) if said.starts_with("not genuine: ") => Outcome::Refused,
        _ => {
            let error = String::from_utf8_lossy(&done.stderr).into_owned();
            Outcome::Crashed(format!("{}: {}", done.status, error.trim()))
        }
    };
    Ok(Answer { dialect: case.dialect.to_owned(), name: case.name.clone(), outcome })
}

fn write_secret(path: &Path, secret: &[u8]) -> std::io::Result<()> {
    let mut bytes = secret.to_vec();
    if secret.ends_with(b"\n") {
        bytes.push(b'\n');
    }
    let mut options = fs::OpenOptions::new();
    let mut file = options.create(true).write(true).truncate(true).mode(0o600).open(path)?;
    std::io::Write::write_all(&mut file, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Scratch;

    /// A program that prints `said` and ends with `code`.
    fn outcome(said: &str, code: u8) -> Outcome {
        let scratch = Scratch::new(&format!("own-{}-{code}", said.len())).unwrap();
        let program = scratch.path().join("program");
        let script = format!("#!/bin/sh\ncat >/dev/null\necho '{said}'\nexit {code}\n");
        fs::write(&program, script).unwrap();
        let mut permissions = fs::metadata(&program).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o700);
        fs::set_permissions(&program, permissions).unwrap();
        let case = Case::sample("github", ("X-A", "b"), None);
        answers(&program, &[case], scratch.path()).unwrap().remove(0).outcome
    }

    #[test]
    fn an_outcome_is_what_the_program_says_and_how_it_ends() {
        assert_eq!(outcome("genuine: signed with a", 0), Outcome::Accepted);
        assert_eq!(outcome("not genuine: no (mismatch)", 1), Outcome::Refused);
        assert!(matches!(outcome("", 1), Outcome::Crashed(_)));
        assert!(matches!(outcome("genuine: signed with a", 2), Outcome::Crashed(_)));
    }

    #[test]
    fn a_secret_keeps_its_line_end() {
        let scratch = Scratch::new("own-secret").unwrap();
        let path = scratch.path().join("secret");
        for (secret, written) in
            [(&b"a\n"[..], &b"a\n\n"[..]), (b"a", b"a"), (b"a\r\n", b"a\r\n\n")]
        {
            write_secret(&path, secret).unwrap();
            assert_eq!(fs::read(&path).unwrap(), written);
        }
    }
}
