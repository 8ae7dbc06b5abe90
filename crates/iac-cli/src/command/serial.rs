//! An earlier serial of the state, as a stack that can be planned.

use iac_core::{
    Session,
    apply::Run,
    model::Stack,
    plan::stack_from_state,
    state::{history, serial},
};

use crate::{
    context::{Context, stopped},
    error::{Outcome, Problem},
    invocation::Invocation,
};

/// The stack that a serial stands for, seen from what is stored now.
pub(super) async fn stack_at_serial(
    cx: &Context<'_>,
    (session, environment): (&Session, &str),
    invocation: &Invocation,
    run: &Run,
    wanted: u64,
) -> Outcome<Stack> {
    let backend = &*session.backend;
    let reading = run.holding(serial(backend, wanted));
    let then = cx.interrupts.unless_interrupted(reading).await.ok_or_else(stopped)??;
    let Some(then) = then else {
        let list = invocation.command("history", environment, &[]);
        let mut problem = Problem::new(format!("serial {wanted} of {environment} is not kept"));
        // it is only for the hint
        let kept = run.holding(history(backend)).await.unwrap_or_default();
        if let [latest, .., earliest] = kept.as_slice() {
            problem = problem.hint(format!("the serials {} to {} are", earliest.serial, latest.serial));
        }
        return Err(problem.hint(format!("what is kept is listed by `{list}`")).into());
    };
    then.belongs_to(&cx.app.name, environment, &backend.place())
        .map_err(|error| Problem::new(error.to_string()))?;
    if then.resources.is_empty() {
        let destroy = invocation.command("destroy", environment, &[]);
        return Err(Problem::new(format!("serial {wanted} of {environment} holds nothing"))
            .hint(format!("to remove everything that is there: `{destroy}`"))
            .into());
    }
    Ok(stack_from_state(&then, &run.snapshot().state, &session.registry)?)
}
