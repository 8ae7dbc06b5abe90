//! The static site in the sandbox: applied, planned again, destroyed.

use iac_cli::{Exit, Host};

async fn run(words: &str, folder: &std::path::Path) -> (Exit, String, String) {
    let folder = folder.display().to_string();
    let words = words.split(' ').chain(["dev", "--sandbox", "--state-dir", &folder]);
    let (host, captured) = Host::captured();
    let args = std::iter::once("static-site")
        .chain(words)
        .map(std::ffi::OsString::from)
        .collect::<Vec<_>>();
    let exit = iac_cli::run(&examples::static_site::app(), args, host).await;
    (exit, captured.stdout(), captured.stderr())
}

#[tokio::test(flavor = "multi_thread")]
async fn lives_and_dies() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let (exit, out, err) = run("apply --yes", folder.path()).await;
    assert_eq!(exit, Exit::Done, "{out}{err}");
    assert!(out.contains("address: \"https://"), "{out}");
    let (exit, out, err) = run("plan --detailed-exitcode", folder.path()).await;
    assert_eq!(exit, Exit::Done, "{out}{err}");
    let (exit, out, err) = run("destroy --yes", folder.path()).await;
    assert_eq!(exit, Exit::Done, "{out}{err}");
    Ok(())
}
