//! `docs/resources.md` is what the types' metadata says. Run with `UPDATE_DOCS=1` to write it anew.

use std::{fs, path::Path};

#[test]
fn the_reference_is_what_the_types_say() -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/resources.md");
    let made = iac_aws::reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &made)?;
    }
    let kept = fs::read_to_string(&path)?;
    assert!(
        kept == made,
        "docs/resources.md is not up to date: run `UPDATE_DOCS=1 cargo test -p iac-aws --test reference`"
    );
    Ok(())
}
