//! A type's page for people.

use std::fmt::{self, Write as _};

use crate::names::url;
use crate::property::Property;
use crate::type_facts::{Operation, TypeFacts};

impl fmt::Display for TypeFacts {
    /// Its properties, what identifies it, and the permissions it needs, as Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}\n", self.name())?;
        writeln!(f, "- identifier: `{}`", self.identifier().join("|"))?;
        if let Some(tags) = self.tags() {
            writeln!(f, "- tags: `{tags}`")?;
        }
        for (operation, consequence) in [
            (Operation::Update, "every change makes another object"),
            (Operation::Read, "what is there cannot be compared"),
            (Operation::List, "it is not found again without its identifier"),
        ] {
            if !self.has(operation) {
                writeln!(f, "- no {}: {consequence}", operation.word())?;
            }
        }
        writeln!(f, "- reference: {}\n", self.url())?;
        writeln!(f, "| property | holds | |\n|---|---|---|")?;
        for property in self.properties() {
            writeln!(f, "| {} | {} | {} |", property.name, property.holds, marks(&property))?;
        }
        writeln!(f)?;
        for operation in Operation::ALL {
            let actions = self.permissions(operation);
            if !actions.is_empty() {
                writeln!(f, "- to {}: {}", operation.word(), actions.join(", "))?;
            }
        }
        Ok(())
    }
}

impl TypeFacts {
    /// Its page in the `CloudFormation` template reference.
    pub fn url(&self) -> String {
        url(self.name())
    }
}

fn marks(property: &Property) -> String {
    let mut text = String::new();
    let mut add = |mark: &str| {
        let separator = if text.is_empty() { "" } else { "; " };
        let _written = write!(text, "{separator}{mark}");
    };
    for (is, mark) in [
        (property.required, "required"),
        (property.create_only, "create-only"),
        (property.read_only, "read-only"),
        (property.write_only, "write-only"),
    ] {
        if is {
            add(mark);
        }
    }
    if !property.names.is_empty() {
        add(&format!("names {}", property.names.join(" or ")));
    }
    if !property.words.is_empty() {
        add(&format!("one of {}", property.words.join(", ")));
    }
    text
}
