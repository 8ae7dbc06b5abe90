//! When two policy documents mean the same.
//!
//! Names of actions and condition keys keep their upper and lower case, though AWS reads them in any: the canonical form is
//! also what is shown, kept and sent, and readers know `s3:GetObject`. AWS gives back what it was sent, so this makes no
//! false difference; another spelling in the code is an update in place.

use std::collections::BTreeMap;

use iac_core::model::Resolved;
use serde_json::Value;

use super::{Conditions, PolicyDocument, Principal, Statement, Version};

/// The canonical form of a document's JSON; of what is no document, itself.
pub(super) fn canonical(value: &Value) -> Value {
    serde_json::from_value::<PolicyDocument<Resolved>>(value.clone())
        .and_then(|document| serde_json::to_value(document.canonical()))
        .unwrap_or_else(|_| value.clone())
}

impl PolicyDocument<Resolved> {
    /// The form in which documents are compared; it is a document of the same meaning.
    ///
    /// # Guarantees
    /// Statements are a multiset: sorted, none dropped. Within them, lists are sorted and each value stands once; the ARN of
    /// an account's root is the account's id; `{"AWS": "*"}` is `"*"`; an empty `Sid` or `Id` is none; a missing version is
    /// [`Version::V2008`].
    #[must_use]
    pub fn canonical(mut self) -> Self {
        self.version.get_or_insert(Version::V2008);
        self.id = self.id.filter(|id| !id.is_empty());
        self.statements = self.statements.into_iter().map(Statement::canonical).collect();
        // a statement's JSON is as good an order as any
        self.statements
            .sort_by_cached_key(|statement| serde_json::to_string(statement).unwrap_or_default());
        self
    }

    /// Whether both mean the same.
    pub fn same_as(&self, other: &Self) -> bool {
        self.clone().canonical() == other.clone().canonical()
    }
}

impl Statement<Resolved> {
    fn canonical(self) -> Self {
        Self {
            sid: self.sid.filter(|sid| !sid.is_empty()),
            effect: self.effect,
            principals: principals(self.principals),
            not_principals: principals(self.not_principals),
            actions: set(self.actions),
            not_actions: set(self.not_actions),
            resources: set(self.resources),
            not_resources: set(self.not_resources),
            conditions: conditions(self.conditions),
        }
    }
}

fn set<T: Ord>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort();
    values.dedup();
    values
}

fn principals(list: Vec<Principal<Resolved>>) -> Vec<Principal<Resolved>> {
    let mut list: Vec<_> = list
        .into_iter()
        .map(|principal| match principal {
            Principal::Aws(text) if text == "*" => Principal::Anyone,
            Principal::Aws(text) => Principal::Aws(account_of_root(&text).map_or(text.clone(), str::to_owned)),
            other => other,
        })
        .collect();
    list.sort_by_cached_key(rank);
    list.dedup();
    list
}

/// The account of `arn:PARTITION:iam::ACCOUNT:root`; of a pattern of accounts none, which has no shorter form.
fn account_of_root(arn: &str) -> Option<&str> {
    match arn.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", _, "iam", "", account, "root"]
            if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) =>
        {
            Some(account)
        }
        _ => None,
    }
}

fn rank(principal: &Principal<Resolved>) -> (u8, String) {
    match principal {
        Principal::Anyone => (0, String::new()),
        Principal::Aws(text) => (1, text.clone()),
        Principal::CanonicalUser(text) => (2, text.clone()),
        Principal::Federated(text) => (3, text.clone()),
        Principal::Service(text) => (4, text.clone()),
    }
}

fn conditions(mut conditions: Conditions<Resolved>) -> Conditions<Resolved> {
    for values in conditions.values_mut().flat_map(BTreeMap::values_mut) {
        *values = set(std::mem::take(values));
    }
    conditions
}
