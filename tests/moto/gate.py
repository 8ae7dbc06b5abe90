"""A gate before the server: it writes down who sent which request that changes something, and can hold such requests back.

    GET  /moto-api/changes   the requests that change something, in the order they came: who sent it, and what
    POST /moto-api/hold      from now on so many of them are let through (the number is the body), and the next ones wait
    POST /moto-api/release   those that wait are let through, and all others
    GET  /moto-api/held      how many were let through since the hold and are answered, how many wait, and for how many
                             seconds no request came, also none that reads

What belongs to a state, in its bucket or its lock's table, is written down and never held back. Who sent a request is the
access key it is signed with.
"""

import io
import json
import re
import threading
import time

READING = ("Describe", "Get", "List", "Head", "Query", "Scan", "BatchGet", "Lookup")
SIGNER = re.compile(r"Credential=([^/]+)/")
OF_A_STATE = re.compile(r"-state-(\d+|lock)")


class Gate:
    """The gate, and the server behind it."""

    def __init__(self, server):
        self.server = server
        self.turn = threading.Condition()
        self.orders = {
            "changes": lambda _: self.changes,
            "hold": self.hold,
            "release": self.release,
            "held": lambda _: {
                "answered": self.answered,
                "waiting": self.waiting,
                "quiet": time.monotonic() - self.latest,
            },
        }
        self.open()

    def open(self):
        self.changes = []
        self.admitted = None  # how many more are let through; none when all are
        self.answered = self.waiting = 0
        self.latest = time.monotonic()

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if order := self.orders.get(path.removeprefix("/moto-api/")):
            with self.turn:
                said = order(body_of(environ))
                self.turn.notify_all()
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(said).encode()]
        if path == "/moto-api/reset":
            self.open()
        if path.startswith("/moto-api/"):
            return self.server(environ, start_response)
        self.latest = time.monotonic()
        what = change(environ)
        if not what:
            return self.server(environ, start_response)
        signer = SIGNER.search(environ.get("HTTP_AUTHORIZATION", ""))
        with self.turn:
            self.changes.append((signer[1] if signer else "", what))
        counts = not OF_A_STATE.search(what) and self.admit()
        try:
            return self.server(environ, start_response)
        finally:
            if counts:
                with self.turn:
                    self.answered += 1

    def admit(self):
        """Waits until the request is let through; whether it is one of those that are counted."""
        with self.turn:
            if self.admitted is None:
                return False
            if self.admitted > 0:
                self.admitted -= 1
                return True
            self.waiting += 1
            self.turn.wait_for(lambda: self.admitted is None)
            self.waiting -= 1
            return False

    def hold(self, body):
        self.admitted, self.answered = int(body), 0

    def release(self, _body):
        self.admitted = None




def body_of(environ):
    """The body of a request, which can be read again."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body.decode(errors="replace")


def change(environ):
    """What a request changes, in words; none when it only reads."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        operation = target.rpartition(".")[2]
        about = json.loads(body_of(environ) or "{}").get("TableName", "")
    elif method == "POST" and path == "/" and (action := re.search(r"Action=(\w+)", body_of(environ))):
        operation, about = action[1], ""
    elif method in ("GET", "HEAD"):
        return None
    else:
        query = environ.get("QUERY_STRING", "")
        return f"{method} {path}?{query}".rstrip("?")
    return None if operation.startswith(READING) else f"{operation} {about}".rstrip()
