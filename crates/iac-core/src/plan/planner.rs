//! Makes a plan: moves, refresh, one decision per resource in the order of dependencies, and what follows from them together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    change::{Action, After, Change, Drift, Mode, OutputChange, Plan, Reason, Work},
    decide::{Outputs, Question},
    diff::{self, Comparison},
    error::{PlanError, PlanIssue},
    event::Observer,
    inputs::Owner,
    moves,
    options::PlanOptions,
    refresh::{self, Read},
    select::Selection,
};
use crate::{
    Session,
    graph::Graph,
    model::{Address, LiveObject, Lookup, Node, ReadObject, Reference, Stack, seal, template},
    state::{ObjectState, OutputState, ResourceState, Snapshot, State, Status, Unsettled, Verb},
};

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
    let mut planner = Planner::prepare(stack, snapshot, session, options)?;
    planner.refresh(observer).await?;
    match options.mode {
        Mode::Normal => planner.decide_all()?,
        Mode::Destroy => planner.destroy_all(),
        Mode::RefreshOnly => planner.accept_all(),
    }
    planner.finish(snapshot)
}

struct Planner<'a> {
    stack: &'a Stack,
    session: &'a Session,
    options: &'a PlanOptions,
    state: State,
    moved: BTreeMap<Address, Address>,
    graph: Graph,
    order: Vec<Address>,
    selection: Selection,
    reads: BTreeMap<Address, Read>,
    imports: BTreeSet<Address>,
    outputs: BTreeMap<Address, Outputs>,
    changes: BTreeMap<Address, Change>,
    drift: Vec<Drift>,
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
        if !issues.is_empty() {
            return Err(issues.into());
        }
        Ok(Self {
            stack,
            session,
            options,
            state,
            moved,
            graph,
            order,
            selection,
            reads: BTreeMap::new(),
            imports: BTreeSet::new(),
            outputs: BTreeMap::new(),
            changes: BTreeMap::new(),
            drift: Vec::new(),
            issues,
        })
    }

    fn names(&self) -> (&'a str, &'a str) {
        (self.stack.name(), self.stack.environment())
    }

    fn imported(&self) -> impl Iterator<Item = (&'a Node, ReadObject)> {
        let fresh = |node: &&Node| self.state.current(&node.address).is_none();
        self.stack.nodes().values().filter(fresh).filter_map(|node| {
            let id = node.lifecycle.import.clone()?;
            Some((node, ReadObject { id, prior: None }))
        })
    }

    /// Reads every object the state knows and every one that is to be adopted.
    async fn refresh(&mut self, observer: &dyn Observer) -> Result<(), PlanError> {
        let mut requests: Vec<(Address, ReadObject)> = Vec::new();
        if self.options.refresh && self.options.mode != Mode::Destroy {
            let current = self
                .state
                .resources
                .iter()
                .filter_map(|(address, resource)| Some((address, resource.current.as_ref()?)));
            let selected = current.filter(|(address, _)| self.selection.contains(address));
            requests.extend(selected.map(|(address, object)| {
                (
                    address.clone(),
                    ReadObject {
                        id: object.id.clone(),
                        prior: Some(object.inputs.clone()),
                    },
                )
            }));
        }
        if self.options.mode == Mode::Normal {
            let imported: Vec<_> = self
                .imported()
                .map(|(node, request)| (node.address.clone(), request))
                .collect();
            self.imports.extend(imported.iter().map(|(address, _)| address.clone()));
            requests.extend(imported);
        }
        self.reads = refresh::read_all(self.session, self.names(), requests, self.options.parallelism, observer).await;
        for (address, read) in &self.reads {
            if let Err(source) = read {
                self.issues.push(PlanIssue::Read {
                    address: address.clone(),
                    source: source.clone(),
                });
            }
        }
        self.adopt();
        if self.issues.is_empty() {
            Ok(())
        } else {
            Err(std::mem::take(&mut self.issues).into())
        }
    }

    /// Takes what is imported into the state that the plan works on.
    fn adopt(&mut self) {
        for address in &self.imports {
            let Some(Ok(read)) = self.reads.get(address) else {
                continue;
            };
            let Some(node) = self.stack.nodes().get(address) else {
                continue;
            };
            let Some(live) = read else {
                let id = node
                    .lifecycle
                    .import
                    .clone()
                    .unwrap_or_else(|| crate::model::RemoteId::new(""));
                self.issues.push(PlanIssue::NothingToImport {
                    address: address.clone(),
                    id,
                });
                continue;
            };
            let now = self.session.clock.now();
            let object = ObjectState {
                id: live.id.clone(),
                location: self
                    .session
                    .registry
                    .get(address.type_name())
                    .map(|types| types.location())
                    .unwrap_or_default(),
                schema_version: node.info.schema_version,
                inputs: live.inputs.clone(),
                outputs: live.outputs.clone(),
                status: Status::Ready,
                created: now,
                updated: now,
            };
            let resource = ResourceState {
                current: Some(object),
                deposed: Vec::new(),
                dependencies: node.dependencies.clone(),
                lifecycle: node.lifecycle.clone(),
            };
            self.state.resources.insert(address.clone(), resource);
        }
    }

    /// What is there: as it was read, or as the state has it when it was not.
    fn live(&self, address: &Address) -> Option<LiveObject> {
        match self.reads.get(address) {
            Some(Ok(read)) => read.clone(),
            _ => self.state.current(address).map(|object| LiveObject {
                id: object.id.clone(),
                inputs: object.inputs.clone(),
                outputs: object.outputs.clone(),
            }),
        }
    }

    fn decide_all(&mut self) -> Result<(), PlanError> {
        for address in self.order.clone() {
            match self.stack.nodes().get(&address) {
                Some(node) if self.selection.contains(&address) => self.decide(node),
                Some(_) => self.pass_over(&address),
                None => self.leave(&address),
            }
        }
        self.force_create_first();
        Ok(())
    }

    fn decide(&mut self, node: &Node) {
        let address = &node.address;
        let Some(reconciler) = self.session.registry.get(address.type_name()) else {
            let source = refresh::unknown_type(address);
            self.issues.push(PlanIssue::Read {
                address: address.clone(),
                source,
            });
            return;
        };
        let resource = self.state.resources.get(address);
        let location = reconciler.location();
        if let Some(object) = resource.and_then(|resource| resource.current.as_ref()) {
            if object.location.account != location.account {
                self.issues.push(PlanIssue::OtherAccount {
                    address: address.clone(),
                    found: object.location.account.clone(),
                    wanted: location.account.clone(),
                });
                return;
            }
        }
        let live = self.live(address);
        let key = self.state.seal_key(address);
        let lookup = |reference: &Reference| self.lookup(reference);
        let question = Question {
            node,
            reconciler: &**reconciler,
            owner: Owner {
                stack: self.stack.name(),
                environment: self.stack.environment(),
                account: &location.account,
                serial: self.state.serial,
            },
            resource,
            live: live.as_ref(),
            imported: self.imports.contains(address),
            replace: self.options.replace.contains(address),
            key: &key,
            lookup: &lookup,
        };
        match question.decide() {
            Ok((mut change, outputs)) => {
                self.explain(&mut change);
                if let Some(resource) = resource {
                    self.drift.extend(drift(node, resource, live.as_ref(), &key));
                }
                self.outputs.insert(address.clone(), outputs);
                self.changes.insert(address.clone(), change);
            }
            Err(source) => self.issues.push(PlanIssue::Dangling {
                address: address.clone(),
                source,
            }),
        }
    }

    /// Adds the reasons that do not come from comparing.
    fn explain(&self, change: &mut Change) {
        if let Some(from) = self.moved.get(&change.address) {
            change.reasons.push(Reason::Moved { from: from.clone() });
        }
        if self.imports.contains(&change.address) {
            if let Some(live) = &change.work.live {
                change.reasons.push(Reason::Imported { id: live.id.clone() });
            }
        }
        change.reasons.extend(
            change
                .work
                .deposed
                .iter()
                .map(|object| Reason::Deposed { id: object.id.clone() }),
        );
    }

    /// Keeps a resource that is not selected as it is.
    fn pass_over(&mut self, address: &Address) {
        let outputs = self.state.current(address).map(|object| object.outputs.clone());
        let known = match outputs {
            Some(Value::Object(known)) => known,
            _ => serde_json::Map::new(),
        };
        let more = known.is_empty();
        self.outputs.insert(address.clone(), Outputs { known, more });
    }

    /// Plans a resource that is in the state and not in the stack.
    fn leave(&mut self, address: &Address) {
        if !self.selection.contains(address) {
            return;
        }
        let Some(resource) = self.state.resources.get(address) else {
            return;
        };
        let destroys = self.options.mode == Mode::Destroy;
        let forgotten = self.stack.forgotten().contains(address);
        let (action, reason) = match () {
            () if forgotten && !destroys => (Action::Forget, Reason::Requested),
            () if resource.lifecycle.retain_on_delete => (Action::Forget, Reason::Retained),
            () if destroys => (Action::Delete, Reason::Destroy),
            () => (Action::Delete, Reason::Removed),
        };
        let mut change = self.settle_state(address, resource, action, vec![reason]);
        if action == Action::Delete {
            if let (Some(prior), Some(types)) = (&change.work.prior, self.session.registry.get(address.type_name())) {
                let key = self.state.seal_key(address);
                change.attributes =
                    diff::whole(&types.info().shape, &template::escape(prior.inputs.clone()), &key, true);
            }
        }
        self.changes.insert(address.clone(), change);
    }

    /// A change that works on what the state has.
    fn settle_state(
        &self,
        address: &Address,
        resource: &ResourceState,
        action: Action,
        reasons: Vec<Reason>,
    ) -> Change {
        Change {
            address: address.clone(),
            action,
            reasons,
            attributes: Vec::new(),
            work: Work {
                lifecycle: resource.lifecycle.clone(),
                dependencies: resource.dependencies.clone(),
                old_dependencies: resource.dependencies.clone(),
                prior: resource.current.clone(),
                live: self.live(address),
                deposed: resource.deposed.clone(),
                ..Work::default()
            },
        }
    }

    fn destroy_all(&mut self) {
        for address in self.order.clone() {
            self.leave(&address);
        }
    }

    /// Plans to take what is there for what is wanted, in the state alone.
    fn accept_all(&mut self) {
        for address in self.order.clone() {
            let Some(resource) = self.state.resources.get(&address) else {
                continue;
            };
            let live = self.live(&address);
            let key = self.state.seal_key(&address);
            let found = self
                .stack
                .nodes()
                .get(&address)
                .and_then(|node| drift(node, resource, live.as_ref(), &key));
            let (action, reasons) = match (&live, &found) {
                (None, _) => (Action::Forget, vec![Reason::Gone]),
                (Some(_), Some(_)) => (Action::NoOp, vec![Reason::Differs]),
                (Some(_), None) => (Action::NoOp, Vec::new()),
            };
            let mut change = self.settle_state(&address, resource, action, reasons);
            change.work.live = live;
            self.drift.extend(found);
            self.changes.insert(address, change);
        }
    }

    /// What a resource that is replaced create-first needs must be there before the old is gone, too.
    fn force_create_first(&mut self) {
        let first: Vec<Address> = self
            .changes
            .values()
            .filter(|change| change.action == Action::ReplaceCreateFirst)
            .map(|change| change.address.clone())
            .collect();
        for by in first {
            for address in self.graph.with_dependencies(&[by.clone()].into()) {
                if let Some(change) = self
                    .changes
                    .get_mut(&address)
                    .filter(|change| change.action == Action::Replace)
                {
                    change.action = Action::ReplaceCreateFirst;
                    change.work.lifecycle.create_before_delete = true;
                    change.reasons.push(Reason::CreateFirstForced { by: by.clone() });
                }
            }
        }
    }

    fn lookup(&self, reference: &Reference) -> Lookup {
        let Some(outputs) = self.outputs.get(&reference.address) else {
            return Lookup::Unknown;
        };
        let known = reference.path.first().and_then(|first| match first {
            crate::model::Segment::Key(name) => outputs.known.get_key_value(name),
            crate::model::Segment::Index(_) => None,
        });
        match known {
            Some((name, value)) => {
                let whole = Value::Object([(name.clone(), value.clone())].into_iter().collect());
                reference
                    .follow(&whole)
                    .map_or(Lookup::Missing, |value| Lookup::Known(value.clone()))
            }
            None if outputs.more => Lookup::Unknown,
            None => Lookup::Missing,
        }
    }

    fn finish(mut self, snapshot: &Snapshot) -> Result<Plan, PlanError> {
        self.check_protection();
        self.check_claims();
        let outputs = self.stack_outputs();
        if !self.issues.is_empty() {
            return Err(self.issues.into());
        }
        let mut warnings = Vec::new();
        if self.selection.is_partial() {
            warnings
                .push("only a part of the stack is planned; run without `--target` and `--exclude` soon".to_owned());
        }
        let order = std::mem::take(&mut self.order);
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
            leftovers: snapshot.unsettled.iter().map(leftover).collect(),
            warnings,
        })
    }

    fn check_protection(&mut self) {
        for change in self.changes.values() {
            let what = match change.action {
                Action::Delete => "deleted",
                Action::Replace | Action::ReplaceCreateFirst => "replaced",
                _ => continue,
            };
            let kept = self
                .state
                .resources
                .get(&change.address)
                .is_some_and(|resource| resource.lifecycle.protect);
            // while the code is there it has the say: taking the mark away is how it is lifted
            let protected = self
                .stack
                .nodes()
                .get(&change.address)
                .map_or(kept, |node| node.lifecycle.protect);
            if protected && !self.options.unprotect.contains(&change.address) {
                let why = change.reasons.first().map(ToString::to_string).unwrap_or_default();
                self.issues.push(PlanIssue::Protected {
                    address: change.address.clone(),
                    what,
                    why,
                });
            }
        }
    }

    fn check_claims(&mut self) {
        let mut claims: BTreeMap<(&str, &crate::model::RemoteId), &Address> = BTreeMap::new();
        let current = self
            .state
            .resources
            .iter()
            .filter_map(|(address, resource)| Some((address, resource.current.as_ref()?)));
        for (address, object) in current {
            if let Some(first) = claims.insert((address.type_name(), &object.id), address) {
                self.issues.push(PlanIssue::ClaimedTwice {
                    first: first.clone(),
                    second: address.clone(),
                    id: object.id.clone(),
                });
            }
        }
    }

    fn stack_outputs(&mut self) -> BTreeMap<String, OutputChange> {
        let before = &self.state.outputs;
        let removed = |before: &OutputState| OutputChange {
            before: Some(before.clone()),
            after: After::Absent,
            secret: before.secret,
            template: None,
        };
        let mut outputs: BTreeMap<String, OutputChange> = match self.options.mode {
            Mode::RefreshOnly => return BTreeMap::new(),
            _ if self.selection.is_partial() && self.options.mode == Mode::Destroy => return BTreeMap::new(),
            _ => before
                .iter()
                .map(|(name, output)| (name.clone(), removed(output)))
                .collect(),
        };
        if self.options.mode == Mode::Destroy {
            return outputs;
        }
        for (name, output) in self.stack.outputs() {
            let value = template::evaluate(&output.value, &|reference| match self.lookup(reference) {
                Lookup::Missing if self.issues.is_empty() && self.selection.is_partial() => Lookup::Unknown,
                found => found,
            });
            let after = match value.as_ref().map(template::resolved) {
                Ok(Some(value)) if output.secret => After::Known(seal(self.state.lineage.as_bytes(), name, &value)),
                Ok(Some(value)) => After::Known(value),
                _ => After::Unknown,
            };
            let change = OutputChange {
                before: before.get(name).cloned(),
                after,
                secret: output.secret,
                template: Some(output.value.clone()),
            };
            outputs.insert(name.clone(), change);
        }
        outputs
    }
}

/// What was changed outside, in what the user manages.
fn drift(node: &Node, resource: &ResourceState, live: Option<&LiveObject>, key: &[u8]) -> Option<Drift> {
    let prior = resource.current.as_ref()?;
    let Some(live) = live else {
        return Some(Drift {
            address: node.address.clone(),
            gone: true,
            attributes: Vec::new(),
        });
    };
    let last = template::escape(prior.inputs.clone());
    let mut attributes = diff::diff(&Comparison {
        shape: &node.info.shape,
        desired: &last,
        live: &live.inputs,
        prior: Some(&prior.inputs),
        key,
    });
    for attribute in &mut attributes {
        // seen from the state, the change goes the other way
        let state = match std::mem::replace(&mut attribute.after, After::Absent) {
            After::Known(value) => Some(value),
            After::Unknown | After::Absent => None,
        };
        if let Some(there) = std::mem::replace(&mut attribute.before, state) {
            attribute.after = After::Known(there);
        }
        attribute.forces_replacement = false;
    }
    (!attributes.is_empty() && prior.status == Status::Ready).then(|| Drift {
        address: node.address.clone(),
        gone: false,
        attributes,
    })
}

/// One line on what an interrupted run left.
fn leftover(unsettled: &Unsettled) -> String {
    let Unsettled { intent, id } = unsettled;
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
