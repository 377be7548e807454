"""A switch's side of the feed."""

import itertools
import json
import socket
import threading
import time

from .basics import PATIENCE
from .example import SECRET

_ids = itertools.count(1)
_epochs = itertools.count(int(time.time() * 1000))


def next_id():
    """An id that no call had before."""
    return f"{next(_ids):x}"


class Switch:
    """The switch's side of the feed. A thread reads what the daemon sends.

    on_disconnect(switch, id) decides what a `disconnect` does: obey (the default), ignore or refuse.
    """

    def __init__(self, port, name="sbc-1", *, secret=SECRET, epoch=None, on_disconnect=None, address="127.0.0.1",
                 connect=socket.create_connection):
        self.port, self.name, self.secret, self.address = port, name, secret, address
        self._connect = connect
        self.epoch = next(_epochs) if epoch is None else epoch
        self.on_disconnect = on_disconnect or Switch.obey
        self.received = []
        self.closed = False
        self.socket = None
        self._changed = threading.Condition()
        self._writing = threading.Lock()

    # life

    def open(self):
        """Connects, and reads from then on. Sends nothing."""
        self.socket = self._connect((self.address, self.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(None)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def hello(self, **changes):
        self.send(**{"type": "hello", "version": 1, "switch": self.name, "secret": self.secret,
                     "epoch": self.epoch, **changes})
        return self

    def connect(self, calls=()):
        """Connects, says hello, waits for welcome and sends a snapshot of `calls`."""
        self.open().hello()
        self.wait_for("welcome")
        self.snapshot(calls)
        return self

    def close(self):
        """Drops the connection, as a crash would."""
        if self.socket:
            try:
                self.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self._reader.join(PATIENCE)
            self.socket.close()
            self.socket = None

    def reconnect(self, calls=()):
        """A new connection of the same switch, with a higher epoch."""
        self.close()
        self.received, self.closed, self.epoch = [], False, next(_epochs)
        return self.connect(calls)

    def __enter__(self):
        return self.connect() if self.socket is None else self

    def __exit__(self, *_):
        self.close()

    # saying

    def write(self, data):
        with self._writing:
            self.socket.sendall(data)

    def send(self, **message):
        self.write(json.dumps(message).encode() + b"\n")

    def call(self, id, state, **fields):
        """Reports a call. Gives the set-up time on the first sight unless told."""
        self.send(type="call", id=id, state=state, **fields)
        return id

    def start(self, state="Connected", id=None, **fields):
        """Reports a new call that was set up just now, and returns its id."""
        fields.setdefault("setup_time", time.time())
        return self.call(next_id() if id is None else id, state, **fields)

    def end(self, *ids, **fields):
        for id in ids:
            self.send(type="end", id=id, **fields)

    def snapshot(self, calls=()):
        """Sends a whole snapshot; each call is a dict with the fields of `call`."""
        lines = [{"type": "snapshot_begin"}, *({"type": "call", **call} for call in calls), {"type": "snapshot_end"}]
        self.write("".join(json.dumps(line) + "\n" for line in lines).encode())

    def ping(self):
        """Waits until everything sent so far has been read and understood."""
        before = len(self.of_type("pong"))
        self.send(type="ping")
        self.wait(lambda: len(self.of_type("pong")) > before, what="pong")

    # hearing

    def _read(self):
        try:
            with self.socket.makefile("rb") as lines:
                for line in lines:
                    message = json.loads(line)
                    with self._changed:
                        self.received.append(message)
                        self._changed.notify_all()
                    if message["type"] == "disconnect":
                        self.on_disconnect(self, message["id"])
        except (OSError, ValueError):
            pass
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def of_type(self, kind, **fields):
        wanted = {"type": kind, **fields}.items()
        return [message for message in list(self.received) if wanted <= message.items()]

    def wait(self, predicate, seconds=PATIENCE, what="message"):
        with self._changed:
            done = self._changed.wait_for(predicate, seconds)
        assert done, f"no {what} within {seconds} s; received {self.received[-20:]}, closed: {self.closed}"

    def wait_for(self, kind, **fields):
        """Waits for a message of this type with these fields and returns the first."""
        self.wait(lambda: self.of_type(kind, **fields) or self.closed, what=f"{kind} {fields}")
        found = self.of_type(kind, **fields)
        assert found, f"closed before {kind} {fields}; received {self.received[-20:]}"
        return found[0]

    def wait_closed(self):
        self.wait(lambda: self.closed, what="end of the connection")

    # obeying

    def obey(self, id):
        self.send(type="call", id=id, state="Disconnecting")
        self.send(type="end", id=id)

    def ignore(self, id):
        pass

    def refuse(self, id):
        self.send(type="result", id=id, ok=False, message="no such dialog")
