"""Asterisk's manager interface as the tests themselves use it: an action, and what is answered. Standard library only."""

import itertools
import socket


class Ami:
    """One connection, of the manager user `suite`. For one thread."""

    def __init__(self, port, user="suite", secret="lab-secret"):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._lines = self._socket.makefile("r", encoding="utf-8", errors="replace", newline="\r\n")
        self._numbers = itertools.count(1)
        self._lines.readline()
        answer = self.ask("Login", Username=user, Secret=secret, Events="off")[0]
        if answer.get("Response") != "Success":
            raise RuntimeError(f"Asterisk does not let {user} in: {answer}")

    def ask(self, action, **fields):
        """The answer, and the items of the list that follows it, if one does: [{name: value}]."""
        number = str(next(self._numbers))
        said = {"Action": action, "ActionID": number, **fields}
        self._socket.sendall("".join(f"{k}: {v}\r\n" for k, v in said.items()).encode() + b"\r\n")
        found = []
        while True:
            message = self._message()
            if message.get("ActionID") != number:
                continue
            if message.get("EventList") == "Complete":
                return found
            found.append(message)
            if "Response" in message and message.get("EventList") != "start":
                return found

    def _message(self):
        message = {}
        while line := self._lines.readline():
            if not line.strip():
                return message
            name, _, value = line.partition(":")
            message.setdefault(name.strip(), value.strip())
        raise ConnectionError("Asterisk has closed the connection of its manager interface")

    def close(self):
        self._lines.close()
        self._socket.close()
