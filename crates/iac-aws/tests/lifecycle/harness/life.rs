//! What happens to an object as it lives: made, imported, changed here and outside, replaced, deleted.

use std::collections::BTreeSet;

use iac_core::{
    model::{Field, LifecycleExt, Reconciled, Schema, Stack},
    plan::{Action, AttributeChange, Change, Reason},
};
use serde::de::DeserializeOwned;

use super::{Build, Edit, Lifecycle};
use crate::test_env::{TestEnv, address, empty};

impl<R: Reconciled + DeserializeOwned> Lifecycle<R> {
    pub(crate) async fn minimal(self) {
        self.life("minimal", &self.minimal, self.importable).await;
    }

    pub(crate) async fn full(self) {
        self.life("full", &self.full, self.importable).await;
    }

    /// Made, let go of, imported, destroyed.
    async fn life(&self, name: &str, build: &Build<R>, importable: bool) {
        let env = self.env();
        let stack = Self::stack(build);
        env.converge(name, &stack).await;
        if importable {
            Self::imported(&env, &format!("{name}, imported"), build).await;
            env.expect_nothing(&format!("{name}, imported"), &stack).await;
        }
        env.destroy(name, &stack).await;
        env.expect_declared(&stack);
    }

    async fn imported(env: &TestEnv, when: &str, build: &Build<R>) {
        let id = env.id::<R>().await;
        let mut without = empty();
        build(&mut without);
        without.forget(&address::<R>().to_string());
        env.apply("let go of", &without).await;
        let mut importing = empty();
        let resource = build(&mut importing);
        importing.add("it", resource.import(&id));
        let change = env.change::<R>(when, &importing).await;
        assert_eq!(change.action, Action::NoOp, "{when}: {:#?}", change.attributes);
        let imported = |reason: &Reason| matches!(reason, Reason::Imported { .. });
        assert!(change.reasons.iter().any(imported), "{when}: {:?}", change.reasons);
        env.apply(when, &importing).await;
    }

    /// Each mutable property to another value and back, and away and back.
    pub(crate) async fn updates(self) {
        let env = self.env();
        let full = Self::stack(&self.full);
        env.converge("full", &full).await;
        let mutable = |field: &Field| !field.attributes.create_only;
        let mut tested = BTreeSet::new();
        for (property, changed, told) in self.variants(&self.updates, mutable) {
            let Some(change) = env.accepted::<R>(&changed).await else {
                assert!(!told, "{property}: the variant is refused");
                continue;
            };
            assert_eq!(change.action, Action::Update, "{property}: {:#?}", change.attributes);
            assert_eq!(properties(&change), property, "{:#?}", change.attributes);
            env.converge(&format!("{property}, changed"), &changed).await;
            env.converge(&format!("{property}, changed back"), &full).await;
            tested.extend(property.split(", "));
        }
        for field in Self::fields(mutable) {
            self.left_as_it_is(field, &env, &full).await;
        }
        env.destroy("full", &full).await;
        env.expect_declared(&full);
        // away and back is enough for what has two values alone
        let told = |field: &Field| matches!(field.schema, Schema::Boolean) || Self::names(&self.updates, field);
        self.expect_tested(&tested, |field| mutable(field) && told(field), mutable);
    }

    /// What the cloud fills in is no difference when it is unset, and stays as it is when another property is changed.
    async fn left_as_it_is(&self, field: &Field, env: &TestEnv, full: &Stack) {
        if let Some(unset) = self.left_to_the_cloud(field, None) {
            env.expect_nothing(&format!("{}, left as it is", field.name), &unset)
                .await;
        }
        let Some((_, edit)) = self.updates.iter().find(|(other, _)| *other == "tags") else {
            return;
        };
        let Some(changed) = self.left_to_the_cloud(field, Some(edit)) else {
            return;
        };
        if env.accepted::<R>(&changed).await.is_some() {
            let when = format!("{}, left as it is with others changed", field.name);
            let before = env.live::<R>().await;
            env.converge(&when, &changed).await;
            assert_eq!(env.live::<R>().await[field.name], before[field.name], "{when}");
            env.converge(&when, full).await;
        }
    }

    /// Each create-only property to another value and back, and away and back.
    pub(crate) async fn replacements(self) {
        let env = self.env();
        let full = Self::stack(&self.full);
        env.converge("full", &full).await;
        let fixed = |field: &Field| field.attributes.create_only;
        let mut tested = BTreeSet::new();
        for (property, changed, told) in self.variants(&self.replaces, fixed) {
            let Some(change) = env.accepted::<R>(&changed).await else {
                assert!(!told, "{property}: the variant is refused");
                continue;
            };
            assert!(change.action.replaces(), "{property}: {:#?}", change.attributes);
            env.converge(&format!("{property}, replaced"), &changed).await;
            env.converge(&format!("{property}, replaced back"), &full).await;
            tested.extend(property.split(", "));
        }
        env.destroy("full", &full).await;
        env.expect_declared(&full);
        self.expect_tested(&tested, fixed, fixed);
    }

    /// What was changed outside is seen, and changed back.
    pub(crate) async fn outside_changes(self) {
        let env = self.env();
        let full = Self::stack(&self.full);
        env.converge("full", &full).await;
        for (property, change) in &self.drift {
            change(env.config.clone(), env.id::<R>().await).await;
            let seen = env.change::<R>(property, &full).await;
            assert!(seen.action.changes_cloud(), "{property}: drift is not seen");
            // a hand may change more than it is meant to
            let found = seen
                .attributes
                .iter()
                .any(|attribute| attribute.property() == *property);
            assert!(found, "{property}: not in {:#?}", seen.attributes);
            env.converge(&format!("{property}, drift repaired"), &full).await;
        }
        env.destroy("full", &full).await;
    }

    /// What was deleted outside is made again; deleting twice is deleting once.
    pub(crate) async fn outside_delete(self) {
        let env = self.env();
        let full = Self::stack(&self.full);
        env.converge("full", &full).await;
        let there = env.change::<R>("full", &full).await;
        let object = there.data.live.expect("the plan has read it");
        env.delete::<R>(&object).await.unwrap();
        env.delete::<R>(&object).await.unwrap();
        let change = env.change::<R>("gone", &full).await;
        // a directory is as much there as its bucket: it is filled again
        assert!(
            matches!(change.action, Action::Create | Action::Update),
            "{:?}",
            change.action
        );
        env.converge("made again", &full).await;
        let there = env.change::<R>("made again", &full).await;
        env.delete::<R>(&there.data.live.unwrap()).await.unwrap();
        env.destroy("gone again", &full).await;
    }

    /// No property is passed over without a reason, and none with one that does not hold.
    fn expect_tested(&self, tested: &BTreeSet<&str>, enough: impl Fn(&Field) -> bool, wanted: impl Fn(&Field) -> bool) {
        let excused: BTreeSet<&str> = self.excused.iter().map(|(property, _)| *property).collect();
        let is_tested = |field: &&Field| tested.contains(field.name) && enough(field);
        let lacking: Vec<&str> = Self::fields(wanted)
            .filter(|field| is_tested(field) == excused.contains(field.name))
            .map(|field| field.name)
            .collect();
        assert!(
            lacking.is_empty(),
            "neither tested nor excused, or both: {lacking:?}; excused are {:?}",
            self.excused
        );
    }

    fn names(edits: &[(&'static str, Edit<R>)], field: &Field) -> bool {
        let mut properties = edits.iter().flat_map(|(properties, _)| properties.split(", "));
        properties.any(|property| property == field.name)
    }
}

/// The properties in which something differs, each once: `aliases, comment`.
fn properties(change: &Change) -> String {
    let properties: BTreeSet<&str> = change.attributes.iter().map(AttributeChange::property).collect();
    properties.into_iter().collect::<Vec<_>>().join(", ")
}
