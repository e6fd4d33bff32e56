//! Buildbot itself: a master and a worker in a folder of their own, and its REST interface.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::http::{self, Message};
use crate::process::{Process, succeed};
use crate::python::Environment;
use crate::random;

const HOOK_PATH: &str = "/change_hook/bitbucketcloud";
const CREATE_LIMIT: Duration = Duration::from_secs(120);
const READY_LIMIT: Duration = Duration::from_secs(120);
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// A master and a worker, both running or both stopped. They are ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Ci {
    folder: PathBuf,
    buildbot: PathBuf,
    buildbot_worker: PathBuf,
    www_port: u16,
    worker_port: u16,
    hook_password: String,
    worker_password: String,
    running: Vec<Process>,
}

/// What Buildbot knows of one commit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Builds {
    /// How often a push of it was taken from the hook.
    pub(crate) changes: usize,
    /// Builds, whatever became of them.
    pub(crate) all: usize,
    /// Builds that are complete and succeeded.
    pub(crate) succeeded: usize,
}

impl Ci {
    /// Makes the master's and the worker's folders on two free ports.
    pub(crate) fn create(environment: &Environment, root: &Path, folder: &Path) -> Result<Self> {
        let ci = Self {
            folder: folder.to_path_buf(),
            buildbot: environment.program("buildbot"),
            buildbot_worker: environment.program("buildbot-worker"),
            www_port: free_port()?,
            worker_port: free_port()?,
            hook_password: format!("hook-{:x}", random::fresh_seed()),
            worker_password: format!("worker-{:x}", random::fresh_seed()),
            running: Vec::new(),
        };
        let configuration = root.join("xtask/fixtures/buildbot/master.cfg");
        fs::create_dir_all(folder.join("master"))?;
        fs::copy(configuration, folder.join("master").join("master.cfg")).context("master.cfg")?;
        succeed(ci.master_command().args(["create-master", "--quiet", "master"]), CREATE_LIMIT)?;
        let address = format!("127.0.0.1:{}", ci.worker_port);
        let mut worker = Command::new(&ci.buildbot_worker);
        worker.current_dir(folder).args(["create-worker", "--quiet", "--maxdelay=2", "worker"]);
        succeed(worker.args([&address, "worker", &ci.worker_password]), CREATE_LIMIT)?;
        Ok(ci)
    }

    /// Starts both and waits until the worker is connected.
    pub(crate) fn start(&mut self) -> Result<()> {
        let log = self.folder.join("master.log");
        let mut command = self.master_command();
        command.args(["start", "--nodaemon", "master"]);
        let mut master = Process::start("the Buildbot master", &mut command, &log)?;
        let answers = || self.answer("/api/v2/workers").ok();
        master.wait_until("answer of its interface", READY_LIMIT, answers)?;

        let log = self.folder.join("worker.log");
        let mut command = Command::new(&self.buildbot_worker);
        command.current_dir(&self.folder).args(["start", "--nodaemon", "worker"]);
        let mut worker = Process::start("the Buildbot worker", &mut command, &log)?;
        worker.wait_until("connection to the master", READY_LIMIT, || {
            let workers = self.answer("/api/v2/workers").ok()?;
            let connected = &workers["workers"][0]["connected_to"];
            connected.as_array().is_some_and(|masters| !masters.is_empty()).then_some(())
        })?;
        // In the order in which they are stopped.
        self.running = vec![worker, master];
        Ok(())
    }

    /// Stops both; the hook's port is closed then.
    pub(crate) fn stop(&mut self) -> Result<()> {
        for mut process in self.running.drain(..) {
            process.terminate(STOP_LIMIT)?;
        }
        Ok(())
    }

    pub(crate) fn hook_url(&self) -> String {
        format!("http://127.0.0.1:{}{HOOK_PATH}", self.www_port)
    }

    /// The password of the user `ci`.
    pub(crate) fn hook_password(&self) -> &str {
        &self.hook_password
    }

    /// The status that a request without a password gets from the hook.
    pub(crate) fn post_without_password(&self) -> Result<u16> {
        let request = Message::request("POST", HOOK_PATH, b"{}".to_vec())
            .with("Content-Type", "application/json")
            .with("X-Event-Key", "repo:push");
        Ok(http::exchange(self.address(), &request)?.status()?)
    }

    /// What Buildbot knows of a commit.
    pub(crate) fn builds(&self, commit: &str) -> Result<Builds> {
        let changes = self.answer("/api/v2/changes?limit=1000")?;
        let builds = self.answer("/api/v2/builds?limit=1000&property=revision")?;
        count(&changes, &builds, commit)
    }

    fn master_command(&self) -> Command {
        let mut command = Command::new(&self.buildbot);
        command.current_dir(&self.folder);
        command.env("WWW_PORT", self.www_port.to_string());
        command.env("WORKER_PORT", self.worker_port.to_string());
        command.env("HOOK_PASSWORD", &self.hook_password);
        command.env("WORKER_PASSWORD", &self.worker_password);
        command
    }

    fn answer(&self, path: &str) -> Result<Value> {
        let answer = http::exchange(self.address(), &Message::request("GET", path, Vec::new()))?;
        if answer.status()? != 200 {
            bail!("Buildbot answered {path} with {}", answer.first_line);
        }
        serde_json::from_slice(&answer.body).context("the answer of Buildbot")
    }

    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.www_port).into()
    }
}

fn count(changes: &Value, builds: &Value, commit: &str) -> Result<Builds> {
    let changes = changes["changes"].as_array().context("no list of changes")?;
    let builds = builds["builds"].as_array().context("no list of builds")?;
    let of_commit = |build: &&Value| build["properties"]["revision"][0] == commit;
    let succeeded = |build: &&Value| build["complete"] == true && build["results"] == 0;
    Ok(Builds {
        changes: changes.iter().filter(|change| change["revision"] == commit).count(),
        all: builds.iter().filter(of_commit).count(),
        succeeded: builds.iter().filter(of_commit).filter(succeeded).count(),
    })
}

/// A port that was free a moment ago; Buildbot has to be told one.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").context("a free port")?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn builds_are_counted_by_commit_and_result() {
        let changes = json!({"changes": [{"revision": "a"}, {"revision": "b"}]});
        let build = |revision, complete, results: Option<u8>| {
            let properties = json!({"revision": [revision, "Build"]});
            json!({"properties": properties, "complete": complete, "results": results})
        };
        let builds =
            [build("a", true, Some(0)), build("a", true, Some(2)), build("a", false, None)];
        let builds = json!({"builds": builds});
        let found = count(&changes, &builds, "a").unwrap();
        assert_eq!(found, Builds { changes: 1, all: 3, succeeded: 1 });
    }
}
