"""moto in a process of its own, the program that is tested, and boto3 to look from outside."""

import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.request

import boto3
import pytest

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
REGION = "us-east-1"
ACCOUNT = "123456789012"
STACK = "aws-gpu-spot-monitor"
CREDENTIALS = ("test", "test")


class Done:
    """What a run of the program said."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def said(self):
        return self.out + self.err

    def lock_id(self):
        """The id of the lock that was in the way."""
        return re.search(r"unlock dev ([0-9a-f-]{36})", self.said)[1]


class Cloud:
    """An account in moto, and the program that works on it."""

    def __init__(self, url):
        self.url = url
        self.started = []

    def __getattr__(self, service):
        return self.client(service)

    def client(self, service, credentials=CREDENTIALS):
        key, secret = credentials
        return boto3.client(
            service, REGION, endpoint_url=self.url, aws_access_key_id=key, aws_secret_access_key=secret
        )

    def post(self, path, body=b""):
        plain = {"Content-Type": "text/plain"}
        with urllib.request.urlopen(urllib.request.Request(self.url + path, body, plain, method="POST")) as answer:
            assert answer.status == 200

    def ask(self, about):
        """What the server's gate says: `changes`, `held`."""
        with urllib.request.urlopen(f"{self.url}/moto-api/{about}") as answer:
            return json.load(answer)

    def reset(self):
        self.post("/moto-api/reset")

    def start(self, *words, program="stacks", credentials=CREDENTIALS, folder=None, environment=()):
        key, secret = credentials
        environment = {
            **dict(environment),
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": REGION,
            "NO_COLOR": "1",
        }
        process = subprocess.Popen(
            [TARGET / program, *words],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def end(self):
        """Ends what a test that failed has left running, or stopped."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.communicate()

    def run(self, *words, **named):
        """The program with these words; it has two minutes."""
        process = self.start(*words, **named)
        out, err = process.communicate(timeout=120)
        return Done(process.returncode, out, err)

    def ok(self, *words, code=0, **named):
        """As `run`, and it ends with `code`."""
        done = self.run(*words, **named)
        assert done.code == code, f"{words}: {done.code}\n{done.said}"
        return done

    def store(self):
        """The bucket and the table of dev's state."""
        return f"{STACK}-dev-state-{ACCOUNT}", f"{STACK}-dev-state-lock"

    def state_objects(self):
        listed = self.s3.list_objects_v2(Bucket=self.store()[0]).get("Contents", [])
        return [each["Key"] for each in listed]

    def state(self):
        body = self.s3.get_object(Bucket=self.store()[0], Key=f"{STACK}/dev/state.json")["Body"]
        return json.loads(body.read())

    def serials(self):
        """The serial of each version of dev's state that was ever written, the first one first."""
        bucket, _ = self.store()
        versions = self.s3.list_object_versions(Bucket=bucket, Prefix=f"{STACK}/dev/state.json").get("Versions", [])
        bodies = [self.s3.get_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"]) for each in versions]
        return [json.loads(each["Body"].read())["serial"] for each in reversed(bodies)]

    def locks(self):
        return self.dynamodb.scan(TableName=self.store()[1])["Items"]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(holds, process=None, seconds=120):
    """Waits for a condition, and gives what it gave; a process that is needed for it must not end before."""
    end = time.monotonic() + seconds
    while not (given := holds()):
        assert time.monotonic() < end, "it does not come to pass"
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.02)
    return given


@contextlib.contextmanager
def served(folder):
    """moto in a process of its own that writes its log there; gives its address."""
    port = free_port()
    log = (folder / "log").open("w")
    process = subprocess.Popen([sys.executable, HERE / "server.py", str(port)], stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(url + "/moto-api/data.json").close()
            break
        except OSError:
            assert process.poll() is None, "moto ended"
            time.sleep(0.1)
    try:
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with served(tmp_path_factory.mktemp("moto")) as url:
        yield url


@pytest.fixture(scope="module")
def cloud(server):
    """An empty account, with the place for dev's state. A module's tests follow each other in it."""
    cloud = Cloud(server)
    cloud.reset()
    cloud.bootstrapped = cloud.ok("bootstrap", "dev")
    yield cloud
    cloud.end()
