//! What AWS's names are in Rust.

use heck::ToSnakeCase;

/// `QueueName` is `queue_name`, `VPCId` is `vpc_id`, `IPv6Block` is `ipv6_block`.
pub(crate) fn snake(name: &str) -> String {
    // a mixed abbreviation is one word
    let name = name.replace("IPv", "Ipv").replace("IoT", "Iot");
    name.to_snake_case()
}

/// What a type is called in addresses: `AWS::SQS::Queue` is `aws.sqs_queue`.
pub(crate) fn type_name(name: &str) -> String {
    let mut parts = name.split("::").skip(1);
    let (service, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("aws.{}_{}", service.to_lowercase(), snake(kind))
}

/// Words in the names of write-only texts that are secret. Source: the registry's write-only properties, read one by one.
const SECRET: &[&str] = &[
    "password",
    "secret",
    "token",
    "privatekey",
    "credential",
    "passphrase",
    "apikey",
    "accesskey",
    "keymaterial",
    "sharedkey",
    "authkey",
];

/// Whether a write-only text of this name is a secret.
pub(crate) fn is_secret(property: &str) -> bool {
    let name = property.to_lowercase();
    let names = SECRET.iter().any(|word| name.contains(word));
    // what only says where a secret is, or of which kind
    let speaks_of = ["arn", "id", "name", "version", "type", "length", "enabled"];
    names && !speaks_of.iter().any(|end| name.ends_with(end))
}

/// A type's page in the `CloudFormation` template reference.
pub(crate) fn url(name: &str) -> String {
    let mut parts = name.split("::").skip(1);
    let (service, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let page = format!("{service}-{kind}").to_lowercase();
    format!("https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-{page}.html")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Facts;

    #[test]
    fn words_are_told_apart() {
        for (name, snake_case) in [
            ("KmsMasterKeyId", "kms_master_key_id"),
            ("SSEAlgorithm", "sse_algorithm"),
            ("S3Bucket", "s3_bucket"),
            ("IPv6CidrBlock", "ipv6_cidr_block"),
            ("deadLetterTargetArn", "dead_letter_target_arn"),
        ] {
            assert_eq!(snake(name), snake_case);
        }
        assert_eq!(type_name("AWS::ApiGatewayV2::Api"), "aws.apigatewayv2_api");
        assert_eq!(type_name("AWS::EC2::VPCEndpoint"), "aws.ec2_vpc_endpoint");
    }

    #[test]
    fn no_two_types_have_one_name() {
        let names: BTreeSet<String> = Facts::get().names().map(type_name).collect();
        assert_eq!(names.len(), Facts::get().names().count());
    }
}
