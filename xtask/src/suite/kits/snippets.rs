//! `kit-snippets`: the snippets in bash, PHP, Ruby, Groovy and C#, run as the programs that they are.
//!
//! Each request is one run: the body on standard input, the signature header in the variable that
//! CGI would put it into, the secret in a file. The exit status is the verdict, and nothing may be
//! printed but that there is no secret. Groovy takes two seconds to start: its program gets one
//! request of each kind, and its function all of them in one run. A language that cannot be had is
//! skipped, by name.

mod language;
mod request;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use self::language::Language;
use self::request::{Request, Verdict};
use crate::folder::Scratch;
use crate::process::{end_of, output};
use crate::report::Report;
use crate::suite::{Job, Suite, Unprepared};

const LIMIT: Duration = Duration::from_secs(120);

#[derive(Debug, Default)]
pub(crate) struct Snippets {
    languages: Vec<Language>,
    absent: Vec<String>,
}

impl Suite for Snippets {
    fn name(&self) -> &'static str {
        "kit-snippets"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn prepare(&mut self, _job: &Job) -> Result<(), Unprepared> {
        for language in Language::ALL {
            match language.provide() {
                Ok(()) => self.languages.push(language),
                Err(missing) => {
                    let name = language.name();
                    self.absent.push(format!("{name} ({}; {})", missing.reason, missing.remedy));
                }
            }
        }
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut requests = request::of_vectors(&job.root)?;
        requests.extend(request::of_our_own());
        let scratch = Scratch::new("snippets")?;
        let bench = Bench {
            snippets: job.root.join("kits/snippets"),
            compiled: scratch.folder("compiled")?,
            requests,
        };
        let mut report = Report::default();
        for absent in &self.absent {
            println!("  skipped {absent}");
            report.skipped += 1;
        }
        for language in &self.languages {
            let folder = scratch.folder(language.name())?;
            if let Err(error) = bench.run(*language, &folder, &mut report) {
                report.fail(format!("{}: {error:#}", language.name()));
            }
        }
        Ok(report)
    }
}

struct Bench {
    snippets: PathBuf,
    compiled: PathBuf,
    requests: Vec<Request>,
}

impl Bench {
    fn run(&self, language: Language, folder: &Path, report: &mut Report) -> Result<()> {
        language.compile(&self.snippets, &self.compiled)?;
        let chosen = if language == Language::Groovy {
            self.function(folder, report)?;
            self.of_each_kind()
        } else {
            self.requests.iter().collect()
        };
        let program = language.program(&self.snippets, &self.compiled);
        let wrong = wrong(&program, &chosen, folder);
        report.passed += chosen.len() - wrong.len();
        for wrong in &wrong {
            report.fail(format!("{}: {wrong}", language.name()));
        }
        let right = chosen.len() - wrong.len();
        report.note(format!("{}: {right} of {} requests", language.name(), chosen.len()));
        Ok(())
    }

    /// Groovy's function on all requests whose secret is one.
    fn function(&self, folder: &Path, report: &mut Report) -> Result<()> {
        let usable = |request: &&Request| request.verdict != Verdict::NoSecret;
        let requests: Vec<&Request> = self.requests.iter().filter(usable).collect();
        let parts = folder.join("parts");
        std::fs::create_dir_all(&parts)?;
        for (number, request) in requests.iter().enumerate() {
            request.write_parts(&parts, number)?;
        }
        let mut groovy = Command::new("groovy");
        groovy.arg(self.snippets.join("tests/every.groovy"));
        groovy.arg(self.snippets.join("verify.groovy")).arg(&parts);
        let done = output(&mut groovy, LIMIT)?;
        let told = String::from_utf8_lossy(&done.stdout);
        if !done.status.success() || told.trim() != format!("{} requests", requests.len()) {
            let errors = String::from_utf8_lossy(&done.stderr);
            bail!("its function answers otherwise: {}{}", end_of(&told), end_of(&errors));
        }
        report.passed += requests.len();
        report.note(format!("Groovy's function: {} requests", requests.len()));
        Ok(())
    }

    /// One request for each verdict, with the secret in a file and in a variable.
    fn of_each_kind(&self) -> Vec<&Request> {
        let mut seen = HashSet::new();
        let first = |request: &&Request| seen.insert((request.by_variable, request.verdict as i32));
        self.requests.iter().filter(first).collect()
    }
}

/// Runs the program on all requests, on all processors, and tells which it judged wrongly.
fn wrong(program: &[String], requests: &[&Request], folder: &Path) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(request) = requests.get(number) else {
                return wrong;
            };
            if let Err(error) = judge(program, request, folder, number) {
                wrong.push(format!("{}: {error:#}", request.name));
            }
        }
    };
    thread::scope(|scope| {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        let join = |worker: thread::ScopedJoinHandle<'_, Vec<String>>| {
            worker.join().unwrap_or_else(|_| vec!["a worker broke".to_owned()])
        };
        workers.into_iter().flat_map(join).collect()
    })
}

/// One request. An error says what was expected.
fn judge(program: &[String], request: &Request, folder: &Path, number: usize) -> Result<()> {
    let files = request.write(folder, number)?;
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$@\" < \"$0\""]).arg(&files.body).args(program);
    command.env_remove("COUNTERSIGN_SECRET").env_remove("COUNTERSIGN_SECRET_FILE");
    command.env_remove("HTTP_X_HUB_SIGNATURE");
    if request.by_variable {
        command.env("COUNTERSIGN_SECRET", String::from_utf8(request.secret.clone())?);
    } else {
        command.env("COUNTERSIGN_SECRET_FILE", &files.secret);
    }
    if let Some(header) = &request.header {
        command.env("HTTP_X_HUB_SIGNATURE", header);
    }
    let done = output(&mut command, LIMIT)?;
    let told = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    let code = done.status.code().context("it was ended")?;
    if code != request.verdict as i32 {
        bail!("exit status {code} in place of {:?}: {}", request.verdict, end_of(&told));
    }
    if request.verdict != Verdict::NoSecret && !told.is_empty() {
        bail!("it prints: {}", end_of(&told));
    }
    Ok(())
}
