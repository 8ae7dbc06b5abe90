//! `import`: adopts an object that is there already. Only the state changes; what the next apply would do with it is shown.

use iac_core::{
    Session,
    apply::{ApplyOptions, Run},
    model::{RemoteId, Stack},
    plan::{Plan, PlanOptions, plan},
};

use super::state_dump::StateDump;
use crate::{
    args::ImportArgs,
    context::{Context, stopped},
    error::Outcome,
    exit::Exit,
    progress::Progress,
    render::{self, import::Imported},
};

/// What is adopted where.
struct Import<'a> {
    args: &'a ImportArgs,
    id: RemoteId,
    stack: &'a Stack,
    session: &'a Session,
    progress: Progress,
}

pub(super) async fn run(cx: &Context<'_>, args: &ImportArgs) -> Outcome<Exit> {
    let name = args.environment.as_str();
    let stack = cx.stack(cx.environment(Some(name))?)?;
    let session = cx.open(name, &args.place).await?;
    cx.tell_where(&session, &stack, &args.place);
    let import = Import {
        args,
        id: RemoteId::new(&args.id),
        stack: &stack,
        session: &session,
        progress: cx.progress(),
    };
    let names = (stack.name(), name);
    let begin = Run::begin(&session, names, "import", args.run.lock.lock_timeout, &import.progress);
    let begin = cx.interrupts.unless_interrupted(begin);
    let mut run = import.progress.watch(begin).await.ok_or_else(stopped)??;
    let outcome = import.locked(cx, &mut run).await;
    cx.release(run).await;
    let imported = outcome?;
    if cx.json {
        cx.document(&render::json::imported(name, &imported));
    } else {
        cx.printer.result(&render::import::text(&imported));
    }
    if let Some(problem) = &imported.refused {
        cx.printer.say(&render::error::warning(&format!(
            "the next apply would be refused: {}",
            problem.summary
        )));
    }
    if imported.adopted {
        let serial = format!("state serial {}", imported.serial);
        cx.printer.tell(&render::error::remark(&serial));
    }
    Ok(Exit::Done)
}

impl Import<'_> {
    async fn locked(&self, cx: &Context<'_>, run: &mut Run) -> Outcome<Imported> {
        let address = &self.args.address;
        self.progress.watch(run.recover(&self.progress)).await?;
        if self.is_there(run) {
            return Ok(self.imported(run, false));
        }
        // whether the next apply may replace it is not for the import to say: nothing is touched
        let options = PlanOptions {
            imports: [(address.clone(), self.id.clone())].into(),
            unprotect: self.stack.nodes().keys().cloned().collect(),
            ..self.options()
        };
        let mut adoption = self.plan(cx, run, &options).await?.adoptions();
        adoption.changes.retain(|change| change.address == *address);
        if adoption.changes.is_empty() {
            // it is there under the name it had before, and the next apply renames it
            return Ok(self.imported(run, false));
        }
        let options = ApplyOptions::default();
        let applying = run.apply(&adoption, &options, &self.progress);
        let report = self.progress.watch(applying).await;
        if let Some(unsaved) = &report.unsaved {
            let invocation = cx.invocation(&self.args.place);
            let what = [address.to_string(), self.args.id.clone()];
            let dump = StateDump {
                names: (self.stack.name(), self.stack.environment()),
                place: self.session.backend.place(),
                again: invocation.command_on("import", self.stack.environment(), &what, &[]),
                invocation: &invocation,
            };
            return Err(dump.keep(cx, report.serial + 1, unsaved).into());
        }
        let mut imported = self.imported(run, true);
        match self.plan(cx, run, &self.options()).await {
            Ok(plan) => imported.next = plan.change(address).cloned(),
            Err(problem) => imported.refused = Some(problem),
        }
        Ok(imported)
    }

    fn options(&self) -> PlanOptions {
        let defaults = PlanOptions::default();
        let address = &self.args.address;
        PlanOptions {
            // one that is not declared is told by the import itself
            targets: [address.clone()]
                .into_iter()
                .filter(|it| self.stack.nodes().contains_key(it))
                .collect(),
            parallelism: self.args.run.parallelism.unwrap_or(defaults.parallelism),
            ..defaults
        }
    }

    async fn plan(&self, cx: &Context<'_>, run: &Run, options: &PlanOptions) -> Outcome<Plan> {
        let planning = run.holding(plan(self.stack, run.snapshot(), self.session, options, &self.progress));
        let planning = cx.interrupts.unless_interrupted(planning);
        Ok(self.progress.watch(planning).await.ok_or_else(stopped)??)
    }

    fn is_there(&self, run: &Run) -> bool {
        let current = run.snapshot().state.current(&self.args.address);
        current.is_some_and(|object| object.id == self.id)
    }

    fn imported(&self, run: &Run, adopted: bool) -> Imported {
        let state = &run.snapshot().state;
        let current = state.current(&self.args.address);
        Imported {
            address: self.args.address.clone(),
            id: current.map_or_else(|| self.id.clone(), |object| object.id.clone()),
            adopted,
            serial: state.serial,
            next: None,
            refused: None,
        }
    }
}
