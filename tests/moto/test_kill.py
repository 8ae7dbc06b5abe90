"""Runs that are killed at random moments: the next one finishes, nothing is there twice and nothing is left over.

`KILLS` in the environment says how often, `SEED` repeats a run of the suite.
"""

import json
import os
import random
import subprocess
import time

from world import EMPTY, WHOLE, counted

KILLS = int(os.environ.get("KILLS", "10"))
SEED = int(os.environ.get("SEED", time.time()))


def killed(cloud, words, after):
    """Whether the run was killed before it ended."""
    process = cloud.start(*words)
    try:
        process.communicate(timeout=after)
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True


def finish(cloud, words):
    """Runs to the end. A lock that a killed run left is taken away by the id that is shown; whether there was one."""
    done = cloud.run(*words)
    locked = done.code == 1 and "unlock dev" in done.said
    if locked:
        cloud.ok("unlock", "dev", done.lock_id())
        cloud.ok(*words)
    else:
        assert done.code == 0, done.said
    return locked


def timed(cloud, words):
    began = time.monotonic()
    cloud.ok(*words)
    return time.monotonic() - began


def test_a_killed_run_is_finished_by_the_next(cloud, capsys):
    chance = random.Random(SEED)
    apply, destroy = ("apply", "dev", "--yes"), ("destroy", "dev", "--yes")
    cloud.ok(*apply)  # moto's first calls take seconds
    takes = {destroy: timed(cloud, destroy), apply: timed(cloud, apply)}
    kills = {apply: 0, destroy: 0}
    locks, tries, began = 0, 0, time.monotonic()
    job, goal = destroy, EMPTY
    while sum(kills.values()) < KILLS:
        assert tries < 10 * KILLS, "the runs end before they are killed"
        # now and then the run that was to finish is killed as well
        for _ in range(chance.choice([1, 1, 2, 3])):
            tries += 1
            if killed(cloud, job, chance.uniform(0.02, takes[job] * 1.1)):
                kills[job] += 1
                for held in cloud.locks():
                    locks += 1
                    cloud.ok("unlock", "dev", json.loads(held["Info"]["S"])["ID"])
        finish(cloud, job)
        assert counted(cloud) == goal, f"SEED={SEED}, after {kills}"
        assert cloud.locks() == []
        assert not [key for key in cloud.state_objects() if "/journal/" in key]
        if goal == WHOLE:
            cloud.ok("plan", "dev", "--detailed-exitcode")
        job, goal = (apply, WHOLE) if goal == EMPTY else (destroy, EMPTY)
    finish(cloud, destroy)
    assert counted(cloud) == EMPTY, f"SEED={SEED}"
    with capsys.disabled():
        print(
            f"\nkilled {kills[apply]} applies and {kills[destroy]} destroys in {tries} runs, {locks} of them with the lock,"
            f" in {time.monotonic() - began:.0f}s: nothing twice, nothing left over (SEED={SEED})"
        )


def test_the_lock_of_a_killed_run_is_shown_and_taken_away(cloud):
    while True:
        process = cloud.start("apply", "dev", "--yes")
        while process.poll() is None and not cloud.locks():
            time.sleep(0.005)
        process.kill()
        process.communicate()
        if cloud.locks():
            break
        finish(cloud, ("destroy", "dev", "--yes"))
    assert finish(cloud, ("apply", "dev", "--yes")), "the error says how to take the lock away"
    assert counted(cloud) == WHOLE
    finish(cloud, ("destroy", "dev", "--yes"))
    assert counted(cloud) == EMPTY
