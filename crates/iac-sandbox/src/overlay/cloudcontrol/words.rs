//! The words of AWS's ids and ARNs that do not follow from a type's name.

/// What comes before the digits of an id. Source: EC2 user guide, "Resource IDs", and the examples of the API references.
pub(super) fn prefix(type_name: &str) -> Option<&'static str> {
    let known = [
        ("AWS::EC2::CustomerGateway", "cgw-"),
        ("AWS::EC2::DHCPOptions", "dopt-"),
        ("AWS::EC2::EgressOnlyInternetGateway", "eigw-"),
        ("AWS::EC2::FlowLog", "fl-"),
        ("AWS::EC2::Instance", "i-"),
        ("AWS::EC2::InternetGateway", "igw-"),
        ("AWS::EC2::LaunchTemplate", "lt-"),
        ("AWS::EC2::NatGateway", "nat-"),
        ("AWS::EC2::NetworkAcl", "acl-"),
        ("AWS::EC2::NetworkInterface", "eni-"),
        ("AWS::EC2::PrefixList", "pl-"),
        ("AWS::EC2::RouteTable", "rtb-"),
        ("AWS::EC2::SecurityGroup", "sg-"),
        ("AWS::EC2::SecurityGroupEgress", "sgr-"),
        ("AWS::EC2::SecurityGroupIngress", "sgr-"),
        ("AWS::EC2::Subnet", "subnet-"),
        ("AWS::EC2::SubnetRouteTableAssociation", "rtbassoc-"),
        ("AWS::EC2::TransitGateway", "tgw-"),
        ("AWS::EC2::VPC", "vpc-"),
        ("AWS::EC2::VPCEndpoint", "vpce-"),
        ("AWS::EC2::VPCPeeringConnection", "pcx-"),
        ("AWS::EC2::VPNConnection", "vpn-"),
        ("AWS::EC2::VPNGateway", "vgw-"),
        ("AWS::EC2::Volume", "vol-"),
        ("AWS::EFS::AccessPoint", "fsap-"),
        ("AWS::EFS::FileSystem", "fs-"),
        ("AWS::EFS::MountTarget", "fsmt-"),
    ];
    known
        .iter()
        .find(|(name, _)| *name == type_name)
        .map(|(_, prefix)| *prefix)
}

/// What stands between the account and the name in an ARN. Source: Service Authorization Reference, resource types.
pub(super) fn kind(type_name: &str) -> String {
    let known = [
        ("AWS::IAM::ManagedPolicy", "policy/"),
        ("AWS::Lambda::Function", "function:"),
        ("AWS::Logs::LogGroup", "log-group:"),
        ("AWS::RDS::DBCluster", "cluster:"),
        ("AWS::RDS::DBInstance", "db:"),
        ("AWS::S3::Bucket", ""),
        ("AWS::SNS::Topic", ""),
        ("AWS::SQS::Queue", ""),
        ("AWS::SecretsManager::Secret", "secret:"),
        ("AWS::StepFunctions::StateMachine", "stateMachine:"),
    ];
    let found = known.iter().find(|(name, _)| *name == type_name);
    let resource = type_name.rsplit("::").next().unwrap_or_default();
    found.map_or_else(|| format!("{}/", kebab(resource)), |(_, kind)| (*kind).to_owned())
}

/// `SecurityGroup` as `security-group`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    let mut before_is_small = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && before_is_small {
            text.push('-');
        }
        before_is_small = !letter.is_ascii_uppercase();
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// Services whose ARNs name no region.
pub(super) const GLOBAL: [&str; 6] = ["cloudfront", "iam", "organizations", "route53", "s3", "waf"];
