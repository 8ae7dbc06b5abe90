//! Whether the state tells the truth: what it holds is there, and what is there it holds.

use std::collections::{BTreeMap, BTreeSet};

use iac_core::{
    model::{Address, Stack},
    plan::Plan,
    state::{State, Status},
};

use super::{Outcome, TestEnv};

/// An object as state and sandbox both name it: its type, and its id or the end of it.
type Object = (String, String);

impl TestEnv {
    /// Everything that the sandbox holds and can be told by name: `s3:bucket/site` is an `s3.bucket`.
    fn there(&self) -> BTreeSet<Object> {
        let inventory = self.sandbox.inventory();
        let objects = inventory.iter().filter_map(|entry| entry.split_once('/'));
        objects
            .map(|(kind, id)| (kind.replace(':', ".").replace('-', "_"), id.to_owned()))
            .collect()
    }

    /// Demands that everything is finished: the state holds what the sandbox holds, each object once and ready, and there is
    /// nothing left to do.
    pub(crate) async fn expect_sound(&self, stack: &Stack, plan: &Plan, at: &str) -> Outcome<()> {
        let state = self.state(stack).await?;
        assert!(
            state.pending_operations.is_empty(),
            "{at}: pending_operations: {:?}",
            state.pending_operations
        );
        assert!(self.journal_is_empty().await?, "{at}: the journal is still there");
        for (address, resource) in &state.resources {
            assert!(resource.deposed.is_empty(), "{at}: {address} has deposed objects");
            let status = resource.current.as_ref().map(|object| object.status);
            assert_eq!(status, Some(Status::Ready), "{at}: {address}");
        }
        self.expect_true(&state, &Failed::default(), at);
        expect_no_drift(plan, &Failed::default(), at);
        Ok(())
    }

    /// Demands that state and sandbox agree on what there is: but for a resource that failed, when nobody knows what became of
    /// the call.
    pub(crate) fn expect_true(&self, state: &State, failed: &Failed, at: &str) {
        let there = self.there();
        let claims = claims(state, &there);
        for (object, by) in &claims.known {
            assert!(by.len() == 1, "{at}: {object:?} is held more than once: {by:?}");
        }
        for object in there.iter().filter(|object| !claims.known.contains_key(*object)) {
            let (kind, name) = object;
            assert!(
                failed.unknown().is_some_and(|address| address.type_name() == kind) || name.starts_with(LET_GO),
                "{at}: {object:?} is there, and not in the state"
            );
        }
        for address in &claims.unfounded {
            assert!(
                failed.unknown() == Some(address),
                "{at}: {address} is in the state, and not there"
            );
        }
    }
}

/// Demands that what there is is as the state says, as far as `plan` has read it: but for a resource that failed, which may
/// be changed in part.
pub(crate) fn expect_no_drift(plan: &Plan, failed: &Failed, at: &str) {
    let partly = failed.address.as_ref();
    let drift = plan.drift.iter().filter(|drift| partly != Some(&drift.address));
    let drift: Vec<_> = drift.collect();
    assert!(
        drift.is_empty(),
        "{at}: the state differs from what is there: {drift:#?}"
    );
}

/// What failed in a run.
#[derive(Default)]
pub(crate) struct Failed {
    /// The resource.
    pub(crate) address: Option<Address>,
    /// Whether nobody knows what became of the call.
    pub(crate) open: bool,
}

impl Failed {
    /// The resource of which nobody knows whether it is there.
    fn unknown(&self) -> Option<&Address> {
        self.address.as_ref().filter(|_| self.open)
    }
}

/// What the state says of the sandbox.
#[derive(Default)]
struct Claims {
    /// What is there, with those that hold it.
    known: BTreeMap<Object, Vec<Address>>,
    /// The resources of which an object is not there.
    unfounded: BTreeSet<Address>,
}

fn claims(state: &State, there: &BTreeSet<Object>) -> Claims {
    let mut claims = Claims::default();
    for (address, resource) in &state.resources {
        let kind = address.type_name();
        for object in resource.current.iter().chain(&resource.deposed) {
            let id = object.id.as_str();
            let named = |(of, name): &&Object| of == kind && is_of(id, name);
            match there.iter().find(named) {
                Some(found) => claims.known.entry(found.clone()).or_default().push(address.clone()),
                // policies of buckets and attachments have no place in the inventory: a refresh finds them
                None if UNLISTED.contains(&kind) => {}
                None => drop(claims.unfounded.insert(address.clone())),
            }
        }
    }
    claims
}

/// What the names of objects begin with that stay when the state lets go of them.
pub(crate) const LET_GO: &str = "kept";

/// Types whose objects are parts of others.
const UNLISTED: [&str; 2] = ["s3.bucket_policy", "iam.policy_attachment"];

/// Whether an object of this id is called so: ids are names, or ARNs that end in one.
fn is_of(id: &str, name: &str) -> bool {
    id == name || id.strip_suffix(name).is_some_and(|start| start.ends_with('/'))
}
