"""HTTP and XML-RPC as clients speak them, Digest included."""

import base64
import contextlib
import gzip
import hashlib
import http.client
import os
import re
import socket
import xmlrpc.client

from .basics import PATIENCE

class Response:
    """An HTTP answer. headers are case-insensitive; body is as sent, text is unpacked."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        packed = self.headers.get("Content-Encoding", "") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()

    def value(self):
        """The XML-RPC value of the answer; raises xmlrpc.client.Fault for a fault."""
        assert self.status == 200, f"{self.status} {self.body[:500]}"
        (value,), _ = xmlrpc.client.loads(self.text)
        return value

    def challenges(self):
        """The Digest challenges of a 401, parsed, in order."""
        return [parse_challenge(line) for line in self.headers.get_all("WWW-Authenticate") or []]


def parse_challenge(line):
    scheme, rest = line.split(" ", 1)
    fields = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', rest)}
    return {"scheme": scheme, "line": line, **fields}


def request(port, method, path, body=None, headers=None, address="127.0.0.1", connect=socket.create_connection):
    """One HTTP request on a connection of its own."""
    connection = http.client.HTTPConnection(address, port, timeout=PATIENCE)
    connection._create_connection = connect
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def exchange(port, data, seconds=PATIENCE, address="127.0.0.1"):
    """Sends bytes and returns everything that comes back until the daemon closes or falls silent. It may close before
    all is sent."""
    with socket.create_connection((address, port), timeout=seconds) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
        received = []
        with contextlib.suppress(socket.timeout, ConnectionResetError):
            while chunk := connection.recv(1 << 20):
                received.append(chunk)
        return b"".join(received)


def digest(challenge, login, password, method, uri, *, nc=1, cnonce="0a4f113b"):
    """The response of RFC 7616 for qop=auth."""
    algorithm = challenge.get("algorithm", "MD5")
    hashed = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]
    def h(text):
        return hashed(text.encode()).hexdigest()
    return h(":".join([h(f"{login}:{challenge['realm']}:{password}"), challenge["nonce"], f"{nc:08x}", cnonce, "auth",
                       h(f"{method}:{uri}")]))


def authorization(challenge, login, password, method="POST", uri="/xmlapi/xmlapi", *, nc=1, cnonce="0a4f113b",
                  template=None):
    """An Authorization header; `template` may spell it otherwise."""
    template = template or ('Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
                            'algorithm={algorithm}, response="{response}", qop=auth, nc={nc:08x}, cnonce="{cnonce}"')
    return template.format(login=login, realm=challenge["realm"], nonce=challenge["nonce"], uri=uri,
                           algorithm=challenge.get("algorithm", "MD5"), nc=nc, cnonce=cnonce,
                           response=digest(challenge, login, password, method, uri, nc=nc, cnonce=cnonce))


class Api:
    """An XML-RPC client with a Digest of its own. One kept-alive connection, one thread.

    api.listAllCalls(i_customer=1) calls with one struct; api.call(name, …) with any parameters. `last` is the
    HTTP answer behind the last result.
    """

    def __init__(self, port, login=None, password=None, *, path="/xmlapi/xmlapi", source=None, tls=None,
                 address="127.0.0.1", headers=None, connect=socket.create_connection):
        self.login, self.password, self.path = login, password, path
        bound = (source, 0) if source else None
        if tls:
            self.connection = http.client.HTTPSConnection(address, port, timeout=60, source_address=bound,
                                                          context=tls)
        else:
            self.connection = http.client.HTTPConnection(address, port, timeout=60, source_address=bound)
        self.connection._create_connection = connect
        self.headers = {"Content-Type": "text/xml", **(headers or {})}
        self.challenge = None
        self.count = 0
        self.last = None

    def __getattr__(self, method):
        return lambda **fields: self.call(method, *([fields] if fields else []))

    def call(self, method, *params):
        return self.post(xmlrpc.client.dumps(params, method, allow_none=True)).value()

    def fault(self, method, *params, **fields):
        """Calls and returns (code, text) of the fault that must come."""
        if fields:
            params = (fields,)
        try:
            value = self.call(method, *params)
        except xmlrpc.client.Fault as fault:
            return fault.faultCode, fault.faultString
        raise AssertionError(f"{method}{params} answered {value!r:.500}")

    def post(self, body, headers=None):
        """One request, with a second one when the first is challenged."""
        body = body.encode() if isinstance(body, str) else body
        answer = self._send(body, headers)
        if answer.status == 401 and self.login is not None:
            offered = answer.challenges()
            if self.challenge is None or offered[0].get("stale") == "true":
                self.challenge, self.count = offered[0], 0
                answer = self._send(body, headers)
        self.last = answer
        return answer

    def _send(self, body, headers):
        extra = dict(self.headers, **(headers or {}))
        if self.login is not None and self.challenge:
            self.count += 1
            extra["Authorization"] = authorization(self.challenge, self.login, self.password, "POST", self.path,
                                                   nc=self.count, cnonce=base64.b16encode(os.urandom(8)).decode())
        self.connection.request("POST", self.path, body, extra)
        answer = self.connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())

    def ids(self, method="listAllCalls", **fields):
        """The switch's own ids of the calls listed, in order."""
        return [row["ID"].split(":", 1)[1] for row in self.call(method, fields)]

    def close(self):
        self.connection.close()
