"""Twenty processes at the same environment at the same time: they take turns, and no update is lost.

Each process signs with a key of its own, so that the server can tell them apart. The tests follow each other.
"""

import copy
import json

from conftest import STACK, wait_until
from world import WHOLE, counted

PROCESSES = 20
APPLY = ("apply", "dev", "--yes")
PATIENT = ("--lock-timeout", "10m")


def key(number):
    return f"process-{number}", "secret"


def ended(processes):
    return [process for process in processes if process.poll() is not None]


def heard(process):
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def makers(cloud):
    """Who changed the cloud, or began to; not the state, and not the place of the state."""
    return {signer for signer, what in cloud.ask("changes") if signer.startswith("process-") and "-state-" not in what}


def settled(cloud):
    """The state, when nothing is left of the runs beside it."""
    assert cloud.locks() == []
    state = cloud.state()
    earlier = [f"{STACK}/dev/history/{serial:08}.json" for serial in range(1, state["serial"])]
    assert cloud.state_objects() == [*earlier, f"{STACK}/dev/state.json"], "the journal is folded"
    return state


def test_of_twenty_applies_one_makes_it(cloud):
    # nothing is made until those that do not wait have met the lock
    cloud.post("/moto-api/hold", b"0")
    started = [
        cloud.start(*APPLY, *(PATIENT if number % 2 else ()), credentials=key(number)) for number in range(PROCESSES)
    ]
    hasty, patient = started[::2], started[1::2]
    (first,) = wait_until(lambda: makers(cloud))
    maker = started[int(first.removeprefix("process-"))]
    wait_until(lambda: len(ended(hasty)) == len(hasty) - hasty.count(maker))
    assert ended(patient) == []
    (lock,) = cloud.locks()
    info = json.loads(lock["Info"]["S"])
    cloud.post("/moto-api/release")

    said = {process: heard(process) for process in started}
    for process in started:
        code, out, err = said[process]
        if process is maker:
            assert code == 0 and "19 created. state serial 1" in err, err
        elif process in patient:
            assert code == 0 and "No changes." in out, out + err
            assert "waiting: the state is locked by" in err
        else:
            assert code == 1 and out == "", out + err
            assert f"the state is locked by {info['Who']} (apply, " in err and f"lock id {info['ID']}" in err, err
            assert f"unlock dev {info['ID']}" in err
    state = settled(cloud)
    assert state["serial"] == 1 and len(state["resources"]) == 19
    assert cloud.serials() == [1], "what changes nothing writes nothing"
    assert counted(cloud) == WHOLE
    assert makers(cloud) == {first}
    cloud.ok("plan", "dev", "--detailed-exitcode")


def test_twenty_changes_of_the_state_are_all_in_it(cloud, tmp_path):
    # as many tables as there are processes, in the state alone
    state = settled(cloud)
    state["serial"] += 1
    for number in range(PROCESSES):
        entry = copy.deepcopy(state["resources"]["dynamodb.table.alerts"])
        entry["current"]["id"] += f"-{number}"
        state["resources"][f"dynamodb.table.t{number}"] = entry
        state["resources"]["iam.role.deploy"]["dependencies"].append(f"dynamodb.table.t{number}")
    state["resources"]["iam.role.deploy"]["dependencies"].sort()
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state))
    cloud.ok("state", "push", "dev", str(file))
    before = settled(cloud)

    def change(number):
        address = f"dynamodb.table.t{number}"
        return ("state", "mv", "dev", address, f"{address}-moved") if number % 2 else ("forget", "dev", address)

    started = [cloud.start(*change(number), *PATIENT, credentials=key(number)) for number in range(PROCESSES)]
    for process in started:
        code, out, err = heard(process)
        assert code == 0, out + err

    after = settled(cloud)
    resources = dict(before["resources"])
    for number in range(PROCESSES):
        entry = resources.pop(f"dynamodb.table.t{number}")
        if number % 2:
            resources[f"dynamodb.table.t{number}-moved"] = entry
    needs = [each for each in resources["iam.role.deploy"]["dependencies"] if not each.startswith("dynamodb.table.t")]
    needs += [f"dynamodb.table.t{number}-moved" for number in range(1, PROCESSES, 2)]
    resources["iam.role.deploy"]["dependencies"] = sorted(needs)
    assert after["resources"] == resources
    assert after["serial"] == before["serial"] + PROCESSES
    assert cloud.serials() == list(range(1, after["serial"] + 1)), "each serial was written once"
