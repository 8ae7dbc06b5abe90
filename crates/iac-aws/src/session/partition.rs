//! The partitions of AWS, each with regions, accounts and names of hosts of their own.
//!
//! Source: AWS general reference, "AWS partitions"; the partitions that the SDKs know (`partitions.json` of botocore).

/// A partition.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Partition {
    /// As it stands in ARNs: `aws`, `aws-cn`.
    pub(crate) name: &'static str,
    /// What the names of its regions begin with.
    regions: &'static str,
    /// The region that serves what is global: IAM, CloudFront.
    pub(crate) global_region: &'static str,
    /// What the names of its hosts end with.
    pub(crate) dns_suffix: &'static str,
}

/// The partition of everybody, and of regions that no other claims.
const COMMERCIAL: Partition = Partition {
    name: "aws",
    regions: "",
    global_region: "us-east-1",
    dns_suffix: "amazonaws.com",
};

const APART: [Partition; 7] = [
    Partition {
        name: "aws-cn",
        regions: "cn-",
        global_region: "cn-north-1",
        dns_suffix: "amazonaws.com.cn",
    },
    Partition {
        name: "aws-us-gov",
        regions: "us-gov-",
        global_region: "us-gov-west-1",
        dns_suffix: "amazonaws.com",
    },
    Partition {
        name: "aws-eusc",
        regions: "eusc-",
        global_region: "eusc-de-east-1",
        dns_suffix: "amazonaws.eu",
    },
    Partition {
        name: "aws-iso",
        regions: "us-iso-",
        global_region: "us-iso-east-1",
        dns_suffix: "c2s.ic.gov",
    },
    Partition {
        name: "aws-iso-b",
        regions: "us-isob-",
        global_region: "us-isob-east-1",
        dns_suffix: "sc2s.sgov.gov",
    },
    Partition {
        name: "aws-iso-e",
        regions: "eu-isoe-",
        global_region: "eu-isoe-west-1",
        dns_suffix: "cloud.adc-e.uk",
    },
    Partition {
        name: "aws-iso-f",
        regions: "us-isof-",
        global_region: "us-isof-south-1",
        dns_suffix: "csp.hci.ic.gov",
    },
];

impl Partition {
    /// The partition of a region.
    pub(crate) fn of_region(region: &str) -> &'static Self {
        let apart = APART.iter().find(|partition| region.starts_with(partition.regions));
        apart.unwrap_or(&COMMERCIAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_partition() {
        for (region, name) in [
            ("eu-central-1", "aws"),
            ("ap-new-9", "aws"),
            ("cn-northwest-1", "aws-cn"),
            ("us-gov-east-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-west-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-east-1", "aws-iso-f"),
        ] {
            assert_eq!(Partition::of_region(region).name, name, "{region}");
        }
        for partition in APART.iter().chain([&COMMERCIAL]) {
            assert_eq!(Partition::of_region(partition.global_region), partition);
        }
    }
}
