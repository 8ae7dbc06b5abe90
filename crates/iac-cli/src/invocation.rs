//! How this program was called, so that what is to be typed next can be told word by word.

use std::{collections::BTreeMap, path::Path};

/// The program as the user types it, with the flags that say where the environment is.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    /// `stacks`, `./target/debug/stacks`, `cargo run -p stacks --`.
    pub(crate) program: String,
    /// `--sandbox`, `--state-dir DIR`.
    pub(crate) place: Vec<String>,
}

impl Invocation {
    /// The command to type.
    pub(crate) fn command(&self, verb: &str, environment: &str, more: &[String]) -> String {
        self.command_on(verb, environment, &[], more)
    }

    /// The command to type, with what it works on.
    pub(crate) fn command_on(&self, verb: &str, environment: &str, what: &[String], more: &[String]) -> String {
        let mut words = vec![self.program.clone(), verb.to_owned(), environment.to_owned()];
        words.extend(what.iter().chain(&self.place).chain(more).cloned());
        words.join(" ")
    }

    /// A hint of the engine, whose commands are placeholders, as something that can be typed.
    pub(crate) fn concrete(&self, hint: &str, environment: &str) -> String {
        for verb in ["unlock", "forget"] {
            let placeholder = format!("`{verb} ENV ");
            if let Some((before, rest)) = hint.split_once(&placeholder)
                && let Some((what, after)) = rest.split_once('`')
            {
                let typed = self.command_on(verb, environment, &[what.to_owned()], &[]);
                return format!("{before}`{typed}`{after}");
            }
        }
        hint.to_owned()
    }
}

/// The program as it was typed. Under `cargo run` that is cargo's command, since the binary's path is nobody's to type.
pub(crate) fn program(path: &str, variables: &BTreeMap<String, String>) -> String {
    let (Some(package), true) = (variables.get("CARGO_PKG_NAME"), variables.contains_key("CARGO")) else {
        return path.to_owned();
    };
    let path = Path::new(path);
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| package.clone());
    let within = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
    let release = if within("release") { "--release " } else { "" };
    if within("examples") {
        format!("cargo run {release}--example {name} --")
    } else if name == *package {
        format!("cargo run {release}-p {package} --")
    } else {
        format!("cargo run {release}-p {package} --bin {name} --")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_is_what_was_typed_when_cargo_was_typed() {
        let cargo: BTreeMap<String, String> = [("CARGO", "/bin/cargo"), ("CARGO_PKG_NAME", "stacks")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        assert_eq!(program("target/debug/stacks", &cargo), "cargo run -p stacks --");
        assert_eq!(
            program("target/release/stacks", &cargo),
            "cargo run --release -p stacks --"
        );
        assert_eq!(
            program("target/debug/examples/site", &cargo),
            "cargo run --example site --"
        );
        assert_eq!(
            program("target/debug/site", &cargo),
            "cargo run -p stacks --bin site --"
        );
        assert_eq!(program("./stacks", &BTreeMap::new()), "./stacks");
    }

    #[test]
    fn hints_become_commands() {
        let invocation = Invocation {
            program: "stacks".into(),
            place: vec!["--sandbox".into()],
        };
        assert_eq!(
            invocation.concrete("take the lock away with `unlock ENV 0-1`", "dev"),
            "take the lock away with `stacks unlock dev 0-1 --sandbox`"
        );
        assert_eq!(
            invocation.concrete("forget that one first: `forget ENV s3.bucket.a`", "dev"),
            "forget that one first: `stacks forget dev s3.bucket.a --sandbox`"
        );
        assert_eq!(invocation.concrete("plan again", "dev"), "plan again");
    }
}
