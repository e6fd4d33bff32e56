//! `countersign secret generate`.

use std::io::Write;

use clap::{Args, Subcommand};
use countersign::{Dialect, DialectUnknown, Secret};

use super::Verdict;

#[derive(Debug, Args)]
pub(super) struct Secrets {
    #[command(subcommand)]
    command: SecretCommand,
}

#[derive(Debug, Subcommand)]
enum SecretCommand {
    /// Print a fresh secret with at least 256 bits of the system's randomness
    Generate {
        /// The dialect that it is for
        #[arg(long, default_value = "bitbucket-cloud", value_parser = dialect)]
        dialect: Dialect,
    },
}

impl Secrets {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let SecretCommand::Generate { dialect } = self.command;
        let secret = Secret::generate_from_system(&dialect)?;
        let mut out = std::io::stdout().lock();
        out.write_all(secret.expose())?;
        out.write_all(b"\n")?;
        Ok(Verdict::Yes)
    }
}

/// A generic HMAC takes the same secrets as Bitbucket, wherever its signature stands.
fn dialect(name: &str) -> Result<Dialect, DialectUnknown> {
    if name == Dialect::GENERIC_HMAC { Ok(Dialect::BitbucketCloud) } else { name.parse() }
}
