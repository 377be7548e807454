"""Scripted SIP ends on UDP, TCP or TLS, for what SIPp's scenarios cannot say: each message that comes or goes is kept, and
nothing is sent twice unless a test says so.

    with End("callee", port=lab.callee_port) as callee, End("caller") as caller:
        callee.on_invite = lambda invite: callee.reply(invite, 180)
        call = Call(caller, lab.sip_port).invite()
        call.wait_for(180)
"""

import contextlib
import random
import re
import select
import socket
import ssl
import threading
import time

_dice = random.SystemRandom()

#: How long a message may take, in seconds.
PATIENCE = 10

REASONS = {100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 486: "Busy Here", 487: "Request Terminated"}


def token(length=10):
    return "".join(_dice.choice("abcdefghijkmnpqrstuvwxyz0123456789") for _ in range(length))


def sdp(address, media=None):
    """A session description with `address` for the session (None: none) and `media` for its one stream."""
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-"]
    if address:
        lines.append(f"c=IN IP4 {address}")
    lines += ["t=0 0", "m=audio 4000 RTP/AVP 8"]
    if media:
        lines.append(f"c=IN IP4 {media}")
    return "\r\n".join([*lines, "a=rtpmap:8 PCMA/8000", ""])


class Message:
    """One SIP message, taken apart as far as the tests need it."""

    def __init__(self, data, address):
        self.address = address
        head, _, self.body = data.decode(errors="surrogateescape").partition("\r\n\r\n")
        self.start, *lines = head.split("\r\n")
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines if ":" in line]
        self.code = int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else None
        self.method = self["CSeq"].split()[-1]

    def all(self, name):
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def __getitem__(self, name):
        return (self.all(name) or [""])[0]

    def __repr__(self):
        return f"{self.code or ''} {self.method} {self['Call-ID'][:40]}"

    @property
    def branch(self):
        return re.search("branch=([^;,\\s]+)", self["Via"]).group(1)

    def uri(self, name="Contact"):
        found = re.search("<([^>]+)>", self[name])
        return found.group(1) if found else self[name]

    def tag(self, name):
        found = re.search(";tag=([^;>\\s]+)", self[name])
        return found.group(1) if found else ""


class End:
    """One end of SIP. It answers BYE, CANCEL and whatever else needs only a 200; the rest is the test's."""

    transport = "UDP"

    def __init__(self, name, port=0):
        self.name = name
        self.socket = self._bind(port)
        self.port = self.socket.getsockname()[1]
        self.on_invite = lambda invite: None  #: called once for each new INVITE
        self.on_cancel = self.cancelled       #: called with the CANCEL and its INVITE
        self.received = []
        self._changed = threading.Condition()
        self._invites = {}
        self._answered = set()
        self._open = True
        threading.Thread(target=self._run, daemon=True).start()

    def _bind(self, port):
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        bound.bind(("127.0.0.1", port))
        return bound

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._open = False
        with contextlib.suppress(OSError):
            self.socket.sendto(b"wake up", self.socket.getsockname())

    def send(self, start, headers, body, to):
        lines = [start, *(f"{name}: {value}" for name, value in headers)]
        if body:
            lines.append("Content-Type: application/sdp")
        lines += [f"Content-Length: {len(body)}", "", body]
        self._write("\r\n".join(lines).encode(errors="surrogateescape"), to)

    def via(self, branch):
        return "Via", f"SIP/2.0/{self.transport} 127.0.0.1:{self.port};branch={branch}"

    def contact(self, user):
        parameter = "" if self.transport == "UDP" else f";transport={self.transport.lower()}"
        return "Contact", f"<sip:{user}@127.0.0.1:{self.port}{parameter}>"

    def _write(self, data, to):
        self.socket.sendto(data, to)

    def _run(self):
        while self._open:
            data, address = self.socket.recvfrom(1 << 16)
            if b"SIP/2.0" in data:
                self._take(Message(data, address))
        self.socket.close()

    def _take(self, message):
        with self._changed:
            self.received.append(message)
            self._changed.notify_all()
        if message.code is not None or message.method == "ACK":
            return
        if message.method == "INVITE":
            if message.branch not in self._invites:
                self._invites[message.branch] = message
                self.on_invite(message)
        elif message.method == "CANCEL":
            self.on_cancel(message, self._invites.get(message.branch))
        else:
            self.reply(message, 200)

    def cancelled(self, cancel, invite):
        """What an end that rings does: 200 to the CANCEL, and 487 to the INVITE when it has no answer yet."""
        self.reply(cancel, 200)
        if invite and invite.branch not in self._answered:
            self.reply(invite, 487)

    def reply(self, request, code, body=""):
        if code >= 200 and request.method == "INVITE":  # its CANCEL has the same branch
            self._answered.add(request.branch)
        to = request["To"] if "tag=" in request["To"] or code == 100 else f"{request['To']};tag={self.name}-1"
        headers = [("Via", via) for via in request.all("Via")]
        headers += [("Record-Route", route) for route in request.all("Record-Route")]
        headers += [("From", request["From"]), ("To", to), ("Call-ID", request["Call-ID"]), ("CSeq", request["CSeq"]),
                    self.contact(self.name)]
        self.send(f"SIP/2.0 {code} {REASONS.get(code, 'Reason')}", headers, body, request.address)

    def request_within(self, invite, method, cseq, body="", branch=None):
        """A request of the called end in the dialog of an INVITE that it has answered."""
        headers = [self.via(branch or "z9hG4bK" + token()),
                   *(("Route", route) for route in invite.all("Record-Route")),
                   ("From", f"{invite['To']};tag={self.name}-1"), ("To", invite["From"]), ("Call-ID", invite["Call-ID"]),
                   ("CSeq", f"{cseq} {method}"), ("Max-Forwards", "70"), self.contact(self.name)]
        self.send(f"{method} {invite.uri()} SIP/2.0", headers, body, invite.address)

    def find(self, wanted):
        """The messages that came and are wanted: a method, a code, or a function."""
        if not callable(wanted):
            what = wanted
            wanted = lambda m: (m.code or m.method) == what  # noqa: E731
        return [message for message in list(self.received) if wanted(message)]

    def wait_for(self, wanted, count=1, seconds=PATIENCE):
        """Waits until so many came; returns the one that made them so many."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while len(found := self.find(wanted)) < count:
                if not self._changed.wait(max(0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    raise TimeoutError(f"{self.name}: {wanted} not within {seconds} s; came: {self.received}")
        return found[count - 1]


class StreamEnd(End):
    """The same over TCP, or over TLS with a (certificate, key): it takes connections, and makes one to whom it has none."""

    def __init__(self, name, port=0, certificate=None):
        self.transport = "TLS" if certificate else "TCP"
        if certificate:
            self._as_server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._as_server.load_cert_chain(*map(str, certificate))
            self._as_client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._as_client.check_hostname, self._as_client.verify_mode = False, ssl.CERT_NONE
        self._connections = {}
        self._lock = threading.RLock()
        super().__init__(name, port)

    def _bind(self, port):
        return socket.create_server(("127.0.0.1", port))

    def __exit__(self, *_):
        self._open = False
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def _run(self):
        with contextlib.suppress(OSError):
            while self._open:
                connection, address = self.socket.accept()
                with contextlib.suppress(ssl.SSLError):  # who does not get through is not waited for
                    if self.transport == "TLS":
                        connection = self._as_server.wrap_socket(connection, server_side=True)
                    self._begin(connection, address)
        self.socket.close()

    def _begin(self, connection, address):
        with self._lock:
            self._connections[address] = connection
        threading.Thread(target=self._read, args=(connection, address), daemon=True).start()

    def _write(self, data, to):
        with self._lock:
            if to not in self._connections:
                connection = socket.create_connection(to, timeout=PATIENCE)
                self._begin(self._as_client.wrap_socket(connection) if self.transport == "TLS" else connection, to)
            self._connections[to].sendall(data)

    def _read(self, connection, address):
        data = b""
        with connection, contextlib.suppress(OSError):
            while self._open:
                if not select.select([connection], [], [], 0.1)[0]:
                    continue
                with self._lock:  # one SSL connection is not for two threads
                    piece = connection.recv(1 << 16)
                if not piece:
                    break
                data = self._take_whole((data + piece).lstrip(b"\r\n"), address)
        with self._lock:
            self._connections.pop(address, None)

    def _take_whole(self, data, address):
        """Takes the messages that are whole, and returns what is left."""
        while (end := data.find(b"\r\n\r\n") + 4) > 3:
            end += int(re.search(rb"\ncontent-length:\s*(\d+)", data[:end], re.I).group(1))
            if len(data) < end:
                break
            self._take(Message(data[:end], address))
            data = data[end:].lstrip(b"\r\n")
        return data


class Call:
    """A caller's side of one call."""

    def __init__(self, end, proxy_port, account="801", callee="15550000", call_id=None, from_tag=None, headers=(),
                 body=None):
        self.end = end
        self.proxy = ("127.0.0.1", proxy_port)
        self.uri = f"sip:{callee}@127.0.0.1:{proxy_port}"
        self.target = self.uri
        self.call_id = call_id or f"{token()}@127.0.0.1"
        self.from_tag = token() if from_tag is None else from_tag
        self.caller = f"<sip:{account}@127.0.0.1:{end.port}>" + (f";tag={self.from_tag}" if self.from_tag else "")
        self.headers = [("X-Account", account), *headers]
        self.body = sdp("127.0.1.1") if body is None else body
        self.routes = []
        self.to_tag = ""
        self.cseq = 1

    def request(self, method, cseq=None, body="", branch=None, headers=()):
        self.branch = branch or "z9hG4bK" + token()
        self.end.send(f"{method} {self.target} SIP/2.0", [
            self.end.via(self.branch),
            *(("Route", route) for route in self.routes), ("From", self.caller),
            ("To", f"<{self.uri}>" + (f";tag={self.to_tag}" if self.to_tag else "")), ("Call-ID", self.call_id),
            ("CSeq", f"{cseq or self.cseq} {method}"), ("Max-Forwards", "70"),
            self.end.contact("caller"), *headers], body, self.proxy)
        return self

    def invite(self):
        self.request("INVITE", body=self.body, headers=self.headers)
        self.invited = self.branch
        return self

    def replies(self, message):
        return message.code is not None and message["Call-ID"] == self.call_id and message.branch == self.branch

    def wait_for(self, code, seconds=PATIENCE):
        return self.end.wait_for(lambda m: self.replies(m) and m.code == code, seconds=seconds)

    def got(self, code):
        """How many replies with this code came to its newest request."""
        return len(self.end.find(lambda m: self.replies(m) and m.code == code))

    def acknowledge(self, reply, body=""):
        """ACK; of a 2xx, whose dialog it takes up, or of a refusal."""
        if reply.code < 300:
            self.to_tag, self.target = reply.tag("To"), reply.uri()
            self.routes = self.routes or list(reversed(reply.all("Record-Route")))
            return self.request("ACK", body=body)
        self.to_tag, before = reply.tag("To"), self.to_tag
        self.request("ACK", branch=reply.branch)
        self.to_tag = before
        return self

    def answered(self, body=""):
        """Waits for the answer and acknowledges it."""
        return self.acknowledge(self.wait_for(200), body)

    def again(self, method, body=""):
        """A further request in the dialog."""
        self.cseq += 1
        return self.request(method, body=body)
