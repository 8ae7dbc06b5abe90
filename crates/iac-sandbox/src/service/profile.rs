//! What the sandbox must know of a service besides its emulator, as data.

/// A service, as the sandbox and its faults see it.
#[derive(Debug)]
pub(crate) struct Profile {
    /// What names it everywhere: the prefix of its IAM actions, `s3`, but for Cloud Control.
    pub(crate) name: &'static str,
    /// What its requests are signed for, where that is another word than `name`.
    pub(crate) scope: Option<&'static str>,
    /// The shape of its requests and answers.
    pub(crate) protocol: Protocol,
    /// The operations that change nothing though their names do not say so; `*` at the end stands for any text.
    pub(crate) reads: &'static [&'static str],
    /// The reads that AWS may answer from before the last change.
    pub(crate) lagging: &'static [&'static str],
    /// Its words for what goes wrong.
    pub(crate) codes: Codes,
}

/// The shape of a service's requests and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Form in, XML out, errors in an `ErrorResponse`.
    Query,
    /// Form in, XML out, errors in a list.
    Ec2,
    /// JSON in and out, the operation in a header; error codes begin with the text given here.
    Json(&'static str),
    /// XML in and out, the operation in method, path and query.
    RestXml,
    /// JSON in and out, the operation in method and path.
    RestJson(&'static [Route]),
    /// As `RestXml`, with errors that stand alone.
    S3,
}

/// A method and a path, and the operation they stand for. In the path `{}` is any one part, and `{+}` any that are left.
pub(crate) type Route = (&'static str, &'static str, &'static str);

/// A service's error codes and their HTTP statuses.
#[derive(Debug)]
pub(crate) struct Codes {
    pub(crate) throttling: Code,
    pub(crate) internal: &'static str,
    pub(crate) denied: Code,
    pub(crate) not_found: NotFound,
}

/// A code with its status.
#[derive(Debug)]
pub(crate) struct Code(pub(crate) u16, pub(crate) &'static str);

/// The codes for things that are not there.
#[derive(Debug)]
pub(crate) struct NotFound {
    pub(crate) status: u16,
    /// By words in the operation's name, of which the first that occurs counts.
    pub(crate) by_operation: &'static [(&'static str, &'static str)],
    /// For all other operations.
    pub(crate) otherwise: &'static str,
}

impl NotFound {
    /// The code that an operation answers with.
    pub(crate) fn code(&self, operation: &str) -> &'static str {
        let mut rules = self.by_operation.iter();
        let rule = rules.find(|(word, _)| operation.contains(word));
        rule.map_or(self.otherwise, |(_, code)| code)
    }
}

/// Whether a name is among these, of which those with `*` at the end stand for any text there.
pub(crate) fn names(patterns: &[&str], name: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *pattern,
    })
}
