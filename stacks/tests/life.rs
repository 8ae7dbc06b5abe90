//! The whole stack in the sandbox, by the command line: applied from nothing to an empty next plan, changed, destroyed to
//! nothing. Each environment of the real program is planned as it is.

use std::{ffi::OsString, path::Path};

use iac_cli::{App, Exit, Host};
use iac_sandbox::{Sandbox, SandboxPlatform};
use stacks::environments::Environment;
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn std::error::Error>>;

struct Ended {
    exit: Exit,
    out: String,
    err: String,
}

async fn run(app: &App, words: &str, folder: &Path) -> Ended {
    let (host, captured) = Host::captured();
    let mut args: Vec<OsString> = std::iter::once("stacks")
        .chain(words.split(' '))
        .map(OsString::from)
        .collect();
    args.extend(["--sandbox".into(), "--state-dir".into(), folder.into()]);
    let exit = iac_cli::run(app, args, host).await;
    Ended {
        exit,
        out: captured.stdout(),
        err: captured.stderr(),
    }
}

impl Ended {
    #[track_caller]
    fn expect(self, exit: Exit) -> String {
        assert_eq!(self.exit, exit, "{}\n{}", self.out, self.err);
        self.out
    }
}

/// The program with another size of one environment.
fn resized(environment: Environment) -> App {
    App::new(stacks::NAME)
        .environment(environment.name, move |stack| stacks::build(stack, &environment))
        .sandbox(SandboxPlatform::new())
}

fn sandbox(folder: &TempDir, environment: &str) -> Result<Sandbox, iac_sandbox::SandboxError> {
    Sandbox::load(&folder.path().join(stacks::NAME).join(environment).join("sandbox"))
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_from_nothing_to_nothing() -> Outcome {
    let folder = tempfile::tempdir()?;
    let at = folder.path();
    // one program at a time holds the sandbox: each is dropped before the next
    let applied = run(&stacks::app(), "apply dev --yes", at).await.expect(Exit::Done);
    for output in [
        "site: \"https://",
        "deploy_role: \"arn:aws:iam::",
        "vpc: \"vpc-",
        "subnet_b: \"subnet-",
    ] {
        assert!(applied.contains(output), "{output} is not in\n{applied}");
    }
    let again = run(&stacks::app(), "apply dev --yes", at).await.expect(Exit::Done);
    assert!(again.contains("No changes."), "{again}");
    run(&stacks::app(), "plan dev --detailed-exitcode", at)
        .await
        .expect(Exit::Done);
    // attachments and the policy of the bucket are part of what they belong to
    assert_eq!(sandbox(&folder, "dev")?.inventory().len(), 16);
    run(&stacks::app(), "destroy dev --yes", at).await.expect(Exit::Done);
    assert!(
        sandbox(&folder, "dev")?.is_empty(),
        "{:?}",
        sandbox(&folder, "dev")?.inventory()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_capacity_shows_just_that() -> Outcome {
    let folder = tempfile::tempdir()?;
    let at = folder.path();
    let of = |read_units, write_units| Environment {
        name: "dev",
        billing: iac_aws::dynamodb::Billing::provisioned(read_units, write_units),
        ..Environment::dev()
    };
    run(&resized(of(25, 10)), "apply dev --yes", at)
        .await
        .expect(Exit::Done);
    let plan = run(&resized(of(30, 10)), "plan dev --detailed-exitcode --json", at)
        .await
        .expect(Exit::Changes);
    let plan: serde_json::Value = serde_json::from_str(&plan)?;
    let changes = plan["changes"].as_array().cloned().unwrap_or_default();
    let attributes: Vec<String> = changes
        .iter()
        .flat_map(|change| {
            let address = change["address"].as_str().unwrap_or_default().to_owned();
            let attributes = change["attributes"].as_array().cloned().unwrap_or_default();
            attributes
                .into_iter()
                .map(move |attribute| format!("{address} {}", attribute["path"].as_str().unwrap_or_default()))
        })
        .collect();
    assert_eq!(
        attributes,
        [
            "dynamodb.table.alerts billing.read_units",
            "dynamodb.table.instances billing.read_units",
            "dynamodb.table.prices billing.read_units",
            "dynamodb.table.prices global_indexes.by-region.capacity.read_units",
        ]
    );
    run(&resized(of(30, 10)), "apply dev --yes", at)
        .await
        .expect(Exit::Done);
    run(&resized(of(30, 10)), "plan dev --detailed-exitcode", at)
        .await
        .expect(Exit::Done);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn prod_keeps_what_it_has() -> Outcome {
    let folder = tempfile::tempdir()?;
    let at = folder.path();
    run(&stacks::app(), "apply prod --yes", at).await.expect(Exit::Done);
    run(&stacks::app(), "plan prod --detailed-exitcode", at)
        .await
        .expect(Exit::Done);
    let refused = run(&stacks::app(), "destroy prod --yes", at).await;
    assert_eq!(refused.exit, Exit::Failed);
    assert!(
        refused.err.contains("dynamodb.table.prices is protected"),
        "{}",
        refused.err
    );
    Ok(())
}

#[tokio::test]
async fn plans_are_what_their_schema_says() -> Outcome {
    let schema = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schemas/plan.schema.json"))?;
    let schema = jsonschema::validator_for(&serde_json::from_slice(&schema)?)?;
    for environment in ["dev", "staging", "prod"] {
        let folder = tempfile::tempdir()?;
        let plan = run(&stacks::app(), &format!("plan {environment} --json"), folder.path())
            .await
            .expect(Exit::Done);
        let plan = serde_json::from_str(&plan)?;
        let errors: Vec<String> = schema.iter_errors(&plan).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{environment}: {errors:#?}");
    }
    Ok(())
}
