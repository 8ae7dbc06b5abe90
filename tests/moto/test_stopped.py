"""A process that is stopped for longer than its lease, and goes on: it changes nothing more.

Two applies are stopped in the middle of their work, each at a server of its own, and wait for the end of their lease at the
same time. At the one another run takes over and finishes before the first goes on; at the other nobody does.
"""

import datetime
import json
import signal

import pytest

from conftest import STACK, Cloud, served, wait_until
from world import EMPTY, WHOLE, counted, ours

APPLY = ("apply", "dev", "--yes")
STOPPED = ("stopped", "secret")


class Stopped:
    """An apply that was stopped with some of its resources made, and the cloud it works on."""

    def __init__(self, url, folder):
        self.cloud = Cloud(url)
        self.cloud.ok("bootstrap", "dev")
        self.cloud.post("/moto-api/hold", b"6")
        self.process = self.cloud.start(*APPLY, credentials=STOPPED, folder=folder)
        wait_until(self.in_the_middle, self.process)
        self.process.send_signal(signal.SIGSTOP)
        # what was on its way when it was stopped arrives
        self.cloud.post("/moto-api/release")
        wait_until(lambda: self.cloud.ask("held")["waiting"] == 0)
        (lock,) = self.cloud.locks()
        self.lock = json.loads(lock["Info"]["S"])

    def in_the_middle(self):
        """Whether some resources are made and it waits for answers alone: nothing of it is on its way to the server."""
        held = self.cloud.ask("held")
        return held["answered"] == 6 and held["waiting"] > 0 and held["quiet"] > 2

    def ran_out(self):
        (lock,) = self.cloud.locks()
        return datetime.datetime.fromisoformat(lock["Expires"]["S"]) < datetime.datetime.now(datetime.timezone.utc)

    def sent(self):
        """The requests that it sent so far and that change something."""
        return [what for signer, what in self.cloud.ask("changes") if signer == STOPPED[0]]

    def goes_on(self):
        """Lets it go on to its end: what it said, and which changes it asked for."""
        before = len(self.sent())
        self.process.send_signal(signal.SIGCONT)
        out, err = self.process.communicate(timeout=60)
        assert self.process.returncode == 1, out + err
        return err, self.sent()[before:]


def everything(cloud):
    """The world; every object of the state's bucket with each of its versions; the lock."""
    bucket, _ = cloud.store()
    versions = cloud.s3.list_object_versions(Bucket=bucket)
    marks = [(each["Key"], each["VersionId"]) for each in versions.get("DeleteMarkers", [])]
    objects = {
        (each["Key"], each["VersionId"]): cloud.s3.get_object(
            Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"]
        )["Body"].read()
        for each in versions.get("Versions", [])
    }
    return ours(cloud), objects, marks, cloud.locks()


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Two applies that were stopped, and whose leases ran out."""
    folders = [tmp_path_factory.mktemp("stopped") for _ in range(2)]
    with served(folders[0]) as one, served(folders[1]) as other:
        found = []
        try:
            for url, folder in zip((one, other), folders):
                found.append(Stopped(url, folder))
            for each in found:
                refused = each.cloud.ok(*APPLY, code=1)
                assert refused.lock_id() == each.lock["ID"], "as long as it has its lease, nobody takes it over"
                there = counted(each.cloud)
                assert there != WHOLE and there != EMPTY, there
            wait_until(lambda: all(each.ran_out() for each in found))
            yield found
        finally:
            for each in found:
                each.cloud.end()


def test_one_that_was_taken_over_changes_nothing_more(both):
    stopped, cloud = both[0], both[0].cloud
    done = cloud.ok(*APPLY)
    assert f"the lock of {stopped.lock['Who']} (apply, " in done.err, done.err
    assert stopped.lock["ID"] in done.err and "had run out and was taken over" in done.err
    cloud.ok("plan", "dev", "--detailed-exitcode")
    assert counted(cloud) == WHOLE
    before = everything(cloud)
    assert cloud.state()["serial"] == 1 and cloud.state_objects() == [f"{STACK}/dev/state.json"]

    said, sent = stopped.goes_on()
    assert everything(cloud) == before
    assert sent == []
    assert "the state lock" in said, said
    cloud.ok("plan", "dev", "--detailed-exitcode")


def test_one_that_nobody_took_over_changes_nothing_more_either(both):
    stopped, cloud = both[1], both[1].cloud
    world, objects, marks, locks = everything(cloud)
    assert len(locks) == 1

    said, sent = stopped.goes_on()
    # its own lock is all that it gives back
    assert sent == [f"DeleteItem {cloud.store()[1]}"]
    assert "the state lock ran out before it could be renewed" in said, said
    assert everything(cloud) == (world, objects, marks, [])

    cloud.ok(*APPLY)
    assert counted(cloud) == WHOLE
    assert cloud.state()["serial"] == 1 and cloud.state_objects() == [f"{STACK}/dev/state.json"]
    cloud.ok("plan", "dev", "--detailed-exitcode")
