//! Whether a model fits its type's schema, and what is wrong with it in words.

pub(crate) mod checker;
mod keywords;
mod prepare;
mod words;

use serde_json::Value;

use crate::type_facts::TypeFacts;
use crate::violation::Violation;
use checker::Checker;

impl TypeFacts {
    /// What of a model, spelled as AWS does, does not fit the type; nothing when it may be sent.
    ///
    /// It is a check of what a user writes: read-only properties are not required. A word that an enumeration does not list is
    /// no violation, since AWS adds words, and neither is what only AWS can know: whether what is named exists, say. The
    /// first check of a type takes milliseconds, the next ones microseconds.
    pub fn check(&self, model: &Value) -> Vec<Violation> {
        self.checker().check(model)
    }

    /// Tells of a text whether it fits a pattern of a schema; every text does when the pattern cannot be read here.
    pub fn pattern(pattern: &str) -> impl Fn(&str) -> bool + use<> {
        let regex = keywords::compile(pattern);
        move |text| regex.as_ref().is_none_or(|regex| regex.is_match(text).unwrap_or(true))
    }

    /// Whether there is a check at all of this type.
    #[doc(hidden)]
    pub fn can_check(&self) -> bool {
        self.checker().is_made()
    }

    fn checker(&self) -> &Checker {
        let make = || Checker::new(self.schema(), &self.read_only_paths());
        self.checker.get_or_init(make)
    }
}
