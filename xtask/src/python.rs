//! Python tools that a suite needs, each in a virtual environment of its own under `target/xtask`.
//!
//! An environment is kept between runs and made anew when its list of packages changed or it broke.
//! Nothing is installed for the whole machine but `python3-venv` and `python3-pip`, and that only on
//! Debian, as root, when they are missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::debian;
use crate::folder;
use crate::process::succeed;
use crate::report::NotRun;

const INSTALL_LIMIT: Duration = Duration::from_secs(600);
const REMEDY: &str = "install python3 with its modules venv and pip (Debian: python3-venv, python3-pip) \
                      and let pip reach its package index";

/// A virtual environment and what is in it.
#[derive(Debug)]
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// The environment `name` with the packages that the file `requirements` lists.
    ///
    /// # Errors
    /// Python or a package cannot be had.
    pub(crate) fn prepare(name: &str, requirements: &Path, probe: &str) -> Result<Self, NotRun> {
        let environment = Self { folder: folder::kept().join(name) };
        let stamp = environment.folder.join("requirements.txt");
        let wanted = fs::read_to_string(requirements)
            .map_err(|error| not_run(&format!("{}: {error}", requirements.display())))?;
        let kept = fs::read_to_string(&stamp).is_ok_and(|kept| kept == wanted);
        if kept && environment.works(probe) {
            return Ok(environment);
        }
        provide_python()?;
        environment.install(requirements).map_err(|error| not_run(&format!("{error:#}")))?;
        if !environment.works(probe) {
            return Err(not_run(&format!("`{probe} --version` fails after it was installed")));
        }
        fs::write(&stamp, wanted).map_err(|error| not_run(&error.to_string()))?;
        Ok(environment)
    }

    /// An executable of the environment.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    fn works(&self, probe: &str) -> bool {
        let mut command = Command::new(self.program(probe));
        succeed(command.arg("--version"), Duration::from_secs(60)).is_ok()
    }

    fn install(&self, requirements: &Path) -> Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).context("removing a broken environment")?;
        }
        println!("  installing {} into {}", requirements.display(), self.folder.display());
        let mut venv = Command::new("python3");
        succeed(venv.args(["-m", "venv"]).arg(&self.folder), INSTALL_LIMIT)?;
        let mut pip = Command::new(self.program("python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        pip.args(["--only-binary", ":all:", "--requirement"]).arg(requirements);
        succeed(&mut pip, INSTALL_LIMIT)
    }
}

fn not_run(reason: &str) -> NotRun {
    NotRun::new(reason, REMEDY)
}

/// Sees to it that `python3 -m venv` works, with Debian's packages where that is possible.
fn provide_python() -> Result<(), NotRun> {
    debian::provide(
        "python3 with its modules venv and pip",
        &["python3-venv", "python3-pip"],
        || debian::answers("python3", &["-c", "import venv, ensurepip"]),
    )
}
