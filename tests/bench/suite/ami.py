"""A plain client of Asterisk's manager interface (AMI), as an operator's script has one. Standard library only."""

import socket
import threading

#: Of an event: what is before it is the empty line of another message.
BEGIN = b"\nEvent: "

SECRET = "lab-secret"  # of the user rollcall in tests/sip/asterisk/manager.conf


def headers(message):
    return dict(line.split(": ", 1) for line in message.decode(errors="replace").split("\r\n") if ": " in line)


class Manager:
    """A connection that is logged in. `events`: on, or off."""

    def __init__(self, port, events="off"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.left = b""
        while b"\r\n" not in self.left:
            self.left += self.socket.recv(4096)
        self.left = self.left.split(b"\r\n", 1)[1]  # behind the greeting
        self.say("Login", Username="rollcall", Secret=SECRET, Events=events)
        assert headers(self.message())["Response"] == "Success"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, action, **fields):
        lines = [f"Action: {action}", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        self.socket.sendall("\r\n".join(lines).encode())

    def message(self):
        while b"\r\n\r\n" not in self.left:
            self.left += self._more()
        message, self.left = self.left.split(b"\r\n\r\n", 1)
        return message

    def _more(self):
        received = self.socket.recv(1 << 18)
        assert received, "Asterisk has closed the connection"
        return received

    def channels(self):
        """CoreShowChannels: each channel as a dictionary."""
        self.say("CoreShowChannels")
        text = self.left
        while b"Event: CoreShowChannelsComplete\r\n" not in text[-65536:] or not text.endswith(b"\r\n\r\n"):
            text += self._more()
        self.left = b""
        return [item for item in map(headers, text.split(b"\r\n\r\n")) if item.get("Event") == "CoreShowChannel"]


class Meter(Manager):
    """Counts what Asterisk tells, in a thread of its own: `events`, and their `bytes`."""

    def __init__(self, port):
        super().__init__(port, events="on")
        self.events, self.bytes = 0, 0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        tail = b""
        try:
            while received := self.socket.recv(1 << 18):
                self.bytes += len(received)
                tail += received
                self.events += tail.count(BEGIN)
                tail = tail[-len(BEGIN) + 1:]  # the next one may have begun there
        except OSError:
            pass  # closed, by us
