//! The rules of this repository that the compiler does not check: which module may use which, where a terminal or an
//! environment variable may be touched, how long a file may be.
//!
//! The code is read as text, comments apart.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// The floors of iac-core. A module uses only what is on a floor below.
const FLOORS: &[&[&str]] = &[&["model"], &["graph", "state"], &["plan"], &["apply"], &["session"]];

/// The services of iac-aws. None uses another.
const SERVICES: &[&str] = &["cloudfront", "dynamodb", "ec2", "iam", "s3"];

/// What the services of iac-aws stand on. Uses no service.
const SHARED: &[&str] = &["arn", "error", "names", "policy", "session", "tags"];

/// What only iac-cli may write.
const OUTSIDE_WORLD: &[&str] = &[
    "print!(",
    "println!(",
    "eprint!(",
    "eprintln!(",
    "io::stdout",
    "io::stderr",
    "env::var",
    "env::args",
    "process::exit",
];

/// A file this long is to be split.
const TOO_LONG: usize = 600;

/// A file this long is worth a look.
const LONG: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files below a folder of the repository whose names end so, with their paths from there.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    let top = root().join(folder);
    let mut found = Vec::new();
    if top.is_dir() {
        walk(&top, ending, &mut found);
    }
    found.sort();
    let named = |path: PathBuf| {
        let name = path.strip_prefix(&top).unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    found.into_iter().map(named).collect()
}

/// All code of ours: path from the root and text.
fn sources() -> Vec<(String, String)> {
    let of = |folder: &'static str| {
        files(folder, ".rs")
            .into_iter()
            .map(move |(path, text)| (format!("{folder}/{path}"), text))
    };
    ["crates", "stacks", "examples"].into_iter().flat_map(of).collect()
}

/// The code without comments.
fn code(text: &str) -> String {
    text.lines().fold(String::new(), |mut code, line| {
        let _ = writeln!(code, "{}", line.split("//").next().unwrap_or_default());
        code
    })
}

/// The code without comments and without the unit tests, which end a file.
fn shipped(text: &str) -> String {
    let code = code(text);
    code.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path.contains("/tests/")
        || ["/examples/", "/benches/"].iter().any(|folder| path.contains(folder))
}

/// The names that follow `prefix`, also those in braces: `crate::{a::b, c}` names `a` and `c`.
fn named_after(code: &str, prefix: &str) -> Vec<String> {
    let identifier = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.push(identifier(rest));
            continue;
        };
        let (mut depth, mut start) = (0_usize, true);
        for (offset, c) in group.char_indices() {
            match c {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if c.is_whitespace() => {}
                _ if start && depth == 0 => {
                    start = false;
                    names.push(identifier(&group[offset..]));
                }
                _ => {}
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The modules of its own crate that a file uses, by the first part of their paths. `path` is the file's, from `src`.
fn uses(path: &str, text: &str, crate_name: &str) -> Vec<String> {
    let code = code(text);
    let mut names = named_after(&code, "crate::");
    names.extend(named_after(&code, &format!("{crate_name}::")));
    // how many `super` lead from this file to the root of the crate
    let file = path.trim_end_matches("/mod.rs").trim_end_matches(".rs");
    let up = "super::".repeat(file.split('/').count());
    names.extend(named_after(&shipped(text), &up));
    names
}

fn assert_none(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

#[test]
fn the_floors_of_the_core_stand_on_those_below() {
    let floor = |name: &str| FLOORS.iter().position(|names| names.contains(&name));
    let mut broken = Vec::new();
    for (path, text) in files("crates/iac-core/src", ".rs") {
        let module = path.split(['/', '.']).next().unwrap_or_default();
        if module == "lib" {
            continue;
        }
        let Some(own) = floor(module) else {
            broken.push(format!("{path}: `{module}` has no floor"));
            continue;
        };
        let upward = |name: &String| name != module && floor(name).is_some_and(|used| used >= own);
        let found = uses(&path, &text, "iac_core").into_iter().filter(upward);
        broken.extend(found.map(|name| format!("{path} uses `{name}`")));
    }
    assert_none("a module of iac-core uses one of its own floor or above", &broken);
}

#[test]
fn the_core_names_no_cloud() {
    let mut texts: Vec<_> = files("crates/iac-core/src", ".rs");
    texts.extend(files("crates/iac-derive/src", ".rs"));
    let cloud = |line: &&str| {
        let line = line.to_lowercase();
        ["aws", "amazon", "dynamodb", "cloudfront", "winterbaume"]
            .iter()
            .any(|name| line.contains(name))
    };
    let mut broken = Vec::new();
    for (path, text) in texts {
        broken.extend(
            shipped(&text)
                .lines()
                .filter(cloud)
                .map(|line| format!("{path}: {}", line.trim())),
        );
    }
    let manifest = fs::read_to_string(root().join("crates/iac-core/Cargo.toml")).unwrap();
    broken.extend(manifest.lines().filter(cloud).map(|line| format!("Cargo.toml: {line}")));
    assert_none("iac-core names a cloud", &broken);
}

#[test]
fn services_do_not_use_each_other() {
    let mut broken = Vec::new();
    for (path, text) in files("crates/iac-aws/src", ".rs") {
        let module = path.split(['/', '.']).next().unwrap_or_default();
        let closed = SERVICES.contains(&module) || SHARED.contains(&module);
        let foreign = |name: &String| closed && name != module && SERVICES.contains(&name.as_str());
        let found = uses(&path, &text, "iac_aws").into_iter().filter(foreign);
        broken.extend(found.map(|name| format!("{path} uses `{name}`")));
    }
    assert_none("a service of iac-aws, or what all stand on, uses a service", &broken);
}

#[test]
fn only_the_command_line_prints_and_reads_the_environment() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        // a build script is no part of the program, and talks to cargo so
        let builds = path.contains("/build/");
        if path.starts_with("crates/iac-cli/") || builds || is_test(&path) {
            continue;
        }
        let shipped = shipped(&text);
        let found = OUTSIDE_WORLD.iter().filter(|word| shipped.contains(*word));
        broken.extend(found.map(|word| format!("{path}: `{word}`")));
    }
    assert_none("only iac-cli touches the terminal and the environment", &broken);
}

#[test]
fn every_file_says_what_it_is() {
    let silent = |(_, text): &(String, String)| !text.starts_with("//!");
    let broken: Vec<_> = sources().into_iter().filter(silent).map(|(path, _)| path).collect();
    assert_none("a file begins without `//!`", &broken);
}

#[test]
fn no_file_is_too_long() {
    let mut all = sources();
    all.extend(
        files("tests", ".py")
            .into_iter()
            .map(|(path, text)| (format!("tests/{path}"), text)),
    );
    let mut long: Vec<_> = all.iter().map(|(path, text)| (text.lines().count(), path)).collect();
    long.retain(|(lines, _)| *lines > LONG);
    long.sort();
    for (lines, path) in &long {
        println!("worth a look: {path} has {lines} lines");
    }
    let broken: Vec<_> = long
        .iter()
        .filter(|(lines, _)| *lines > TOO_LONG)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert_none(&format!("a file has more than {TOO_LONG} lines"), &broken);
}

#[test]
fn the_reader_of_paths_reads_them() {
    assert_eq!(
        named_after("use crate::{\n    a::{b, c::d},\n    e,\n};", "crate::"),
        ["a", "e"]
    );
    assert_eq!(named_after("pub(crate) fn f() { crate::x::y() }", "crate::"), ["x"]);
    assert_eq!(named_after("use super::super::{z};", "super::super::"), ["z"]);
    assert!(
        named_after("use super::super::z;", "super::")
            .iter()
            .all(|name| name == "super")
    );
    assert_eq!(uses("plan/diff.rs", "use super::super::apply;", "iac_core"), ["apply"]);
}

#[test]
fn every_test_that_proves_a_promise_is_there() {
    let promises = fs::read_to_string(root().join("docs/reliability.md")).unwrap();
    let sources = sources();
    let named = |file: &str, test: &str| {
        let places = [format!("/{file}.rs"), format!("/{file}/")];
        let texts = sources
            .iter()
            .filter(|(path, _)| places.iter().any(|place| path.contains(place)));
        let kinds = ["fn", "mod"].map(|kind| [format!("{kind} {test}("), format!("{kind} {test};")]);
        texts
            .into_iter()
            .any(|(_, text)| kinds.as_flattened().iter().any(|name| text.contains(name)))
    };
    let quoted = promises.split('`').skip(1).step_by(2);
    let tests: Vec<(&str, &str)> = quoted.filter_map(|name| name.split_once("::")).collect();
    assert!(tests.len() > 15, "{tests:?}");
    let lost: Vec<_> = tests.iter().filter(|(file, test)| !named(file, test)).collect();
    assert!(
        lost.is_empty(),
        "docs/reliability.md names tests that are not there: {lost:?}"
    );
}
