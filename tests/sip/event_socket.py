"""Kamailio's event socket (evapi), listened to."""

import json
import socket
import time

from processes import START_SECONDS


class Events:
    """A plain client of the event socket, for looking at what Kamailio says. Not what rollcall uses."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.pinged = time.monotonic()
        self.answers = []
        self.events = []
        self.hello = self._next()

    def close(self):
        self.socket.close()

    def _next(self):
        while True:
            colon = self.buffer.find(b":")
            if colon > 0:
                end = colon + 1 + int(self.buffer[:colon])
                if len(self.buffer) > end:
                    frame, self.buffer = self.buffer[colon + 1:end], self.buffer[end + 1:]
                    return json.loads(frame)
            data = self.socket.recv(1 << 16)
            # Without this the switch's next small frame waits for a delayed acknowledgement.
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            if not data:
                raise ConnectionError("the event socket was closed")
            self.buffer += data

    def read(self, seconds):
        """Takes in whatever arrives within that time, and says that it does."""
        deadline = time.monotonic() + seconds
        if time.monotonic() - self.pinged > 0.2:
            self.pinged = time.monotonic()
            self.send({"type": "ping"})
        while (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                self._file(self._next())
            except TimeoutError:
                break

    def _file(self, frame):
        if frame["type"] == "pong":
            return
        (self.events if frame["type"] in ("call", "end") else self.answers).append(frame)

    def until(self, condition, seconds, what):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what}: not within {seconds} s")
            self.read(0.05)

    def send(self, payload):
        data = payload if isinstance(payload, bytes) else json.dumps(payload, separators=(",", ":")).encode()
        self.socket.sendall(b"%d:%s," % (len(data), data))

    def live(self):
        """The calls that are up according to the events: {id: newest event}, fields of earlier ones kept."""
        calls = {}
        for event in self.events:
            if event["type"] == "end":
                calls.pop(event["id"], None)
            else:
                calls.setdefault(event["id"], {}).update(event)
        return calls
