//! The suites, and the one way in which each of them runs: needs, prepare, run, report.
//!
//! A suite is one file in this folder. It says what it needs before it touches anything, prepares
//! (builds, installs), runs, and answers a report; it never ends the process and never counts for
//! another suite. What could not run is told with its reason and its remedy, and fails a run when
//! the variable `CI` is `true`.

mod buildbot;
mod checks;
mod crash;
mod demo;
mod deny;
mod fuzz;
mod kits;
mod receivers;
mod rust;
mod tidy;
mod timing;
mod vectors;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::folder;
use crate::report::{NotRun, Report, Row, Summary};

/// How much of its work a suite does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// A few minutes on two cores for all quick suites together.
    Quick,
    /// What every change is measured by.
    All,
    /// By hand: the large figures, with an optimised build.
    Soak { kills: u32 },
}

/// What a run gives to every suite.
#[derive(Debug)]
pub(crate) struct Job {
    /// The root of the checkout.
    pub(crate) root: PathBuf,
    pub(crate) scale: Scale,
    /// Chosen by a person to repeat a run.
    pub(crate) seed: Option<u64>,
}

impl Job {
    pub(crate) fn new(scale: Scale, seed: Option<u64>) -> Self {
        Self { root: folder::root(), scale, seed }
    }
}

/// One suite. The methods are called once each, in this order.
pub(crate) trait Suite {
    fn name(&self) -> &'static str;

    /// Whether it runs when nobody names it and `--all` is absent.
    fn is_quick(&self) -> bool;

    /// What is missing on this machine; called before anything is changed.
    fn needs(&self, _job: &Job) -> Result<(), NotRun> {
        Ok(())
    }

    /// Builds and installs. A build that fails is a failure; a tool that cannot be had is not run.
    fn prepare(&mut self, _job: &Job) -> Result<(), Unprepared> {
        Ok(())
    }

    /// The tests. An error counts as one failure.
    fn run(&mut self, job: &Job) -> Result<Report>;
}

/// Why a suite did not get as far as its tests.
#[derive(Debug)]
pub(crate) enum Unprepared {
    NotRun(NotRun),
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for Unprepared {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<NotRun> for Unprepared {
    fn from(not_run: NotRun) -> Self {
        Self::NotRun(not_run)
    }
}

/// What `ci` looks at before the suites.
pub(crate) fn checks() -> Vec<Box<dyn Suite>> {
    let mut checks = checks::all();
    checks.push(Box::new(deny::Policy::default()));
    checks.push(Box::new(deny::Advisories::default()));
    checks
}

/// The suites that `names` asks for; with no names the quick ones, or all of them. A check of `ci`
/// runs here too when it is named.
///
/// # Errors
/// A name that no suite has; the error lists those that there are.
pub(crate) fn choose(names: &[String], all: bool) -> Result<Vec<Box<dyn Suite>>> {
    let mut suites: Vec<Box<dyn Suite>> = vec![
        Box::new(tidy::Tidy),
        Box::new(vectors::Vectors),
        Box::new(rust::Rust),
        Box::new(demo::Demo::default()),
        Box::new(crash::Crash::default()),
        Box::new(buildbot::Buildbot::default()),
        Box::new(fuzz::Fuzz::default()),
        Box::new(timing::Timing::default()),
        Box::new(kits::PythonKit::default()),
        Box::new(kits::Go),
        Box::new(kits::Snippets::default()),
        Box::new(kits::Java),
        Box::new(kits::JavaScript::default()),
        Box::new(receivers::Receivers::default()),
    ];
    if names.is_empty() {
        suites.retain(|suite| all || suite.is_quick());
        return Ok(suites);
    }
    suites.splice(0..0, checks());
    let known: Vec<&str> = suites.iter().map(|suite| suite.name()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("no suite is named `{unknown}`; there are: {}", known.join(", "));
    }
    suites.retain(|suite| names.iter().any(|name| name == suite.name()));
    Ok(suites)
}

/// The suite `receivers`, writing its table in the place of comparing it.
pub(crate) fn receivers() -> Vec<Box<dyn Suite>> {
    vec![Box::new(receivers::Receivers::writing())]
}

/// Runs the suites one after the other, prints the table and the last line, and answers the exit code.
pub(crate) fn run_all(suites: Vec<Box<dyn Suite>>, job: &Job) -> ExitCode {
    let mut summary = Summary::default();
    for mut suite in suites {
        println!("== {}", suite.name());
        summary.rows.push(run_one(suite.as_mut(), job));
    }
    summary.print();
    let strict = env::var("CI").is_ok_and(|value| value == "true" || value == "1");
    if summary.is_success(strict) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_one(suite: &mut dyn Suite, job: &Job) -> Row {
    let began = Instant::now();
    let mut report = Report::default();
    let mut not_run = None;
    let ready = suite.needs(job).map_err(Unprepared::NotRun).and_then(|()| suite.prepare(job));
    match ready {
        Err(Unprepared::NotRun(why)) => not_run = Some(why),
        Err(Unprepared::Failed(error)) => report.fail(format!("while preparing: {error:#}")),
        Ok(()) => match suite.run(job) {
            Ok(done) => report = done,
            Err(error) => report.fail(format!("{error:#}")),
        },
    }
    Row { name: suite.name(), report, not_run, took: began.elapsed() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(suites: &[Box<dyn Suite>]) -> Vec<&'static str> {
        suites.iter().map(|suite| suite.name()).collect()
    }

    #[test]
    fn without_names_the_quick_ones_are_chosen() {
        assert_eq!(
            names(&choose(&[], false).unwrap()),
            ["tidy", "vectors", "rust", "demo", "crash"]
        );
    }

    #[test]
    fn all_adds_the_slow_ones() {
        assert!(names(&choose(&[], true).unwrap()).contains(&"buildbot"));
    }

    #[test]
    fn a_name_chooses_one_suite_even_a_slow_one() {
        assert_eq!(names(&choose(&["buildbot".to_owned()], false).unwrap()), ["buildbot"]);
    }

    #[test]
    fn a_check_runs_when_it_is_named() {
        assert_eq!(names(&choose(&["clippy".to_owned()], false).unwrap()), ["clippy"]);
    }

    #[test]
    fn an_unknown_name_is_an_error_that_lists_the_known() {
        let error = choose(&["crush".to_owned()], false).err().unwrap().to_string();
        assert!(error.contains("`crush`") && error.contains("crash"), "{error}");
    }

    /// A suite that answers what it was made with.
    struct Fixed(fn() -> Result<Report>, Option<fn() -> Unprepared>);

    impl Suite for Fixed {
        fn name(&self) -> &'static str {
            "fixed"
        }
        fn is_quick(&self) -> bool {
            true
        }
        fn prepare(&mut self, _job: &Job) -> Result<(), Unprepared> {
            self.1.map_or(Ok(()), |unprepared| Err(unprepared()))
        }
        fn run(&mut self, _job: &Job) -> Result<Report> {
            (self.0)()
        }
    }

    #[test]
    fn an_error_while_running_or_preparing_is_one_failure() {
        let job = Job::new(Scale::Quick, None);
        let running = run_one(&mut Fixed(|| bail!("broke"), None), &job);
        assert_eq!(running.report.failures, ["broke"]);
        let unprepared = || Unprepared::Failed(anyhow::anyhow!("no compiler"));
        let preparing = run_one(&mut Fixed(|| Ok(Report::default()), Some(unprepared)), &job);
        assert_eq!(preparing.report.failed, 1);
    }

    #[test]
    fn what_could_not_be_prepared_is_not_run() {
        let job = Job::new(Scale::Quick, None);
        let unprepared = || Unprepared::NotRun(NotRun::new("no network", "connect it"));
        let row = run_one(&mut Fixed(|| bail!("never reached"), Some(unprepared)), &job);
        assert_eq!((row.report.failed, row.not_run.unwrap().reason.as_str()), (0, "no network"));
    }
}
