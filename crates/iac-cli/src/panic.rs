//! What is said when the program itself is wrong.

use std::panic::PanicHookInfo;

/// Makes a panic say what a person needs: that it is our fault, that nothing is lost, and what to report.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|info| {
        use std::io::Write;
        // a failure to print cannot be printed
        drop(write!(std::io::stderr(), "{}", apology(info)));
    }));
}

fn apology(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let place = info.location().map(|place| format!(" at {place}")).unwrap_or_default();
    text(message, &place)
}

fn text(message: &str, place: &str) -> String {
    format!(
        "\nerror: sorry, the program is broken: {message}{place}\n  \
         hint: nothing is lost: every change is in the journal before it is made; run the same command again, it goes on from there\n  \
         hint: should it happen again, report the line above, the command you gave and the version ({})\n",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_apology_says_what_to_report() {
        let text = super::text("index out of bounds", " at stacks/src/site.rs:12:3");
        insta::assert_snapshot!(text.trim_start().replace(env!("CARGO_PKG_VERSION"), "VERSION"), @r#"
        error: sorry, the program is broken: index out of bounds at stacks/src/site.rs:12:3
          hint: nothing is lost: every change is in the journal before it is made; run the same command again, it goes on from there
          hint: should it happen again, report the line above, the command you gave and the version (VERSION)
        "#);
    }
}
