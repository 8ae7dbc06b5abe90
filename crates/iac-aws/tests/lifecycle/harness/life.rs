//! What happens to an object as it lives: made, imported, changed here and outside, replaced, deleted.

use std::collections::BTreeSet;

use iac_core::{
    model::{Field, Mark, Resource, Shape, Stack},
    plan::{Action, AttributeChange, Change, Reason},
};
use serde::de::DeserializeOwned;

use super::{Build, Edit, Lifecycle};
use crate::lab::{Lab, address, empty};

impl<R: Resource + DeserializeOwned> Lifecycle<R> {
    pub(crate) async fn minimal(self) {
        self.life("minimal", &self.minimal, self.importable).await;
    }

    pub(crate) async fn full(self) {
        self.life("full", &self.full, self.importable).await;
    }

    /// Made, let go of, imported, destroyed.
    async fn life(&self, name: &str, build: &Build<R>, importable: bool) {
        let lab = Lab::new();
        let stack = Self::stack(build);
        lab.settle(name, &stack).await;
        if importable {
            Self::imported(&lab, &format!("{name}, imported"), build).await;
            lab.expect_nothing(&format!("{name}, imported"), &stack).await;
        }
        lab.destroy(name, &stack).await;
        lab.expect_declared(&stack);
    }

    async fn imported(lab: &Lab, when: &str, build: &Build<R>) {
        let id = lab.id::<R>().await;
        let mut without = empty();
        build(&mut without);
        without.forget(&address::<R>().to_string());
        lab.apply("let go of", &without).await;
        let mut importing = empty();
        let resource = build(&mut importing);
        importing.add("it", resource.import(&id));
        let change = lab.change::<R>(when, &importing).await;
        assert_eq!(change.action, Action::NoOp, "{when}: {:#?}", change.attributes);
        let imported = |reason: &Reason| matches!(reason, Reason::Imported { .. });
        assert!(change.reasons.iter().any(imported), "{when}: {:?}", change.reasons);
        lab.apply(when, &importing).await;
    }

    /// Each mutable property to another value and back, and away and back.
    pub(crate) async fn updates(self) {
        let lab = Lab::new();
        let full = Self::stack(&self.full);
        lab.apply("full", &full).await;
        let mutable = |field: &Field| !field.marks.create_only;
        let mut tested = BTreeSet::new();
        for (property, changed, told) in self.variants(&self.updates, mutable) {
            let Some(change) = lab.accepted::<R>(&changed).await else {
                assert!(!told, "{property}: the variant is refused");
                continue;
            };
            assert_eq!(change.action, Action::Update, "{property}: {:#?}", change.attributes);
            assert_eq!(properties(&change), property, "{:#?}", change.attributes);
            lab.settle(&format!("{property}, changed"), &changed).await;
            lab.settle(&format!("{property}, changed back"), &full).await;
            tested.extend(property.split(", "));
        }
        for field in Self::fields(mutable) {
            self.left_as_it_is(field, &lab, &full).await;
        }
        lab.destroy("full", &full).await;
        lab.expect_declared(&full);
        // away and back is enough for what has two values alone
        let told = |field: &Field| matches!(field.shape, Shape::Boolean) || Self::names(&self.updates, field);
        self.expect_tested(&tested, |field| mutable(field) && told(field), mutable);
    }

    /// What the cloud fills in is no difference when it is unset, and stays as it is when another property is changed.
    async fn left_as_it_is(&self, field: &Field, lab: &Lab, full: &Stack) {
        if let Some(unset) = self.left_to_the_cloud(field, None) {
            lab.expect_nothing(&format!("{}, left as it is", field.name), &unset)
                .await;
        }
        let Some((_, edit)) = self.updates.iter().find(|(other, _)| *other == "tags") else {
            return;
        };
        let Some(changed) = self.left_to_the_cloud(field, Some(edit)) else {
            return;
        };
        if lab.accepted::<R>(&changed).await.is_some() {
            let when = format!("{}, left as it is with others changed", field.name);
            let before = lab.live::<R>().await;
            lab.settle(&when, &changed).await;
            assert_eq!(lab.live::<R>().await[field.name], before[field.name], "{when}");
            lab.settle(&when, full).await;
        }
    }

    /// Each create-only property to another value and back, and away and back.
    pub(crate) async fn replacements(self) {
        let lab = Lab::new();
        let full = Self::stack(&self.full);
        lab.apply("full", &full).await;
        let fixed = |field: &Field| field.marks.create_only;
        let mut tested = BTreeSet::new();
        for (property, changed, told) in self.variants(&self.replaces, fixed) {
            let Some(change) = lab.accepted::<R>(&changed).await else {
                assert!(!told, "{property}: the variant is refused");
                continue;
            };
            assert!(change.action.replaces(), "{property}: {:#?}", change.attributes);
            lab.settle(&format!("{property}, replaced"), &changed).await;
            lab.settle(&format!("{property}, replaced back"), &full).await;
            tested.insert(property);
        }
        lab.destroy("full", &full).await;
        lab.expect_declared(&full);
        self.expect_tested(&tested, fixed, fixed);
    }

    /// What was changed outside is seen, and changed back.
    pub(crate) async fn outside_changes(self) {
        let lab = Lab::new();
        let full = Self::stack(&self.full);
        lab.apply("full", &full).await;
        for (property, change) in &self.drift {
            change(lab.config.clone(), lab.id::<R>().await).await;
            let seen = lab.change::<R>(property, &full).await;
            assert!(seen.action.changes_world(), "{property}: drift is not seen");
            // a hand may change more than it is meant to
            let found = seen
                .attributes
                .iter()
                .any(|attribute| attribute.property() == *property);
            assert!(found, "{property}: not in {:#?}", seen.attributes);
            lab.settle(&format!("{property}, drift repaired"), &full).await;
        }
        lab.destroy("full", &full).await;
    }

    /// What was deleted outside is made again; deleting twice is deleting once.
    pub(crate) async fn outside_delete(self) {
        let lab = Lab::new();
        let full = Self::stack(&self.full);
        lab.apply("full", &full).await;
        let there = lab.change::<R>("full", &full).await;
        let object = there.work.live.expect("the plan has read it");
        lab.delete::<R>(&object).await.unwrap();
        lab.delete::<R>(&object).await.unwrap();
        let change = lab.change::<R>("gone", &full).await;
        // a directory is as much there as its bucket: it is filled again
        assert!(
            matches!(change.action, Action::Create | Action::Update),
            "{:?}",
            change.action
        );
        lab.settle("made again", &full).await;
        let there = lab.change::<R>("made again", &full).await;
        lab.delete::<R>(&there.work.live.unwrap()).await.unwrap();
        lab.destroy("gone again", &full).await;
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
