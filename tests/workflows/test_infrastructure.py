"""The deploy workflow, step by step, on the sandbox."""

import os
import pathlib
import shutil
import subprocess

import pytest
import runner

ROOT = pathlib.Path(__file__).parent.parent.parent
WORKFLOWS = ROOT / ".github" / "workflows"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
ROLES = {"READ_ROLE": "arn:aws:iam::123456789012:role/read", "DEPLOY_ROLE": "arn:aws:iam::123456789012:role/deploy"}


class Repository:
    """The workflow's repository: its artifacts, and a cloud that lasts from job to job."""

    def __init__(self, folder):
        self.folder, self.cloud, self.jobs = folder, folder / "cloud", 0
        self.tools = folder / "tools"
        self.tools.mkdir()
        self.workflow = runner.load(WORKFLOWS / "infrastructure.yml")
        program, cloud = TARGET / "stacks", f"--sandbox --state-dir {self.cloud}"
        # `validate` calls nothing, so there is no sandbox for it
        self.program = self.script(
            "stacks-in-the-sandbox", f'case $1 in validate) exec {program} "$@" ;; *) exec {program} "$@" {cloud} ;; esac'
        )
        # what a job builds is the program that is built already
        self.script("cargo", f'echo "$@" >>{folder}/cargo; mkdir -p target/debug; cp {self.program} target/debug/stacks')
        self.script("gh", f'echo "$@" >>{folder}/gh; cp comment.md {folder}/comment.md; [ -n "$GH_TOKEN" ]')

    def script(self, name, text):
        file = self.tools / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return file

    def begin(self):
        """Each run has artifacts of its own, as GitHub's runs have."""
        self.artifacts = self.folder / f"artifacts{self.jobs}"

    def job(self, name, event="push", ref="develop", inputs=None, needs=None, matrix=None, roles=None):
        self.jobs += 1
        github = {
            "event_name": event,
            "ref_name": ref,
            "repository": "someone/aws-gpu-spot-monitor",
            "token": "a-token",
            "event": {"pull_request": {"html_url": "https://github.com/someone/aws-gpu-spot-monitor/pull/7"}},
        }
        folder = self.folder / f"job{self.jobs}"
        job = runner.Job(
            self.workflow, name, folder, self.artifacts, self.tools, github=github, inputs=inputs or {},
            needs=needs or {}, matrix=matrix or {}, vars=ROLES if roles is None else roles,
        )
        return job.run() if job.runs() else None

    def deploy(self, between=lambda: None, **event):
        """Build, plan and, where something changed, apply: a run of the workflow that is no pull request."""
        self.begin()
        build = self.job("build", **event)
        assert not build.failed, said(build)
        plan = self.job("plan", **event)
        between()
        apply = self.job("apply", needs={"plan": {"outputs": plan.outputs()}}, **event)
        return plan, apply

    def stacks(self, *words):
        environment = {**os.environ, "GPU_SPOT_MONITOR_REPOSITORY": "someone/aws-gpu-spot-monitor"}
        return subprocess.run([self.program, *words], env=environment, capture_output=True, text=True, timeout=120)


def said(job):
    return "\n".join(f"{step.name}: {step.outcome}\n{step.said}" for step in job.steps)


def outcome(job, name):
    return next(step.outcome for step in job.steps if step.name.startswith(name))


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path)


def test_a_push_deploys_what_was_planned_and_then_nothing(repository):
    plan, apply = repository.deploy()
    assert not plan.failed, said(plan)
    assert plan.outputs() == {"changes": "true"}
    assert not apply.failed, said(apply)
    assert (repository.artifacts / "outputs-dev" / "outputs.json").read_text().startswith("{")
    assert "Plan" in (plan.folder / ".GITHUB_STEP_SUMMARY").read_text()
    plan, apply = repository.deploy()
    assert not plan.failed, said(plan)
    assert plan.outputs() == {"changes": ""}
    assert apply is None
    built = (repository.folder / "cargo").read_text().splitlines()
    assert built == ["build --locked -p stacks --no-default-features"] * 2


@pytest.mark.parametrize(
    ("event", "environment"),
    [({"ref": "main"}, "staging"), ({"event": "workflow_dispatch", "inputs": {"environment": "prod"}}, "prod")],
)
def test_branch_and_choice_say_where_to(repository, event, environment):
    _, apply = repository.deploy(**event)
    assert not apply.failed, said(apply)
    assert (repository.artifacts / f"outputs-{environment}").is_dir()


def test_a_plan_is_refused_when_something_changed_in_between(repository):
    def someone_else():
        done = repository.stacks("apply", "dev", "--yes")
        assert done.returncode == 0, done.stderr

    plan, apply = repository.deploy(between=someone_else)
    assert plan.outputs() == {"changes": "true"}
    assert outcome(apply, "apply") == "failure"
    assert outcome(apply, "./stacks refresh") == "success", said(apply)
    assert outcome(apply, "./stacks output") == "skipped"


def test_a_pull_request_is_told_what_it_would_do(repository):
    repository.begin()
    repository.job("build", event="pull_request")
    for environment in ("dev", "staging", "prod"):
        preview = repository.job("preview", event="pull_request", matrix={"environment": environment})
        assert not preview.failed, said(preview)
        comment = (repository.folder / "comment.md").read_text()
        assert comment.startswith(f"plan of {environment}\n```\n")
        assert "s3.bucket" in comment
        assert comment.endswith("```\n")
    told = (repository.folder / "gh").read_text().splitlines()
    assert told == ["pr comment https://github.com/someone/aws-gpu-spot-monitor/pull/7 --body-file comment.md"] * 3


def test_a_plan_that_fails_is_told_too_and_stays_failed(repository):
    repository.begin()
    repository.job("build", event="pull_request")
    preview = repository.job("preview", event="pull_request", matrix={"environment": "nowhere"})
    assert preview.failed
    assert outcome(preview, "comment") == "success"
    assert "nowhere" in (repository.folder / "comment.md").read_text()


def test_a_plan_that_fails_fails_the_job(repository):
    repository.begin()
    repository.job("build", event="workflow_dispatch")
    plan = repository.job("plan", event="workflow_dispatch", inputs={"environment": "nowhere"})
    assert plan.failed
    assert plan.outputs() == {"changes": ""}


def test_without_roles_nothing_is_called(repository):
    plan, apply = repository.deploy(roles={})
    assert outcome(plan, "plan") == "skipped"
    assert apply is None


def test_every_job_of_every_workflow_is_run_here():
    """A step that is added to a job above is run with it; a job that is added needs a test."""
    jobs = {file.name: set(runner.load(file)["jobs"]) for file in WORKFLOWS.iterdir()}
    assert jobs == {"ci.yml": {"all", "dependencies"}, "infrastructure.yml": {"build", "preview", "plan", "apply"}}
    scripts = [step["run"] for step in runner.load(WORKFLOWS / "ci.yml")["jobs"]["all"]["steps"] if "run" in step]
    assert scripts == [".ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("name", ["ci.yml", "infrastructure.yml"])
@pytest.mark.parametrize("key", ["name", "uses", "run", "with", "steps", "runs-on", "permissions", "concurrency"])
def test_a_broken_letter_is_found(tmp_path, name, key):
    text = (WORKFLOWS / name).read_text()
    broken = text.replace(f"{key}:", f".{key[1:]}:", 1)
    if broken == text:
        pytest.skip(f"{name} has no `{key}`")
    file = tmp_path / ".github" / "workflows" / name
    file.parent.mkdir(parents=True)
    file.write_text(broken)
    actionlint = shutil.which("actionlint")
    assert actionlint, "actionlint is not installed: .ci/run does it"
    assert subprocess.run([actionlint, file], cwd=tmp_path, capture_output=True).returncode == 1
