//! The EC2 types against the AWS in the process.
#![cfg(feature = "ec2")]

#[cfg(test)]
mod engine;
#[cfg(test)]
mod lab;
#[cfg(test)]
mod security_group;
#[cfg(test)]
mod subnet;
#[cfg(test)]
mod vpc;
