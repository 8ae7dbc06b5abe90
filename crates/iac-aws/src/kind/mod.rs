//! What values name: ids, names, and ARNs of a kind. They are there without any service, so that a type whose code is not part of
//! the build can be referred to, by hand-written types and generated ones alike.

mod bucket;
pub(crate) mod network;

use iac_core::model::AssignableTo;

pub use bucket::BucketName;
pub use network::{
    DhcpOptionsId, IpamPoolId, NetworkAclId, PrefixListId, RouteTableId, SecurityGroupId, SecurityGroupRuleId,
    SubnetId, VpcId,
};

use crate::Arn;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
    )+};
}

kinds! {
    /// A certificate of ACM: in `Arn<Certificate>`.
    Certificate;
    /// A Lambda function: in `Arn<Function>`.
    Function;
    /// A KMS key: in `Arn<Key>`.
    Key;
    /// An SQS queue: in `Arn<Queue>`.
    Queue;
    /// An IAM role: in `Arn<Role>`.
    Role;
    /// An SNS topic: in `Arn<Topic>`.
    Topic;
}

iac_core::text_type! {
    /// The id of a machine image: `ami-` and hexadecimal digits; or a parameter that holds one, `resolve:ssm:...`.
    pub struct ImageId;

    /// The id of a KMS key: a UUID, `mrk-` in front of it for one of several regions.
    pub struct KeyId;

    /// The alias of a KMS key: `alias/...`.
    pub struct KeyAlias;

    /// Any way to name a KMS key: its ARN, its id, its alias.
    pub struct KeyRef;

    /// The name of a log group: `/aws/lambda/resize`.
    pub struct LogGroupName;

    /// The name of a security group in its VPC.
    pub struct SecurityGroupName;

    /// A security group by its id or, in a default VPC, by its name.
    pub struct SecurityGroupRef;
}

impl AssignableTo<KeyRef> for Arn<Key> {}
impl AssignableTo<KeyRef> for KeyId {}
impl AssignableTo<KeyRef> for KeyAlias {}
impl AssignableTo<SecurityGroupRef> for SecurityGroupId {}
impl AssignableTo<SecurityGroupRef> for SecurityGroupName {}
