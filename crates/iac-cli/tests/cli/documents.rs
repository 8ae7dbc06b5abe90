//! `--json`: every document is one, fits its schema, and holds no secret.

use iac_cli::Exit;
use iac_core::{
    model::LifecycleExt,
    state::{Lock, LockInfo},
};
use serde_json::Value;

use crate::test_env::{TestEnv, Typed, thing};

/// Checks a document against the schema of this name.
#[track_caller]
pub(crate) fn fits(typed: &Typed, schema: &str) {
    let path = format!("{}/../../docs/schemas/{schema}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let document = typed.json();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{path}: {errors:#?}\n{document:#}");
}

#[tokio::test]
async fn all_documents_fit_their_schemas() {
    let env = TestEnv::default();
    let app = env.app(1);
    fits(&env.types(&app, "plan dev --json").await, "plan");
    fits(&env.types(&app, "apply dev --yes --json").await, "report");
    let empty = env.types(&app, "plan dev --json").await;
    fits(&empty, "plan");
    assert_eq!(empty.json()["empty"], true);
    let app = env.app(2);
    env.cloud.sandbox().things.remove("thing-site");
    fits(&env.types(&app, "plan dev --json").await, "plan");
    fits(&env.types(&app, "output dev --json").await, "output");
    fits(&env.types(&app, "state list dev --json").await, "state-list");
    fits(
        &env.types(&app, "state show dev fake.thing.site --json").await,
        "state-show",
    );
    fits(&env.types(&app, "validate --json").await, "validate");
    fits(&env.types(&app, "graph dev --json").await, "graph");
    fits(&env.types(&app, "bootstrap dev --json").await, "bootstrap");
    fits(&env.types(&app, "plan dev --destroy --json").await, "plan");
    fits(&env.types(&app, "destroy dev --yes --json").await, "report");
    let asked = env
        .types_at(&app, "apply dev --json --quiet", |host| host.answering("yes\n"))
        .await;
    fits(&asked, "report");
    assert!(
        asked.stderr.contains("Plan: 2 to create"),
        "what is asked about is shown: {asked:?}"
    );
}

#[tokio::test]
async fn what_is_brought_in_back_and_in_line_is_a_document() {
    let env = TestEnv::default();
    let app = env.app(1);
    assert_eq!(env.types(&app, "apply dev --yes").await.exit, Exit::Done);
    let none = env.types(&app, "drift dev --json").await;
    fits(&none, "drift");
    assert_eq!(none.json()["drifted"], false);
    env.cloud.sandbox().things.get_mut("thing-site").unwrap().size = 4;
    env.cloud.sandbox().things.remove("thing-base");
    let drift = env.types(&app, "drift dev --json --detailed-exitcode").await;
    fits(&drift, "drift");
    assert_eq!((drift.exit, &drift.json()["drifted"]), (Exit::Changes, &true.into()));
    fits(&env.types(&app, "refresh dev --yes --json").await, "report");
    let back = env.types(&app, "rollback dev --to 1 --yes --json").await;
    fits(&back, "report");
    assert_eq!(back.json()["operation"], "rollback");
    env.types(&app, "forget dev fake.thing.site").await;
    env.cloud.sandbox().things.get_mut("thing-site").unwrap().size = 5;
    let imported = env.types(&app, "import dev fake.thing.site thing-site --json").await;
    fits(&imported, "import");
    assert_eq!(imported.json()["next"]["action"], "update");
    let again = env.types(&app, "import dev fake.thing.site thing-site --json").await;
    fits(&again, "import");
    assert_eq!(
        (&again.json()["imported"], &again.json()["next"]),
        (&false.into(), &Value::Null)
    );
    env.types(&app, "forget dev fake.thing.site").await;
    let mut replaced = env.cloud.sandbox().things["thing-site"].clone();
    replaced.name = "moved".to_owned();
    env.cloud.sandbox().things.insert("thing-site".to_owned(), replaced);
    let protected = iac_cli::App::new("shop")
        .environment("dev", |stack| drop(stack.add("site", thing("site", 1).protect())))
        .platform(env.clone());
    let refused = env
        .types(&protected, "import dev fake.thing.site thing-site --json")
        .await;
    fits(&refused, "import");
    assert!(refused.json()["refused"]["summary"].is_string());
}

#[tokio::test]
async fn changes_of_the_state_are_documents() {
    let env = TestEnv::default();
    let app = env.app(1);
    fits(&env.types(&app, "history dev --json").await, "history");
    assert_eq!(env.types(&app, "apply dev --yes").await.exit, Exit::Done);
    for command in ["state pull dev", "state pull dev --json"] {
        let pulled = env.types(&app, command).await;
        fits(&pulled, "state");
        std::fs::write(env.folder().join("s.json"), &pulled.stdout).unwrap();
    }
    fits(&env.types(&app, "state push dev s.json --json").await, "state-push");
    let renamed = "state mv dev fake.thing.site fake.thing.web --json";
    let dry = env.types(&app, &format!("{renamed} --dry-run")).await;
    fits(&dry, "state-mv");
    assert_eq!(
        (&dry.json()["dry_run"], &dry.json()["serial"]),
        (&true.into(), &1.into())
    );
    fits(&env.types(&app, renamed).await, "state-mv");
    let forced = env.types(&app, "state push dev s.json --force --json").await;
    fits(&forced, "state-push");
    assert_eq!(forced.json()["forced"], true);
    assert_eq!(
        (&forced.json()["replaced"], &forced.json()["serial"]),
        (&2.into(), &3.into())
    );
    let forgotten = env.types(&app, "forget dev fake.thing.site --json").await;
    fits(&forgotten, "forget");
    assert_eq!(forgotten.json()["forgotten"][0]["id"], "thing-site");
    assert_eq!(forgotten.json()["forgotten"][0]["declared"], true);
    fits(&env.types(&app, "state rm dev fake.thing.base --json").await, "forget");
    let history = env.types(&app, "history dev --json").await;
    fits(&history, "history");
    assert_eq!(history.json()["serials"][0]["operation"], "state rm");
    assert_eq!(history.json()["serials"][0]["removed"][0], "fake.thing.base");
}

#[tokio::test]
async fn an_unlock_is_a_document() {
    let env = TestEnv::default();
    let info = LockInfo {
        id: "7d9a".to_owned(),
        operation: "apply".to_owned(),
        info: String::new(),
        who: "bob@runner".to_owned(),
        version: "0.1.0".to_owned(),
        created: "2026-01-01T00:00:00Z".parse().unwrap(),
        path: "memory".to_owned(),
    };
    env.backend.lock(&Lock { info, expires: None }, None).await.unwrap();
    let app = env.app(1);
    fits(&env.types(&app, "plan dev --json").await, "error");
    fits(&env.types(&app, "unlock dev 7d9a --json").await, "unlock");
}

#[tokio::test]
async fn errors_are_documents_too() {
    let env = TestEnv::default();
    let app = env.app(1);
    for command in [
        "plan dvv --json",
        "plan dev --jsn --json",
        "apply dev --json",
        "output dev nothing --json",
        "state show dev fake.thing.none --json",
        "unlock dev 1 --json",
        "plan dev --target fake.thing.nix --json",
        "forget dev fake.thing.none --json",
        "state mv dev fake.thing.none fake.thing.some --json",
        "state push dev none.json --json",
        "state pull dev --json",
        "import dev fake.thing.site thing-9 --json",
        "rollback dev --to 1 --yes --json",
        "drift dvv --json",
    ] {
        let typed = env.types(&app, command).await;
        assert_eq!(typed.exit, Exit::Failed, "{command}");
        assert!(typed.stderr.contains("error: "), "{command}: people are told, too");
        fits(&typed, "error");
    }
    env.cloud.sandbox().broken = Some("base");
    let failed = env.types(&app, "apply dev --yes --json").await;
    fits(&failed, "report");
    let error = &failed.json()["failed"][0]["error"];
    assert_eq!(error["operation"], "fake:CreateThing");
    assert_eq!(error["code"], "ThingNameTaken");
    assert_eq!(error["request_id"], "req-7");
    assert_eq!(error["address"], "fake.thing.base");
    assert!(failed.json()["error"]["summary"].is_string());
}
