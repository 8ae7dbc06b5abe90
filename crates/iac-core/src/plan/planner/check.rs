//! What concerns the plan as a whole: protection, objects claimed twice, and the outputs of the stack.

use std::collections::BTreeMap;

use super::Planner;
use crate::{
    model::{AccountRegion, Address, ExpressionError, RemoteId, Resolution, StackError, seal, template},
    plan::{
        action::Action,
        change::PlannedValue,
        document::{Mode, OutputChange},
        error::{PlanError, PlanIssue},
    },
    state::OutputState,
};

impl Planner<'_> {
    pub(super) fn check_protection(&mut self) {
        for change in self.changes.values() {
            let what = match change.action {
                Action::Delete => "deleted",
                // there is nothing to lose in what was never finished, and an interrupted run must be able to go on
                Action::Replace if change.data.is_unfinished() => continue,
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

    pub(super) fn check_claims(&mut self) {
        let mut claims: BTreeMap<(&str, &RemoteId), &Address> = BTreeMap::new();
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

    pub(super) fn stack_outputs(&mut self) -> BTreeMap<String, OutputChange> {
        let before = &self.state.outputs;
        let removed = |before: &OutputState| OutputChange {
            before: Some(before.clone()),
            after: PlannedValue::Absent,
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
        let mut issues = Vec::new();
        for (name, output) in self.stack.outputs() {
            let value = template::evaluate(&output.value, &|reference| match self.lookup(reference) {
                Resolution::Missing if self.issues.is_empty() && self.selection.is_partial() => Resolution::Unknown,
                found => found,
            });
            let after = match value.as_ref().map(template::resolved) {
                Err(ExpressionError::Dangling(reference)) => {
                    issues.push(PlanIssue::from(StackError::Dangling {
                        from: format!("the output `{name}`"),
                        reference: reference.clone(),
                    }));
                    PlannedValue::Unknown
                }
                Err(source) => {
                    issues.push(PlanIssue::Output {
                        name: name.clone(),
                        source: source.clone(),
                    });
                    PlannedValue::Unknown
                }
                Ok(Some(value)) if output.secret => {
                    PlannedValue::Known(seal(self.state.lineage.as_bytes(), name, &value))
                }
                Ok(Some(value)) => PlannedValue::Known(value),
                Ok(None) => PlannedValue::Unknown,
            };
            let change = OutputChange {
                before: before.get(name).cloned(),
                after,
                secret: output.secret,
                template: Some(output.value.clone()),
            };
            outputs.insert(name.clone(), change);
        }
        // after other issues more references lead nowhere: those are not told
        if self.issues.is_empty() {
            self.issues = issues;
        }
        outputs
    }

    /// Refuses to look for objects where they cannot be: they would all seem to be gone.
    pub(super) fn check_accounts(&mut self) -> Result<(), PlanError> {
        for (address, resource) in self
            .state
            .resources
            .iter()
            .filter(|(address, _)| self.selection.contains(address))
        {
            let Some(reconciler) = self.session.registry.get(address.type_name()) else {
                continue;
            };
            let here = reconciler.location();
            let elsewhere = |there: &&AccountRegion| there.account != here.account || there.region != here.region;
            let objects = resource.current.iter().chain(&resource.deposed);
            if let Some(there) = objects.map(|object| &object.location).find(elsewhere) {
                let (found, wanted) = if there.account == here.account {
                    (account_and_region(there), account_and_region(&here))
                } else {
                    (there.account.clone(), here.account.clone())
                };
                self.issues.push(PlanIssue::OtherAccount {
                    address: address.clone(),
                    found,
                    wanted,
                });
            }
        }
        if self.issues.is_empty() {
            Ok(())
        } else {
            Err(std::mem::take(&mut self.issues).into())
        }
    }
}

fn account_and_region(location: &AccountRegion) -> String {
    format!("{} ({})", location.account, location.region)
}
