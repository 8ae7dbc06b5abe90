//! A Lambda function without a role.

use iac_cloudcontrol::lambda::{Function, function};

fn main() {
    let code = function::Code::builder().s3_key("code.zip");
    Function::builder().code(code).build();
}
