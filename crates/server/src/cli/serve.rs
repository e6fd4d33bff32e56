//! `countersign serve`.

use clap::{Args, Parser};
use tokio::sync::watch;

use super::{ConfigArgs, Verdict};
use crate::{
    build::{self, Server},
    config::{Config, ConfigError},
    log,
};

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    config: ConfigArgs,
}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let config = self.config.load()?;
        log::start(&config.log);
        run(config, build::build)
    }
}

/// The arguments of `serve` as a program of its own, for tests' controls.
#[derive(Debug, Parser)]
pub struct Standalone {
    #[command(flatten)]
    config: ConfigArgs,
}

impl Standalone {
    /// The configuration, with log lines started.
    ///
    /// # Errors
    ///
    /// As [`Config::load`].
    pub fn load(self) -> Result<Config, ConfigError> {
        let config = self.config.load()?;
        log::start(&config.log);
        Ok(config)
    }
}

/// Serves until SIGTERM or SIGINT. How the server is built is a parameter for tests' controls.
pub fn run<F>(config: Config, build: impl FnOnce(Config) -> F) -> anyhow::Result<Verdict>
where
    F: Future<Output = Result<Server, build::BuildError>>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
        let stop = stop_on_signals()?;
        let server = build(config).await?;
        announce(&server);
        server.serve(stop).await?;
        tracing::info!("stopped");
        Ok(Verdict::Yes)
    })
}

/// What a person at the terminal needs, and what scripts read the addresses from.
fn announce(server: &Server) {
    println!("public: http://{}", server.public_address);
    println!("admin: http://{}", server.admin_address);
    match &server.admin_token_file {
        Some(file) => println!("sign in with the token in {}", file.display()),
        None => println!("sign in with the token that the environment gives"),
    }
}

/// A signal that turns true when the process is asked to end.
pub(super) fn stop_on_signals() -> std::io::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (stop, stopped) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        // Nobody waits any more where the receiver is gone.
        let _ = stop.send(true);
    });
    Ok(stopped)
}
