//! What is wrong with a stack, as far as it can be told without calling anything.

use super::{Node, Stack, StackError};
use crate::model::{expr::Reference, property_path::PropertyPath, template};

impl Stack {
    /// Everything that is wrong and can be told without calling anything. Empty when the stack is sound.
    pub fn errors(&self) -> Vec<StackError> {
        let mut errors = self.errors.clone();
        for node in self.nodes.values() {
            let mut violations = node.info.schema.check(&node.inputs);
            if violations.is_empty() {
                violations = node.info.validate.check(&node.inputs);
            }
            errors.extend(violations.into_iter().map(|violation| StackError::Invalid {
                address: node.address.clone(),
                path: violation.path,
                message: violation.message,
                place: node.place.clone(),
            }));
            if template::is_too_deep(&node.inputs) {
                errors.push(StackError::TooDeep {
                    what: format!("{} (declared at {})", node.address, node.place),
                });
            }
            let paths = node.lifecycle.ignore_changes.iter();
            let wrong = paths.filter_map(|path| {
                let path = path.parse::<PropertyPath>();
                path.and_then(|path| path.check(&node.info.schema)).err()
            });
            errors.extend(wrong.map(|source| StackError::IgnoredPath {
                address: node.address.clone(),
                source,
                place: node.place.clone(),
            }));
            errors.extend(self.overlaps(node));
            let from = node.address.to_string();
            self.dangling(&from, template::references(&node.inputs), &mut errors);
            let lifecycle = &node.lifecycle;
            let triggers = lifecycle.replace_when.iter().flat_map(template::references);
            self.dangling(&from, triggers, &mut errors);
            self.dangling(&from, lifecycle.depends_on.iter().map(Reference::whole), &mut errors);
        }
        for (name, output) in &self.outputs {
            let from = format!("the output `{name}`");
            if template::is_too_deep(&output.value) {
                errors.push(StackError::TooDeep { what: from.clone() });
            }
            self.dangling(&from, template::references(&output.value), &mut errors);
        }
        errors
    }

    /// What manages the same things as this resource: the two would undo each other at every apply.
    fn overlaps(&self, node: &Node) -> impl Iterator<Item = StackError> {
        node.info.overlaps.iter().flat_map(move |overlap| {
            let referred = template::dependencies(&node.inputs[overlap.through]).into_iter();
            let others = referred.filter_map(|address| self.nodes.get(&address));
            let others = others
                .filter(|other| other.info.name == overlap.with && !other.inputs[overlap.property].is_null())
                .map(|other| other.address.clone());
            others.map(move |other| StackError::Overlap {
                address: node.address.clone(),
                other,
                property: overlap.property,
                place: node.place.clone(),
            })
        })
    }

    fn dangling(&self, from: &str, references: impl IntoIterator<Item = Reference>, errors: &mut Vec<StackError>) {
        let lost = references
            .into_iter()
            .filter(|reference| !self.nodes.contains_key(&reference.address));
        errors.extend(lost.map(|reference| StackError::Dangling {
            from: from.to_owned(),
            reference,
        }));
    }
}
