"""A client of GET /events: it keeps a mirror, and checks what the stream promises with every message."""

import contextlib
import http.client
import json
import socket
import threading
import time
import urllib.parse

from .api import authorization, parse_challenge
from .basics import PATIENCE


class Stream:
    """Reads one stream on a thread of its own until it ends, or is closed.

    `calls` is the mirror: rows by ID. `limits` are those that are reached, by (kind, id). `login` is (name, password), or none
    for a trusted client; `filters` go into the query, `since` is a token. What the stream must never do is noted in `broken`: wait_for() and check() fail with it.
    """

    def __init__(self, port, *, login=None, since=None, lines=True, headers=None, calls=None,
                 connect=socket.create_connection, **filters):
        self.messages, self.calls, self.ended = [], dict(calls or {}), {}
        self.token, self.complete, self.synced = since, None, False
        self.broken, self.closed, self.pulses = [], False, 0
        self.resumed = since is not None
        self.limits = {}
        self._partial = set()  # switches whose calls are being told again
        self._changed = threading.Condition()
        query = urllib.parse.urlencode(filters, doseq=True)
        self.target = "/events" + (f"?{query}" if query else "")
        self.headers = {"Accept": "application/x-ndjson" if lines else "text/event-stream", **(headers or {})}
        if since:
            self.headers["Last-Event-ID"] = since
        self.lines = lines
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._connection._create_connection = connect
        self.response = self._ask(login)
        self.status, self._socket = self.response.status, self._connection.sock
        if self.status != 200:
            body = self.response.read()
            self.refusal = json.loads(body) if body.startswith(b"{") else {}
            self._connection.close()
            return
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _ask(self, login):
        if login:  # also from a trusted host: without a header there would be no challenge
            self.headers["Authorization"] = "Rollcall"
        response = self._send()
        if login and response.status == 401:
            response.read()
            challenge = parse_challenge(response.getheader("WWW-Authenticate"))
            self.headers["Authorization"] = authorization(challenge, *login, method="GET", uri=self.target)
            response = self._send()
        return response

    def _send(self):
        self._connection.request("GET", self.target, headers=self.headers)
        return self._connection.getresponse()

    def _read(self):
        try:
            token = None
            while line := self.response.readline():
                text = line.decode().rstrip("\n")
                if self.lines:
                    self._take(json.loads(text)) if text else self._pulse()
                elif text == ":":
                    self._pulse()
                elif text.startswith("id: "):
                    token = text[4:]
                elif text.startswith("data: "):
                    message = json.loads(text[6:])
                    if (message.get("token") or None) != token:
                        self.broken.append(f"id {token} stands before {message}")
                    token = None
                    self._take(message)
                elif text:
                    self.broken.append(f"no line of a stream: {text[:200]}")
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            pass
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def _pulse(self):
        with self._changed:
            self.pulses += 1
            self._changed.notify_all()

    def _take(self, message):
        with self._changed:
            if message["n"] != len(self.messages) + 1:
                self.broken.append(f"n is {message['n']} after {len(self.messages)} messages")
            self.messages.append({**message, "at": time.monotonic()})
            getattr(self, "_on_" + message["type"], lambda _: None)(message)
            self._changed.notify_all()

    def _on_begin(self, message):
        if len(self.messages) != 1:
            self.broken.append("begin is not the first")
        self.synced = self.synced or message["resumed"]
        if not message["resumed"]:
            self.token = None

    def _on_call(self, message):
        row = message["call"]
        if row["CC_STATE"] == "Dead":
            self.broken.append(f"a Dead call is told: {row['ID']}")
        self.calls[row["ID"]] = row

    def _on_end(self, message):
        self.ended[message["ID"]] = message
        if self.calls.pop(message["ID"], None) is None:
            self.broken.append(f"the end of {message['ID']}, which was not told")

    def _on_leave(self, message):
        if self.calls.pop(message["ID"], None) is None and not self.resumed:
            self.broken.append(f"{message['ID']} leaves, which was not told")

    def _on_reset(self, message):
        gone = message.get("switch")
        self.token = None  # it stands for a mirror that is given up
        self.calls = {} if gone is None else {i: row for i, row in self.calls.items() if row["SWITCH"] != gone}
        if gone is None:
            self.synced, self._partial = False, set()
        else:
            self._partial.add(gone)

    def _on_limit(self, message):
        whose = (message["kind"], message["id"])
        if (message["state"] == "reached") == (whose in self.limits):
            self.broken.append(f"the limit of {whose} is {message['state']} twice")
        if message["state"] == "reached":
            self.limits[whose] = message
        else:
            self.limits.pop(whose, None)

    def _on_synced(self, message):
        if "switch" in message:
            self._partial.discard(message["switch"])
        else:
            self.synced, self._partial = True, set()
        self._place(message)

    def _on_mark(self, message):
        if not self.synced:
            self.broken.append("a mark before synced")
        self._place(message)

    def _place(self, message):
        if message["calls"] != len(self.calls):
            self.broken.append(f"{message['type']} says {message['calls']} calls, the mirror has {len(self.calls)}: n {message['n']}")
        self.token, self.complete = message["token"], message["complete"]

    # for tests

    def check(self):
        assert not self.broken, self.broken[:5]

    def wait(self, predicate, seconds=PATIENCE, what="message"):
        with self._changed:
            done = self._changed.wait_for(lambda: self.broken or predicate(), seconds)
            self.check()
            assert done, f"no {what} within {seconds} s; closed: {self.closed}; last: {str(self.messages[-8:])[:3000]}"

    def of_type(self, kind, /, **fields):
        wanted = {"type": kind, **fields}.items()
        return [message for message in list(self.messages) if wanted <= message.items()]

    def wait_for(self, kind, /, after=0, **fields):
        """Waits for a message with these fields behind the first `after` messages, and returns the first such one."""
        def found():
            return [one for one in self.of_type(kind, **fields) if one["n"] > after]
        self.wait(lambda: found() or self.closed, what=f"{kind} {fields}")
        assert found(), f"closed before {kind} {fields}; last: {self.messages[-8:]}"
        return found()[0]

    def wait_mark(self):
        """The next mark, which tells what is true now."""
        return self.wait_for("mark", after=len(self.messages))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if self.status == 200:
            self._reader.join(PATIENCE)
        self._connection.close()
