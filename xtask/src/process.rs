//! Child processes that a suite starts, and that never outlive it.
//!
//! Every child is ended by its own id: asked first (SIGTERM), or killed (SIGKILL), and killed in any
//! case when its value is dropped, so that a failing suite leaves nothing behind. Output goes to a
//! file, which failures quote.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How often a waiting suite looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// How many characters of a log a failure quotes.
const QUOTED_MAX: usize = 3000;

/// A running child.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with no input; both of its outputs are appended to `log`.
    pub(crate) fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let out = open_log(log)?;
        let err = out.try_clone().context("sharing a log file")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        Ok(Self { child, name: name.to_owned(), log: log.to_path_buf() })
    }

    /// The exit status, once it has ended by itself.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("asking after {}", self.name))
    }

    /// Ends it at once with SIGKILL and waits until it is gone.
    pub(crate) fn kill(&mut self) -> Result<()> {
        if self.ended()?.is_none() {
            self.child.kill().with_context(|| format!("killing {}", self.name))?;
            self.child.wait().with_context(|| format!("waiting for {}", self.name))?;
        }
        Ok(())
    }

    /// Asks it to end with SIGTERM and waits for its exit status.
    ///
    /// # Errors
    /// It had not ended after `limit`; it is killed then.
    pub(crate) fn terminate(&mut self, limit: Duration) -> Result<ExitStatus> {
        if let Some(status) = self.ended()? {
            return Ok(status);
        }
        // The standard library sends no signal but SIGKILL; the shell's own `kill` does.
        Command::new("sh")
            .args(["-c", "kill -TERM \"$0\"", &self.child.id().to_string()])
            .status()?;
        match wait(&mut self.child, limit)? {
            Some(status) => Ok(status),
            None => {
                self.kill()?;
                bail!("{} had not ended {} s after SIGTERM", self.name, limit.as_secs())
            }
        }
    }

    /// Calls `look` until it answers something.
    ///
    /// # Errors
    /// The process ended, or `limit` passed; both quote the end of the log.
    pub(crate) fn wait_until<T>(
        &mut self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut() -> Option<T>,
    ) -> Result<T> {
        let began = Instant::now();
        loop {
            if let Some(seen) = look() {
                return Ok(seen);
            }
            if let Some(status) = self.ended()? {
                bail!("{} ended ({status}) before {what}; its log: {}", self.name, self.log_end());
            }
            if began.elapsed() > limit {
                let seconds = limit.as_secs();
                bail!("no {what} from {} in {seconds} s; its log: {}", self.name, self.log_end());
            }
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// The end of what it wrote, for a failure's text.
    pub(crate) fn log_end(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        end_of(&String::from_utf8_lossy(&bytes))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            eprintln!("{error:#}");
        }
    }
}

/// Runs `command` to its end with its output captured.
///
/// # Errors
/// It could not be started, or had not ended after `limit`; it is killed then.
pub(crate) fn output(command: &mut Command, limit: Duration) -> Result<Output> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {program}"))?;
    let id = child.id().to_string();
    let (done, ended) = std::sync::mpsc::sync_channel::<()>(1);
    let watch = thread::spawn(move || {
        let late = ended.recv_timeout(limit).is_err();
        if late {
            let _ = Command::new("sh").args(["-c", "kill -KILL \"$0\"", &id]).status();
        }
        late
    });
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let errors = thread::spawn(move || read_all(stderr));
    let out = read_all(stdout);
    let err = errors.join().unwrap_or_default();
    // The watch is gone already when it was the one that ended the child.
    let _ = done.send(());
    let late = watch.join().unwrap_or(true);
    let status = child.wait().with_context(|| format!("waiting for {program}"))?;
    if late {
        bail!("{program} had not ended after {} s", limit.as_secs());
    }
    Ok(Output { status, stdout: out, stderr: err })
}

/// Runs `command` with its output captured and fails with the end of that output when it fails.
pub(crate) fn succeed(command: &mut Command, limit: Duration) -> Result<()> {
    let done = output(command, limit)?;
    if !done.status.success() {
        let text = [done.stdout, done.stderr].concat();
        let program = command.get_program().to_string_lossy().into_owned();
        bail!("{program} ended with {}: {}", done.status, end_of(&String::from_utf8_lossy(&text)));
    }
    Ok(())
}

/// The last part of a long text, from a character's beginning.
pub(crate) fn end_of(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(QUOTED_MAX);
    text.chars().skip(skipped).collect::<String>().trim().to_owned()
}

fn read_all(source: Option<impl std::io::Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut source) = source {
        // A broken pipe ends the output; what came before it is still worth showing.
        let _ = source.read_to_end(&mut bytes);
    }
    bytes
}

fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if began.elapsed() > limit {
            return Ok(None);
        }
        thread::sleep(LOOK_AGAIN);
    }
}

fn open_log(log: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("opening {}", log.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_end_is_ended_and_reported() {
        let error = output(Command::new("sleep").arg("30"), Duration::from_millis(50)).unwrap_err();
        assert!(error.to_string().contains("had not ended"), "{error}");
    }

    #[test]
    fn a_failing_command_quotes_its_output() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo first; echo second >&2; exit 3"]);
        let error = succeed(&mut command, Duration::from_secs(10)).unwrap_err().to_string();
        assert!(error.contains("first") && error.contains("second"), "{error}");
    }

    #[test]
    fn the_end_of_a_text_never_splits_a_character() {
        let text = "é".repeat(QUOTED_MAX + 5);
        assert_eq!(end_of(&text).chars().count(), QUOTED_MAX);
    }
}
