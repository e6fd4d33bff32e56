//! Every fuzz target for a few seconds, from seeds that reach deep; and that a planted fault is found.

use anyhow::{Context, Result};

use super::{Job, Scale, Suite, Unprepared};
use crate::fuzz::{self, Built};
use crate::report::{NotRun, Report};

const SECONDS: u32 = 4;
const SECONDS_SOAK: u32 = 600;

/// The target whose planted fault has to be found, and within what time.
const CONTROL: &str = "forge";
const CONTROL_SECONDS: u32 = 30;

#[derive(Debug, Default)]
pub(crate) struct Fuzz {
    built: Option<Built>,
}

impl Suite for Fuzz {
    fn name(&self) -> &'static str {
        "fuzz"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn prepare(&mut self, job: &Job) -> Result<(), Unprepared> {
        if !cfg!(unix) {
            return Err(NotRun::new("libFuzzer needs Unix", "run it on Linux").into());
        }
        fuzz::needs()?;
        self.built = Some(fuzz::build(&job.root)?);
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let built = self.built.as_ref().context("the targets were not built")?;
        let seconds = match job.scale {
            Scale::Soak { .. } => SECONDS_SOAK,
            Scale::Quick | Scale::All => SECONDS,
        };
        let mut report = Report::default();
        let mut inputs = 0;
        for target in fuzz::targets(&job.root)? {
            match built.run(&target, seconds) {
                Ok(run) => {
                    inputs += run.inputs;
                    report.check(&format!("{target}: {} inputs", run.inputs), "");
                }
                Err(error) => report.fail(format!("{target}: {error:#}")),
            }
        }
        report.note(format!("{inputs} inputs"));
        let found = built.finds_planted(CONTROL, CONTROL_SECONDS)?;
        report.check(
            "a verifier that takes a mismatch for genuine is found out",
            if found { "" } else { "it was not" },
        );
        Ok(report)
    }
}
