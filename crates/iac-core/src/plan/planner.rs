//! Makes a plan: moves, refresh, one decision per resource in the order of dependencies, and what follows from them together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    change::Change,
    document::{Drift, Mode, Plan},
    error::{PlanError, PlanIssue},
    event::Observer,
    moves,
    options::PlanOptions,
    refresh::Read,
    resource_planner::PlannedOutputs,
    select::Selection,
};
use crate::{
    Session,
    graph::Graph,
    model::{Address, DataKey, LiveObject, Reference, RemoteId, Resolution, Segment, Stack, has_seal},
    state::{PendingOperation, Snapshot, State, Verb},
};

mod check;
mod observe;
mod resources;
mod stored;
mod tags;

/// Compares a stack with what is there and says what an apply would do. Reads the cloud, writes nothing.
///
/// # Errors
/// [`PlanError`] with every reason: an unsound stack, a cycle, objects that cannot be read, protected resources.
pub async fn plan(
    stack: &Stack,
    snapshot: &Snapshot,
    session: &Session,
    options: &PlanOptions,
    observer: &dyn Observer,
) -> Result<Plan, PlanError> {
    let key = session.backend.key(false).await.map_err(PlanIssue::Key)?;
    let mut planner = Planner::prepare(stack, snapshot, session, options)?;
    planner.key = key;
    planner.check_accounts()?;
    planner.check_ignored_tags()?;
    planner.refresh(observer).await?;
    match options.mode {
        Mode::Normal => planner.plan_all(),
        Mode::Destroy => planner.plan_destroy(),
        Mode::RefreshOnly => planner.plan_refresh(),
    }
    planner.finish(snapshot)
}

struct Planner<'a> {
    stack: &'a Stack,
    session: &'a Session,
    options: &'a PlanOptions,
    /// What secrets are encrypted with.
    key: Option<DataKey>,
    state: State,
    moved: BTreeMap<Address, Address>,
    order: Vec<Address>,
    selection: Selection,
    /// What must be replaced create-first, with the dependent that is marked so.
    forced: BTreeMap<Address, Address>,
    reads: BTreeMap<Address, Read>,
    imports: BTreeSet<Address>,
    outputs: BTreeMap<Address, PlannedOutputs>,
    changes: BTreeMap<Address, Change>,
    drift: Vec<Drift>,
    warnings: Vec<String>,
    issues: Vec<PlanIssue>,
}

impl<'a> Planner<'a> {
    fn prepare(
        stack: &'a Stack,
        snapshot: &Snapshot,
        session: &'a Session,
        options: &'a PlanOptions,
    ) -> Result<Self, PlanError> {
        let mut state = snapshot.state.clone();
        let destroys = options.mode == Mode::Destroy;
        let mut issues: Vec<PlanIssue> = Vec::new();
        if !destroys {
            issues.extend(stack.errors().into_iter().map(PlanIssue::from));
        }
        let moved = moves::apply(&mut state, stack.moves()).unwrap_or_else(|errors| {
            issues.extend(errors.into_iter().map(PlanIssue::from));
            BTreeMap::new()
        });
        let mut needs: BTreeMap<Address, BTreeSet<Address>> = state
            .resources
            .iter()
            .map(|(address, resource)| (address.clone(), resource.dependencies.clone()))
            .collect();
        if !destroys {
            for node in stack.nodes().values() {
                needs.insert(node.address.clone(), node.dependencies.clone());
            }
        }
        let graph = Graph::new(&needs);
        let order = graph.order().unwrap_or_else(|cycle| {
            issues.push(cycle.into());
            Vec::new()
        });
        let selection = Selection::new(&graph, options, &mut issues);
        issues.extend(undeclared_imports(stack, &state, options));
        let forced = forced_create_first(stack, &graph);
        if !issues.is_empty() {
            return Err(issues.into());
        }
        Ok(Self {
            stack,
            session,
            options,
            key: None,
            state,
            moved,
            order,
            selection,
            forced,
            reads: BTreeMap::new(),
            imports: BTreeSet::new(),
            outputs: BTreeMap::new(),
            changes: BTreeMap::new(),
            drift: Vec::new(),
            warnings: Vec::new(),
            issues,
        })
    }

    fn names(&self) -> (&'a str, &'a str) {
        (self.stack.name(), self.stack.environment())
    }

    /// What is there: as it was read, or as the state has it when it was not.
    fn live(&self, address: &Address) -> Option<LiveObject> {
        if let Some(Ok(read)) = self.reads.get(address) {
            return read.clone();
        }
        let mut live = self.state.live(address, self.key.as_ref())?;
        // a state of before they were ignored may hold them
        if let Some(types) = self.session.registry.get(address.type_name()) {
            let ignored = types.ignore_tags();
            ignored.take_from(types.info().tags_field(), &mut live.inputs);
        }
        Some(live)
    }

    fn lookup(&self, reference: &Reference) -> Resolution {
        let Some(outputs) = self.outputs.get(&reference.address) else {
            return Resolution::Unknown;
        };
        let known = reference.path.first().and_then(|first| match first {
            Segment::Key(name) => outputs.known.get_key_value(name),
            Segment::Index(_) => None,
        });
        match known {
            Some((name, value)) => {
                // a seal is not the secret: without the key the value is known only once it is read
                let value = if has_seal(value) {
                    self.state.sealer(&reference.address, self.key.as_ref()).reveal(value)
                } else {
                    Some(value.clone())
                };
                let Some(value) = value else {
                    return Resolution::Unknown;
                };
                let whole = Value::Object([(name.clone(), value)].into_iter().collect());
                reference
                    .follow(&whole)
                    .map_or(Resolution::Missing, |value| Resolution::Known(value.clone()))
            }
            None if outputs.more => Resolution::Unknown,
            None => Resolution::Missing,
        }
    }

    fn finish(mut self, snapshot: &Snapshot) -> Result<Plan, PlanError> {
        self.check_protection();
        self.check_claims();
        let outputs = self.stack_outputs();
        if !self.issues.is_empty() {
            return Err(self.issues.into());
        }
        let mut warnings = std::mem::take(&mut self.warnings);
        if self.selection.is_partial() {
            warnings
                .push("only a part of the stack is planned; run without `--target` and `--exclude` soon".to_owned());
        }
        let mut order = std::mem::take(&mut self.order);
        if self.options.mode == Mode::Destroy {
            // as they go: who needs others goes first
            order.reverse();
        }
        let mut changes = self.changes;
        Ok(Plan {
            format_version: Plan::FORMAT_VERSION,
            stack: self.stack.name().to_owned(),
            environment: self.stack.environment().to_owned(),
            lineage: snapshot.state.lineage.clone(),
            serial: snapshot.state.serial,
            mode: self.options.mode,
            changes: order.iter().filter_map(|address| changes.remove(address)).collect(),
            drift: self.drift,
            outputs,
            leftovers: snapshot.state.pending_operations.iter().map(leftover).collect(),
            warnings,
            observed: self
                .reads
                .into_iter()
                .filter_map(|(address, read)| Some((address, read.ok()?)))
                .collect(),
        })
    }
}

/// What is to be adopted and cannot be: nothing declares it, or it is another object already.
fn undeclared_imports(stack: &Stack, state: &State, options: &PlanOptions) -> Vec<PlanIssue> {
    let issue = |(address, id): (&Address, &RemoteId)| {
        if !stack.nodes().contains_key(address) {
            return Some(PlanIssue::NotDeclared {
                address: address.clone(),
                nearest: address.nearest(stack.nodes().keys()).cloned(),
            });
        }
        let current = state.current(address).filter(|current| current.id != *id)?;
        Some(PlanIssue::ManagedAlready {
            address: address.clone(),
            id: current.id.clone(),
        })
    };
    options.imports.iter().filter_map(issue).collect()
}

/// What a resource that is replaced create-first needs must be there before the old is gone, too.
fn forced_create_first(stack: &Stack, graph: &Graph) -> BTreeMap<Address, Address> {
    let mut forced = BTreeMap::new();
    let marked = |address: &Address| {
        let node = stack.nodes().get(address);
        node.is_some_and(|node| node.lifecycle.create_before_delete)
    };
    for by in stack.nodes().keys().filter(|address| marked(address)) {
        for need in graph.with_dependencies(&[by.clone()].into()) {
            if !marked(&need) {
                forced.entry(need).or_insert_with(|| by.clone());
            }
        }
    }
    forced
}

/// One line on what an interrupted run left.
fn leftover(pending_operations: &PendingOperation) -> String {
    let PendingOperation { intent, id, .. } = pending_operations;
    let verb = match intent.verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Delete => "delete",
    };
    match id {
        Some(id) => format!("the {verb} of {} was cut off; its object is {id}", intent.address),
        None => format!("the {verb} of {} was cut off", intent.address),
    }
}
