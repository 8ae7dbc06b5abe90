//! Amazon EC2's networks: VPCs, their subnets and security groups.

mod associations;
mod cidr;
mod create;
mod describe;
mod filter;
mod holders;
mod in_use;
mod security_group;
mod security_group_rule;
mod subnet;
mod tags;
mod vpc;

use crate::kind::network as ids;
pub use cidr::CidrBlock;

pub use ids::{
    DhcpOptionsId, IpamPoolId, NetworkAclId, PrefixListId, RouteTableId, SecurityGroupId, SecurityGroupRuleId,
    SubnetId, VpcId,
};
pub use security_group::{Description, GroupName, Ports, Protocol, Rule, SecurityGroup, SecurityGroupOutputs, Traffic};
pub use security_group_rule::{
    SecurityGroupEgressRule, SecurityGroupEgressRuleOutputs, SecurityGroupIngressRule, SecurityGroupIngressRuleOutputs,
};
pub use subnet::{HostnameType, Subnet, SubnetOutputs};
pub use vpc::{Tenancy, Vpc, VpcOutputs};
