//! A small network: two public subnets, and the group that workers run in.

use iac_aws::ec2::{Rule, SecurityGroup, Subnet, Vpc};
use iac_core::model::Stack;

use crate::{environments::Environment, names::named};

pub(crate) fn build(stack: &mut Stack, environment: &Environment) {
    let Environment { network, zones, .. } = environment;
    let vpc = stack.add(
        "main",
        Vpc::builder()
            .cidr_block(format!("{network}.0.0/16"))
            .enable_dns_hostnames(true)
            .tags([("Name", named(environment, "main"))])
            .build(),
    );
    for (index, zone) in zones.iter().enumerate() {
        let name = ["a", "b"][index];
        let subnet = stack.add(
            name,
            Subnet::builder()
                .vpc_id(&vpc.id)
                .cidr_block(format!("{network}.{}.0/24", index + 1))
                .availability_zone(*zone)
                .map_public_ip_on_launch(true)
                .tags([("Name", named(environment, name))])
                .build(),
        );
        stack.output(&format!("subnet_{name}"), &subnet.id);
    }
    stack.add(
        "workers",
        SecurityGroup::builder()
            .name(named(environment, "workers"))
            .description("Spot workers: they call out, nobody calls in")
            .vpc_id(&vpc.id)
            .ingress([])
            .egress([
                Rule::tcp(443).to_anywhere().description("AWS and package registries"),
                Rule::udp(53)
                    .to_cidr(format!("{network}.0.0/16"))
                    .description("the resolver of the network"),
            ])
            .build(),
    );
    stack.output("vpc", &vpc.id);
}
