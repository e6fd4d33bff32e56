//! Log lines: where they go, and how an error stands in one.

use std::{error::Error, io::IsTerminal};

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogConfig;

/// An error and its causes, for one log line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Sends log lines to standard error; `RUST_LOG` refines the level. A second call in one process,
/// as in tests, leaves the first one in place.
pub fn start(config: &LogConfig) {
    let filter = EnvFilter::builder().with_default_directive(config.level.into()).from_env_lossy();
    let coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(coloured);
    let registry = tracing_subscriber::registry().with(filter);
    let _ = if config.json {
        registry.with(lines.json()).try_init()
    } else {
        registry.with(lines).try_init()
    };
}
