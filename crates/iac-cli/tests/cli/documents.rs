//! `--json`: every document is one, fits its schema, and holds no secret.

use iac_cli::Exit;
use iac_core::{
    model::Mark,
    state::{Lock, LockInfo},
};
use serde_json::Value;

use crate::lab::{Lab, Typed, thing};

/// Checks a document against the schema of this name.
#[track_caller]
fn fits(typed: &Typed, schema: &str) {
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
    let lab = Lab::default();
    let app = lab.app(1);
    fits(&lab.types(&app, "plan dev --json").await, "plan");
    fits(&lab.types(&app, "apply dev --yes --json").await, "report");
    let empty = lab.types(&app, "plan dev --json").await;
    fits(&empty, "plan");
    assert_eq!(empty.json()["empty"], true);
    let app = lab.app(2);
    lab.cloud.world().things.remove("thing-site");
    fits(&lab.types(&app, "plan dev --json").await, "plan");
    fits(&lab.types(&app, "output dev --json").await, "output");
    fits(&lab.types(&app, "state list dev --json").await, "state-list");
    fits(
        &lab.types(&app, "state show dev fake.thing.site --json").await,
        "state-show",
    );
    fits(&lab.types(&app, "validate --json").await, "validate");
    fits(&lab.types(&app, "graph dev --json").await, "graph");
    fits(&lab.types(&app, "bootstrap dev --json").await, "bootstrap");
    fits(&lab.types(&app, "plan dev --destroy --json").await, "plan");
    fits(&lab.types(&app, "destroy dev --yes --json").await, "report");
    let asked = lab
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
    let lab = Lab::default();
    let app = lab.app(1);
    assert_eq!(lab.types(&app, "apply dev --yes").await.exit, Exit::Done);
    let none = lab.types(&app, "drift dev --json").await;
    fits(&none, "drift");
    assert_eq!(none.json()["drifted"], false);
    lab.cloud.world().things.get_mut("thing-site").unwrap().size = 4;
    lab.cloud.world().things.remove("thing-base");
    let drift = lab.types(&app, "drift dev --json --detailed-exitcode").await;
    fits(&drift, "drift");
    assert_eq!((drift.exit, &drift.json()["drifted"]), (Exit::Changes, &true.into()));
    fits(&lab.types(&app, "refresh dev --yes --json").await, "report");
    let back = lab.types(&app, "rollback dev --to 1 --yes --json").await;
    fits(&back, "report");
    assert_eq!(back.json()["operation"], "rollback");
    lab.types(&app, "forget dev fake.thing.site").await;
    lab.cloud.world().things.get_mut("thing-site").unwrap().size = 5;
    let imported = lab.types(&app, "import dev fake.thing.site thing-site --json").await;
    fits(&imported, "import");
    assert_eq!(imported.json()["next"]["action"], "update");
    let again = lab.types(&app, "import dev fake.thing.site thing-site --json").await;
    fits(&again, "import");
    assert_eq!(
        (&again.json()["imported"], &again.json()["next"]),
        (&false.into(), &Value::Null)
    );
    lab.types(&app, "forget dev fake.thing.site").await;
    let mut replaced = lab.cloud.world().things["thing-site"].clone();
    replaced.name = "moved".to_owned();
    lab.cloud.world().things.insert("thing-site".to_owned(), replaced);
    let protected = iac_cli::App::new("shop")
        .environment("dev", |stack| drop(stack.add("site", thing("site", 1).protect())))
        .platform(lab.clone());
    let refused = lab
        .types(&protected, "import dev fake.thing.site thing-site --json")
        .await;
    fits(&refused, "import");
    assert!(refused.json()["refused"]["summary"].is_string());
}

#[tokio::test]
async fn changes_of_the_state_are_documents() {
    let lab = Lab::default();
    let app = lab.app(1);
    fits(&lab.types(&app, "history dev --json").await, "history");
    assert_eq!(lab.types(&app, "apply dev --yes").await.exit, Exit::Done);
    for command in ["state pull dev", "state pull dev --json"] {
        let pulled = lab.types(&app, command).await;
        fits(&pulled, "state");
        std::fs::write(lab.folder().join("s.json"), &pulled.stdout).unwrap();
    }
    fits(&lab.types(&app, "state push dev s.json --json").await, "state-push");
    let renamed = "state mv dev fake.thing.site fake.thing.web --json";
    let dry = lab.types(&app, &format!("{renamed} --dry-run")).await;
    fits(&dry, "state-mv");
    assert_eq!(
        (&dry.json()["dry_run"], &dry.json()["serial"]),
        (&true.into(), &1.into())
    );
    fits(&lab.types(&app, renamed).await, "state-mv");
    let forced = lab.types(&app, "state push dev s.json --force --json").await;
    fits(&forced, "state-push");
    assert_eq!(forced.json()["forced"], true);
    assert_eq!(
        (&forced.json()["replaced"], &forced.json()["serial"]),
        (&2.into(), &3.into())
    );
    let forgotten = lab.types(&app, "forget dev fake.thing.site --json").await;
    fits(&forgotten, "forget");
    assert_eq!(forgotten.json()["forgotten"][0]["id"], "thing-site");
    assert_eq!(forgotten.json()["forgotten"][0]["declared"], true);
    fits(&lab.types(&app, "state rm dev fake.thing.base --json").await, "forget");
    let history = lab.types(&app, "history dev --json").await;
    fits(&history, "history");
    assert_eq!(history.json()["serials"][0]["operation"], "state rm");
    assert_eq!(history.json()["serials"][0]["removed"][0], "fake.thing.base");
}

#[tokio::test]
async fn an_unlock_is_a_document() {
    let lab = Lab::default();
    let info = LockInfo {
        id: "7d9a".to_owned(),
        operation: "apply".to_owned(),
        info: String::new(),
        who: "bob@runner".to_owned(),
        version: "0.1.0".to_owned(),
        created: "2026-01-01T00:00:00Z".parse().unwrap(),
        path: "memory".to_owned(),
    };
    lab.backend.lock(&Lock { info, expires: None }, None).await.unwrap();
    let app = lab.app(1);
    fits(&lab.types(&app, "plan dev --json").await, "error");
    fits(&lab.types(&app, "unlock dev 7d9a --json").await, "unlock");
}

#[tokio::test]
async fn errors_are_documents_too() {
    let lab = Lab::default();
    let app = lab.app(1);
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
        let typed = lab.types(&app, command).await;
        assert_eq!(typed.exit, Exit::Failed, "{command}");
        assert!(typed.stderr.contains("error: "), "{command}: people are told, too");
        fits(&typed, "error");
    }
    lab.cloud.world().broken = Some("base");
    let failed = lab.types(&app, "apply dev --yes --json").await;
    fits(&failed, "report");
    let error = &failed.json()["failed"][0]["error"];
    assert_eq!(error["operation"], "fake:CreateThing");
    assert_eq!(error["code"], "ThingNameTaken");
    assert_eq!(error["request_id"], "req-7");
    assert_eq!(error["address"], "fake.thing.base");
    assert!(failed.json()["error"]["summary"].is_string());
}
