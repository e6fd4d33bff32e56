//! Countersign as it is measured: an empty data folder, one source, one webhook or none, and no
//! other setting changed.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::running::Running;
use crate::http::{self, Message};
use crate::process;

/// How often a starting server is asked; it is ready within a few milliseconds.
const ASK_AGAIN: Duration = Duration::from_micros(200);

const START_LIMIT: Duration = Duration::from_secs(30);

/// A folder with configuration and secrets, for one start; gone with this value.
#[derive(Debug)]
pub(super) struct Installation {
    folder: PathBuf,
    program: PathBuf,
}

/// Where the events of a webhook come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The source.
    Source,
    /// The API.
    Api,
}

/// A server that is ready.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) running: Running,
    pub(super) public: SocketAddr,
    pub(super) admin: SocketAddr,
}

/// How long a start took until the line with the address, and until the first answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) line: Duration,
    pub(super) answer: Duration,
}

impl Installation {
    /// Makes the folder anew, with fresh secrets.
    pub(super) fn new(folder: &Path, program: &Path) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let installation = Self { folder: folder.to_path_buf(), program: program.to_path_buf() };
        installation.write_secret(&installation.source_secret())?;
        installation.write_secret(&installation.webhook_secret())?;
        Ok(installation)
    }

    /// What Bitbucket would sign with.
    pub(super) fn source_secret(&self) -> PathBuf {
        self.folder.join("source.secret")
    }

    /// What the server signs with.
    pub(super) fn webhook_secret(&self) -> PathBuf {
        self.folder.join("webhook.secret")
    }

    pub(super) fn token(&self) -> PathBuf {
        self.folder.join("data").join("admin-token")
    }

    /// Starts the server with one webhook to `receiver`, or with none that matches.
    pub(super) fn start(&self, webhook: Option<(Origin, SocketAddr)>) -> Result<Server> {
        self.configure(webhook)?;
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        let mut running = self.launch(any, any)?;
        let (public, _) = running.address("public")?;
        let (admin, _) = running.address("admin")?;
        Ok(Server { running, public, admin })
    }

    /// Starts the server, asking for its health from the beginning.
    pub(super) fn timed_start(&self) -> Result<(Running, Start)> {
        self.configure(None)?;
        let public = free_address()?;
        let mut running = self.launch(public, ([127, 0, 0, 1], 0).into())?;
        while !is_healthy(public) {
            if running.began.elapsed() > START_LIMIT {
                bail!("the server was not ready; {}", running.log_end());
            }
            thread::sleep(ASK_AGAIN);
        }
        let answer = running.began.elapsed();
        let (_, at) = running.address("public")?;
        let line = at.duration_since(running.began);
        Ok((running, Start { line, answer }))
    }

    fn launch(&self, public: SocketAddr, admin: SocketAddr) -> Result<Running> {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.folder)
            .args(["serve", "--config", "countersign.toml", "--data", "data"])
            .args(["--listen", &public.to_string()])
            .args(["--admin", &admin.to_string()]);
        let log = self.folder.join("server.log");
        Running::start("the server", &mut command, &log)
    }

    fn configure(&self, webhook: Option<(Origin, SocketAddr)>) -> Result<()> {
        let source = "[[source]]\nname = \"bitbucket\"\ndialect = \"bitbucket-cloud\"\n\
                      secret_file = \"source.secret\"\n";
        let webhook = webhook.map(|(origin, receiver)| {
            let source = match origin {
                Origin::Source => "source = \"bitbucket\"\n",
                Origin::Api => "",
            };
            format!(
                "\n[[webhook]]\nkey = \"receiver\"\n{source}url = \"http://{receiver}/hook\"\n\
                 events = [\"*\"]\nallow_private = true\nsecret_file = \"webhook.secret\"\n"
            )
        });
        let text = format!("{source}{}", webhook.unwrap_or_default());
        fs::write(self.folder.join("countersign.toml"), text).context("the configuration")
    }

    fn write_secret(&self, path: &Path) -> Result<()> {
        let mut generate = Command::new(&self.program);
        generate.args(["secret", "generate"]);
        let done = process::output(&mut generate, Duration::from_secs(20))?;
        if !done.status.success() {
            bail!("`countersign secret generate` ended with {}", done.status);
        }
        fs::write(path, done.stdout)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        Ok(())
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        // A failure's text quotes the log already; what is left would only fill the disk.
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("could not remove {}: {error}", self.folder.display());
        }
    }
}

fn is_healthy(address: SocketAddr) -> bool {
    let request = Message::request("GET", "/healthz", Vec::new());
    let answer = http::exchange(address, &request);
    answer.is_ok_and(|answer| answer.status().is_ok_and(|status| status == 200))
}

/// An address that nobody listens at; it could be taken again before it is used, but hardly is.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
