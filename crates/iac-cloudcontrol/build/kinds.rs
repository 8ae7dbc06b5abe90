//! What the texts of properties name.

use serde_json::Value;

use crate::shape::is_role;

/// The Rust types of the registry's formats.
const FORMATS: &[(&str, &str)] = &[
    ("AWS::ACM::Certificate.Arn", "g::Arn<g::kind::Certificate>"),
    ("AWS::EC2::Image.Id", "g::kind::ImageId"),
    ("AWS::EC2::SecurityGroup.Id", "g::kind::SecurityGroupId"),
    ("AWS::EC2::SecurityGroup.Name", "g::kind::SecurityGroupName"),
    ("AWS::EC2::Subnet.Id", "g::kind::SubnetId"),
    ("AWS::EC2::VPC.Id", "g::kind::VpcId"),
    ("AWS::IAM::Role.Arn", "g::Arn<g::kind::Role>"),
    ("AWS::KMS::Alias.AliasName", "g::kind::KeyAlias"),
    ("AWS::KMS::Key.Arn", "g::Arn<g::kind::Key>"),
    ("AWS::KMS::Key.Id", "g::kind::KeyId"),
    ("AWS::Lambda::Function.Arn", "g::Arn<g::kind::Function>"),
    ("AWS::Logs::LogGroup.Name", "g::kind::LogGroupName"),
    ("AWS::Route53::AliasTarget.HostedZoneId", "g::HostedZoneId"),
    ("AWS::Route53::HostedZone.Id", "g::HostedZoneId"),
    ("AWS::S3::Bucket.Name", "g::kind::BucketName"),
    ("AWS::SNS::Topic.Arn", "g::Arn<g::kind::Topic>"),
    ("AWS::SQS::Queue.Arn", "g::Arn<g::kind::Queue>"),
];

/// What AWS gives of the types that formats name, by type and property.
const OUTPUTS: &[(&str, &str, &str)] = &[
    (
        "AWS::ACM::Certificate",
        "CertificateArn",
        "g::Arn<g::kind::Certificate>",
    ),
    (
        "AWS::CertificateManager::Certificate",
        "CertificateArn",
        "g::Arn<g::kind::Certificate>",
    ),
    ("AWS::EC2::SecurityGroup", "GroupId", "g::kind::SecurityGroupId"),
    ("AWS::EC2::SecurityGroup", "Id", "g::kind::SecurityGroupId"),
    ("AWS::EC2::Subnet", "SubnetId", "g::kind::SubnetId"),
    ("AWS::EC2::VPC", "VpcId", "g::kind::VpcId"),
    ("AWS::IAM::Role", "Arn", "g::Arn<g::kind::Role>"),
    ("AWS::KMS::Alias", "AliasName", "g::kind::KeyAlias"),
    ("AWS::KMS::Key", "Arn", "g::Arn<g::kind::Key>"),
    ("AWS::KMS::Key", "KeyId", "g::kind::KeyId"),
    ("AWS::Lambda::Function", "Arn", "g::Arn<g::kind::Function>"),
    ("AWS::Logs::LogGroup", "LogGroupName", "g::kind::LogGroupName"),
    ("AWS::Route53::HostedZone", "Id", "g::HostedZoneId"),
    ("AWS::S3::Bucket", "BucketName", "g::kind::BucketName"),
    ("AWS::SNS::Topic", "TopicArn", "g::Arn<g::kind::Topic>"),
    ("AWS::SQS::Queue", "Arn", "g::Arn<g::kind::Queue>"),
];

/// The type of a text: its kind where the registry tells one.
pub(crate) fn of_text(node: &Value) -> &'static str {
    let any = node["anyOf"].as_array().into_iter().flatten();
    let formats: Vec<&str> = any.filter_map(|one| one["format"].as_str()).collect();
    if formats.iter().any(|format| format.starts_with("AWS::KMS::")) {
        return "g::kind::KeyRef";
    }
    if formats
        .iter()
        .any(|format| format.starts_with("AWS::EC2::SecurityGroup."))
    {
        return "g::kind::SecurityGroupRef";
    }
    if is_role(node) {
        return "g::Arn<g::kind::Role>";
    }
    let format = node["format"].as_str().unwrap_or_default();
    let known = FORMATS.iter().find(|(name, _)| *name == format);
    known.map_or("String", |(_, kind)| kind)
}

/// The type of an output that is a text.
pub(crate) fn of_output(type_name: &str, path: &str, struct_name: &str) -> String {
    let known = OUTPUTS.iter().find(|(of, name, _)| *of == type_name && *name == path);
    if let Some((_, _, kind)) = known {
        return (*kind).to_owned();
    }
    // an ARN of one's own is one of no other kind
    if path == "Arn" || path == format!("{struct_name}Arn") {
        return format!("g::Arn<{struct_name}>");
    }
    "String".to_owned()
}
