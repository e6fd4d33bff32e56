//! A real CI server behind Countersign: a signed Bitbucket Cloud push starts a build in Buildbot.
//!
//! Buildbot's own hook checks no signature, so what starts a build here is what Countersign let
//! through. A master with the `bitbucketcloud` change hook behind basic authentication, a worker and
//! Countersign run on loopback; builds are counted through Buildbot's REST interface, with merging of
//! requests turned off, so that a second delivery would show as a second build.

mod ci;

use std::fs;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use self::ci::{Builds, Ci};
use super::{Job, Suite, Unprepared};
use crate::cargo::{self, Target};
use crate::folder::Scratch;
use crate::http;
use crate::push;
use crate::python::Environment;
use crate::random::{self, Random};
use crate::report::Report;
use crate::server::{Installation, Program, SOURCE};

const SECRET: &str = "a secret of the Buildbot suite, 32 b";

/// A push that has reached Buildbot is built within a second or two.
const BUILD_LIMIT: Duration = Duration::from_secs(60);

/// After Buildbot was away: the breaker's probe comes after 10 s and then less and less often.
const RETURN_LIMIT: Duration = Duration::from_secs(120);

/// How long nothing more may come before it counts as never.
const LINGER: Duration = Duration::from_secs(6);

#[derive(Debug, Default)]
pub(crate) struct Buildbot {
    ready: Option<(Environment, Program)>,
}

impl Suite for Buildbot {
    fn name(&self) -> &'static str {
        "buildbot"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn prepare(&mut self, job: &Job) -> Result<(), Unprepared> {
        let requirements = job.root.join("xtask/fixtures/buildbot/requirements.txt");
        let environment = Environment::prepare("buildbot-venv", &requirements, "buildbot")?;
        let path = cargo::build(&job.root, Target::Binary("countersign"), false)?;
        self.ready = Some((environment, Program { path, first: &["serve"] }));
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut report = Report::default();
        let Some((environment, program)) = self.ready.take() else {
            return Ok(report);
        };
        let seed = job.seed.unwrap_or_else(random::fresh_seed);
        let mut scratch = Scratch::new("buildbot")?;
        let template = fs::read_to_string(job.root.join("xtask/fixtures/repo-push.json"))
            .context("the push to send")?;
        let mut ci = Ci::create(&environment, &job.root, &scratch.folder("ci")?)?;
        ci.start()?;
        let folder = scratch.folder("countersign")?;
        let installation = Installation::new(&folder, program, SECRET, &webhook(&ci))?;
        installation.write_secret("ci.password", ci.hook_password())?;
        let server = installation.start()?;
        let mut bench = Bench { ci, public: server.public, template, random: Random::new(seed) };
        bench.all(&mut report).inspect_err(|_| scratch.keep())?;
        if report.failed > 0 {
            scratch.keep();
        }
        Ok(report)
    }
}

fn webhook(ci: &Ci) -> String {
    format!(
        "key = \"buildbot\"\nsource = \"{SOURCE}\"\nurl = \"{}\"\nevents = [\"repo:push\"]\n\
         allow_private = true\nbasic_auth = {{ username = \"ci\", password_file = \"ci.password\" }}\n\
         retry = {{ delays_s = [0, 1, 2, 3, 5, 5, 5, 5, 5, 5], attempts_max = 50 }}\n",
        ci.hook_url()
    )
}

/// Everything that is running, and the push to send.
struct Bench {
    ci: Ci,
    public: SocketAddr,
    template: String,
    random: Random,
}

/// One push: its commit, its body, its request id.
struct Push {
    commit: String,
    body: Vec<u8>,
    request_id: String,
}

impl Bench {
    fn all(&mut self, report: &mut Report) -> Result<()> {
        let direct = self.ci.post_without_password()?;
        report.check("the hook asks for its password", &differs(401, direct));
        self.genuine_and_repeated(report)?;
        self.tampered(report)?;
        self.while_down(report)
    }

    fn genuine_and_repeated(&mut self, report: &mut Report) -> Result<()> {
        let push = self.push();
        report.check("a genuine push is accepted", &differs(202, self.post(&push)?.0));
        let built = self.built(&push, BUILD_LIMIT)?;
        report.check("the build of its commit succeeds", &built);
        let (status, answer) = self.post(&push)?;
        report.check("the same push again is answered 200", &differs(200, status));
        let told = if answer.contains("duplicate") { String::new() } else { answer };
        report.check("and called a duplicate", &told);
        thread::sleep(LINGER);
        report.check("and starts no second build", &self.differ(&push, 1)?);
        Ok(())
    }

    fn tampered(&mut self, report: &mut Report) -> Result<()> {
        let mut forged = self.push();
        let (genuine, other) = (forged.commit.clone(), self.commit());
        let signature = push::signature(SECRET, &forged.body);
        forged.body = String::from_utf8(forged.body)?.replace(&genuine, &other).into_bytes();
        forged.commit = other;
        let mut request = self.request(&forged);
        let named = |header: &&mut (String, String)| header.0 == "X-Hub-Signature";
        let header = request.headers.iter_mut().find(named).context("no signature")?;
        header.1 = signature;
        let status = http::exchange(self.public, &request)?.status()?;
        report.check("a tampered push is refused", &differs(403, status));
        thread::sleep(LINGER);
        report.check("and starts no build", &self.differ(&forged, 0)?);
        Ok(())
    }

    fn while_down(&mut self, report: &mut Report) -> Result<()> {
        self.ci.stop()?;
        let push = self.push();
        report.check("with Buildbot down a push is accepted", &differs(202, self.post(&push)?.0));
        // Long enough for attempts to fail and the breaker to open.
        thread::sleep(LINGER);
        self.ci.start()?;
        let began = Instant::now();
        let built = self.built(&push, RETURN_LIMIT)?;
        report.check("its build comes when Buildbot is back", &built);
        report.note(format!(
            "the build came {:.1} s after the return",
            began.elapsed().as_secs_f64()
        ));
        thread::sleep(LINGER);
        report.check("and comes once", &self.differ(&push, 1)?);
        Ok(())
    }

    /// A push of a commit that nobody has seen.
    fn push(&mut self) -> Push {
        let commit = self.commit();
        let body = self.template.replace("@COMMIT@", &commit).into_bytes();
        let request_id = push::request_id(self.random.bits(), self.random.below(1 << 48));
        Push { commit, body, request_id }
    }

    fn commit(&mut self) -> String {
        let random = &mut self.random;
        format!("{:016x}{:016x}{:08x}", random.bits(), random.bits(), random.bits() >> 32)
    }

    fn request(&self, push: &Push) -> http::Message {
        push::request(SOURCE, SECRET, &push.request_id, push.body.clone())
    }

    fn post(&self, push: &Push) -> Result<(u16, String)> {
        let answer = http::exchange(self.public, &self.request(push)).context("posting a push")?;
        Ok((answer.status()?, String::from_utf8_lossy(&answer.body).into_owned()))
    }

    /// Waits for a build of the push; nothing when there is one and it succeeded.
    fn built(&self, push: &Push, limit: Duration) -> Result<String> {
        let began = Instant::now();
        loop {
            let builds = self.ci.builds(&push.commit)?;
            if builds.succeeded > 0 && builds.all == builds.succeeded {
                return Ok(String::new());
            }
            if began.elapsed() > limit {
                return Ok(format!("after {} s there is {builds:?}", limit.as_secs()));
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Nothing when Buildbot has seen the push exactly `expected` times and built it as often.
    fn differ(&self, push: &Push, expected: usize) -> Result<String> {
        let builds = self.ci.builds(&push.commit)?;
        let wanted = Builds { changes: expected, all: expected, succeeded: expected };
        Ok(if builds == wanted {
            String::new()
        } else {
            format!("{builds:?}, expected {wanted:?}")
        })
    }
}

fn differs(expected: u16, found: u16) -> String {
    if expected == found { String::new() } else { format!("status {found}, expected {expected}") }
}
