//! Looks at what is there: reads what the state knows, and what is to be adopted.

use super::Planner;
use crate::{
    model::{Address, Lifecycle, Node, ReadObject, RemoteId},
    plan::{
        document::Mode,
        error::{PlanError, PlanIssue},
        event::Observer,
        refresh,
    },
    state::{ObjectState, ResourceState},
};

impl Planner<'_> {
    fn imported(&self) -> impl Iterator<Item = (&Node, ReadObject)> {
        let fresh = |node: &&Node| self.state.current(&node.address).is_none();
        self.stack.nodes().values().filter(fresh).filter_map(|node| {
            let id = self
                .options
                .imports
                .get(&node.address)
                .or(node.lifecycle.import.as_ref())?;
            Some((node, ReadObject::new(id.clone(), None)))
        })
    }

    /// Reads every object the state knows and every one that is to be adopted.
    pub(super) async fn refresh(&mut self, observer: &dyn Observer) -> Result<(), PlanError> {
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
                        observed: object.observed.clone(),
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
                let asked = self.options.imports.get(address).or(node.lifecycle.import.as_ref());
                let id = asked.cloned().unwrap_or_else(|| RemoteId::new(""));
                self.issues.push(PlanIssue::NothingToImport {
                    address: address.clone(),
                    id,
                });
                continue;
            };
            let Some(types) = self.session.registry.get(address.type_name()) else {
                continue;
            };
            let sealer = self.state.sealer(address, self.key.as_ref());
            let object = ObjectState::adopted(live, &**types, &sealer, self.session.clock.now());
            // what earlier replacements left is still to be deleted, after what needs it
            let held = self.state.resources.get(address);
            let deposed = held.map(|held| held.left_beside(&object.id)).unwrap_or_default();
            let old = held.map(|held| held.dependencies.clone()).unwrap_or_default();
            let resource = ResourceState {
                current: Some(object),
                deposed,
                dependencies: node.dependencies.union(&old).cloned().collect(),
                // triggers are sealed when the plan is applied
                lifecycle: Lifecycle {
                    replace_when: Vec::new(),
                    ..node.lifecycle.clone()
                },
            };
            self.state.resources.insert(address.clone(), resource);
        }
    }
}
