//! The binary, run as a process of its own, without this process' environment.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// The longest that a command may take.
const ENDS_WITHIN: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// A command line to run in a folder.
pub(crate) struct Program {
    folder: PathBuf,
    environment: Vec<(String, String)>,
    input: Vec<u8>,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// It ended with this code and said all of this on standard error.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for part in parts {
            assert!(self.err.contains(part), "no `{part}` in: {}", self.err);
        }
    }

    /// It ended with 0. Answers its output.
    #[track_caller]
    pub(crate) fn succeeded(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }
}

impl Program {
    pub(crate) fn new(folder: &Path) -> Program {
        Program { folder: folder.to_owned(), environment: Vec::new(), input: Vec::new() }
    }

    /// With a variable.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Program {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this on standard input.
    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Program {
        self.input = input.into();
        self
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads nothing closes its end.
        let _ = child.stdin.take().unwrap().write_all(&self.input);
        child
    }

    /// Runs to the end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut child = self.spawn(arguments);
        let read = |mut pipe: Box<dyn Read + Send>| {
            thread::spawn(move || {
                let mut text = Vec::new();
                pipe.read_to_end(&mut text).unwrap();
                String::from_utf8(text).unwrap()
            })
        };
        let out = read(Box::new(child.stdout.take().unwrap()));
        let err = read(Box::new(child.stderr.take().unwrap()));
        let code = end(&mut child);
        let (out, err) = (out.join().unwrap(), err.join().unwrap());
        Ran { code, out, err }
    }

    /// Starts a server and waits until it says where it listens.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Serving {
        let mut child = self.spawn(arguments);
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("sign in") {
            let read = lines.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "it ended: {line}");
        }
        Serving { child, announced: line, _lines: lines }
    }
}

/// A server that runs until it is told to stop or dropped.
pub(crate) struct Serving {
    child: Child,
    /// What it said when it began.
    pub(crate) announced: String,
    _lines: BufReader<ChildStdout>,
}

impl Serving {
    /// Sends SIGTERM. Answers the exit code.
    pub(crate) fn terminate(mut self) -> i32 {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).unwrap();
        end(&mut self.child)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already where it was told to.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn end(child: &mut Child) -> i32 {
    let deadline = Instant::now() + ENDS_WITHIN;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().expect("it ended by itself");
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("it does not end");
        }
        thread::sleep(LOOK_AGAIN);
    }
}
