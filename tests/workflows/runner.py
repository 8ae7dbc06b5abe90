"""Runs the jobs of a workflow as GitHub does: its shell, its environment, its files; the actions are played by hand."""

import os
import pathlib
import re
import shutil
import subprocess

import yaml

SHELLS = {None: ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}
TOKEN = re.compile(r"'[^']*'|\|\||&&|==|!=|!|[()]|[A-Za-z_][\w.-]*|\S")
WORDS = {"||": "or", "&&": "and", "!": "not", "true": "True", "false": "False", "null": "None"}


class Names(dict):
    """A context of GitHub's: what is not there is empty."""

    def at(self, path):
        value = self
        for name in path:
            value = value.get(name, "") if isinstance(value, dict) else ""
        return value


def evaluate(text, names):
    """The value of an expression that is made of names, texts, comparisons and the functions of a step's state."""

    def word(token):
        if token in WORDS:
            return WORDS[token]
        if token in ("always", "cancelled", "failure", "success", "hashFiles"):
            return f"names['{token}']"
        if re.match(r"[A-Za-z_]", token):
            return f"names.at({token.split('.')!r})"
        return token

    source = " ".join(word(token) for token in TOKEN.findall(text))
    return eval(source, {"__builtins__": {}}, {"names": names})  # noqa: S307: the text is our own workflow


def fill(text, names):
    """A text with its expressions replaced."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(evaluate(found[1], names) or ""), str(text))


class Step:
    """What became of a step."""

    def __init__(self, name, outcome, said=""):
        self.name, self.outcome, self.said = name, outcome, said


class Job:
    """One run of a job, in a folder of its own."""

    def __init__(self, workflow, name, folder, artifacts, tools, **contexts):
        self.workflow, self.spec = workflow, workflow["jobs"][name]
        self.folder, self.artifacts, self.tools = folder, artifacts, tools
        folder.mkdir(parents=True)
        self.steps = []
        functions = {
            "always": lambda: True,
            "cancelled": lambda: False,
            "failure": lambda: self.failed,
            "success": lambda: not self.failed,
            "hashFiles": lambda *_: "hash",
        }
        contexts = {key: Names(value) for key, value in contexts.items()}
        self.names = Names(functions, steps=Names(), env=Names(), **contexts)
        self.names["env"].update(self.environment(workflow), **self.environment(self.spec))

    def environment(self, spec):
        return {key: fill(value, self.names) for key, value in (spec.get("env") or {}).items()}

    @property
    def failed(self):
        return any(step.outcome == "failure" for step in self.steps)

    def runs(self):
        """Whether the job's own condition holds."""
        return "if" not in self.spec or bool(evaluate(self.spec["if"], self.names))

    def wanted(self, step):
        condition = re.sub(r"^\$\{\{(.*)\}\}$", r"\1", str(step.get("if", "success()")))
        if not re.search(r"\b(always|cancelled|failure|success)\(\)", condition):
            condition = f"success() && ({condition})"
        return bool(evaluate(condition, self.names))

    def run(self):
        for number, step in enumerate(self.spec["steps"]):
            name = step.get("name") or step.get("id") or step.get("uses") or step["run"].split("\n")[0]
            if not self.wanted(step):
                done = Step(name, "skipped")
            elif "uses" in step:
                self.play(step)
                done = Step(name, "success")
            else:
                done = self.shell(name, number, step)
            self.steps.append(done)
            if "id" in step:
                self.names["steps"].setdefault(step["id"], Names())["outcome"] = done.outcome
        return self

    def outputs(self):
        return {key: fill(value, self.names) for key, value in self.spec.get("outputs", {}).items()}

    def play(self, step):
        given = {key: fill(value, self.names) for key, value in (step.get("with") or {}).items()}
        action = step["uses"].split("@")[0]
        if action == "actions/upload-artifact":
            place = self.artifacts / given["name"]
            place.mkdir(parents=True)
            shutil.copyfile(self.folder / given["path"], place / pathlib.Path(given["path"]).name)
        elif action == "actions/download-artifact":
            for file in (self.artifacts / given["name"]).iterdir():
                # an artifact loses the right to execute
                shutil.copyfile(file, self.folder / file.name)
        elif action == "aws-actions/configure-aws-credentials":
            assert given["role-to-assume"] and given["aws-region"], given
        elif action == "actions/cache":
            assert given["path"] and given["key"], given
        else:
            assert action == "actions/checkout", f"this runner does not know {action}"

    def shell(self, name, number, step):
        shell = step.get("shell") or self.workflow.get("defaults", {}).get("run", {}).get("shell")
        files = {key: self.folder / f".{key}" for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
        for file in files.values():
            file.touch()
        files["GITHUB_OUTPUT"].write_text("")
        script = self.folder / f".step{number}.sh"
        script.write_text(fill(step["run"], self.names))
        environment = {
            "PATH": f"{self.tools}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            **{key: str(file) for key, file in files.items()},
            **self.names["env"],
            **self.environment(step),
        }
        done = subprocess.run(
            [*SHELLS[shell], script], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120
        )
        if "id" in step:
            lines = files["GITHUB_OUTPUT"].read_text().splitlines()
            self.names["steps"][step["id"]] = Names(outputs=Names(line.split("=", 1) for line in lines))
        outcome = "success" if done.returncode == 0 else "failure"
        return Step(name, outcome, done.stdout + done.stderr)


def load(path):
    """The workflow in a file."""
    return yaml.safe_load(path.read_text())
