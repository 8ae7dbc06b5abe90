//! Names of buckets.

iac_core::text_type! {
    /// The name of a bucket: 3 to 63 lower-case letters, digits, `.` and `-`, beginning and ending with a letter or digit.
    ///
    /// Source: S3 user guide, "General purpose bucket naming rules".
    pub struct BucketName, check = check;
}

const RESERVED_STARTS: &[&str] = &["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_ENDS: &[&str] = &["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

fn check(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let reserved = RESERVED_STARTS.iter().find(|start| name.starts_with(*start));
    let reserved = reserved.or_else(|| RESERVED_ENDS.iter().find(|end| name.ends_with(*end)));
    let problem = if !(3..=63).contains(&name.len()) {
        "has 3 to 63 characters"
    } else if !name.chars().all(|c| plain(c) || c == '.' || c == '-') {
        "has only lower-case letters, digits, `.` and `-`"
    } else if !name.starts_with(plain) || !name.ends_with(plain) {
        "begins and ends with a letter or digit"
    } else if name.contains("..") {
        "has no two dots in a row"
    } else if name.parse::<std::net::Ipv4Addr>().is_ok() {
        "does not look like an IP address"
    } else if let Some(reserved) = reserved {
        return Err(format!("`{name}`: `{reserved}` is reserved by AWS in names of buckets"));
    } else {
        return Ok(());
    };
    Err(format!("`{name}`: a bucket's name {problem}"))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn naming_rules() {
        for good in ["abc", "my.bucket-1", "1a2"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        let bad = [
            "ab",
            "My-bucket",
            "-abc",
            "abc.",
            "a..b",
            "192.168.1.1",
            "xn--abc",
            "abc-s3alias",
            "a_b",
        ];
        for bad in bad.map(str::to_owned).into_iter().chain(["a".repeat(64)]) {
            assert!(check(&bad).is_err(), "{bad}");
        }
    }
}
