//! Names and descriptions of security groups and their rules.

iac_core::text_type! {
    /// The name of a security group: 1 to 255 letters, digits, spaces and ``._-:/()#,@[]+=&;{}!$*``, not starting with `sg-`.
    pub struct GroupName, check = |name| match name {
        "" => Err("a security group's name is not empty".to_owned()),
        name if name.starts_with("sg-") => Err("a security group's name does not start with `sg-`".to_owned()),
        name => described("name", name),
    };

    /// What a security group or a rule is for: at most 255 letters, digits, spaces and ``._-:/()#,@[]+=&;{}!$*``.
    pub struct Description, check = |text| described("description", text);
}

fn described(what: &str, text: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    match text.chars().find(|&c| !allowed(c)) {
        Some(c) => Err(format!(
            "`{c}` is not allowed in a {what}: letters, digits, spaces and ._-:/()#,@[]+=&;{{}}!$* are"
        )),
        None if text.len() > 255 => Err(format!("a {what} has at most 255 characters")),
        None => Ok(()),
    }
}
