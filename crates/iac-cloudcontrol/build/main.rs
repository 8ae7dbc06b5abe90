//! Writes the structs of the types of every service whose feature is on, from the facts.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "cargo and its build scripts talk so"
)]

#[path = "../src/names.rs"]
#[allow(dead_code, reason = "the library uses more of it")]
mod names;
#[path = "../src/shape.rs"]
#[allow(dead_code, reason = "the library uses more of it")]
mod shape;

mod builder;
mod docs;
mod kinds;
mod resource;
mod source;
mod structs;

use std::{collections::BTreeMap, error::Error, fs, io::Read as _, path::Path};

use flate2::read::GzDecoder;
use serde_json::Value;
use shape::SchemaTree;

/// A type's schema.
pub(crate) struct Schema {
    pub(crate) name: String,
    root: Value,
}

impl SchemaTree for Schema {
    fn root(&self) -> &Value {
        &self.root
    }
}

const FACTS: &str = "facts/facts.json.gz";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FACTS}");
    println!("cargo::rerun-if-changed=build");
    let mut text = String::new();
    GzDecoder::new(fs::File::open(FACTS)?).read_to_string(&mut text)?;
    let mut services: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    for (name, schema) in text.lines().skip(1).filter_map(|line| line.split_once('\t')) {
        let service = name.split("::").nth(1).unwrap_or_default().to_lowercase();
        services.entry(service).or_default().push((name, schema));
    }
    let folder = std::env::var("OUT_DIR")?;
    let mut modules = String::new();
    for (service, types) in services {
        let feature = format!("CARGO_FEATURE_{}", service.to_uppercase());
        if std::env::var_os(feature).is_none() {
            continue;
        }
        let mut source = String::new();
        let names: Vec<&str> = types.iter().map(|(name, _)| *name).collect();
        for (name, schema) in &types {
            let schema = Schema {
                name: (*name).to_owned(),
                root: serde_json::from_str(schema)?,
            };
            resource::write(&schema, &names, &mut source);
        }
        let file = Path::new(&folder).join(format!("{service}.rs"));
        fs::write(&file, source)?;
        modules += &source::module(&service);
    }
    fs::write(Path::new(&folder).join("services.rs"), modules)?;
    Ok(())
}
