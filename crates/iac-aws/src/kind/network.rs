//! Ids of networks and of what belongs to them.

/// Refuses an id with another prefix, or with anything but digits and letters behind it.
fn check(what: &str, prefix: &str, id: &str) -> Result<(), String> {
    let fits = id.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    if fits {
        Ok(())
    } else {
        Err(format!(
            "`{id}` is not the id of {what}, which looks like `{prefix}0a1b2c3d4e5f67890`"
        ))
    }
}

iac_core::text_type! {
    /// The id of a VPC: `vpc-` and hexadecimal digits.
    pub struct VpcId, check = |id| check("a VPC", "vpc-", id);

    /// The id of a subnet: `subnet-` and hexadecimal digits.
    pub struct SubnetId, check = |id| check("a subnet", "subnet-", id);

    /// The id of a security group: `sg-` and hexadecimal digits.
    pub struct SecurityGroupId, check = |id| check("a security group", "sg-", id);

    /// The id of a route table: `rtb-` and hexadecimal digits.
    pub struct RouteTableId, check = |id| check("a route table", "rtb-", id);

    /// The id of a network ACL: `acl-` and hexadecimal digits.
    pub struct NetworkAclId, check = |id| check("a network ACL", "acl-", id);

    /// The id of a set of DHCP options: `dopt-` and hexadecimal digits, or `default` for none.
    pub struct DhcpOptionsId, check = |id| if id == "default" { Ok(()) } else { check("a set of DHCP options", "dopt-", id) };

    /// The id of a prefix list: `pl-` and hexadecimal digits.
    pub struct PrefixListId, check = |id| check("a prefix list", "pl-", id);

    /// The id of a rule of a security group: `sgr-` and hexadecimal digits.
    pub struct SecurityGroupRuleId, check = |id| check("a security group rule", "sgr-", id);

    /// The id of an IPAM pool: `ipam-pool-` and hexadecimal digits.
    pub struct IpamPoolId, check = |id| check("an IPAM pool", "ipam-pool-", id);
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn ids_have_their_prefix() {
        assert_eq!(check("a VPC", "vpc-", "vpc-0a1b2c3d"), Ok(()));
        for id in ["vpc-", "subnet-0a1b", "vpc-0A1B", "vpc_0a1b", "vpc-0a1b "] {
            assert!(check("a VPC", "vpc-", id).is_err(), "{id}");
        }
    }
}
