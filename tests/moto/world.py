"""What is in an account, seen with boto3."""

from conftest import STACK


def ours(cloud):
    """Everything that could be of the stack, by kind: ids or names. Of the state, nothing."""
    state_bucket, lock_table = cloud.store()
    buckets = [each["Name"] for each in cloud.s3.list_buckets()["Buckets"]]
    distributions = cloud.cloudfront.list_distributions()["DistributionList"].get("Items", [])
    controls = cloud.cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
    policies = cloud.cloudfront.list_cache_policies(Type="custom")["CachePolicyList"].get("Items", [])
    vpcs = [each["VpcId"] for each in cloud.ec2.describe_vpcs()["Vpcs"] if not each["IsDefault"]]
    of_vpcs = [{"Name": "vpc-id", "Values": vpcs or ["none"]}]
    groups = cloud.ec2.describe_security_groups(Filters=of_vpcs)["SecurityGroups"]
    return {
        "buckets": [name for name in buckets if name != state_bucket],
        "distributions": [each["Id"] for each in distributions],
        "origin access controls": [each["Id"] for each in controls],
        "cache policies": [each["CachePolicy"]["Id"] for each in policies],
        "tables": [name for name in cloud.dynamodb.list_tables()["TableNames"] if name != lock_table],
        "vpcs": vpcs,
        "subnets": [each["SubnetId"] for each in cloud.ec2.describe_subnets(Filters=of_vpcs)["Subnets"]],
        "security groups": [each["GroupId"] for each in groups if each["GroupName"] != "default"],
        "roles": [each["RoleName"] for each in cloud.iam.list_roles()["Roles"]],
        "policies": [each["Arn"] for each in cloud.iam.list_policies(Scope="Local")["Policies"]],
        "oidc providers": [each["Arn"] for each in cloud.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]],
    }


def counted(cloud):
    return {kind: len(found) for kind, found in ours(cloud).items()}


#: how many there are of each kind when dev stands
WHOLE = {
    "buckets": 1,
    "distributions": 1,
    "origin access controls": 1,
    "cache policies": 1,
    "tables": 3,
    "vpcs": 1,
    "subnets": 2,
    "security groups": 1,
    "roles": 1,
    "policies": 3,
    "oidc providers": 1,
}

#: when nothing is left
EMPTY = dict.fromkeys(WHOLE, 0)


def owned(address):
    """The tags of a resource of dev."""
    return {
        "project": STACK,
        "environment": "dev",
        "managed-by": "iac",
        "iac:stack": STACK,
        "iac:environment": "dev",
        "iac:address": address,
    }


def plain(tags):
    """A list of tags as a mapping, without the token of the call that made the resource."""
    return {each["Key"]: each["Value"] for each in tags if each["Key"] != "iac:token"}
