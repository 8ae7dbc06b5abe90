//! The command line of the orders.

use std::process::ExitCode;

fn main() -> ExitCode {
    iac_cli::main(examples::orders::app())
}
