//! From arguments to an exit: parses, sets the stage, runs the command, tells what went wrong.

use std::{
    ffi::OsString,
    sync::{Arc, Mutex},
};

use clap::{CommandFactory, FromArgMatches, error::ErrorKind};

use crate::{
    app::App,
    args::{Cli, Command, Shared, StateCommand},
    command,
    context::Context,
    error::Problem,
    exit::Exit,
    host::Host,
    interrupt::Interrupts,
    invocation::{Invocation, program},
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
            return misunderstood(&printer, &error, &program, given("--json"));
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
    let outcome = tokio::select! {
        biased;
        () = cx.interrupts.asked(2) => {
            printer.say(&render::error::warning(
                "left at once: what was in flight is in the journal, and the next apply settles it; \
                 the lock runs out by itself within a minute",
            ));
            return Exit::Left;
        }
        outcome = command::run(&cx, &cli.command) => outcome,
    };
    let exit = outcome.unwrap_or_else(|mut problem| {
        let environment = environment(&cli.command).unwrap_or("ENV");
        let invocation = invocation(&cx, &cli.command);
        problem.map_hints(&|hint| invocation.concrete(hint, environment));
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

/// The words of the command line, with this app's name and environments in the help.
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
fn misunderstood(printer: &Printer, error: &clap::Error, program: &str, json: bool) -> Exit {
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
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(summary) = line.strip_prefix("error: ") {
            problem.summary = summary.trim_end_matches(':').to_owned();
        } else if let Some(tip) = line.strip_prefix("tip: ") {
            problem.hints.push(tip.to_owned());
        } else if let Some(usage) = line.strip_prefix("Usage: ") {
            problem.hints.push(format!("usage: {usage}"));
        } else if !line.starts_with("For more information") {
            problem.causes.push(line.to_owned());
        }
    }
    problem.hint(format!("all words are told by `{program} --help`"))
}

fn failed(printer: &Printer, problem: &Problem, json: bool) -> Exit {
    if json {
        printer.result(&format!("{:#}\n", render::json::error(problem)));
    }
    printer.say(&render::error::problem(problem));
    Exit::Failed
}

fn environment(command: &Command) -> Option<&str> {
    match command {
        Command::Plan(args) => args.environment.environment.as_deref(),
        Command::Apply(args) => args.environment.environment.as_deref(),
        Command::Destroy(args) => args.environment.environment.as_deref(),
        Command::Output(args) => args.environment.as_deref(),
        Command::State(StateCommand::List(args)) | Command::Bootstrap(args) => args.environment.as_deref(),
        Command::State(StateCommand::Show { environment, .. }) => Some(environment),
        Command::Unlock(args) => Some(&args.environment),
        Command::Validate { environment } | Command::Graph { environment } => environment.as_deref(),
    }
}

fn invocation(cx: &Context<'_>, command: &Command) -> Invocation {
    match command {
        Command::Plan(args) => cx.invocation(&args.environment.place),
        Command::Apply(args) => cx.invocation(&args.environment.place),
        Command::Destroy(args) => cx.invocation(&args.environment.place),
        Command::Output(args) => cx.invocation(&args.place),
        Command::State(StateCommand::List(args)) | Command::Bootstrap(args) => cx.invocation(&args.place),
        Command::State(StateCommand::Show { place, .. }) => cx.invocation(place),
        Command::Unlock(args) => cx.invocation(&args.place),
        Command::Validate { .. } | Command::Graph { .. } => cx.invocation(&crate::args::PlaceArgs::default()),
    }
}
