//! Each example in the sandbox: applied, planned again, destroyed.

use std::{ffi::OsString, io, path::Path};

use iac_cli::{App, Exit, Host};

async fn run(app: &App, words: &str, folder: &Path) -> (Exit, String) {
    let folder = folder.display().to_string();
    let words = words.split(' ').chain(["dev", "--sandbox", "--state-dir", &folder]);
    let args: Vec<OsString> = std::iter::once("example").chain(words).map(OsString::from).collect();
    let (host, captured) = Host::captured();
    let exit = iac_cli::run(app, args, host).await;
    (exit, captured.stdout() + &captured.stderr())
}

/// Applies an example, and gives what that told.
async fn lives_and_dies(app: App) -> io::Result<String> {
    let folder = tempfile::tempdir()?;
    let (exit, applied) = run(&app, "apply --yes", folder.path()).await;
    assert_eq!(exit, Exit::Done, "{applied}");
    for words in ["plan --detailed-exitcode", "destroy --yes"] {
        let (exit, told) = run(&app, words, folder.path()).await;
        assert_eq!(exit, Exit::Done, "{words}: {told}");
    }
    Ok(applied)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_static_site() -> io::Result<()> {
    let told = lives_and_dies(examples::static_site::app()).await?;
    assert!(told.contains("address: \"https://"), "{told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_orders() -> io::Result<()> {
    let told = lives_and_dies(examples::orders::app()).await?;
    assert!(told.contains("endpoint: \""), "{told}");
    for made in [
        "aws.sqs_queue.orders",
        "aws.lambda_function.orders",
        "iam.role.function",
        "s3.bucket.code",
    ] {
        assert!(told.contains(made), "{made}: {told}");
    }
    Ok(())
}
