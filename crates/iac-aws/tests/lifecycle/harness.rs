//! The same life for every type.
//!
//! With all optional properties omitted and with all given, it is made, planned again (nothing), let go of and imported
//! (nothing), and destroyed without a trace. Each mutable property is changed and changed back, each create-only one replaces;
//! no property is passed over without a reason. Drift and a delete made outside are seen and repaired. An answer to the create
//! that is lost, a cut at any changing call, a refusal at any changing call, and throttling at every operation leave one object
//! and a state that is true. Every request is one the type declares.

use std::collections::BTreeSet;

use aws_types::SdkConfig;
use futures::future::LocalBoxFuture;
use iac_core::{
    model::{ErrorKind, Field, Mark, Resource, Shape, Stack, template},
    plan::{Action, Change, Mode, Reason},
};
use iac_sandbox::{Fault, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::lab::{Lab, address, empty};

/// Declares the resource under test; what it needs is added to the stack first.
type Build<R> = Box<dyn Fn(&mut Stack) -> R>;
/// Changes the full resource; what it then needs is added to the stack.
type Edit<R> = Box<dyn Fn(&mut R, &mut Stack)>;
type Outside = Box<dyn Fn(SdkConfig, String) -> LocalBoxFuture<'static, ()>>;

/// The lifecycle of the type `R`.
pub(crate) struct Lifecycle<R> {
    minimal: Build<R>,
    full: Build<R>,
    updates: Vec<(&'static str, Edit<R>)>,
    replaces: Vec<(&'static str, Edit<R>)>,
    drift: Vec<(&'static str, Outside)>,
    excused: Vec<(&'static str, &'static str)>,
    plain: Option<Edit<R>>,
    created_by: &'static str,
    importable: bool,
}

/// Makes one test of each step of a type's lifecycle: `lifecycle!(Role, Lifecycle::new("CreateRole", minimal, full))`.
macro_rules! lifecycle {
    ($type:ty, $lifecycle:expr) => {
        fn life() -> $crate::harness::Lifecycle<$type> {
            $lifecycle
        }

        lifecycle! { @tests
            minimal
            full
            updates
            replacements
            outside_changes
            outside_delete
            lost_answer
            throttled
            denied
            cut_off
        }
    };
    (@tests $($step:ident)+) => {
        mod steps {
            $(#[tokio::test]
            async fn $step() {
                super::life().$step().await;
            })+
        }
    };
}

impl<R: Resource + DeserializeOwned> Lifecycle<R> {
    /// The operation that makes the object, such as `CreateRole`; the resource with all optional properties omitted, and with
    /// all of them given.
    pub(crate) fn new(
        created_by: &'static str,
        minimal: impl Fn(&mut Stack) -> R + 'static,
        full: impl Fn(&mut Stack) -> R + 'static,
    ) -> Self {
        Self {
            minimal: Box::new(minimal),
            full: Box::new(full),
            updates: Vec::new(),
            replaces: Vec::new(),
            drift: Vec::new(),
            excused: Vec::new(),
            plain: None,
            created_by,
            importable: true,
        }
    }

    /// The *full* resource with another value of one property: updated in place, and back. Properties that can only change
    /// together are named together, sorted: `"aliases, viewer_certificate"`.
    ///
    /// That a property is taken away, or goes back to its default, is tested without being told.
    pub(crate) fn update(self, property: &'static str, edit: impl Fn(&mut R) + 'static) -> Self {
        self.update_with(property, move |resource, _| edit(resource))
    }

    /// As [`update`](Self::update), where the other value needs something in the stack.
    pub(crate) fn update_with(mut self, property: &'static str, edit: impl Fn(&mut R, &mut Stack) + 'static) -> Self {
        self.updates.push((property, Box::new(edit)));
        self
    }

    /// The *full* resource with another value of a create-only property: replaced.
    pub(crate) fn replace(self, property: &'static str, edit: impl Fn(&mut R) + 'static) -> Self {
        self.replace_with(property, move |resource, _| edit(resource))
    }

    /// As [`replace`](Self::replace), where the other value needs something in the stack.
    pub(crate) fn replace_with(mut self, property: &'static str, edit: impl Fn(&mut R, &mut Stack) + 'static) -> Self {
        self.replaces.push((property, Box::new(edit)));
        self
    }

    /// A change made outside to the *full* resource, by SDK clients made from the configuration; it gets the object's id.
    /// Names the property whose drift is to be seen.
    pub(crate) fn drift<F>(mut self, property: &'static str, change: impl Fn(SdkConfig, String) -> F + 'static) -> Self
    where
        F: Future<Output = ()> + 'static,
    {
        let change = move |config, id| -> LocalBoxFuture<'static, ()> { Box::pin(change(config, id)) };
        self.drift.push((property, Box::new(change)));
        self
    }

    /// A property that is not changed here, and why.
    pub(crate) fn except(mut self, property: &'static str, reason: &'static str) -> Self {
        assert!(!reason.is_empty());
        self.excused.push((property, reason));
        self
    }

    /// Completes the *full* resource with all mutable properties as in the minimal one, where that alone makes no sense.
    pub(crate) fn plain(mut self, edit: impl Fn(&mut R) + 'static) -> Self {
        self.plain = Some(Box::new(move |resource, _| edit(resource)));
        self
    }

    /// The type cannot be imported without a difference, for a reason its documentation gives.
    pub(crate) fn not_importable(mut self) -> Self {
        self.importable = false;
        self
    }

    // ---- the steps

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
            let change = lab.change::<R>(property, &changed).await;
            if Self::is_refused(&change) {
                assert!(!told, "{property}: the variant is refused");
                continue;
            }
            assert_eq!(change.action, Action::Update, "{property}: {:#?}", change.attributes);
            assert_eq!(properties(&change), property, "{:#?}", change.attributes);
            lab.settle(&format!("{property}, changed"), &changed).await;
            lab.settle(&format!("{property}, changed back"), &full).await;
            tested.extend(property.split(", "));
        }
        for field in Self::fields(mutable) {
            if let Some(unset) = self.left_to_the_cloud(field) {
                lab.expect_nothing(&format!("{}, left as it is", field.name), &unset)
                    .await;
            }
        }
        lab.destroy("full", &full).await;
        lab.expect_declared(&full);
        // away and back is enough for what has two values alone
        let told = |field: &Field| matches!(field.shape, Shape::Boolean) || Self::names(&self.updates, field);
        self.expect_tested(&tested, |field| mutable(field) && told(field), mutable);
    }

    /// Each create-only property to another value and back, and away and back.
    pub(crate) async fn replacements(self) {
        let lab = Lab::new();
        let full = Self::stack(&self.full);
        lab.apply("full", &full).await;
        let fixed = |field: &Field| field.marks.create_only;
        let mut tested = BTreeSet::new();
        for (property, changed, told) in self.variants(&self.replaces, fixed) {
            let change = lab.change::<R>(property, &changed).await;
            if Self::is_refused(&change) {
                assert!(!told, "{property}: the variant is refused");
                continue;
            }
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

    /// The answer to the create is lost, also when the SDK asks again: the next run finds the object, and there is one.
    pub(crate) async fn lost_answer(self) {
        let full = Self::stack(&self.full);
        // one try, and the next one finds the object in its way; or so many that the client gives up
        for tries in [1, 20] {
            let when = format!("after {tries} lost answers");
            let lab = Lab::new();
            lab.apply("what it needs", &self.needs()).await;
            let lost = Fault::response_lost().on_operation(self.created_by);
            lab.world.inject(lost.first(tries));
            // some types look for themselves, in the same run, whether it was made
            let report = lab.run(&full, Mode::Normal).await;
            let requests = lab.world.requests();
            let mut lost = requests
                .iter()
                .filter(|request| request.operation == self.created_by && request.status.is_none());
            assert!(lost.next().is_some(), "{} was not called: {report:?}", self.created_by);
            lab.world.clear_faults();
            lab.settle(&when, &full).await;
            lab.destroy(&when, &full).await;
        }
    }

    /// Throttling at the first call of every operation is waited out.
    pub(crate) async fn throttled(self) {
        let lab = Lab::new();
        let (full, plain) = (Self::stack(&self.full), self.plain_stack());
        lab.apply("what it needs", &self.needs()).await;
        for action in R::info().operations {
            let operation = action.split(':').next_back().unwrap();
            lab.world.inject(Fault::throttling().on_operation(operation).nth(1));
        }
        lab.settle("made under throttling", &full).await;
        lab.settle("changed under throttling", &plain).await;
        lab.settle("changed back under throttling", &full).await;
        lab.destroy("destroyed under throttling", &full).await;
    }

    /// A refusal at any changing call says what is to be allowed, and the next run goes on from there: forward, or back.
    pub(crate) async fn denied(self) {
        let (full, plain) = (Self::stack(&self.full), self.plain_stack());
        let lab = Lab::new();
        lab.apply("what it needs", &self.needs()).await;
        lab.world.inject(Fault::access_denied().on_operation(self.created_by));
        Self::expect_denied(&lab, "create", &full).await;
        lab.settle("made after a refusal", &full).await;
        for n in 1.. {
            lab.apply("full", &full).await;
            lab.world.clear_requests();
            lab.world.inject(Fault::access_denied().on_mutations().nth(n));
            if !Self::expect_denied(&lab, &format!("change {n}"), &plain).await {
                break;
            }
            let (when, next) = match n % 2 {
                0 => (format!("back after refusal {n}"), &full),
                _ => (format!("forward after refusal {n}"), &plain),
            };
            lab.settle(&when, next).await;
        }
        lab.destroy("after refusals", &plain).await;
    }

    /// Whether it was refused; then the error is as it should be.
    async fn expect_denied(lab: &Lab, when: &str, stack: &Stack) -> bool {
        let report = lab
            .run(stack, Mode::Normal)
            .await
            .unwrap_or_else(|error| panic!("{when}: {error}"));
        lab.world.clear_faults();
        let requests = lab.world.requests();
        let Some(refused) = requests.iter().find(|request| refused(request)) else {
            assert!(report.is_success(), "{when}: {:#?}", report.failed);
            return false;
        };
        let [failure] = report.failed.as_slice() else {
            panic!(
                "{when}: {} was refused, and failed are {:#?}",
                refused.operation, report.failed
            );
        };
        let error = &failure.error;
        assert_eq!(error.kind, ErrorKind::Denied, "{when}: {error}");
        assert_eq!(error.operation, refused.action(), "{when}");
        // an action is not always called as its operation is; which is whose is the error table's own affair
        let allow = format!("allow `{}:", refused.service);
        let named = error.hints.iter().any(|hint| hint.starts_with(&allow));
        assert!(
            named,
            "{when}: no hint says what to allow for {}: {:?}",
            refused.action(),
            error.hints
        );
        true
    }

    /// A cut at any changing call, after it took effect: the next run finishes, and makes nothing twice.
    pub(crate) async fn cut_off(self) {
        let (full, plain) = (Self::stack(&self.full), self.plain_stack());
        let runs = [(&full, Mode::Normal), (&plain, Mode::Normal), (&plain, Mode::Destroy)];
        for n in 1.. {
            let lab = Lab::new();
            lab.apply("what it needs", &self.needs()).await;
            lab.world.inject(Fault::cut_after().on_mutations().nth(n));
            let mut struck = false;
            for (stack, mode) in runs {
                let when = format!("cut off at call {n}");
                let report = lab.run(stack, mode).await;
                if lab.world.is_cut() {
                    struck = true;
                    lab.world.clear_faults();
                    let report = lab
                        .run(stack, mode)
                        .await
                        .unwrap_or_else(|error| panic!("{when}: {error}"));
                    assert!(report.is_success(), "{when}: {:#?}", report.failed);
                    if mode == Mode::Normal {
                        lab.expect_nothing(&when, stack).await;
                    }
                } else {
                    let report = report.unwrap_or_else(|error| panic!("{when}: {error}"));
                    assert!(report.is_success(), "{when}: {:#?}", report.failed);
                }
            }
            let left = lab.world.inventory();
            assert!(left.is_empty(), "cut off at call {n}: left behind: {left:?}");
            if !struck {
                break;
            }
        }
    }

    /// The variants that were told, and those with one property as in the minimal resource, which may make no sense.
    fn variants(
        &self,
        edits: &[(&'static str, Edit<R>)],
        wanted: fn(&Field) -> bool,
    ) -> Vec<(&'static str, Stack, bool)> {
        let told = edits
            .iter()
            .map(|(property, edit)| (*property, self.edited(edit), true));
        let plain = Self::fields(wanted).filter_map(|field| Some((field.name, self.as_in_minimal(field)?, false)));
        told.chain(plain).collect()
    }

    fn is_refused(change: &Change) -> bool {
        let planned = change.work.planned.as_ref().and_then(template::resolved);
        planned.is_some_and(|inputs| !(R::info().validate)(&inputs).is_empty())
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

    // ---- the stacks

    fn stack(build: &Build<R>) -> Stack {
        let mut stack = empty();
        let resource = build(&mut stack);
        stack.add("it", resource);
        stack
    }

    /// What the full resource needs, without it.
    fn needs(&self) -> Stack {
        let mut stack = empty();
        (self.full)(&mut stack);
        stack
    }

    fn edited(&self, edit: &Edit<R>) -> Stack {
        let mut stack = empty();
        let mut resource = (self.full)(&mut stack);
        edit(&mut resource, &mut stack);
        stack.add("it", resource);
        stack
    }

    /// The full resource with all that can be changed as in the minimal one.
    fn plain_stack(&self) -> Stack {
        let mut stack = empty();
        let mutable: Vec<&Field> = Self::fields(|field| !field.marks.create_only).collect();
        let mut plain = self.mixed(&mutable, &mut stack);
        if let Some(edit) = &self.plain {
            edit(&mut plain, &mut stack);
        }
        stack.add("it", plain);
        stack
    }

    /// The full resource with one property as in the minimal one; none when that is the same, or refused.
    fn as_in_minimal(&self, field: &Field) -> Option<Stack> {
        let mut stack = empty();
        let mixed = self.mixed(&[field], &mut stack);
        stack.add("it", mixed);
        let canonical = |stack: &Stack| stack.nodes()[&address::<R>()].inputs.clone();
        let same = canonical(&stack) == canonical(&Self::stack(&self.full));
        (!same && stack.errors().is_empty()).then_some(stack)
    }

    /// The full resource with some properties as in the minimal one; what the cloud or the engine fills in stays as it is.
    fn mixed(&self, fields: &[&Field], stack: &mut Stack) -> R {
        let mut mixed = encoded(&(self.full)(stack));
        let minimal = encoded(&(self.minimal)(&mut empty()));
        for field in fields {
            let value = &minimal[field.name];
            if !(value.is_null() && (field.marks.computed || field.marks.name.is_some())) {
                mixed[field.name] = value.clone();
            }
        }
        decoded(mixed)
    }

    /// The full resource without a property that the cloud fills in.
    fn left_to_the_cloud(&self, field: &Field) -> Option<Stack> {
        let mut stack = empty();
        let mut full = encoded(&(self.full)(&mut stack));
        let minimal = encoded(&(self.minimal)(&mut empty()));
        let fills = field.marks.computed && minimal[field.name].is_null() && !full[field.name].is_null();
        full[field.name] = Value::Null;
        let resource = fills.then(|| decoded::<R>(full))?;
        stack.add("it", resource);
        stack.errors().is_empty().then_some(stack)
    }

    fn fields(wanted: impl Fn(&Field) -> bool) -> impl Iterator<Item = &'static Field> {
        R::info().shape.fields().iter().filter(move |field| wanted(field))
    }
}

fn encoded<R: Resource>(resource: &R) -> Value {
    serde_json::to_value(resource).unwrap()
}

fn decoded<R: DeserializeOwned>(value: Value) -> R {
    serde_json::from_value(value).unwrap()
}

/// The properties in which something differs, each once: `aliases, comment`.
fn properties(change: &Change) -> String {
    let properties: BTreeSet<&str> = change
        .attributes
        .iter()
        .map(iac_core::plan::AttributeChange::property)
        .collect();
    properties.into_iter().collect::<Vec<_>>().join(", ")
}

fn refused(request: &Request) -> bool {
    let codes = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"];
    request.error_code.as_deref().is_some_and(|code| codes.contains(&code))
}
