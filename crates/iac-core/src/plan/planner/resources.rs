//! Chooses what is done with each resource, in the order of dependencies.

use serde_json::{Map, Value};

use super::Planner;
use crate::{
    model::{Address, Node, Reference, StackError, template},
    plan::{
        action::{Action, Reason},
        change::Change,
        drift::drift,
        error::PlanIssue,
        ignore::without_effect,
        inputs::{self, Owner},
        refresh,
        resource_planner::{PlannedOutputs, ResourcePlanner},
    },
};

impl Planner<'_> {
    pub(super) fn plan_all(&mut self) {
        for address in self.order.clone() {
            match self.stack.nodes().get(&address) {
                Some(node) if self.selection.contains(&address) => self.plan_resource(node),
                Some(_) => self.skip(&address),
                None => self.plan_removed(&address),
            }
        }
    }

    fn plan_resource(&mut self, node: &Node) {
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
        let live = self.live(address);
        let sealer = self.state.sealer(address, self.key.as_ref());
        let lookup = |reference: &Reference| self.lookup(reference);
        let objects = resource.into_iter();
        let objects = objects.flat_map(|resource| resource.current.iter().chain(&resource.deposed));
        let taken: Vec<&Value> = objects.map(|object| &object.inputs).collect();
        let forced = self.forced.get(address);
        let mut lifecycle = node.lifecycle.clone();
        lifecycle.create_before_delete |= forced.is_some();
        let planner = ResourcePlanner {
            node,
            lifecycle: &lifecycle,
            reconciler: &**reconciler,
            owner: Owner {
                stack: self.stack.name(),
                environment: self.stack.environment(),
                account: &location.account,
                serial: self.state.serial,
                taken: &taken,
            },
            resource,
            live: live.as_ref(),
            imported: self.imports.contains(address),
            replace: self.options.replace.contains(address),
            sealer: &sealer,
            lookup: &lookup,
        };
        match planner.plan() {
            Ok((mut change, outputs)) => {
                if let (Action::ReplaceCreateFirst, Some(by)) = (change.action, forced) {
                    change.reasons.push(Reason::CreateFirstForced { by: by.clone() });
                }
                if change.action.replaces() && change.data.retains() {
                    change.reasons.push(Reason::Retained);
                }
                self.explain(&mut change);
                if let Some(resource) = resource {
                    let ignored = &node.lifecycle.ignore_changes;
                    self.drift.extend(drift(
                        (address, node.info, &reconciler.ignore_tags()),
                        resource,
                        live.as_ref(),
                        ignored,
                        sealer.place(),
                    ));
                }
                self.warn_of_ignored(node, &change);
                self.refuse_lost_secrets(node, &change);
                self.check_what_became_known(node, &change);
                self.outputs.insert(address.clone(), outputs);
                self.changes.insert(address.clone(), change);
            }
            Err(source) => self.issues.push(PlanIssue::Dangling {
                address: address.clone(),
                source,
            }),
        }
    }

    /// Checks values that come from other resources, as soon as they are known. Literals were checked with the stack.
    fn check_what_became_known(&mut self, node: &Node, change: &Change) {
        let planned = change.data.planned.as_ref().filter(|_| change.action != Action::NoOp);
        let Some(planned) = planned.filter(|_| template::has_unknown(&node.inputs)) else {
            return;
        };
        let mut violations = node.info.schema.check(planned);
        if violations.is_empty() {
            violations = node.info.validate.check(planned);
        }
        self.issues.extend(violations.into_iter().map(|violation| {
            PlanIssue::Stack(StackError::Invalid {
                address: node.address.clone(),
                path: violation.path,
                message: violation.message,
                place: node.place.clone(),
            })
        }));
    }

    /// Warns of ignored keys and elements that are nowhere. No error: what others put on an object may be still to come.
    fn warn_of_ignored(&mut self, node: &Node, change: &Change) {
        let (Some(prior), Some(live)) = (&change.data.prior, &change.data.live) else {
            return;
        };
        let values = [&node.inputs, &prior.inputs, &live.inputs];
        let found = without_effect(&node.info.schema, &node.lifecycle.ignore_changes, &values);
        let address = &node.address;
        self.warnings
            .extend(found.into_iter().map(|sentence| format!("{address}: {sentence}")));
    }

    /// Refuses to send a hash where a secret is needed.
    fn refuse_lost_secrets(&mut self, node: &Node, change: &Change) {
        let sent = matches!(
            change.action,
            Action::Create | Action::Update | Action::Replace | Action::ReplaceCreateFirst
        );
        let planned = change.data.planned.iter().filter(|_| sent);
        let lost = planned.flat_map(|planned| inputs::still_sealed(&node.info.schema, planned));
        self.issues.extend(lost.map(|path| PlanIssue::SecretLost {
            address: node.address.clone(),
            path,
        }));
    }

    /// Adds the reasons that do not come from comparing.
    pub(super) fn explain(&self, change: &mut Change) {
        if let Some(from) = self.moved.get(&change.address) {
            change.reasons.push(Reason::Moved { from: from.clone() });
        }
        if self.imports.contains(&change.address)
            && let Some(live) = &change.data.live
        {
            change.reasons.push(Reason::Imported { id: live.id.clone() });
        }
        change.reasons.extend(
            change
                .data
                .deposed
                .iter()
                .map(|object| Reason::Deposed { id: object.id.clone() }),
        );
    }

    /// Keeps a resource that is not selected as it is.
    fn skip(&mut self, address: &Address) {
        let outputs = self.state.current(address).map(|object| object.outputs.clone());
        let known = match outputs {
            Some(Value::Object(known)) => known,
            _ => Map::new(),
        };
        let more = known.is_empty();
        self.outputs.insert(address.clone(), PlannedOutputs { known, more });
        // a rename is made whatever is selected: what is selected may refer to the new name
        if let Some(resource) = self
            .state
            .resources
            .get(address)
            .filter(|_| self.moved.contains_key(address))
        {
            let mut change = self.change_of_stored(address, resource, Action::NoOp, Vec::new());
            change.data.deposed.clear();
            self.changes.insert(address.clone(), change);
        }
    }
}
