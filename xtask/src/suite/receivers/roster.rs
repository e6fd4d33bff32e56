//! Who is examined, which dialects each of them claims, and what it can be given.
//!
//! Versions stand in one place only: the lists in `xtask/fixtures`, from which they are installed and
//! read. Debian's is what the machine has.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// One receiver.
#[derive(Debug)]
pub(super) struct Receiver {
    /// As the table calls it.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) dialects: &'static [&'static str],
    pub(super) takes_several_secrets: bool,
    pub(super) takes_binary_secrets: bool,
    /// Whether a header, in lower case, means something to this receiver that the dialect does not say.
    pub(super) own_header: fn(&str) -> bool,
}

/// How a receiver is had and fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// adnanh's `webhook`, a server of its own; the version is Debian's.
    HookServer,
    /// A module of Python: the adapter's word for it, its package, where its version is pinned.
    Python { word: &'static str, package: &'static str, pins: &'static str },
    /// A package of npm: the adapter's word for it, its package.
    JavaScript { word: &'static str, package: &'static str },
    /// `countersign verify`.
    Own,
}

/// Where versions of Python packages are pinned.
pub(super) const PYTHON_PINS: &str = "xtask/fixtures/receivers/requirements.txt";
pub(super) const BUILDBOT_PINS: &str = "xtask/fixtures/buildbot/requirements.txt";
const NPM_PINS: &str = "xtask/fixtures/receivers/package.json";

const STANDARD: &[&str] = &["standard-webhooks"];

/// Everyone, in the table's order.
pub(super) const ROSTER: [Receiver; 8] = [
    Receiver {
        name: "webhook",
        kind: Kind::HookServer,
        dialects: &["github", "bitbucket-cloud", "gitea"],
        takes_several_secrets: true,
        // They stand in a file of JSON.
        takes_binary_secrets: false,
        own_header: none,
    },
    Receiver {
        name: "octokit",
        kind: Kind::JavaScript { word: "octokit", package: "@octokit/webhooks-methods" },
        dialects: &["github"],
        takes_several_secrets: true,
        takes_binary_secrets: false,
        own_header: none,
    },
    standard("standardwebhooks (Python)", python("standardwebhooks"), none),
    standard("standardwebhooks (JavaScript)", javascript("standardwebhooks"), none),
    standard("svix (Python)", python("svix"), of_svix),
    standard("svix (JavaScript)", javascript("svix"), of_svix),
    Receiver {
        name: "Buildbot",
        kind: Kind::Python { word: "buildbot", package: "buildbot", pins: BUILDBOT_PINS },
        dialects: &["github"],
        takes_several_secrets: false,
        takes_binary_secrets: false,
        // The one that it reads; GitHub sends it beside the dialect's.
        own_header: |name| name == "x-hub-signature",
    },
    Receiver {
        name: "countersign",
        kind: Kind::Own,
        dialects: &["github", "bitbucket-cloud", "gitea", "gitlab", "standard-webhooks"],
        takes_several_secrets: true,
        takes_binary_secrets: true,
        own_header: none,
    },
];

const fn standard(name: &'static str, kind: Kind, own_header: fn(&str) -> bool) -> Receiver {
    Receiver {
        name,
        kind,
        dialects: STANDARD,
        takes_several_secrets: false,
        takes_binary_secrets: false,
        own_header,
    }
}

const fn python(package: &'static str) -> Kind {
    Kind::Python { word: package, package, pins: PYTHON_PINS }
}

const fn javascript(package: &'static str) -> Kind {
    Kind::JavaScript { word: package, package }
}

fn none(_name: &str) -> bool {
    false
}

fn of_svix(name: &str) -> bool {
    name.starts_with("svix-")
}

impl Receiver {
    /// Whether the checkout says which version is examined.
    pub(super) fn is_pinned(&self) -> bool {
        self.kind != Kind::HookServer
    }

    /// The version that the checkout pins, or whose it is.
    ///
    /// # Errors
    /// The list of pins cannot be read or does not name the package.
    pub(super) fn pinned_version(&self, root: &Path) -> Result<String> {
        let read =
            |path: &str| fs::read_to_string(root.join(path)).with_context(|| path.to_owned());
        let found = match self.kind {
            Kind::HookServer => Some("Debian's".to_owned()),
            Kind::Own => Some("this checkout".to_owned()),
            Kind::Python { package, pins, .. } => python_pin(&read(pins)?, package),
            Kind::JavaScript { package, .. } => {
                let manifest: Value = serde_json::from_str(&read(NPM_PINS)?).context(NPM_PINS)?;
                manifest["dependencies"][package].as_str().map(str::to_owned)
            }
        };
        found.with_context(|| format!("no version of {} is pinned", self.name))
    }
}

fn python_pin(list: &str, package: &str) -> Option<String> {
    let pin = |line: &str| Some(line.strip_prefix(package)?.strip_prefix("==")?.trim().to_owned());
    list.lines().find_map(pin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder;

    #[test]
    fn a_pin_is_of_the_whole_name() {
        let list = "# a list\nbuildbot-worker==1\nbuildbot==2.3\n";
        assert_eq!(python_pin(list, "buildbot"), Some("2.3".to_owned()));
        assert_eq!(python_pin(list, "worker"), None);
    }

    #[test]
    fn every_pinned_version_is_there() {
        for receiver in &ROSTER {
            receiver.pinned_version(&folder::root()).unwrap();
        }
    }
}
