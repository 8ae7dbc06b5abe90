//! The types by the names they have in addresses, each read when it is first asked for.

use std::{
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};

use iac_core::model::TypeInfo;

use crate::{
    Facts, TypeFacts,
    names::type_name,
    schema::{self, empty_info},
};

/// A type that Cloud Control manages.
#[derive(Debug)]
pub(crate) struct CloudType {
    /// `aws.sqs_queue`.
    pub(crate) name: &'static str,
    /// `AWS::SQS::Queue`.
    aws_name: &'static str,
    facts: OnceLock<TypeFacts>,
    info: OnceLock<TypeInfo>,
}

static TYPES: LazyLock<BTreeMap<&'static str, CloudType>> = LazyLock::new(|| {
    let of = |aws_name: &'static str| {
        let name: &'static str = type_name(aws_name).leak();
        let made = CloudType {
            name,
            aws_name,
            facts: OnceLock::new(),
            info: OnceLock::new(),
        };
        (name, made)
    };
    Facts::get().names().map(of).collect()
});

/// What the engine knows of a type that is in the facts: generated structs are.
#[allow(dead_code, reason = "services use it, each a feature of its own")]
pub(crate) fn type_info(aws_name: &str) -> &'static TypeInfo {
    CloudType::of_aws(aws_name).map_or_else(empty_info, CloudType::info)
}

impl CloudType {
    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        TYPES.values()
    }

    /// The type that AWS calls so: `AWS::SQS::Queue`.
    pub(crate) fn of_aws(aws_name: &str) -> Option<&'static Self> {
        TYPES
            .get(type_name(aws_name).as_str())
            .filter(|found| found.aws_name == aws_name)
    }

    /// What the registry says of it.
    pub(crate) fn facts(&'static self) -> &'static TypeFacts {
        self.facts.get_or_init(|| Facts::get().known(self.aws_name))
    }

    /// What the engine knows of it.
    pub(crate) fn info(&'static self) -> &'static TypeInfo {
        self.info.get_or_init(|| schema::type_info(self.name, self.facts()))
    }
}
