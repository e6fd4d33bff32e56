//! The command line: `countersign`.
//!
//! No secret and no token is ever an argument: files, variables or standard input. Exit codes: 0 as
//! asked, 1 not (not genuine, not 2xx, cannot run), 2 wrong usage or configuration.

use std::{io::Write, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use countersign::{SecretError, SignError, VerifierError};

use crate::{
    build::BuildError,
    config::{ConfigError, secret_file::SecretFileError},
};

mod challenge;
mod config;
mod demo;
mod dialect;
mod headers;
mod inputs;
mod secret;
mod send;
pub mod serve;
mod sign;
mod verify;

/// Verifies webhooks, keeps them and delivers them, signed.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, propagate_version = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the whole pipeline on real input, in a temporary folder
    Demo(demo::Demo),
    /// Run the server
    Serve(serve::Serve),
    /// Sign the body on standard input and print the headers
    Sign(sign::Sign),
    /// Check the signature of the body on standard input, or of a whole request in a file
    Verify(verify::Verify),
    /// Make secrets
    Secret(secret::Secrets),
    /// Send one signed request and show what came back
    Send(send::Send),
    /// Send a receiver one genuine request and forged ones, and say which it took
    Challenge(challenge::ChallengeArgs),
    /// Check or show configuration
    Config(config::ConfigCommand),
}

/// Where the configuration comes from.
#[derive(Debug, Clone, Args)]
struct ConfigArgs {
    /// The configuration file (default: countersign.toml, if it is there)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address of the public listener
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The address of the admin listener
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<String>,
}

/// What a command that ran says about what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As asked.
    Yes,
    /// Not so.
    No,
}

/// The wrong use of a command.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(Verdict::Yes) => ExitCode::SUCCESS,
        Ok(Verdict::No) => ExitCode::from(1),
        Err(error) => {
            // Nobody listens where standard error is closed.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::from(if is_usage(&error) { 2 } else { 1 })
        }
    }
}

/// Whether what was given is wrong: arguments, configuration, or the files that they name. The keys
/// and the token of a data folder are not given: there it is that the server cannot run.
fn is_usage(error: &anyhow::Error) -> bool {
    let declared = error
        .downcast_ref()
        .is_some_and(|error| matches!(error, BuildError::Declared { .. } | BuildError::Ca(_)));
    declared
        || error.is::<Usage>()
        || error.is::<ConfigError>()
        || error.is::<SecretFileError>()
        || error.is::<SecretError>()
        || error.is::<VerifierError>()
        || error.is::<SignError>()
}

fn run(command: Command) -> anyhow::Result<Verdict> {
    match command {
        Command::Demo(demo) => demo.run(),
        Command::Serve(serve) => serve.run(),
        Command::Sign(sign) => sign.run(),
        Command::Verify(verify) => verify.run(),
        Command::Secret(secret) => secret.run(),
        Command::Send(send) => send.run(),
        Command::Challenge(challenge) => challenge.run(),
        Command::Config(config) => config.run(),
    }
}
