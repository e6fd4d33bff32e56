//! The server under test: its folder with configuration and secrets, and its process.
//!
//! The folder is set up once and outlives the process, so that a server which was killed is started
//! again on the same data. Addresses are read from what the server prints, never guessed.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process::Process;

/// The source that suites post to.
pub(crate) const SOURCE: &str = "bitbucket";

/// How long a server may take until it is ready.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// How to start the server: an executable and what comes before the arguments of `serve`.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) first: &'static [&'static str],
}

/// The folder a server runs in.
#[derive(Debug)]
pub(crate) struct Installation {
    folder: PathBuf,
    program: Program,
}

/// A server that is ready.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) public: SocketAddr,
}

impl Installation {
    /// Writes the configuration (one source, `webhook` as given in TOML) and the secret's file.
    pub(crate) fn new(
        folder: &Path,
        program: Program,
        secret: &str,
        webhook: &str,
    ) -> Result<Self> {
        let installation = Self { folder: folder.to_path_buf(), program };
        installation.write_secret("source.secret", secret)?;
        let configuration = format!(
            "[[source]]\nname = \"{SOURCE}\"\ndialect = \"bitbucket-cloud\"\n\
             secret_file = \"source.secret\"\n\n[[webhook]]\n{webhook}"
        );
        fs::write(folder.join("countersign.toml"), configuration).context("the configuration")?;
        Ok(installation)
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn write_secret(&self, name: &str, secret: &str) -> Result<()> {
        let path = self.folder.join(name);
        fs::write(&path, secret).with_context(|| format!("writing {}", path.display()))?;
        let owner_only = fs::Permissions::from_mode(0o600);
        fs::set_permissions(&path, owner_only)
            .with_context(|| format!("mode of {}", path.display()))
    }

    /// Starts the server without waiting until it is ready.
    pub(crate) fn launch(&self) -> Result<Process> {
        let log = self.log();
        // Each start is read for its own addresses; the log before it is kept beside.
        if log.exists() {
            fs::rename(&log, self.folder.join("server.log.before")).context("the server's log")?;
        }
        let mut command = Command::new(&self.program.path);
        command.current_dir(&self.folder).args(self.program.first);
        command.args(["--config", "countersign.toml", "--data", "data"]);
        command.args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
        Process::start("the server", &mut command, &log)
    }

    /// Starts the server and waits until it says where it listens.
    pub(crate) fn start(&self) -> Result<Server> {
        let mut process = self.launch()?;
        let public = self.wait_ready(&mut process)?;
        Ok(Server { process, public })
    }

    fn wait_ready(&self, process: &mut Process) -> Result<SocketAddr> {
        let log = self.log();
        process.wait_until("line with its addresses", READY_LIMIT, || {
            let text = fs::read_to_string(&log).ok()?;
            address_after(&text, "admin: http://")?;
            address_after(&text, "public: http://")
        })
    }

    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }
}

/// The address that follows `label`, once its line is complete.
fn address_after(text: &str, label: &str) -> Option<SocketAddr> {
    let line = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let rest = line.filter_map(|line| line.split_once(label)).map(|(_, rest)| rest).next()?;
    let end = rest.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(rest.len());
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_from_a_complete_line_only() {
        let expected = Some("127.0.0.1:81".parse().unwrap());
        let label = "public: http://";
        assert_eq!(address_after("x\n public: http://127.0.0.1:81/in/\n", label), expected);
        assert_eq!(address_after("public: http://127.0.0.1:81\n", label), expected);
        assert_eq!(address_after("public: http://127.0.0.1:8", label), None);
        assert_eq!(address_after("admin: http://127.0.0.1:81\n", label), None);
    }
}
