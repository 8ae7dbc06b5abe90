//! What depends on the terminal.

use crate::lab::Lab;

#[tokio::test]
async fn colours_are_for_terminals_that_want_them() {
    let lab = Lab::default();
    let app = lab.app(1);
    let coloured = |variables: &'static [(&'static str, &'static str)], flags: &'static str| {
        let (lab, app) = (&lab, &app);
        async move {
            let command = format!("plan dev {flags}");
            let typed = lab
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
