//! Amazon EC2's networks: VPCs, their subnets and security groups.

mod cidr;
mod filters;
mod holders;
mod ids;
mod in_use;
mod once;
mod security_group;
mod security_group_rule;
mod subnet;
mod tags;
mod vpc;

pub use cidr::CidrBlock;
pub use ids::{DhcpOptionsId, IpamPoolId, NetworkAclId, PrefixListId, RouteTableId, SecurityGroupRuleId};
pub use security_group::{
    Description, GroupName, Ports, Protocol, Rule, SecurityGroup, SecurityGroupId, SecurityGroupOutputs, Traffic,
};
pub use security_group_rule::{
    SecurityGroupEgressRule, SecurityGroupEgressRuleOutputs, SecurityGroupIngressRule, SecurityGroupIngressRuleOutputs,
};
pub use subnet::{HostnameType, Subnet, SubnetId, SubnetOutputs};
pub use vpc::{Tenancy, Vpc, VpcId, VpcOutputs};
