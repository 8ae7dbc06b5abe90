//! The command line of the static site.

use std::process::ExitCode;

fn main() -> ExitCode {
    iac_cli::main(examples::static_site::app())
}
