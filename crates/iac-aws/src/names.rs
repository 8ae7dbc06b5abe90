//! Names that more than one service speaks of.

iac_core::text_type! {
    /// The name of a host in the DNS: `example.com`, `*.example.com`, `my-bucket.s3.eu-west-1.amazonaws.com`.
    ///
    /// At most 253 characters; labels of letters, digits, hyphens and underscores, at most 63 characters each. Case does not
    /// matter: two names are compared in lower case.
    pub struct DomainName, check = check, normal = str::to_ascii_lowercase;

    /// The id of a hosted zone of Route 53: `Z` and capital letters and digits. Empty where AWS has none.
    pub struct HostedZoneId, check = |id| {
        if id.is_empty() || (id.starts_with('Z') && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())) {
            Ok(())
        } else {
            Err(format!("`{id}` is not the id of a hosted zone, which looks like `Z2FDTNDATAQYW2`"))
        }
    };
}

fn check(name: &str) -> Result<(), String> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // a wildcard stands for the first label alone
    let rest = name.strip_prefix("*.").unwrap_or(name);
    if name.len() <= 253 && rest.split('.').all(label) {
        Ok(())
    } else {
        Err(format!(
            "`{name}` is not a domain name, which looks like `www.example.com`: no scheme, no path, no trailing dot"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn accepts_hosts_alone() {
        for name in [
            "example.com",
            "*.example.com",
            "my.bucket.s3.eu-west-1.amazonaws.com",
            "localhost",
        ] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        for name in [
            "",
            "https://example.com",
            "example.com/path",
            "example.com.",
            "a..b",
            "-a.com",
            "a.*.com",
        ] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
