//! Every kind of action as it is shown, from plans made by hand.

mod changes;
mod whole;

use std::collections::BTreeMap;

use anstream::adapter::strip_str;
use iac_core::plan::{Action, AttributeChange, Change, ChangeData, Mode, Plan, PlannedValue, Reason};
use serde_json::Value;

fn attribute(path: &str, before: Option<Value>, after: PlannedValue) -> AttributeChange {
    AttributeChange {
        path: path.into(),
        before,
        after,
        forces_replacement: false,
        secret: false,
    }
}

fn known(value: Value) -> PlannedValue {
    PlannedValue::Known(value)
}

fn made(address: &str, action: Action, reasons: Vec<Reason>, attributes: Vec<AttributeChange>) -> Change {
    Change {
        address: address.parse().unwrap(),
        action,
        reasons,
        attributes,
        data: ChangeData::default(),
    }
}

fn of(changes: Vec<Change>) -> Plan {
    Plan {
        format_version: Plan::FORMAT_VERSION,
        stack: "shop".into(),
        environment: "dev".into(),
        lineage: "l".into(),
        observed: std::collections::BTreeMap::new(),
        serial: 1,
        mode: Mode::Normal,
        changes,
        drift: Vec::new(),
        outputs: BTreeMap::new(),
        leftovers: Vec::new(),
        warnings: Vec::new(),
    }
}

fn text(plan: &Plan) -> String {
    strip_str(&super::plan(plan, super::Detail::All)).to_string()
}
