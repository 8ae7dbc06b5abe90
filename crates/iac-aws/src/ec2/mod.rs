//! Amazon EC2's networks: VPCs, their subnets and security groups.

mod cidr;
mod filters;
mod ids;
mod interfaces;
mod once;
mod security_group;
mod subnet;
mod tags;
mod vpc;

pub use cidr::CidrBlock;
pub use ids::{DhcpOptionsId, IpamPoolId, NetworkAclId, PrefixListId, RouteTableId};
pub use security_group::{
    Description, GroupName, Ports, Protocol, Rule, SecurityGroup, SecurityGroupId, SecurityGroupOutputs, Traffic,
};
pub use subnet::{HostnameType, Subnet, SubnetId, SubnetOutputs};
pub use vpc::{Tenancy, Vpc, VpcId, VpcOutputs};
