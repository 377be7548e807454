"""What the black-box tests are made of: a daemon, switches that feed it, and clients that ask it.

Nothing but the standard library and the two programs. Every test takes free ports and its own directory, so any
number may run at once. Nothing here sleeps for a guess: wait_until() polls for what is expected.

The programs are taken from $ROLLCALL_BIN, by default build/release/bin.
"""

import base64
import contextlib
import gzip
import hashlib
import http.client
import itertools
import json
import os
import pathlib
import random
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import xmlrpc.client

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("ROLLCALL_BIN", ROOT / "build" / "release" / "bin")).resolve()

#: How long anything that must happen may take, in seconds. Far above what it takes, for loaded machines.
PATIENCE = 15.0

STATES = ["Idle", "WaitAuth", "WaitRoute", "ARComplete", "Connected", "Disconnecting", "Dead"]
ACTIVE = {"WaitRoute", "ARComplete", "Connected"}

#: The fields of a row in their order.
ROW = ["CLI", "CLD", "CALL_ID", "CC_STATE", "ID", "CALLER_MEDIA_IP", "CALLEE_MEDIA_IP", "SETUP_TIME", "DIRECTION",
       "NODE_ID", "I_CONNECTION", "I_ACCOUNT", "I_CUSTOMER", "I_ENVIRONMENT", "DELAY", "DURATION"]

#: The directory that most tests use.
#:
#:   environment 1:  1 root ── 2 reseller ── 3 subreseller        environment 2:  10 other-root ── 11 other-sub
#:                          ├─ 4 sibling
#:                          └─ 5 closed (no API access)
#:
#: An account's number is ten times its customer's and a digit.
DIRECTORY = {
    "environments": [{"i_environment": 1, "name": "default"}, {"i_environment": 2, "name": "other"}],
    "customers": [
        {"i_customer": 1, "i_wholesaler": None, "i_environment": 1, "name": "root", "web_login": "ssp-root",
         "api_password": "secret", "api_access": True},
        {"i_customer": 2, "i_wholesaler": 1, "name": "reseller", "web_login": "reseller",
         "api_password": "secret2", "api_access": True},
        {"i_customer": 3, "i_wholesaler": 2, "name": "subreseller", "web_login": "subreseller",
         "api_password": "secret3", "api_access": True},
        {"i_customer": 4, "i_wholesaler": 1, "name": "sibling", "web_login": "sibling",
         "api_password": "secret4", "api_access": True},
        {"i_customer": 5, "i_wholesaler": 1, "name": "closed", "web_login": "closed",
         "api_password": "secret5", "api_access": False},
        {"i_customer": 10, "i_wholesaler": None, "i_environment": 2, "name": "other-root",
         "web_login": "other-root", "api_password": "secret10", "api_access": True},
        {"i_customer": 11, "i_wholesaler": 10, "name": "other-sub", "web_login": "other-sub",
         "api_password": "secret11", "api_access": True},
    ],
    "accounts": [
        {"i_account": 11, "i_customer": 1, "username": "801"},
        {"i_account": 12, "i_customer": 1, "username": "802"},
        {"i_account": 21, "i_customer": 2, "username": "821"},
        {"i_account": 22, "i_customer": 2, "username": "822"},
        {"i_account": 31, "i_customer": 3, "username": "831"},
        {"i_account": 41, "i_customer": 4, "username": "841"},
        {"i_account": 51, "i_customer": 5, "username": "851"},
        {"i_account": 101, "i_customer": 10, "username": "801"},
        {"i_account": 111, "i_customer": 11, "username": "811"},
    ],
    "vendors": [{"i_vendor": 1, "name": "carrier"}, {"i_vendor": 2, "name": "other carrier"}],
    "connections": [
        {"i_connection": 1, "i_vendor": 1, "name": "carrier-gw1"},
        {"i_connection": 2, "i_vendor": 1, "name": "carrier-gw2"},
        {"i_connection": 3, "i_vendor": 2, "name": "other-gw"},
    ],
}

def many_accounts(count=100_000):
    """DIRECTORY with so many accounts that they do not fit on a small disk."""
    return {**DIRECTORY, "accounts": [*DIRECTORY["accounts"], *(
        {"i_account": 1000 + n, "i_customer": 1, "username": f"user-{n:0200}"} for n in range(count))]}


#: The customer of each account above, and the parent of each customer.
CUSTOMER_OF = {entry["i_account"]: entry["i_customer"] for entry in DIRECTORY["accounts"]}
PARENT_OF = {entry["i_customer"]: entry["i_wholesaler"] for entry in DIRECTORY["customers"]}
PASSWORDS = {entry["web_login"]: entry["api_password"] for entry in DIRECTORY["customers"]}

#: The switches that most tests use, and the environment of each.
SWITCHES = {"sbc-1": 1, "sbc-2": 1, "sbc-3": 2}
SECRET = "feed secret"


def covers(outer, inner):
    """True when the customer `inner` of DIRECTORY is `outer` or below it."""
    while inner is not None and inner != outer:
        inner = PARENT_OF[inner]
    return inner == outer


def wait_until(predicate, seconds=PATIENCE, what=None):
    """Polls until predicate() is true and returns its value; fails after `seconds`, showing its last value.

    An AssertionError inside the predicate counts as false, so that a predicate may assert what it expects, and so does a
    LookupError: a row or a counter that is not there yet is what is waited for.
    """
    deadline = time.monotonic() + seconds
    pause = 0.001
    while True:
        try:
            value = predicate()
            trouble = f"last value: {value!r:.2000}"
        except (AssertionError, LookupError) as error:
            value, trouble = None, repr(error)
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what or predicate.__name__}; {trouble}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


#: Below those that Linux gives to outgoing connections: such a one would keep a daemon from coming back to its port, or
#: meet itself where nobody listens. Processes that share the tests have each their own, so that none takes what another has
#: found free and not yet used; and none is found twice in a row, for that reason. The odd ones are those of tests/sip/lab.py.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
PORTS = range(20000 + _WORKER * 1596, 20000 + (_WORKER + 1) * 1596, 2)
_ports = itertools.islice(itertools.cycle(PORTS), random.SystemRandom().randrange(len(PORTS)), None)


def free_port():
    """A port that nobody uses just now."""
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", next(_ports)))
            return probe.getsockname()[1]


def merge(base, extra):
    """A copy of nested tables with those of `extra` laid over them."""
    result = dict(base)
    for key, value in extra.items():
        result[key] = merge(result[key], value) if isinstance(value, dict) and key in result else value
    return result


def toml(table, prefix=""):
    """Writes nested dicts, lists of dicts and plain values as TOML."""
    def plain(value):
        return not isinstance(value, dict) and not (isinstance(value, list) and value
                                                    and isinstance(value[0], dict))
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items() if plain(value)]
    for key, value in table.items():
        if isinstance(value, dict):
            lines += [f"[{prefix}{key}]", toml(value, f"{prefix}{key}.")]
        elif not plain(value):
            for entry in value:
                lines += [f"[[{prefix}{key}]]", toml(entry, f"{prefix}{key}.")]
    return "\n".join(lines) + "\n"


def run(*arguments, **kwargs):
    """Runs one of our programs to its end: run("rollcall", "stats", …)."""
    program, *rest = map(str, arguments)
    return subprocess.run([BIN / program, *rest], text=True, capture_output=True, timeout=60, **kwargs)


def make_certificate(folder, name, *, ca=None):
    """A key and a certificate for localhost: self-signed, or signed by the (certificate, key) of `ca`."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-keyout", key, "-out", certificate, "-days", "2", "-subj", f"/CN={name}",
               "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    if ca:
        command += ["-CA", ca[0], "-CAkey", ca[1]]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


# --- the daemon

class Daemon:
    """One rollcalld with its configuration, its directory and its log, in a directory of its own.

    `config` is laid over the defaults below; `directory` is imported unless it is None. start() waits until
    /livez answers.
    """

    running = []  # every daemon that is up, for the report of a failed test

    #: How its clients and switches connect to it.
    connect = staticmethod(socket.create_connection)

    def __init__(self, *, config=None, directory=DIRECTORY, switches=SWITCHES, folder=None):
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="rollcall-test-")
        self.folder = pathlib.Path(folder or self._temporary.name)
        self.config_file = self.folder / "rollcalld.toml"
        self.database = self.folder / "directory.db"
        self.log_file = self.folder / "rollcalld.log"
        self.http_port, self.feed_port, self.metrics_port = free_port(), free_port(), free_port()
        self.process = None
        self.config = merge({
            "node": {"id": "node-a"},
            "http": {"listen": [f"127.0.0.1:{self.http_port}"], "trusted_hosts": ["127.0.0.1"]},
            "metrics": {"listen": [f"127.0.0.1:{self.metrics_port}"]},
            "directory": {"url": f"sqlite://{self.database}"},
            "feed": {"listen": [f"127.0.0.1:{self.feed_port}"],
                     "switch": [{"name": name, "secret": SECRET, "i_environment": environment}
                                for name, environment in switches.items()]},
            "calls": {"dead_linger": "100ms", "disconnect_retry": "5s"},
        }, config or {})
        self.write_config()
        if directory is not None:
            self.import_directory(directory)

    def write_config(self):
        self.config_file.write_text(toml(self.config))

    def import_directory(self, directory):
        """Runs `rollcall directory import`; the import must work."""
        result = self.try_import(directory)
        assert result.returncode == 0, result.stderr

    def try_import(self, directory):
        file = self.folder / "directory.json"
        file.write_text(directory if isinstance(directory, str) else json.dumps(directory))
        return run("rollcall", "directory", "import", "--database", self.database, file)

    def start(self, wait=True):
        self.log = open(self.log_file, "ab")
        self.process = subprocess.Popen(self.command(), stdout=self.log, stderr=self.log, cwd=self.folder)
        Daemon.running.append(self)
        if wait:
            wait_until(self._is_up, what="/livez of the daemon")
        return self

    def command(self):
        return [BIN / "rollcalld", "--config", self.config_file]

    def _is_up(self):
        if self.process.poll() is not None:
            code, self.process = self.process.returncode, None
            raise RuntimeError(f"the daemon ended with {code}:\n{self.log_text()[-4000:]}")
        try:
            return self.get("/livez").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=PATIENCE):
        """Waits for the daemon's end and returns its exit code."""
        code = self.process.wait(seconds)
        self.process = None
        self.log.close()
        Daemon.running.remove(self)
        return code

    def stop(self):
        """Ends the daemon in good order and returns its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        """Ends the daemon as a power failure would."""
        self.signal(signal.SIGKILL)
        return self.wait()

    def reload(self):
        """Sends HUP and waits until the daemon has logged what came of it; returns those log lines."""
        before = len(self.log_text())
        self.signal(signal.SIGHUP)
        wait_until(lambda: re.search("reload", self.log_text()[before:], re.IGNORECASE), what="reload in the log")
        return self.log_text()[before:]

    def log_text(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.wait()
        elif self in Daemon.running:
            Daemon.running.remove(self)
        if self._temporary:
            self._temporary.cleanup()

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        """Ends the daemon; after a test that went well its end must be a clean one as well."""
        try:
            if self.process is not None and kind is None:
                assert self.process.poll() is None, f"the daemon died:\n{self.log_text()[-4000:]}"
                assert self.stop() == 0, self.log_text()[-4000:]
        finally:
            self.close()

    # clients

    def get(self, path, headers=None):
        """A page for machines; of those that need a login on the API's address, the one on their own address."""
        port = self.metrics_port if path in ("/metrics", "/readyz?verbose") else self.http_port
        return request(port, "GET", path, headers=headers, connect=self.connect)

    def metrics(self):
        """The samples of /metrics: {'name{labels}': value}."""
        body = self.get("/metrics").body.decode()
        samples = (line.rsplit(" ", 1) for line in body.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in samples}

    def trusted(self, **kwargs):
        """A client in trusted mode."""
        kwargs.setdefault("connect", self.connect)
        return Api(self.http_port, **kwargs)

    def login(self, name, password=None, **kwargs):
        """A client in normal mode: from an address that is not trusted, logged in by Digest."""
        kwargs.setdefault("source", "127.0.0.2")
        kwargs.setdefault("connect", self.connect)
        return Api(self.http_port, name, PASSWORDS.get(name) if password is None else password, **kwargs)

    def introduce_switches(self, *names):
        """Has each switch, or each of these, tell once that it has no calls, and go again: what is known of one
        that never came is nothing, and every answer about calls says so."""
        for name in names or [switch["name"] for switch in self.config["feed"]["switch"]]:
            with self.switch(name):
                wait_until(lambda: f"switch {name}: connected, synced" in self.get("/readyz?verbose").text)

    def switch(self, name="sbc-1", **kwargs):
        kwargs.setdefault("connect", self.connect)
        return Switch(self.feed_port, name, **kwargs)

    def everything(self):
        """Every call of every root customer by ID."""
        api = self.trusted()
        return {row["ID"]: row for root in (1, 10) for row in api.listAllCalls(i_customer=root)}


# --- a switch

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


# --- HTTP and XML-RPC

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


def client_context(ca, certificate=None):
    """A TLS context that trusts `ca` only, with a (certificate, key) of our own when given."""
    context = ssl.create_default_context(cafile=str(ca))
    if certificate:
        context.load_cert_chain(*map(str, certificate))
    return context
