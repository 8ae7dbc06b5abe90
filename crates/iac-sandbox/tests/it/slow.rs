//! Things that take time: what was made shows as not ready for some reads.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableClass,
};
use iac_sandbox::Sandbox;

use crate::common::config;

#[tokio::test]
async fn networks_are_pending_for_some_reads_of_them() {
    let sandbox = Sandbox::new();
    sandbox.set_ready_after(2);
    let ec2 = aws_sdk_ec2::Client::new(&config(&sandbox));
    let made = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap();
    let vpc = made.vpc().unwrap().vpc_id().unwrap().to_owned();
    let made = ec2
        .create_subnet()
        .vpc_id(&vpc)
        .cidr_block("10.0.1.0/24")
        .send()
        .await
        .unwrap();
    let subnet = made.subnet().unwrap().subnet_id().unwrap().to_owned();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let vpcs = ec2.describe_vpcs().vpc_ids(&vpc).send().await.unwrap();
        let subnets = ec2.describe_subnets().subnet_ids(&subnet).send().await.unwrap();
        let states = [
            vpcs.vpcs()[0].state().unwrap().as_str(),
            subnets.subnets()[0].state().unwrap().as_str(),
        ];
        seen.push(states.map(str::to_owned));
    }
    assert_eq!(seen, [["pending"; 2], ["pending"; 2], ["available"; 2]]);
    // what was there before is ready, and reads of it do not count
    let all = ec2.describe_vpcs().send().await.unwrap();
    assert!(
        all.vpcs()
            .iter()
            .all(|vpc| vpc.state().unwrap().as_str() == "available")
    );
}

#[tokio::test]
async fn tables_are_made_and_changed_for_some_reads() {
    let sandbox = Sandbox::new();
    sandbox.set_ready_after(1);
    let dynamodb = aws_sdk_dynamodb::Client::new(&config(&sandbox));
    let name = AttributeDefinition::builder()
        .attribute_name("id")
        .attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
    let create = dynamodb
        .create_table()
        .table_name("table")
        .billing_mode(BillingMode::PayPerRequest);
    let create = create
        .attribute_definitions(name.build().unwrap())
        .key_schema(key.build().unwrap());
    create.send().await.unwrap();
    let status = async || {
        let table = dynamodb.describe_table().table_name("table").send().await.unwrap();
        table.table().unwrap().table_status().unwrap().as_str().to_owned()
    };
    assert_eq!([status().await, status().await], ["CREATING", "ACTIVE"]);
    let update = dynamodb.update_table().table_name("table");
    update
        .table_class(TableClass::StandardInfrequentAccess)
        .send()
        .await
        .unwrap();
    assert_eq!([status().await, status().await], ["UPDATING", "ACTIVE"]);
    sandbox.set_ready_after(0);
    assert_eq!(status().await, "ACTIVE");
}
