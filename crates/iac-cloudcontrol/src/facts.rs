//! The facts file, read once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::error::NoSuchType;
use crate::type_facts::TypeFacts;

static FILE: &[u8] = include_bytes!("../facts/facts.json.gz");

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    // the file is a part of the program, and the tests read all of it
    let _complete = GzDecoder::new(FILE).read_to_string(&mut text);
    text
});

static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    let (about, types) = TEXT.split_once('\n').unwrap_or_default();
    Facts {
        about: serde_json::from_str(about).unwrap_or_default(),
        types: types.lines().filter_map(|line| line.split_once('\t')).collect(),
    }
});

/// What AWS's registry says of the types that can be created.
#[derive(Debug)]
pub struct Facts {
    about: About,
    /// The schema of each type as JSON, which is parsed when it is asked for.
    types: BTreeMap<&'static str, &'static str>,
}

/// The file's first line.
#[derive(Debug, Default, Deserialize)]
struct About {
    package: String,
    date: String,
    /// Types without a handler that creates them.
    not_managed: BTreeSet<String>,
    /// For each region the types that it lacks.
    lacking: BTreeMap<String, BTreeSet<String>>,
}

impl Facts {
    /// The facts that this version has. The first call unpacks 7 MB of text, in a tenth of a second where that is not optimized.
    pub fn get() -> &'static Self {
        &FACTS
    }

    /// What they are derived from: `cfn-lint 1.58.0`.
    pub fn package(&self) -> &str {
        &self.about.package
    }

    /// Of when the schemas are, as RFC 3339.
    pub fn date(&self) -> &str {
        &self.about.date
    }

    /// The names of all types, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.types.keys().copied()
    }

    /// What is known of a type.
    ///
    /// # Errors
    /// [`NoSuchType`] with the nearest name.
    pub fn find(&self, name: &str) -> Result<TypeFacts, NoSuchType> {
        if let Some((name, schema)) = self.types.get_key_value(name) {
            return Ok(TypeFacts::parse(name, schema));
        }
        let name = name.to_owned();
        if self.about.not_managed.contains(&name) {
            return Err(NoSuchType::NotManaged { name });
        }
        let likeness =
            |known: &&str| strsim::normalized_damerau_levenshtein(&known.to_lowercase(), &name.to_lowercase());
        let nearest = self.names().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let nearest = nearest.filter(|known| likeness(known) > 0.7);
        Err(NoSuchType::Unknown { name, nearest })
    }

    /// What is known of a type that is one of [`names`](Self::names).
    pub(crate) fn known(&self, name: &'static str) -> TypeFacts {
        TypeFacts::parse(name, self.types.get(name).copied().unwrap_or("{}"))
    }

    /// The types in whose names all of these words occur, in any case.
    pub fn search<'a>(&'a self, words: &'a [String]) -> impl Iterator<Item = &'static str> + 'a {
        self.names().filter(move |name| {
            let name = name.to_lowercase();
            words.iter().all(|word| name.contains(&word.to_lowercase()))
        })
    }

    /// Whether a region has a type; `None` when nothing is known of the region.
    pub fn is_in(&self, region: &str, name: &str) -> Option<bool> {
        let lacking = self.about.lacking.get(region)?;
        Some(self.types.contains_key(name) && !lacking.contains(name))
    }
}
