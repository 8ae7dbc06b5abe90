"""A lock that another run holds."""

import datetime
import json

from conftest import STACK

HOLDER = "7d3c9b3e-0000-4000-8000-000000000000"


def hold(cloud, seconds):
    """Writes a lock as another run writes it, its lease ending in so many seconds."""
    bucket, table = cloud.store()
    now = datetime.datetime.now(datetime.timezone.utc)
    info = {
        "ID": HOLDER,
        "Operation": "apply",
        "Info": "",
        "Who": "carol@build-7",
        "Version": "0.1.0",
        "Created": now.isoformat().replace("+00:00", "Z"),
        "Path": f"{bucket}/{STACK}/dev",
    }
    item = {
        "LockID": {"S": f"{bucket}/{STACK}/dev"},
        "Info": {"S": json.dumps(info)},
        "Expires": {"S": (now + datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")},
    }
    cloud.dynamodb.put_item(TableName=table, Item=item)


def test_a_second_run_says_who_holds_the_lock(cloud):
    hold(cloud, seconds=60)
    refused = cloud.ok("apply", "dev", "--yes", code=1)
    assert "carol@build-7" in refused.err and HOLDER in refused.err
    assert refused.lock_id() == HOLDER
    # a plan that takes no lock does not mind
    cloud.ok("plan", "dev", "--no-lock")


def test_a_run_waits_as_long_as_it_is_told(cloud):
    hold(cloud, seconds=60)
    assert "carol@build-7" in cloud.ok("plan", "dev", "--lock-timeout", "2s", code=1).err


def test_unlock_takes_only_the_lock_that_was_meant(cloud):
    hold(cloud, seconds=60)
    cloud.ok("unlock", "dev", HOLDER.replace("7d", "8d"), code=1)
    assert len(cloud.locks()) == 1
    cloud.ok("unlock", "dev", HOLDER)
    assert cloud.locks() == []


def test_a_lease_that_ended_is_taken_over(cloud):
    hold(cloud, seconds=-1)
    done = cloud.ok("plan", "dev")
    assert "carol@build-7" in done.err
    assert cloud.locks() == []


def test_of_two_applies_at_once_one_is_refused(cloud):
    first, second = (cloud.start("apply", "dev", "--yes") for _ in range(2))
    said = [process.communicate(timeout=120) for process in (first, second)]
    assert sorted([first.returncode, second.returncode]) == [0, 1], said
    cloud.ok("plan", "dev", "--detailed-exitcode")
    cloud.ok("destroy", "dev", "--yes")
