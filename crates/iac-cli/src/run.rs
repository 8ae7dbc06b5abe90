//! From arguments to an exit: parses, sets the stage, runs the command, tells what went wrong.

use std::{
    ffi::OsString,
    sync::{Arc, Mutex},
};

use clap::{CommandFactory, FromArgMatches, error::ErrorKind};

use crate::{
    app::App,
    args::{Cli, Shared},
    command,
    context::Context,
    error::Problem,
    exit::Exit,
    host::Host,
    interrupt::Interrupts,
    invocation::program,
    printer::Printer,
    render,
};

/// Runs the command line `args`, the program's own name first, as if typed by a person. Reads and writes nothing but `host`
/// and what the app's platforms reach.
pub async fn run<A: Into<OsString>>(app: &App, args: impl IntoIterator<Item = A>, mut host: Host) -> Exit {
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let path = args
        .first()
        .map_or_else(|| app.name.clone(), |arg| arg.to_string_lossy().into_owned());
    let program = program(&path, &host.variables);
    let command = describe(app, &program);
    let parsed = command
        .try_get_matches_from(&args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let given = |flag: &str| args.iter().any(|arg| arg == flag);
            let printer = Printer::new(&mut host, given("--no-color"), false);
            return usage_error(&printer, &error, &program, given("--json"));
        }
    };
    let Shared { json, quiet, no_color } = cli.shared;
    let printer = Arc::new(Printer::new(&mut host, no_color, quiet));
    let who = host.who();
    let cx = Context {
        app,
        printer: Arc::clone(&printer),
        clock: host.clock,
        interrupts: Interrupts::new(host.interrupts),
        json,
        interactive: host.terminals.stdin && host.terminals.stderr,
        folder: host.folder,
        who,
        program,
        stdin: Arc::new(Mutex::new(host.stdin)),
    };
    if let Some(problem) = names(app) {
        return failed(&printer, &problem, json);
    }
    let outcome = tokio::select! {
        biased;
        () = cx.interrupts.asked(2) => {
            return aborted(&printer, json);
        }
        outcome = command::run(&cx, &cli.command) => outcome,
    };
    let exit = outcome.unwrap_or_else(|mut problem| {
        let (environment, place) = cli.command.target();
        let invocation = cx.invocation(&place);
        problem.map_hints(&|hint| invocation.concrete(hint, environment.unwrap_or("ENV")));
        failed(&printer, &problem, json)
    });
    match printer.failure() {
        Some(error) => failed(
            &printer,
            &Problem::new("the result could not be written").cause(error.to_string()),
            false,
        ),
        None => exit,
    }
}

/// What is wrong with the names an app gives: they become parts of paths, tags and commands.
fn names(app: &App) -> Option<Problem> {
    let fit = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    let names = app.names();
    if let Some(name) = std::iter::once(app.name.as_str())
        .chain(names.iter().copied())
        .find(|name| !fit(name))
    {
        return Some(
            Problem::new(format!("`{name}` cannot be the name of a stack or an environment"))
                .hint("a name holds letters, digits, `-` and `_`, and begins with a letter or a digit"),
        );
    }
    let twice = names
        .iter()
        .enumerate()
        .find(|(index, name)| names[..*index].contains(name));
    twice.map(|(_, name)| {
        Problem::new(format!("the environment `{name}` is declared twice"))
            .hint("give each call of `App::environment` another name")
    })
}

/// The command line, with this app's name and environments in the help.
fn describe(app: &App, program: &str) -> clap::Command {
    let mut help = String::new();
    if let [first, ..] = app.names().as_slice() {
        let sandbox = if app.sandbox.is_some() { " --sandbox" } else { "" };
        help = format!(
            "Environments: {}\n\nStart with: {program} plan {first}{sandbox}",
            app.names().join(", ")
        );
    }
    Cli::command()
        .display_name(app.name.clone())
        .bin_name(program)
        .version(concat!("(iac ", env!("CARGO_PKG_VERSION"), ")"))
        .about(format!("Plans and applies the environments of {}", app.name))
        .after_help(help)
}

/// Help and version are answers; everything else is an error of usage, told as any other error.
fn usage_error(printer: &Printer, error: &clap::Error, program: &str, json: bool) -> Exit {
    let text = error.render().ansi().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            printer.result(&text);
            Exit::Done
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            printer.say(&text);
            Exit::Failed
        }
        _ => failed(printer, &usage(&error.render().to_string(), program), json),
    }
}

/// clap's text in our shape.
fn usage(text: &str, program: &str) -> Problem {
    let mut problem = Problem::default();
    // what is missing, or what is possible
    let mut details = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(summary) = line.strip_prefix("error: ") {
            summary.trim_end_matches(':').clone_into(&mut problem.summary);
        } else if let Some(tip) = line.strip_prefix("tip: ") {
            problem.hints.push(tip.to_owned());
        } else if let Some(usage) = line.strip_prefix("Usage: ") {
            problem.hints.push(format!("usage: {usage}"));
        } else if !line.starts_with("For more information") {
            details.push(line);
        }
    }
    if !details.is_empty() {
        problem.summary = format!("{}: {}", problem.summary, details.join(", "));
    }
    problem.hint(format!("all words are told by `{program} --help`"))
}

/// The user leaves at once: says what that means.
fn aborted(printer: &Printer, json: bool) -> Exit {
    let problem = Problem::new("left at once: what was in flight is not waited for")
        .hint("nothing is lost: it is in the journal, and the next apply recovers it")
        .hint("the lock runs out by itself within a minute");
    printer.clear();
    failed(printer, &problem, json);
    Exit::Left
}

fn failed(printer: &Printer, problem: &Problem, json: bool) -> Exit {
    if json {
        printer.result(&format!("{:#}\n", render::json::error(problem)));
    }
    printer.say(&render::error::problem(problem));
    Exit::Failed
}
