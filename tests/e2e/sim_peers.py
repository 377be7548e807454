"""A simulated switch, `rollcall sim`, and the nodes that it connects to."""

import contextlib
import json
import signal
import socket
import subprocess

import pytest

from harness import BIN, PATIENCE


class Node:
    """A listening node that talks to one switch after the other."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.connection = None

    def accept(self, welcome=True):
        """Takes the next connection; returns its hello."""
        self.hang_up()
        self.connection, _ = self.listener.accept()
        self.connection.settimeout(PATIENCE)
        self.lines = self.connection.makefile("rb")
        hello = self.next()
        if welcome:
            self.send(type="welcome", version=1, node_id="node-t")
        return hello

    def send(self, *more, **message):
        """Sends a message, and `more` ones behind it in the same piece."""
        self.connection.sendall(b"".join(json.dumps(each).encode() + b"\n" for each in (message, *more)))

    def next(self):
        """The next message; None when the switch has closed, in good order or not."""
        try:
            line = self.lines.readline()
        except ConnectionResetError:
            return None
        return json.loads(line) if line else None

    def snapshot(self):
        """Reads a snapshot that comes next: the calls by id."""
        assert self.next() == {"type": "snapshot_begin"}
        calls = {}
        while (message := self.next())["type"] == "call":
            calls[message["id"]] = message
        assert message == {"type": "snapshot_end"}
        return calls

    def until(self, **wanted):
        """Reads up to the first message with these fields and returns all that was read."""
        read = []
        while (message := self.next()) is not None:
            read.append(message)
            if wanted.items() <= message.items():
                return read
        raise AssertionError(f"closed before {wanted}; the last lines: {read[-5:]}")

    def hang_up(self):
        """Drops the connection, which the switch may have done before."""
        if self.connection:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            self.lines.close()
            self.connection.close()
            self.connection = None

    def close(self):
        self.hang_up()
        self.listener.close()


@pytest.fixture
def node():
    node = Node()
    yield node
    node.close()


class Sim:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([BIN / "rollcall", "sim", *map(str, arguments)], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def end(self, number=signal.SIGTERM):
        """Ends it and returns its report."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, err
        return json.loads(out)


@pytest.fixture
def sim():
    started = []

    def start(*arguments):
        started.append(Sim("--secret", "s", "--ring", "10ms", *(() if "--rate" in arguments else ("--rate", 1000)),
                           *arguments))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


def truth(file):
    return {call["id"]: call for call in map(json.loads, file.read_text().splitlines())}


def connected(node, count):
    """Takes the snapshot that comes next and reads on until so many calls are connected, in it or later; returns
    what was said of each call, merged."""
    calls = node.snapshot()
    while sum(call["state"] == "Connected" for call in calls.values()) < count:
        message = node.next()
        if message["type"] == "call":
            calls.setdefault(message["id"], {}).update(message)
    return calls


@pytest.fixture
def nodes():
    """Three nodes."""
    made = [Node() for _ in range(3)]
    yield made
    for one in made:
        one.hang_up()
        one.listener.close()
