//! A secret output: shown to who asks for it as it is, and to nobody else.

use iac_cli::{App, Exit};
use iac_core::model::{Input, Secret, Stack};
use insta::assert_snapshot;

use crate::test_env::{TestEnv, thing};

fn guarded(env: &TestEnv) -> App {
    let build = |stack: &mut Stack| {
        let base = stack.add("base", thing("base", 1));
        stack.output("id", &base.id);
        stack.output("password", Input::from(Secret::<String>::from("canary")));
    };
    App::new("shop").environment("dev", build).platform(env.clone())
}

#[tokio::test]
async fn a_secret_is_shown_to_who_asks_for_it_as_it_is() {
    let env = TestEnv::default();
    let app = guarded(&env);
    let applied = env.types(&app, "apply dev --yes").await;
    assert_eq!(applied.exit, Exit::Done, "{applied:?}");
    for words in [
        "output dev",
        "output dev --json",
        "output dev password",
        "output dev password --json",
        "state pull dev",
    ] {
        let typed = env.types(&app, words).await.all();
        assert!(!typed.contains("canary"), "{words}: {typed}");
    }
    assert_snapshot!(env.types(&app, "output dev password").await.all(), @r#"
    --- stderr
    error: the output `password` is a secret
      hint: `--raw` prints it, for whoever sees this terminal or its log
    --- exit 1
    "#);
    let raw = env.types(&app, "output dev password --raw").await;
    assert_eq!(
        (raw.stdout.as_str(), raw.stderr.as_str(), raw.exit),
        ("canary", "", Exit::Done)
    );
}
