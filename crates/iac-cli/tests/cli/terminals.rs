//! What depends on the terminal.

use crate::test_env::TestEnv;

#[tokio::test]
async fn colours_are_for_terminals_that_want_them() {
    let env = TestEnv::default();
    let app = env.app(1);
    let coloured = |variables: &'static [(&'static str, &'static str)], flags: &'static str| {
        let (env, app) = (&env, &app);
        async move {
            let command = format!("plan dev {flags}");
            let typed = env
                .types_at(app, &command, |mut host| {
                    host.terminals.stdout = true;
                    let variables = variables
                        .iter()
                        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
                    host.variables.extend(variables);
                    host
                })
                .await;
            typed.stdout.contains('\u{1b}')
        }
    };
    assert!(coloured(&[], "").await);
    assert!(!coloured(&[("NO_COLOR", "1")], "").await);
    assert!(coloured(&[("NO_COLOR", "")], "").await);
    assert!(!coloured(&[("TERM", "dumb")], "").await);
    assert!(!coloured(&[], "--no-color").await);
    assert!(!coloured(&[], "--json").await);
}
