//! What is to be done with one resource: its desired inputs against what is there.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    action::{Action, Reason},
    change::{AttributeChange, Change, ChangeData},
    diff::{self, Comparison},
    ignore::ignore,
    inputs::{self, Owner},
};
use crate::{
    model::{
        ExpressionError, Lifecycle, LiveObject, Node, Reconciler, Reference, Resolution, Sealer, has_seal, seal,
        template,
    },
    state::{ObjectState, ResourceState, Status},
};

/// Plans one resource: everything that takes.
#[derive(Clone, Copy)]
pub(crate) struct ResourcePlanner<'a> {
    pub node: &'a Node,
    /// Its marks, with those its dependents force on it.
    pub lifecycle: &'a Lifecycle,
    pub reconciler: &'a dyn Reconciler,
    pub owner: Owner<'a>,
    /// What the state holds of it.
    pub resource: Option<&'a ResourceState>,
    /// What is there; the state's object when it was not read.
    pub live: Option<&'a LiveObject>,
    /// Its object is adopted by this very plan.
    pub imported: bool,
    /// Its replacement was asked for.
    pub replace: bool,
    /// What secrets are sealed with, and opened.
    pub sealer: &'a Sealer,
    /// What references stand for.
    pub lookup: &'a dyn Fn(&Reference) -> Resolution,
}

/// The outputs of a resource as far as a plan knows them.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlannedOutputs {
    pub known: Map<String, Value>,
    /// Whether those that are missing are still to come.
    pub more: bool,
}

impl ResourcePlanner<'_> {
    /// The change of the resource, and its outputs.
    ///
    /// # Errors
    /// A reference that leads nowhere.
    pub(crate) fn plan(&self) -> Result<(Change, PlannedOutputs), ExpressionError> {
        let prior = self.resource.and_then(|resource| resource.current.as_ref());
        let (mut template, mut desired, named) = self.desired(prior.map(|prior| &prior.inputs))?;
        let mut reasons = Vec::new();
        let mut attributes = Vec::new();
        let action = match (prior, self.live) {
            (None, _) => {
                reasons.push(Reason::New);
                Action::Create
            }
            (Some(_), None) => {
                reasons.push(Reason::Gone);
                Action::Create
            }
            (Some(prior), Some(live)) => {
                attributes = self.differences(&desired, live, prior);
                self.compare(prior, &attributes, &mut reasons)?
            }
        };
        if action.replaces() && named {
            (template, desired, _) = self.desired(None)?;
            if let (Some(prior), Some(live)) = (prior, self.live) {
                attributes = self.differences(&desired, live, prior);
            }
        }
        if action == Action::Create {
            attributes = diff::all_attributes(&self.node.info.schema, &desired, self.sealer.place(), false);
        }
        if let (Action::NoOp | Action::Update, Some(live)) = (action, self.live) {
            self.ignore(&mut desired, live);
        }
        let outputs = self.outputs(action, &desired);
        let data = ChangeData {
            declared: inputs::declared(self.node.info, &template, named, self.sealer.place()),
            planned: Some(desired),
            lifecycle: self.lifecycle.clone(),
            dependencies: self.node.dependencies.clone(),
            old_dependencies: self
                .resource
                .map(|resource| resource.dependencies.clone())
                .unwrap_or_default(),
            prior: prior.cloned(),
            live: self.live.cloned(),
            deposed: self
                .resource
                .map(|resource| resource.deposed.clone())
                .unwrap_or_default(),
            outputs: Value::Object(outputs.known.clone()),
        };
        let change = Change {
            address: self.node.address.clone(),
            action,
            reasons,
            attributes,
            data,
        };
        Ok((change, outputs))
    }

    /// The template and its value so far, with tags and a name in it; whether the name is generated.
    fn desired(&self, prior: Option<&Value>) -> Result<(Value, Value, bool), ExpressionError> {
        let Self {
            node,
            reconciler,
            owner,
            ..
        } = self;
        let mut template = node.inputs.clone();
        let defaults = if self.lifecycle.without_default_tags {
            BTreeMap::new()
        } else {
            reconciler.default_tags()
        };
        inputs::add_tags(node.info, &mut template, &defaults, &node.address, *owner);
        let named = inputs::fill_name(node.info, &mut template, prior, &node.address, *owner);
        let desired = node.info.schema.canonical(&template::evaluate(&template, self.lookup)?);
        let live = self.live.map(|live| &live.inputs);
        // only what comes from a state has seals in it
        let desired = if has_seal(&desired) {
            inputs::reveal(&node.info.schema, &desired, live, self.sealer)
        } else {
            desired
        };
        Ok((template, desired, named))
    }

    /// Lets what is there stand for what is desired where changes are to be ignored.
    fn ignore(&self, desired: &mut Value, live: &LiveObject) {
        ignore(
            &self.node.info.schema,
            desired,
            &live.inputs,
            &self.lifecycle.ignore_changes,
        );
    }

    fn differences(&self, desired: &Value, live: &LiveObject, prior: &ObjectState) -> Vec<AttributeChange> {
        let mut desired = desired.clone();
        self.ignore(&mut desired, live);
        diff::diff(&Comparison {
            schema: &self.node.info.schema,
            desired: &desired,
            live: &live.inputs,
            prior: (!self.imported).then_some(&prior.inputs),
            key: self.sealer.place(),
        })
    }

    fn compare(
        &self,
        prior: &ObjectState,
        attributes: &[AttributeChange],
        reasons: &mut Vec<Reason>,
    ) -> Result<Action, ExpressionError> {
        let forcing = attributes.iter().find(|attribute| attribute.forces_replacement);
        reasons.extend(forcing.map(|attribute| Reason::CreateOnly {
            attribute: attribute.path.clone(),
        }));
        let tainted = prior.status == Status::Tainted;
        if tainted {
            reasons.push(Reason::Tainted);
        }
        if self.replace {
            reasons.push(Reason::Requested);
        }
        reasons.extend(self.triggered()?);
        let replaced = reasons.iter().any(|reason| match reason {
            Reason::Tainted => !self.node.info.resumable,
            _ => true,
        });
        // what was never finished is in nobody's use, and may hold the name that the next one needs: it goes first
        Ok(if replaced && self.lifecycle.create_before_delete && !tainted {
            Action::ReplaceCreateFirst
        } else if replaced {
            Action::Replace
        } else if !attributes.is_empty() {
            reasons.push(Reason::Differs);
            Action::Update
        } else if tainted {
            Action::Update
        } else {
            Action::NoOp
        })
    }

    /// The first value of `replace_when` that is not one it was made with.
    fn triggered(&self) -> Result<Option<Reason>, ExpressionError> {
        let Some(resource) = self.resource else {
            return Ok(None);
        };
        let before = &resource.lifecycle.replace_when;
        let now = &self.lifecycle.replace_when;
        if before.is_empty() || now.is_empty() {
            return Ok(None);
        }
        let key = self.sealer.place();
        let before: Vec<Value> = before.iter().map(|value| sealed_trigger(key, value)).collect();
        for trigger in now {
            let value = template::resolved(&template::evaluate(trigger, self.lookup)?);
            let same = value.is_some_and(|value| before.contains(&sealed_trigger(key, &value)));
            if !same {
                let by = template::references(trigger).first().map(ToString::to_string);
                return Ok(Some(Reason::Triggered { by }));
            }
        }
        Ok((before.len() != now.len()).then_some(Reason::Triggered { by: None }))
    }

    fn outputs(&self, action: Action, desired: &Value) -> PlannedOutputs {
        let info = self.node.info;
        let predicted = template::resolved(desired)
            .map(|inputs| self.reconciler.predict(&inputs))
            .unwrap_or_default();
        let kept = match (action, self.live.map(|live| &live.outputs)) {
            (Action::NoOp, Some(Value::Object(outputs))) => {
                return PlannedOutputs {
                    known: outputs.clone(),
                    more: false,
                };
            }
            (Action::Update, Some(Value::Object(outputs))) => outputs.clone(),
            _ => Map::new(),
        };
        let lasting = |name: &String| info.outputs.field(name).is_some_and(|field| !field.attributes.volatile);
        let mut known: Map<String, Value> = kept.into_iter().filter(|(name, _)| lasting(name)).collect();
        known.extend(predicted);
        let more = info
            .outputs
            .fields()
            .iter()
            .any(|field| !known.contains_key(field.name));
        PlannedOutputs { known, more }
    }
}

/// A value of `replace_when` as the state keeps it: enough to see that it changed, and it may be a secret.
pub(crate) fn sealed_trigger(key: &[u8], value: &Value) -> Value {
    seal(key, "replace_when", value)
}
