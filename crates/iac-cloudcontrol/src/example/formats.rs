//! Texts that look like those that AWS has: by the format, by the name of the property, and common ones.

use serde_json::{Value, json};

/// Two policies for a property of this name, if it is one of a policy.
pub(super) fn policies(name: &str) -> Vec<Value> {
    let statement = |actions: &str| match name {
        "AssumeRolePolicyDocument" => {
            let principal = json!({"Service": actions});
            json!({"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principal})
        }
        _ => json!({"Action": actions, "Effect": "Allow", "Resource": "*"}),
    };
    let words = match name {
        "AssumeRolePolicyDocument" => ["lambda.amazonaws.com", "ec2.amazonaws.com"],
        "AccessPolicy" | "InlinePolicy" | "KeyPolicy" | "Policy" | "RepositoryPolicyText" | "ResourcePolicy" => ACTIONS,
        _ if name.ends_with("PolicyDocument") => ACTIONS,
        _ => return Vec::new(),
    };
    let policy = |word| json!({"Statement": [statement(word)], "Version": "2012-10-17"});
    words.map(policy).to_vec()
}

/// Texts of a format; none for those that say nothing of a text.
pub(super) fn of_format(format: &str) -> &'static [&'static str] {
    match format {
        "date-time" | "timestamp" => &["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"],
        "json" => &[r#"{"example":"1"}"#, r#"{"example":"2"}"#],
        "ipv4-network" => &["10.0.0.0/16", "10.1.0.0/16"],
        "ipv6-network" => &["2001:db8:0:100::/56", "2001:db8:0:200::/56"],
        "uri" => &["https://example.com/", "https://example.org/"],
        "AWS::ACM::Certificate.Arn" => CERTIFICATES,
        "AWS::EC2::Image.Id" => &["ami-0123456789abcdef0", "ami-0123456789abcdef1"],
        "AWS::EC2::SecurityGroup.Id" => GROUPS,
        "AWS::EC2::SecurityGroup.Name" => &["example", "another"],
        "AWS::EC2::Subnet.Id" => SUBNETS,
        "AWS::EC2::VPC.Id" => VPCS,
        "AWS::IAM::Role.Arn" => ROLES,
        "AWS::KMS::Alias.AliasName" => &["alias/example", "alias/another"],
        "AWS::KMS::Key.Arn" => KEYS,
        "AWS::KMS::Key.Id" => UUIDS,
        "AWS::Lambda::Function.Arn" => FUNCTIONS,
        "AWS::Logs::LogGroup.Name" => &["/example/logs", "/another/logs"],
        "AWS::Route53::AliasTarget.HostedZoneId" | "AWS::Route53::HostedZone.Id" => {
            &["Z2FDTNDATAQYW2", "Z0123456789ABCDEFGHIJ"]
        }
        "AWS::S3::Bucket.Name" => &["example-bucket", "another-bucket"],
        "AWS::SNS::Topic.Arn" => TOPICS,
        "AWS::SQS::Queue.Arn" => QUEUES,
        _ => &[],
    }
}

/// Texts for a property of this name.
pub(super) fn of_name(name: &str) -> &'static [&'static str] {
    let lower = name.to_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| lower.ends_with(end));
    if ends(&["arn", "arns"]) {
        let kinds: [(&str, &[&str]); 9] = [
            ("policy", POLICIES),
            ("role", ROLES),
            ("kms", KEYS),
            ("key", KEYS),
            ("topic", TOPICS),
            ("queue", QUEUES),
            (
                "bucket",
                &["arn:aws:s3:::example-bucket", "arn:aws:s3:::another-bucket"],
            ),
            ("certificate", CERTIFICATES),
            ("function", FUNCTIONS),
        ];
        let kind = kinds.iter().find(|(word, _)| lower.contains(word));
        return kind.map_or(ARNS, |(_, texts)| texts);
    }
    match () {
        () if ends(&["email", "emailaddress"]) => &["someone@example.com", "another@example.com"],
        () if ends(&["url", "uri", "endpoint"]) => &["https://example.com/", "https://example.org/"],
        () if ends(&["accountid", "accountids", "accounts", "owner"]) => &["123456789012", "210987654321"],
        () if ends(&["region", "regions"]) => &["us-east-1", "us-west-2"],
        () if ends(&["availabilityzone", "availabilityzones"]) => &["us-east-1a", "us-east-1b"],
        () if ends(&["cidr", "cidrs", "cidrblock", "cidrip"]) => &["10.0.0.0/16", "10.1.0.0/16"],
        () if ends(&["instancetype", "instancetypes"]) => &["t3.micro", "t3.small"],
        () if ends(&["subnet", "subnetid", "subnetids", "subnets"]) => SUBNETS,
        () if ends(&["securitygroup", "securitygroupid", "securitygroupids", "securitygroups"]) => GROUPS,
        () if ends(&["vpcid", "vpcids"]) => VPCS,
        () if ends(&["permissionsboundary"]) => POLICIES,
        () if lower == "path" => &["/example/", "/another/"],
        () if ends(&["path"]) => &["/example/path", "/another/path"],
        () if ends(&["domain", "domainname", "hostname"]) => &["example.com", "example.org"],
        () => &[],
    }
}

const GROUPS: &[&str] = &["sg-0123456789abcdef0", "sg-0123456789abcdef1"];
const SUBNETS: &[&str] = &["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
const VPCS: &[&str] = &["vpc-0123456789abcdef0", "vpc-0123456789abcdef1"];
const ACTIONS: [&str; 2] = ["s3:GetObject", "s3:PutObject"];
const POLICIES: &[&str] = &[
    "arn:aws:iam::123456789012:policy/example",
    "arn:aws:iam::123456789012:policy/another",
];
const ROLES: &[&str] = &[
    "arn:aws:iam::123456789012:role/example",
    "arn:aws:iam::123456789012:role/another",
];
const KEYS: &[&str] = &[
    "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    "arn:aws:kms:us-east-1:123456789012:key/11234567-89ab-cdef-0123-456789abcdef",
];
const CERTIFICATES: &[&str] = &[
    "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
    "arn:aws:acm:us-east-1:123456789012:certificate/11234567-89ab-cdef-0123-456789abcdef",
];
const FUNCTIONS: &[&str] = &[
    "arn:aws:lambda:us-east-1:123456789012:function:example",
    "arn:aws:lambda:us-east-1:123456789012:function:another",
];
const TOPICS: &[&str] = &[
    "arn:aws:sns:us-east-1:123456789012:example",
    "arn:aws:sns:us-east-1:123456789012:another",
];
const QUEUES: &[&str] = &[
    "arn:aws:sqs:us-east-1:123456789012:example",
    "arn:aws:sqs:us-east-1:123456789012:another",
];
const ARNS: &[&str] = &[
    "arn:aws:example:us-east-1:123456789012:example/example",
    "arn:aws:example:us-east-1:123456789012:example/another",
];
const UUIDS: &[&str] = &[
    "01234567-89ab-cdef-0123-456789abcdef",
    "11234567-89ab-cdef-0123-456789abcdef",
];

/// Texts to try for any pattern, the plainest first. What has a shape of its own comes before what happens to match.
pub(super) const COMMON: &[&str] = &[
    "example",
    "another",
    "example-1",
    "Example1",
    "EXAMPLE",
    "EXAMPLE_1",
    "1.0",
    "1.0.0",
    "2.0",
    "2.0.0",
    "1",
    "2",
    "10",
    "123456789012",
    "210987654321",
    "us-east-1",
    "us-west-2",
    "us-east-1a",
    "use1-az1",
    "01234567-89ab-cdef-0123-456789abcdef",
    "11234567-89ab-cdef-0123-456789abcdef",
    "arn:aws:iam::123456789012:role/example",
    "arn:aws:s3:::example-bucket",
    "arn:aws:sns:us-east-1:123456789012:example",
    "arn:aws:lambda:us-east-1:123456789012:function:example",
    "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:example-AbCdEf",
    "arn:aws:logs:us-east-1:123456789012:log-group:example:*",
    "vpc-0123456789abcdef0",
    "subnet-0123456789abcdef0",
    "sg-0123456789abcdef0",
    "i-0123456789abcdef0",
    "/example/path",
    "/another/path",
    "/",
    "s3://example-bucket/example",
    "s3://example-bucket/another",
    "https://example.com",
    "https://example.com/example",
    "https://example.org/",
    "example.com",
    "example.org",
    "www.example.com",
    "someone@example.com",
    "+12065550100",
    "10.0.0.1",
    "10.0.0.0/16",
    "2001:db8::1",
    "2001:db8::/32",
    "2026-01-01T00:00:00Z",
    "2026-01-01",
    "00:00",
    "12:30",
    "sun:05:00-sun:06:00",
    "05:00-06:00",
    "rate(1 day)",
    "rate(2 days)",
    "cron(0 12 * * ? *)",
    "P1D",
    "PT1H",
    "Example Text-1!",
    "AWS::S3::Bucket",
    "MY::EXAMPLE::HOOK",
    "123456789012.dkr.ecr.us-east-1.amazonaws.com/example:1",
];
