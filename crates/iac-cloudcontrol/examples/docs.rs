//! Prints what AWS says of a type, or the types whose names have all of some words:
//! `cargo run -p iac-cloudcontrol --example docs -- AWS::SQS::Queue`, or `-- ec2 gateway`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::process::ExitCode;

use iac_cloudcontrol::{Facts, NoSuchType};

fn main() -> ExitCode {
    let facts = Facts::get();
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [name] = words.as_slice()
        && name.contains("::")
    {
        return match facts.find(name) {
            Ok(found) => {
                print!("{found}");
                ExitCode::SUCCESS
            }
            Err(error) => tell(&error),
        };
    }
    for name in facts.search(&words) {
        println!("{name}");
    }
    ExitCode::SUCCESS
}

fn tell(error: &NoSuchType) -> ExitCode {
    eprintln!("error: {error}\n  hint: {}", error.hint());
    ExitCode::FAILURE
}
