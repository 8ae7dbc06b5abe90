"""Two machines whose clocks differ by ten minutes, either way: one holder of the lock at a time.

The clock of a process is set by libfaketime. Time goes by as everywhere, and so does the monotonic clock.
"""

import copy
import itertools
import json
import pathlib

import pytest

from conftest import wait_until

ROUNDS = 50
PATIENT = ("--lock-timeout", "5m")
LIBRARY = next(pathlib.Path("/").glob("usr/lib/*/faketime/libfaketime.so.1"), None)
pytestmark = pytest.mark.skipif(LIBRARY is None, reason="needs libfaketime, which .ci/run installs")


def machine(cloud, name, skew, *words):
    """Starts the program on a machine of this name whose clock is wrong by so much: `-10m`, `+10m`."""
    clock = {"LD_PRELOAD": str(LIBRARY), "FAKETIME": skew, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return cloud.start(*words, credentials=(name, "secret"), environment=clock)


def tables(cloud):
    return sorted(address for address in cloud.state()["resources"] if address.startswith("dynamodb.table.of-"))


@pytest.fixture(scope="module")
def prepared(cloud, tmp_path_factory):
    """dev's stack, with a table for each machine in the state alone."""
    cloud.ok("apply", "dev", "--yes")
    state = cloud.state()
    state["serial"] += 1
    for name in ("behind", "ahead"):
        entry = copy.deepcopy(state["resources"]["dynamodb.table.alerts"])
        entry["current"]["id"] += f"-{name}"
        state["resources"][f"dynamodb.table.of-{name}"] = entry
    file = tmp_path_factory.mktemp("state") / "state.json"
    file.write_text(json.dumps(state))
    cloud.ok("state", "push", "dev", str(file))
    return cloud


def test_one_holder_at_a_time_over_fifty_rounds(prepared):
    cloud = prepared
    before = cloud.state()["serial"]
    now = {"behind": "dynamodb.table.of-behind", "ahead": "dynamodb.table.of-ahead"}
    for number in range(ROUNDS):
        seen = len(cloud.ask("changes"))
        machines = [("behind", "-5m"), ("ahead", "+5m")]
        then = {name: f"dynamodb.table.of-{name}-{number}" for name in now}
        started = [
            machine(cloud, name, skew, "state", "mv", "dev", now[name], then[name], *PATIENT)
            for name, skew in machines[:: 1 if number % 2 else -1]
        ]
        for process in started:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, f"round {number}: {out}{err}"
            assert "was taken over" not in err, f"round {number}: {err}"
        now = then
        writes = [signer for signer, what in cloud.ask("changes")[seen:] if what.startswith("PUT ") and "/dev/state.json" in what]
        turns = [signer for signer, _ in itertools.groupby(writes)]
        assert sorted(turns) == ["ahead", "behind"], f"round {number}: their writes mix: {writes}"
    assert tables(cloud) == sorted(now.values()), "no update is lost"
    assert cloud.state()["serial"] == before + 2 * ROUNDS
    assert cloud.locks() == []


@pytest.mark.parametrize(("holder", "other"), [("-5m", "+5m"), ("+5m", "-5m")])
def test_a_holder_that_renews_is_left_its_lock(prepared, holder, other):
    cloud = prepared
    cloud.ok("destroy", "dev", "--yes")
    cloud.post("/moto-api/hold", b"3")
    first = machine(cloud, "holder", holder, "apply", "dev", "--yes")
    wait_until(lambda: cloud.ask("held")["waiting"] > 0, first)
    second = machine(cloud, "other", other, "apply", "dev", "--yes", "--lock-timeout", "20s")
    out, err = second.communicate(timeout=100)
    assert second.returncode == 1 and "the state is locked by" in err, out + err
    cloud.post("/moto-api/release")
    out, err = first.communicate(timeout=100)
    assert first.returncode == 0, out + err
    assert cloud.locks() == []
