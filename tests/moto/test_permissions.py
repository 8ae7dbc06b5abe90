"""A user with exactly the state policy of the stack can keep a state; with one permission less, the error names it."""

import json

import pytest

from conftest import ACCOUNT, STACK
from test_lock import HOLDER, hold

STATE_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/{STACK}-dev-deploy-state"
PERMISSIONS = [
    "s3:ListBucket",
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:DeleteItem",
]


@pytest.fixture(scope="module")
def document(cloud):
    """The policy as the stack made it."""
    cloud.ok("apply", "dev", "--yes")
    version = cloud.iam.get_policy(PolicyArn=STATE_POLICY)["Policy"]["DefaultVersionId"]
    found = cloud.iam.get_policy_version(PolicyArn=STATE_POLICY, VersionId=version)["PolicyVersion"]["Document"]
    actions = [action for statement in found["Statement"] for action in statement["Action"]]
    assert sorted(actions) == sorted(PERMISSIONS)
    return found


@pytest.fixture
def as_user(cloud, document):
    """Runs the program as a user of whom the policy is all, with these permissions missing; IAM is enforced."""
    users = []

    def run(*words, without=(), program="stacks"):
        name = f"user-{len(users)}"
        cloud.iam.create_user(UserName=name)
        users.append(name)
        policy = json.loads(json.dumps(document))
        for statement in policy["Statement"]:
            statement["Action"] = [action for action in statement["Action"] if action not in without]
        policy["Statement"] = [statement for statement in policy["Statement"] if statement["Action"]]
        cloud.iam.put_user_policy(UserName=name, PolicyName="state", PolicyDocument=json.dumps(policy))
        key = cloud.iam.create_access_key(UserName=name)["AccessKey"]
        cloud.post("/moto-api/reset-auth", b"0")
        try:
            return cloud.run(*words, program=program, credentials=(key["AccessKeyId"], key["SecretAccessKey"]))
        finally:
            cloud.post("/moto-api/reset-auth", b"inf")

    yield run
    for name in users:
        for key in cloud.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            cloud.iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        cloud.iam.delete_user_policy(UserName=name, PolicyName="state")
        cloud.iam.delete_user(UserName=name)


def state_only(run, *words, **named):
    return run(*words, program="examples/state_only", **named)


def test_iam_is_enforced(as_user):
    refused = as_user("plan", "dev", "--no-lock")
    assert refused.code == 1 and "AccessDenied" in refused.said, refused.said


def test_the_policy_is_enough_for_a_state(cloud, as_user):
    for words, code in [
        (("plan", "dev", "--detailed-exitcode"), 2),
        (("apply", "dev", "--yes"), 0),
        (("plan", "dev", "--detailed-exitcode"), 0),
        (("output", "dev", "answer", "--raw"), 0),
        (("state", "list", "dev"), 0),
        (("destroy", "dev", "--yes"), 0),
    ]:
        done = state_only(as_user, *words)
        assert done.code == code, done.said
    hold(cloud, seconds=60)
    done = as_user("unlock", "dev", HOLDER)
    assert done.code == 0 and cloud.locks() == [], done.said


@pytest.fixture
def forgotten(cloud):
    """As if dev had never been applied: an apply wants to make everything, which these users may not."""
    bucket, _ = cloud.store()
    key = f"{STACK}/dev/state.json"
    held = cloud.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    cloud.s3.delete_object(Bucket=bucket, Key=key)
    yield
    for left in cloud.state_objects():
        cloud.s3.delete_object(Bucket=bucket, Key=left)
    cloud.s3.put_object(Bucket=bucket, Key=key, Body=held)
    for lock in cloud.locks():
        cloud.dynamodb.delete_item(TableName=cloud.store()[1], Key={"LockID": lock["LockID"]})


def test_the_policy_is_enough_for_a_journal(cloud, as_user, forgotten):
    # that it was tried is written down, settled and folded
    done = as_user("apply", "dev", "--yes")
    assert done.code == 1 and "create failed" in done.said, done.said
    assert cloud.locks() == []
    assert not [key for key in cloud.state_objects() if "/journal/" in key]


@pytest.mark.parametrize("missing", PERMISSIONS)
def test_a_missing_permission_is_named(cloud, as_user, forgotten, missing):
    done = as_user("apply", "dev", "--yes", without=[missing])
    assert done.code == 1 and missing in done.said, done.said
