"""dev from nothing to nothing over HTTP, looked at with boto3. The tests follow each other."""

import json

from conftest import ACCOUNT, STACK
from world import EMPTY, WHOLE, counted, ours, owned, plain

FRONTEND = f"{STACK}-dev-frontend"


def bucket(cloud):
    return ours(cloud)["buckets"][0]


def distribution(cloud):
    return cloud.cloudfront.get_distribution(Id=ours(cloud)["distributions"][0])["Distribution"]


def test_bootstrap_may_be_repeated(cloud):
    assert "created" in cloud.bootstrapped.out
    again = cloud.ok("bootstrap", "dev").out.splitlines()
    assert len(again) == len(cloud.bootstrapped.out.splitlines())
    assert all(line.endswith(": already right") for line in again), again
    name, table = cloud.store()
    assert cloud.s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert all(cloud.s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    assert cloud.s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    described = cloud.dynamodb.describe_table(TableName=table)["Table"]
    assert described["KeySchema"] == [{"AttributeName": "LockID", "KeyType": "HASH"}]
    assert described["DeletionProtectionEnabled"]


def test_a_plan_writes_nothing(cloud):
    done = cloud.ok("plan", "dev", "--detailed-exitcode", code=2)
    assert "Plan: 19 to create, 0 to update, 0 to replace, 0 to delete." in done.out
    assert counted(cloud) == EMPTY
    assert cloud.state_objects() == [] and cloud.locks() == []


def test_an_apply_makes_it_and_the_next_plan_is_empty(cloud):
    done = cloud.ok("apply", "dev", "--yes")
    assert "19 created. state serial 1" in done.err
    assert "No changes." in cloud.ok("plan", "dev", "--detailed-exitcode").out
    assert counted(cloud) == WHOLE


def test_the_state_is_in_s3_and_the_lock_is_back(cloud):
    assert cloud.state_objects() == [f"{STACK}/dev/state.json"], "the journal is folded"
    state = cloud.state()
    assert (state["serial"], state["stack"], state["environment"]) == (1, STACK, "dev")
    assert len(state["lineage"]) == 36
    assert len(state["resources"]) == 19
    assert cloud.locks() == []
    outputs = json.loads(cloud.ok("output", "dev", "--json").out)
    assert bucket(cloud) in json.dumps(outputs)


def test_the_bucket(cloud):
    name = bucket(cloud)
    s3 = cloud.s3
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    rules = {rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]}
    assert rules["logs"]["Transitions"] == [{"Days": 0, "StorageClass": "INTELLIGENT_TIERING"}]
    assert rules["logs"]["Expiration"] == {"Days": 30}
    kept = rules["old-versions"]["NoncurrentVersionExpiration"]
    assert kept == {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3}
    assert rules["old-versions"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    tiering = s3.list_bucket_intelligent_tiering_configurations(Bucket=name)["IntelligentTieringConfigurationList"]
    assert tiering[0]["Tierings"] == [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]
    assert plain(s3.get_bucket_tagging(Bucket=name)["TagSet"]) == owned("s3.bucket.frontend")


def test_the_policy_of_the_bucket_names_the_distribution(cloud):
    name = bucket(cloud)
    policy = json.loads(cloud.s3.get_bucket_policy(Bucket=name)["Policy"])
    reads, secure = policy["Statement"]
    assert reads["Principal"] == {"Service": ["cloudfront.amazonaws.com"]}
    assert reads["Action"] == ["s3:GetObject"] and reads["Resource"] == [f"arn:aws:s3:::{name}/*"]
    assert reads["Condition"] == {"StringEquals": {"AWS:SourceArn": [distribution(cloud)["ARN"]]}}
    assert secure["Effect"] == "Deny" and secure["Condition"] == {"Bool": {"aws:SecureTransport": ["false"]}}


def test_the_distribution(cloud):
    found = distribution(cloud)
    config = found["DistributionConfig"]
    control, cache = ours(cloud)["origin access controls"][0], ours(cloud)["cache policies"][0]
    (origin,) = config["Origins"]["Items"]
    assert origin["DomainName"] == f"{bucket(cloud)}.s3.us-east-1.amazonaws.com"
    assert origin["OriginAccessControlId"] == control
    pages = {each["ErrorCode"]: each for each in config["CustomErrorResponses"]["Items"]}
    assert sorted(pages) == [403, 404]
    assert {(each["ResponsePagePath"], each["ResponseCode"]) for each in pages.values()} == {("/index.html", "200")}
    behavior = config["DefaultCacheBehavior"]
    assert behavior["CachePolicyId"] == cache
    assert behavior["ViewerProtocolPolicy"] == "redirect-to-https" and behavior["Compress"]
    assert (config["DefaultRootObject"], config["PriceClass"]) == ("index.html", "PriceClass_100")
    policy = cloud.cloudfront.get_cache_policy(Id=cache)["CachePolicy"]["CachePolicyConfig"]
    assert (policy["Name"], policy["DefaultTTL"], policy["MaxTTL"]) == (FRONTEND, 3600, 86400)
    signing = cloud.cloudfront.get_origin_access_control(Id=control)["OriginAccessControl"]["OriginAccessControlConfig"]
    assert (signing["SigningBehavior"], signing["SigningProtocol"]) == ("always", "sigv4")
    tags = cloud.cloudfront.list_tags_for_resource(Resource=found["ARN"])["Tags"]["Items"]
    assert plain(tags) == owned("cloudfront.distribution.frontend")


def test_the_tables(cloud):
    for short, keys in [
        ("prices", [("instance_type", "HASH"), ("observed_at", "RANGE")]),
        ("alerts", [("user", "HASH"), ("alert", "RANGE")]),
        ("instances", [("instance_id", "HASH")]),
    ]:
        name = f"{STACK}-dev-{short}"
        table = cloud.dynamodb.describe_table(TableName=name)["Table"]
        assert [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]] == keys
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        lives = cloud.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        assert lives == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
        tags = cloud.dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
        assert plain(tags) == owned(f"dynamodb.table.{short}")
        indexes = {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", [])}
        assert sorted(indexes) == (["by-region"] if short == "prices" else [])
        if indexes:
            parts = [(key["AttributeName"], key["KeyType"]) for key in indexes["by-region"]["KeySchema"]]
            assert parts == [("region", "HASH"), ("observed_at", "RANGE")]
            assert indexes["by-region"]["Projection"] == {"ProjectionType": "ALL"}


def test_the_identity_that_deploys(cloud):
    (provider,) = ours(cloud)["oidc providers"]
    about = cloud.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)
    assert about["ClientIDList"] == ["sts.amazonaws.com"]
    assert about["Url"].removeprefix("https://") == "token.actions.githubusercontent.com"
    role = cloud.iam.get_role(RoleName=f"{STACK}-dev-deploy")["Role"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Federated": [provider]}
    assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert sorted(trust["Condition"]) == ["StringEquals", "StringLike"]
    named = f"arn:aws:iam::{ACCOUNT}:policy/{STACK}-dev-"
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == f"{named}boundary"
    attached = cloud.iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert {each["PolicyArn"] for each in attached} == {f"{named}deploy-resources", f"{named}deploy-state"}
    assert plain(role["Tags"]) == owned("iam.role.deploy")


def test_the_network(cloud):
    (vpc,) = ours(cloud)["vpcs"]
    about = cloud.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]
    assert about["CidrBlock"] == "10.10.0.0/16"
    assert plain(about["Tags"]) == {"Name": f"{STACK}-dev-main", **owned("ec2.vpc.main")}
    hostnames = cloud.ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsHostnames")
    assert hostnames["EnableDnsHostnames"]["Value"]
    subnets = cloud.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    places = {(each["CidrBlock"], each["AvailabilityZone"], each["MapPublicIpOnLaunch"]) for each in subnets}
    assert places == {("10.10.1.0/24", "us-east-1a", True), ("10.10.2.0/24", "us-east-1b", True)}
    (group,) = ours(cloud)["security groups"]
    workers = cloud.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    assert workers["IpPermissions"] == []
    out = {(rule["IpProtocol"], rule["FromPort"], rule["IpRanges"][0]["CidrIp"]) for rule in workers["IpPermissionsEgress"]}
    assert out == {("tcp", 443, "0.0.0.0/0"), ("udp", 53, "10.10.0.0/16")}, "the rule every new group has is gone"
    assert plain(workers["Tags"]) == owned("ec2.security_group.workers")


def test_drift_is_shown_and_repaired(cloud):
    cloud.s3.put_bucket_versioning(Bucket=bucket(cloud), VersioningConfiguration={"Status": "Suspended"})
    cloud.dynamodb.update_time_to_live(
        TableName=f"{STACK}-dev-alerts", TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires_at"}
    )
    (group,) = ours(cloud)["security groups"]
    anyone = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    cloud.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[anyone])
    (vpc,) = ours(cloud)["vpcs"]
    cloud.ec2.create_tags(Resources=[vpc], Tags=[{"Key": "project", "Value": "someone else's"}])

    shown = cloud.ok("plan", "dev", "--detailed-exitcode", code=2).out
    assert "Changed outside since the last run:" in shown
    assert 'versioning: "Enabled" -> "Suspended"' in shown
    assert "Plan: 0 to create, 4 to update, 0 to replace, 0 to delete." in shown
    assert "4 updated. state serial 2" in cloud.ok("apply", "dev", "--yes").err
    assert "No changes." in cloud.ok("plan", "dev", "--detailed-exitcode").out
    assert cloud.s3.get_bucket_versioning(Bucket=bucket(cloud))["Status"] == "Enabled"
    assert cloud.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == []


def test_what_went_away_is_made_again(cloud):
    (subnet, _) = ours(cloud)["subnets"]
    cloud.ec2.delete_subnet(SubnetId=subnet)
    assert "1 to create" in cloud.ok("plan", "dev", "--detailed-exitcode", code=2).out
    cloud.ok("apply", "dev", "--yes")
    assert counted(cloud) == WHOLE


def test_destroy_leaves_nothing(cloud):
    # what was uploaded in the meantime, with an older version; moto applies a policy without its conditions
    cloud.s3.delete_bucket_policy(Bucket=bucket(cloud))
    for content in (b"old", b"new"):
        cloud.s3.put_object(Bucket=bucket(cloud), Key="index.html", Body=content)
    assert "19 deleted" in cloud.ok("destroy", "dev", "--yes").err
    assert counted(cloud) == EMPTY
    assert cloud.state()["resources"] == {} and cloud.locks() == []
