//! What was changed outside since the state was written.

use super::{
    change::PlannedValue,
    diff::{self, Comparison},
    document::Drift,
    ignore::ignore,
};
use crate::{
    model::{Address, IgnoreTags, LiveObject, TypeInfo, template},
    state::{ResourceState, Status},
};

/// What was changed outside, in what the user manages.
pub(super) fn drift(
    (address, info, tags): (&Address, &TypeInfo, &IgnoreTags),
    resource: &ResourceState,
    live: Option<&LiveObject>,
    ignored: &[String],
    key: &[u8],
) -> Option<Drift> {
    let prior = resource.current.as_ref()?;
    let Some(live) = live else {
        return Some(Drift {
            address: address.clone(),
            gone: true,
            attributes: Vec::new(),
        });
    };
    let mut last = template::escape(prior.inputs.clone());
    // a state of before they were ignored may hold them
    tags.take_from(info.tags_field(), &mut last);
    ignore(&info.schema, &mut last, &live.inputs, ignored);
    let mut attributes = diff::diff(&Comparison {
        schema: &info.schema,
        desired: &last,
        live: &live.inputs,
        prior: Some(&prior.inputs),
        key,
    });
    for attribute in &mut attributes {
        // seen from the state, the change goes the other way
        let state = match std::mem::replace(&mut attribute.after, PlannedValue::Absent) {
            PlannedValue::Known(value) => Some(value),
            PlannedValue::Unknown | PlannedValue::Absent => None,
        };
        if let Some(there) = std::mem::replace(&mut attribute.before, state) {
            attribute.after = PlannedValue::Known(there);
        }
        attribute.forces_replacement = false;
    }
    (!attributes.is_empty() && prior.status == Status::Ready).then(|| Drift {
        address: address.clone(),
        gone: false,
        attributes,
    })
}
