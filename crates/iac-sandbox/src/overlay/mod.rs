//! One file or folder per service: the winterbaume service with what AWS does beyond it.
//!
//! Each overlay says at its rules what AWS does. Where winterbaume keeps too little of a thing to give it back as it
//! was (buckets and objects, table descriptions, security group rules), the overlay keeps the thing itself.

#[cfg(any(feature = "cloudfront", feature = "dynamodb", feature = "iam", feature = "scheduler"))]
mod backed;
#[cfg(feature = "cloudcontrol")]
pub(crate) mod cloudcontrol;
#[cfg(feature = "cloudfront")]
mod cloudfront;
#[cfg(feature = "dynamodb")]
mod dynamodb;
#[cfg(feature = "ec2")]
mod ec2;
#[cfg(feature = "iam")]
mod iam;
mod kms;
#[cfg(feature = "scheduler")]
mod plain;
#[cfg(feature = "s3")]
mod s3;
mod sts;

use crate::emulator::Emulator;
use crate::service::Service;

/// A fresh emulator of every service the crate is built with.
pub(crate) fn services() -> Vec<(Service, Box<dyn Emulator>)> {
    vec![
        #[cfg(feature = "cloudcontrol")]
        (Service::CloudControl, Box::new(cloudcontrol::CloudControl::default())),
        #[cfg(feature = "cloudfront")]
        (Service::CloudFront, Box::new(cloudfront::CloudFront::default())),
        #[cfg(feature = "dynamodb")]
        (Service::DynamoDb, Box::new(dynamodb::DynamoDb::default())),
        #[cfg(feature = "ec2")]
        (Service::Ec2, Box::new(ec2::Ec2::default())),
        #[cfg(feature = "iam")]
        (Service::Iam, Box::new(iam::Iam::default())),
        (Service::Kms, Box::new(kms::Kms::default())),
        #[cfg(feature = "s3")]
        (Service::S3, Box::new(s3::S3::default())),
        #[cfg(feature = "scheduler")]
        plain::service::<winterbaume_scheduler::SchedulerService>(Service::Scheduler, &["groups/default"]),
        (Service::Sts, Box::new(sts::Sts::default())),
    ]
}

/// A fresh emulator of one service; none when the crate is built without it.
pub(crate) fn service(wanted: Service) -> Option<Box<dyn Emulator>> {
    services()
        .into_iter()
        .find_map(|(service, emulator)| (service == wanted).then_some(emulator))
}
