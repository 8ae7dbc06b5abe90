//! Values, references and stacks, as a user writes them.

use std::sync::Arc;

use async_trait::async_trait;
use bon::Builder;
use iac_core::{
    Outputs, Resource, Schema, Session,
    model::{
        AccountRegion, Changed, Clock, Context, Declared, HasSchema, Input, LifecycleExt, Live, Provider, Reconcile,
        Reconciled, Registry, RemoteId, Resolved, ResourceError, Schema as Form, Secret, Stack, Stage, Violation,
        template,
    },
    plan::{self, PlanOptions},
    state::{MemoryBackend, Precondition, STATE, Snapshot, State},
    text, text_type,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

text_type! {
    /// Id.
    pub struct VpcId, check = |id| if id.starts_with("vpc-") { Ok(()) } else { Err("a VPC id starts with `vpc-`".into()) };
    /// A block of addresses, compared without regard to case.
    pub struct Cidr, check = |cidr| if cidr.contains('/') { Ok(()) } else { Err(format!("`{cidr}` is no CIDR block: it needs a `/`")) }, normal = str::to_lowercase;
}

#[derive(Debug)]
/// Cloud.
pub struct Cloud;
impl Provider for Cloud {
    fn location(&self) -> AccountRegion {
        AccountRegion::default()
    }
}

/// A network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "ec2.vpc", outputs = VpcOutputs)]
pub struct Vpc<S: Stage = Declared> {
    /// Block.
    #[field(create_only)]
    pub cidr_block: S::Value<Cidr>,
    /// Dns.
    #[builder(default = true)]
    pub dns: bool,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: std::collections::BTreeMap<String, S::Value<String>>,
}

/// Outputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct VpcOutputs<S: Stage = Resolved> {
    /// Id.
    pub id: S::Value<VpcId>,
    /// Zones.
    pub zones: S::Value<Vec<String>>,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "ec2.subnet", outputs = VpcOutputs)]
pub struct Subnet<S: Stage = Declared> {
    /// Vpc.
    #[field(create_only)]
    pub vpc_id: S::Value<VpcId>,
    /// Zone.
    #[field(create_only, computed)]
    pub zone: Option<S::Value<String>>,
    /// A password, never given back.
    #[field(write_only)]
    pub password: Option<S::Value<Secret<String>>>,
    /// Rules.
    #[serde(default)]
    #[builder(default)]
    pub rules: Vec<Rule>,
}

/// A rule, all of it plain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[builder(on(_, into))]
pub struct Rule {
    /// The port, never 0.
    pub port: u16,
    /// What is done.
    #[builder(default = Effect::Allow)]
    pub effect: Effect,
    /// From where.
    pub from: Option<Cidr>,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Lets it in.
    Allow,
    /// Keeps it out.
    Deny,
}

macro_rules! fake {
    ($t:ident, $complaints:expr) => {
        #[async_trait]
        impl Reconcile for $t<Resolved> {
            type Provider = Cloud;
            type Outputs = VpcOutputs<Resolved>;
            const OPERATIONS: &'static [&'static str] = &["fake:Everything"];
            fn validate(&self) -> Vec<Violation> {
                let complaints: fn(&Self) -> Vec<Violation> = $complaints;
                complaints(self)
            }
            async fn read(
                _: &RemoteId,
                _: Option<&Self>,
                _: &Context<'_, Cloud>,
            ) -> Result<Option<Live<Self>>, ResourceError> {
                Ok(None)
            }
            async fn create(&self, _: &Context<'_, Cloud>) -> Result<VpcOutputs, ResourceError> {
                Err(ResourceError::invalid("x"))
            }
            async fn update(
                &self,
                _: &Live<Self>,
                _: &Changed,
                _: &Context<'_, Cloud>,
            ) -> Result<VpcOutputs, ResourceError> {
                Err(ResourceError::invalid("x"))
            }
            async fn delete(_: &Self, _: &RemoteId, _: &Context<'_, Cloud>) -> Result<(), ResourceError> {
                Ok(())
            }
        }
    };
}
fake!(Vpc, |_| Vec::new());
fake!(Subnet, Self::complaints);

impl Subnet<Resolved> {
    fn complaints(&self) -> Vec<Violation> {
        let closed = self.rules.iter().position(|rule| rule.port == 0);
        let complaint = |index: usize| Violation {
            path: format!("rules[{index}].port"),
            message: "a port is between 1 and 65535".to_owned(),
        };
        closed.map(complaint).into_iter().collect()
    }
}

fn vpc() -> Vpc {
    Vpc::builder().cidr_block("10.0.0.0/16").tags([("team", "web")]).build()
}

fn errors(stack: &Stack) -> Vec<String> {
    stack.errors().iter().map(ToString::to_string).collect()
}

#[test]
fn references_make_edges_and_literals_none() {
    let mut stack = Stack::new("site", "dev");
    let main = stack.add("main", vpc().protect());
    let a = stack.add(
        "a",
        Subnet::builder().vpc_id(&main.id).zone(main.zones.index(0)).build(),
    );
    stack.add("b", Subnet::builder().vpc_id("vpc-123").build().depends_on(&a));
    stack.output("id", &main.id);
    assert_eq!(errors(&stack), [""; 0]);
    let inputs: Vec<_> = stack
        .nodes()
        .values()
        .map(|node| (node.address.to_string(), node.inputs.clone()))
        .collect();
    let reference = |path| json!({"$expr": {"ref": {"address": "ec2.vpc.main", "path": path}}});
    assert_eq!(
        inputs,
        [
            (
                "ec2.subnet.a".to_owned(),
                json!({"vpc_id": reference(json!(["id"])), "zone": reference(json!(["zones", 0])), "rules": []})
            ),
            ("ec2.subnet.b".to_owned(), json!({"vpc_id": "vpc-123", "rules": []})),
            (
                "ec2.vpc.main".to_owned(),
                json!({"cidr_block": "10.0.0.0/16", "dns": true, "tags": {"team": "web"}})
            ),
        ]
    );
    let needs: Vec<Vec<String>> = stack
        .nodes()
        .values()
        .map(|node| node.dependencies.iter().map(ToString::to_string).collect())
        .collect();
    assert_eq!(needs, [vec!["ec2.vpc.main"], vec!["ec2.subnet.a"], vec![]]);
    assert!(stack.nodes()[main.address()].lifecycle.protect);
}

#[test]
fn a_function_can_be_used_twice_in_scopes() {
    fn network(stack: &mut Stack, block: &str) {
        let main = stack.add("main", Vpc::builder().cidr_block(block).build());
        stack.add("a", Subnet::builder().vpc_id(&main.id).build());
    }
    let mut stack = Stack::new("site", "dev");
    stack.scope("blue", |stack| network(stack, "10.0.0.0/16"));
    stack.scope("green", |stack| {
        stack.scope("inner", |stack| network(stack, "10.1.0.0/16"));
    });
    let names: Vec<String> = stack.nodes().keys().map(ToString::to_string).collect();
    assert_eq!(
        names,
        [
            "ec2.subnet.blue/a",
            "ec2.subnet.green/inner/a",
            "ec2.vpc.blue/main",
            "ec2.vpc.green/inner/main"
        ]
    );
    assert_eq!(errors(&stack), [""; 0]);
}

#[test]
fn a_literal_that_can_never_be_right_is_told_with_its_path_and_place() {
    let mut stack = Stack::new("site", "dev");
    let rules = vec![
        Rule::builder().port(443_u16).build(),
        Rule::builder().port(80_u16).from("here").effect(Effect::Deny).build(),
    ];
    stack.add("a", Subnet::builder().vpc_id("pc-123").rules(rules).build());
    let line = line!() - 1;
    let later = line!() + 1;
    stack.add(
        "b",
        Subnet::builder()
            .vpc_id("vpc-1")
            .rules(vec![Rule::builder().port(0_u16).build()])
            .build(),
    );
    let file = file!();
    assert_eq!(
        errors(&stack),
        [
            format!("ec2.subnet.a: `vpc_id`: a VPC id starts with `vpc-` (declared at {file}:{line})"),
            format!(
                "ec2.subnet.a: `rules[1].from`: `here` is no CIDR block: it needs a `/` (declared at {file}:{line})"
            ),
            format!("ec2.subnet.b: `rules[0].port`: a port is between 1 and 65535 (declared at {file}:{later})"),
        ]
    );
}

#[test]
fn texts_join_outputs_and_stay_literals_without_them() {
    let mut stack = Stack::new("site", "dev");
    let main = stack.add("main", vpc());
    let literal: Input<String> = Input::Literal("x".to_owned());
    assert_eq!(text!("a{}b", literal).literal(), Some(&"axb".to_owned()));
    assert_eq!(text!("plain").literal(), Some(&"plain".to_owned()));
    assert_eq!(Input::<i32>::from(7).text().literal(), Some(&"7".to_owned()));
    let joined = serde_json::to_value(text!("{}/{}", main.id, main.zones.index(1))).unwrap();
    let known = template::evaluate(&joined, &|reference| {
        template::Resolution::Known(json!(reference.to_string()))
    });
    assert_eq!(known.unwrap(), json!("ec2.vpc.main.id/ec2.vpc.main.zones[1]"));
    let document = serde_json::to_value(Input::json(
        &json!({"vpc": &*main.id.text().literal().cloned().unwrap_or_default()}),
    ));
    assert!(document.is_ok());
    let read: Input<String> = serde_json::from_value(joined.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), joined, "a reference reads back");
    let plain: Input<String> = serde_json::from_value(json!("text")).unwrap();
    assert_eq!(plain.literal(), Some(&"text".to_owned()));
    assert_eq!(format!("{:?} {plain:?}", main.id), "ec2.vpc.main.id \"text\"");
}

#[test]
fn secrets_do_not_show() {
    let secret: Secret<String> = "hunter2".into();
    assert_eq!(format!("{secret} {secret:?}"), "(secret) (secret)");
    assert_eq!(secret.reveal(), "hunter2");
    let subnet: Subnet = Subnet::builder().vpc_id("vpc-1").password(secret).build();
    assert!(!format!("{subnet:?}").contains("hunter2"));
}

#[test]
fn the_shape_is_what_the_struct_says() {
    let fields: Vec<String> = Subnet::info()
        .schema
        .fields()
        .iter()
        .map(|field| {
            let required = if field.required { "" } else { "?" };
            format!(
                "{}{required}: {} = {:?}",
                field.name,
                field.schema.describe(),
                field.default
            )
        })
        .collect();
    assert_eq!(
        fields,
        [
            "vpc_id: VpcId = \"\"",
            "zone?: Text = \"\"",
            "password?: secret Text = \"\"",
            "rules?: list of object = \"empty\"",
        ]
    );
    let info = Subnet::info();
    assert!(
        info.schema
            .field("vpc_id")
            .is_some_and(|field| field.attributes.create_only && !field.attributes.computed)
    );
    assert!(
        info.schema
            .field("password")
            .is_some_and(|field| field.attributes.write_only)
    );
    assert_eq!(
        (info.name, info.doc, info.schema_version),
        ("ec2.subnet", "A subnet.", 1)
    );
    assert_eq!(Vpc::info().tags_field(), Some("tags"));
    assert_eq!(Effect::schema().describe(), "one of allow, deny");
    let shapes = [
        (f64::schema(), "number"),
        (bool::schema(), "bool"),
        (u64::schema(), "integer"),
        (serde_json::Value::schema(), "JSON"),
        (Option::<Box<String>>::schema(), "Text"),
        (std::collections::BTreeSet::<String>::schema(), "set of Text"),
        (std::collections::BTreeMap::<String, bool>::schema(), "map of bool"),
        (Form::TEXT.into_set(), "Text"),
        (Vec::<i64>::schema().into_set(), "set of integer"),
    ];
    for (schema, told) in shapes {
        assert_eq!(schema.describe(), told);
    }
}

#[test]
fn kinds_of_text_compare_in_their_normal_form() {
    let mut stack = Stack::new("site", "dev");
    stack.add("a", Vpc::builder().cidr_block("FE80::/10").build());
    let node = stack.nodes().values().next().unwrap();
    assert_eq!(node.inputs["cidr_block"], "fe80::/10");
    assert_eq!(Cidr::from("a/b".to_owned()).to_string(), "a/b");
    assert_eq!(String::from(VpcId::from("vpc-1")), "vpc-1");
}

#[test]
fn what_was_added_can_be_altered() {
    let mut stack = Stack::new("s", "e");
    let main = stack.add("main", Vpc::builder().cidr_block("10.0.0.0/16").build());
    stack.add("other", Vpc::builder().cidr_block("10.1.0.0/16").build());
    stack.alter::<Vpc>("main", |vpc, marks| {
        vpc.dns = false;
        marks.protect = true;
    });
    stack.alter::<Vpc>("other", |vpc, _| {
        vpc.tags.insert("peer".to_owned(), main.id.text());
    });
    assert_eq!(stack.errors(), []);
    let node = |name: &str| &stack.nodes()[&format!("ec2.vpc.{name}").parse().unwrap()];
    assert_eq!(node("main").inputs["dns"], json!(false));
    assert_eq!(node("main").inputs["cidr_block"], json!("10.0.0.0/16"));
    assert!(node("main").lifecycle.protect);
    assert!(
        node("other").dependencies.contains(main.address()),
        "edges follow what was put in"
    );
    stack.alter::<Vpc>("absent", |_, _| {});
    let errors = stack.errors();
    assert!(errors[0].to_string().starts_with("the change at "), "{errors:?}");
    assert!(errors[0].to_string().contains("`ec2.vpc.absent`"), "{errors:?}");
}

#[tokio::test]
async fn a_value_of_another_resource_is_checked_as_soon_as_it_is_known() {
    let mut registry = Registry::new();
    registry.add::<Vpc>(&Arc::new(Cloud));
    registry.add::<Subnet>(&Arc::new(Cloud));
    let session = Session {
        registry,
        backend: Arc::new(MemoryBackend::new()),
        clock: Arc::new(Still),
        who: "tester@env".to_owned(),
    };
    let mut state = State::new("site", "dev");
    let vpc_of_then = json!({
        "current": {
            "id": "net-1", "location": {"account": "", "region": ""}, "schema_version": 1, "status": "ready",
            "inputs": {"cidr_block": "10.0.0.0/16", "dns": true, "tags": {}},
            "outputs": {"id": "net-1", "zones": []},
            "created": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z",
        }
    });
    let main = "ec2.vpc.main".parse().unwrap();
    state
        .resources
        .insert(main, serde_json::from_value(vpc_of_then).unwrap());
    let bytes = state.encode().unwrap();
    session.backend.put(STATE, &bytes, &Precondition::Absent).await.unwrap();
    let snapshot = Snapshot::read(&*session.backend, "site", "dev").await.unwrap();
    let mut stack = Stack::new("site", "dev");
    let main = stack.add("main", vpc());
    stack.add("a", Subnet::builder().vpc_id(&main.id).build());
    let options = PlanOptions {
        refresh: false,
        ..PlanOptions::default()
    };
    let refused = plan::plan(&stack, &snapshot, &session, &options, &plan::NoopObserver).await;
    let line = line!() - 6;
    assert_eq!(
        refused.unwrap_err().to_string(),
        format!(
            "ec2.subnet.a: `vpc_id`: a VPC id starts with `vpc-` (declared at {}:{line})",
            file!()
        )
    );
}

/// A clock that stands.
#[derive(Debug)]
struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn monotonic(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }

    async fn sleep(&self, _: std::time::Duration) {}
}
