//! Plans what the state holds: resources that left the stack, all of them on destroy, and what a refresh takes over.

use crate::{
    model::{Address, template},
    plan::{
        action::{Action, Reason},
        change::{Change, ChangeData},
        diff,
        document::Mode,
        drift::drift,
    },
    state::ResourceState,
};

use super::Planner;

impl Planner<'_> {
    /// Plans a resource that is in the state and not in the stack.
    pub(super) fn plan_removed(&mut self, address: &Address) {
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
        let mut change = self.change_of_stored(address, resource, action, vec![reason]);
        if action == Action::Delete
            && let (Some(prior), Some(types)) = (&change.data.prior, self.session.registry.get(address.type_name()))
        {
            let key = self.state.seal_key(address);
            change.attributes = diff::all_attributes(
                &types.info().schema,
                &template::escape(prior.inputs.clone()),
                &key,
                true,
            );
        }
        self.changes.insert(address.clone(), change);
    }

    /// A change that works on what the state has.
    pub(super) fn change_of_stored(
        &self,
        address: &Address,
        resource: &ResourceState,
        action: Action,
        reasons: Vec<Reason>,
    ) -> Change {
        let mut change = Change {
            address: address.clone(),
            action,
            reasons,
            attributes: Vec::new(),
            data: ChangeData {
                lifecycle: resource.lifecycle.clone(),
                dependencies: resource.dependencies.clone(),
                old_dependencies: resource.dependencies.clone(),
                declared: resource
                    .current
                    .as_ref()
                    .map(|object| object.declared.clone())
                    .unwrap_or_default(),
                prior: resource.current.clone(),
                live: self.live(address),
                deposed: resource.deposed.clone(),
                ..ChangeData::default()
            },
        };
        // nothing in the cloud is touched when only the state is brought up to date
        if self.options.mode == Mode::RefreshOnly {
            change.data.deposed.clear();
        }
        self.explain(&mut change);
        change
    }

    pub(super) fn plan_destroy(&mut self) {
        for address in self.order.clone() {
            self.plan_removed(&address);
        }
    }

    /// Plans to take what is there for what is wanted, in the state alone.
    pub(super) fn plan_refresh(&mut self) {
        for address in self.order.clone() {
            let Some(resource) = self.state.resources.get(&address) else {
                continue;
            };
            let live = self.live(&address);
            let key = self.state.seal_key(&address);
            let node = self.stack.nodes().get(&address);
            // what the code has forgotten drifts like anything else
            let ignored = &node.map_or(&resource.lifecycle, |node| &node.lifecycle).ignore_changes;
            let found = self.session.registry.get(address.type_name()).and_then(|types| {
                let what = (&address, types.info(), &types.ignore_tags());
                drift(what, resource, live.as_ref(), ignored, &key)
            });
            let (action, reasons) = match (&live, &found) {
                (None, _) => (Action::Forget, vec![Reason::Gone]),
                (Some(_), Some(_)) => (Action::NoOp, vec![Reason::Differs]),
                (Some(_), None) => (Action::NoOp, Vec::new()),
            };
            let mut change = self.change_of_stored(&address, resource, action, reasons);
            change.data.live = live;
            self.drift.extend(found);
            self.changes.insert(address, change);
        }
    }
}
