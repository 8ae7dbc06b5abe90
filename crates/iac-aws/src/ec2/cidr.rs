//! Blocks of addresses.

use iac_core::model::AddressBlock;
use ipnet::IpNet;

iac_core::text_type! {
    /// A block of IPv4 or IPv6 addresses: `10.0.0.0/16`, `2001:db8::/56`. No bits may be set behind the prefix, because AWS
    /// would clear them.
    pub struct CidrBlock, check = check, normal = normal;
}

/// [`Output::subnet`](iac_core::model::Output::subnet) gives parts of a block that another resource gives:
/// `vpc.ipv6_cidr_blocks.index(0).subnet(8, 3)`.
impl AddressBlock for CidrBlock {}

impl CidrBlock {
    /// The block, when the text is one.
    pub(super) fn net(&self) -> Option<IpNet> {
        self.as_str().parse().ok()
    }

    /// Whether these are IPv6 addresses.
    pub(super) fn is_ipv6(&self) -> bool {
        self.as_str().contains(':')
    }

    /// The block as AWS gives it back.
    pub(super) fn canonical(text: &str) -> Self {
        Self::from(normal(text))
    }
}

fn check(block: &str) -> Result<(), String> {
    match block.parse::<IpNet>() {
        Ok(net) if net == net.trunc() => Ok(()),
        Ok(net) => Err(format!(
            "`{block}` has bits set behind its prefix; write `{}`",
            net.trunc()
        )),
        Err(_) => Err(format!("`{block}` is not a CIDR block, which looks like `10.0.0.0/16`")),
    }
}

/// One way to write every block: IPv6 in lower case, with the longest run of zeros left out.
fn normal(block: &str) -> String {
    block
        .parse::<IpNet>()
        .map_or_else(|_| block.to_owned(), |net| net.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_blocks_are_taken() {
        for block in ["10.0.0.0/16", "0.0.0.0/0", "203.0.113.7/32", "2001:db8::/56", "::/0"] {
            assert_eq!(check(block), Ok(()), "{block}");
        }
        assert_eq!(
            check("100.68.0.18/18"),
            Err("`100.68.0.18/18` has bits set behind its prefix; write `100.68.0.0/18`".to_owned())
        );
        for block in ["10.0.0.0", "10.0.0/16", "10.0.0.0/33", "vpc-1", ""] {
            assert!(check(block).is_err(), "{block}");
        }
    }

    #[test]
    fn ipv6_is_compared_as_a_network() {
        assert_eq!(normal("2001:0DB8:0:0::/56"), "2001:db8::/56");
    }
}
