//! Which resources a plan is about: `--target` and `--exclude`.

use std::collections::BTreeSet;

use super::{document::Mode, error::PlanIssue, options::PlanOptions};
use crate::{graph::Graph, model::Address};

/// The selected resources.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    only: Option<BTreeSet<Address>>,
    without: BTreeSet<Address>,
}

impl Selection {
    /// Follows the edges from what the user named. Names that are not there become issues.
    pub(crate) fn new(graph: &Graph, options: &PlanOptions, issues: &mut Vec<PlanIssue>) -> Self {
        let named = [
            ("--target", &options.targets),
            ("--exclude", &options.excludes),
            ("--replace", &options.replace),
            ("--unprotect", &options.unprotect),
        ];
        for (flag, addresses) in named {
            issues.extend(
                addresses
                    .iter()
                    .filter(|address| !graph.contains(address))
                    .map(|address| PlanIssue::NoSuchResource {
                        flag,
                        address: address.clone(),
                        nearest: address.nearest(graph.addresses()).cloned(),
                    }),
            );
        }
        let destroys = options.mode == Mode::Destroy;
        let only = (!options.targets.is_empty()).then(|| {
            if destroys {
                graph.with_dependents(&options.targets)
            } else {
                graph.with_dependencies(&options.targets)
            }
        });
        // what an excluded one needs must stay when everything else goes
        let without = if destroys {
            graph.with_dependencies(&options.excludes)
        } else {
            graph.with_dependents(&options.excludes)
        };
        Self { only, without }
    }

    pub(crate) fn contains(&self, address: &Address) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(address)) && !self.without.contains(address)
    }

    pub(crate) fn is_partial(&self) -> bool {
        self.only.is_some() || !self.without.is_empty()
    }
}
