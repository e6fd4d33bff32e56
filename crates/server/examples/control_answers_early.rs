//! The crash test's control: a server whose store answers before its commit. A crash test that does
//! not find lost events here is no crash test. Takes the arguments of `countersign serve`.

use std::process::ExitCode;

use clap::Parser;
use countersign_server::{build, cli::serve};
use store_sqlite::StoreOptions;

fn main() -> ExitCode {
    let arguments = serve::Standalone::parse();
    let config = match arguments.load() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let mut options = StoreOptions::new(&config.server.data);
    options.faults.danger_answer_before_commit = true;
    match serve::run(config, |config| build::build_on(config, options)) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
