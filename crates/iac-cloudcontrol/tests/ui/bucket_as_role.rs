//! A Lambda function that is given a bucket's ARN as its role.

use iac_cloudcontrol::{
    lambda::{Function, function},
    s3::Bucket,
};
use iac_core::model::Stack;

fn main() {
    let mut stack = Stack::new("shop", "dev");
    let bucket = stack.add("code", Bucket::builder().build());
    let code = function::Code::builder().s3_bucket(&bucket.bucket_name).s3_key("code.zip");
    stack.add("resize", Function::builder().role(&bucket.arn).code(code).build());
}
