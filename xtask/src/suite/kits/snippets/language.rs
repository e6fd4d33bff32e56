//! The languages of the snippets: what each needs, and how its program is run.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::debian;
use crate::process::succeed;
use crate::report::NotRun;

/// A language, in the order of the README's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Bash,
    Php,
    Ruby,
    Groovy,
    CSharp,
}

impl Language {
    pub(super) const ALL: [Self; 5] =
        [Self::Bash, Self::Php, Self::Ruby, Self::Groovy, Self::CSharp];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Php => "PHP",
            Self::Ruby => "Ruby",
            Self::Groovy => "Groovy",
            Self::CSharp => "C#",
        }
    }

    /// Sees to it that its programs are there.
    ///
    /// # Errors
    /// They cannot be had.
    pub(super) fn provide(self) -> Result<(), NotRun> {
        let (packages, works): (&[&str], fn() -> bool) = match self {
            Self::Bash => (&["bash", "openssl"], || {
                debian::answers("bash", &[]) && debian::answers("openssl", &["version"])
            }),
            Self::Php => (&["php-cli"], || debian::answers("php", &[])),
            Self::Ruby => (&["ruby"], || debian::answers("ruby", &["-ropenssl", "--version"])),
            Self::Groovy => {
                (&["groovy", "default-jre-headless"], || debian::answers("groovy", &["--version"]))
            }
            Self::CSharp => (&["mono-mcs", "mono-runtime"], || {
                debian::answers("mcs", &[]) && debian::answers("mono", &[])
            }),
        };
        debian::provide(self.name(), packages, works)
    }

    /// Compiles what has to be, into `into`.
    ///
    /// # Errors
    /// It does not compile.
    pub(super) fn compile(self, snippets: &Path, into: &Path) -> Result<()> {
        if self != Self::CSharp {
            return Ok(());
        }
        let program = into.join("Verify.exe");
        let out = format!("-out:{}", program.display());
        let mut compiler = Command::new("mcs");
        compiler.arg("-warnaserror").arg(out).arg(snippets.join("Verify.cs"));
        succeed(&mut compiler, Duration::from_secs(120))
    }

    /// The program and its arguments.
    pub(super) fn program(self, snippets: &Path, compiled: &Path) -> Vec<String> {
        let (interpreter, file) = match self {
            Self::Bash => ("bash", snippets.join("verify.sh")),
            Self::Php => ("php", snippets.join("verify.php")),
            Self::Ruby => ("ruby", snippets.join("verify.rb")),
            Self::Groovy => ("groovy", snippets.join("verify.groovy")),
            Self::CSharp => ("mono", compiled.join("Verify.exe")),
        };
        vec![interpreter.to_owned(), file.to_string_lossy().into_owned()]
    }
}
