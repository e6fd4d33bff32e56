//! `kit-java`: the kit in Java is compiled without a warning, its Javadoc checked, packed as a module, and
//! tested with its examples for the JDK's server, a servlet, Spring MVC and AWS Lambda.
//!
//! The JDK's own tools do all of it, for Maven would have to download its plugins; where Maven is
//! installed it validates the `pom.xml` offline. Tomcat, Spring and Jetty come from Debian's packages;
//! without them the tests of those examples are skipped. What is built goes to a scratch folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::counted;
use crate::debian;
use crate::folder::{self, Scratch};
use crate::process::{output, succeed};
use crate::report::Report;
use crate::suite::{Job, Suite, Unprepared};

const LIMIT: Duration = Duration::from_secs(300);

/// The version of Java that the kit is for.
const RELEASE: u32 = 17;

/// Where Debian puts its libraries.
const JARS: &str = "/usr/share/java";

/// One example that needs libraries, with the program in `src/test/hosts` that runs it.
struct Framework {
    name: &'static str,
    what: &'static str,
    packages: &'static [&'static str],
    jars: &'static [&'static str],
    receiver: &'static str,
    host: &'static str,
}

const FRAMEWORKS: [Framework; 2] = [
    Framework {
        name: "servlet",
        what: "Tomcat 10",
        packages: &["libtomcat10-embed-java", "libjakarta-annotation-api-java"],
        jars: &["tomcat10-embed-core", "jakarta-annotation-api"],
        receiver: "ServletReceiver",
        host: "TomcatHost",
    },
    Framework {
        name: "spring",
        what: "Spring MVC and Jetty 9",
        packages: &["libspring-web-servlet-java", "libservlet-api-java", "libjetty9-java"],
        jars: &[
            "spring3-core",
            "spring3-beans",
            "spring3-context",
            "spring3-aop",
            "spring3-expression",
            "spring3-web",
            "spring3-web.servlet",
            "commons-logging",
            "servlet-api",
            "jetty9-server",
            "jetty9-servlet",
            "jetty9-http",
            "jetty9-io",
            "jetty9-util",
            "jetty9-security",
        ],
        receiver: "SpringReceiver",
        host: "SpringHost",
    },
];

#[derive(Debug)]
pub(crate) struct Java;

impl Suite for Java {
    fn name(&self) -> &'static str {
        "kit-java"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn prepare(&mut self, _job: &Job) -> Result<(), Unprepared> {
        debian::provide("a JDK of version 17 or later", &["default-jdk-headless"], || {
            release() >= Some(RELEASE) && debian::answers("javadoc", &[])
        })?;
        for framework in &FRAMEWORKS {
            let provided =
                debian::provide(framework.what, framework.packages, || framework.is_there());
            if let Err(missing) = provided {
                println!("  without the example {}: {}", framework.name, missing.reason);
            }
        }
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut scratch = Scratch::new("kit-java")?;
        let kit = Kit { root: job.root.clone(), made: scratch.path().to_path_buf() };
        let mut report = Report::default();
        report.check("compiles without a warning", &told(kit.compile()));
        report.check("the Javadoc is whole", &told(kit.document()));
        if report.failed > 0 {
            return Ok(report);
        }
        report.check("is a module", &told(kit.pack()));
        if debian::answers("mvn", &[]) {
            report.check("Maven takes the pom.xml", &told(kit.validate()));
        }
        let tested = counted(&mut kit.tests()?, LIMIT)?;
        report.passed += tested.passed;
        report.failed += tested.failed;
        report.skipped += tested.skipped;
        report.failures.extend(tested.failures);
        if report.failed > 0 {
            scratch.keep();
        }
        Ok(report)
    }
}

/// The kit's folder, and the one for what is made from it.
struct Kit {
    root: PathBuf,
    made: PathBuf,
}

impl Kit {
    fn folder(&self, path: &str) -> PathBuf {
        self.root.join("kits/java").join(path)
    }

    fn made(&self, name: &str) -> String {
        self.made.join(name).display().to_string()
    }

    fn sources(&self) -> Result<Vec<PathBuf>> {
        let mut sources = java_files(&self.folder("src/main/java"))?;
        sources.extend(java_files(&self.folder("src/main/java/countersign/webhooks"))?);
        Ok(sources)
    }

    fn compile(&self) -> Result<()> {
        javac("all", "", &self.made("classes"), &self.sources()?)
    }

    fn document(&self) -> Result<()> {
        let mut javadoc = Command::new("javadoc");
        javadoc.args(["-quiet", "-Xdoclint:all", "-Werror", "--release", &RELEASE.to_string()]);
        succeed(javadoc.args(["-d", &self.made("javadoc")]).args(self.sources()?), LIMIT)
    }

    /// Packs the jar that everything else uses, and asks the JDK what module it is.
    fn pack(&self) -> Result<()> {
        let mut jar = Command::new("jar");
        jar.args(["--create", "--file", &self.jar(), "-C", &self.made("classes"), "."]);
        succeed(&mut jar, LIMIT)?;
        let mut java = Command::new("java");
        java.args(["--module-path", &self.jar(), "--describe-module", "countersign.webhooks"]);
        let text = String::from_utf8_lossy(&output(&mut java, LIMIT)?.stdout).into_owned();
        if !text.contains("exports countersign.webhooks") || text.contains("automatic") {
            bail!("it describes itself so: {text}");
        }
        Ok(())
    }

    fn validate(&self) -> Result<()> {
        let mut maven = Command::new("mvn");
        let repository = format!("-Dmaven.repo.local={}", self.made("repository"));
        let pom = self.folder("pom.xml");
        maven.args(["--offline", "--quiet", "--batch-mode", &repository, "--file"]);
        succeed(maven.arg(pom).arg("validate"), LIMIT)
    }

    /// Compiles the tests and the examples, and answers the command that runs them.
    fn tests(&self) -> Result<Command> {
        let tests = java_files(&self.folder("src/test/java/countersign/webhooks"))?;
        javac("all", &self.jar(), &self.made("tests"), &tests)?;
        let class_path = format!("{}:{}", self.jar(), self.made("tests"));
        let jdk =
            ["ConfiguredSecret", "JdkReceiver", "LambdaReceiver"].map(|name| self.example(name));
        javac("all", &self.jar(), &self.made("jdk"), &jdk)?;

        let mut java = Command::new("java");
        java.current_dir(self.folder(""));
        let temporary = self.made.join("temporary");
        fs::create_dir(&temporary)?;
        java.arg(format!("-Djava.io.tmpdir={}", temporary.display()));
        java.arg(format!("-Dvectors={}", self.root.join("vectors").display()));
        java.arg(format!("-Dexamples.jdk={}:{class_path}", self.made("jdk")));
        for framework in FRAMEWORKS.iter().filter(|framework| framework.is_there()) {
            let libraries = format!("{}:{}", self.jar(), framework.class_path());
            let receiver = self.example(framework.receiver);
            let host = self.folder("src/test/hosts").join(framework.host).with_extension("java");
            let sources = [self.example("ConfiguredSecret"), receiver, host];
            // Other people's libraries name classes that are not there.
            javac("all,-classfile,-path", &libraries, &self.made(framework.name), &sources)?;
            let name = framework.name;
            java.arg(format!("-Dexamples.{name}={}:{libraries}", self.made(name)));
        }
        java.args(["-cp", &class_path, "countersign.webhooks.Tests"]);
        Ok(java)
    }

    fn jar(&self) -> String {
        self.made("countersign-webhooks.jar")
    }

    fn example(&self, name: &str) -> PathBuf {
        self.folder("examples").join(name).with_extension("java")
    }
}

impl Framework {
    fn paths(&self) -> impl Iterator<Item = PathBuf> {
        self.jars.iter().map(|jar| Path::new(JARS).join(format!("{jar}.jar")))
    }

    fn is_there(&self) -> bool {
        self.paths().all(|jar| jar.exists())
    }

    fn class_path(&self) -> String {
        self.paths().map(|jar| jar.display().to_string()).collect::<Vec<_>>().join(":")
    }
}

/// Compiles `sources` into the folder `to`; a warning is an error.
fn javac(lint: &str, class_path: &str, to: &str, sources: &[PathBuf]) -> Result<()> {
    let mut javac = Command::new("javac");
    javac.args(["--release", &RELEASE.to_string(), "-Werror", &format!("-Xlint:{lint}")]);
    javac.args(["-encoding", "UTF-8", "-cp", class_path, "-d", to]).args(sources);
    succeed(&mut javac, LIMIT)
}

fn java_files(path: &Path) -> Result<Vec<PathBuf>> {
    let names = folder::names_in(path)?;
    let files: Vec<_> =
        names.iter().filter(|name| name.ends_with(".java")).map(|name| path.join(name)).collect();
    files.first().with_context(|| format!("no source in {}", path.display()))?;
    Ok(files)
}

/// Nothing where it went well, else why not.
fn told(done: Result<()>) -> String {
    done.err().map(|error| format!("{error:#}")).unwrap_or_default()
}

/// The 17 of `javac 17.0.15`.
fn release() -> Option<u32> {
    let asked = output(Command::new("javac").arg("-version"), LIMIT).ok()?;
    release_of(&String::from_utf8_lossy(&asked.stdout))
}

fn release_of(version: &str) -> Option<u32> {
    let number = version.trim().strip_prefix("javac ")?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::release_of;

    #[test]
    fn a_release_is_read_from_every_kind_of_version() {
        assert_eq!(release_of("javac 17.0.15\n"), Some(17));
        assert_eq!(release_of("javac 25"), Some(25));
        assert_eq!(release_of("javac 22-ea"), Some(22));
        assert_eq!(release_of("javac 1.8.0_292"), Some(1));
        assert_eq!(release_of(""), None);
    }
}
