//! `countersign config check` and `countersign config default`.

use std::io::Write;

use clap::{Args, Subcommand};

use super::{ConfigArgs, Verdict};
use crate::config::{Config, DEFAULT_FILE, Layers};

#[derive(Debug, Args)]
pub(super) struct ConfigCommand {
    #[command(subcommand)]
    command: Sub,
}

#[derive(Debug, Subcommand)]
enum Sub {
    /// Check the configuration without starting anything
    Check(ConfigArgs),
    /// Print the commented default file
    Default,
}

impl ConfigArgs {
    /// All layers, loaded.
    pub(super) fn load(self) -> Result<Config, crate::config::ConfigError> {
        let data = self.data.map(|data| data.to_string_lossy().into_owned());
        let flags =
            [("server.listen", self.listen), ("server.admin", self.admin), ("server.data", data)];
        let flags = flags.into_iter().filter_map(|(name, value)| Some((name, value?)));
        Config::load(&Layers::of_process(self.config, flags.collect()))
    }
}

impl ConfigCommand {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let mut out = std::io::stdout().lock();
        match self.command {
            Sub::Default => write!(out, "{DEFAULT_FILE}")?,
            Sub::Check(args) => {
                let config = args.load()?;
                let mut warnings = config.warnings.clone();
                warnings.extend(crate::build::check_declared(&config)?);
                for warning in &warnings {
                    eprintln!("note: {warning}");
                }
                writeln!(
                    out,
                    "good: public on {}, admin on {}, data in {}, {} sources and {} webhooks declared",
                    config.server.listen,
                    config.server.admin,
                    config.server.data.display(),
                    config.sources.len(),
                    config.webhooks.len(),
                )?;
            }
        }
        Ok(Verdict::Yes)
    }
}
