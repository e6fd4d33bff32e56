//! The binary `countersign`.

use std::process::ExitCode;

fn main() -> ExitCode {
    countersign_server::cli::main()
}
