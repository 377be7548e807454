"""One rollcalld, with clients and switches that know where it is."""

import http.client
import json
import pathlib
import re
import signal
import socket
import subprocess
import tempfile

from .api import Api, request
from .basics import BIN, PATIENCE, free_port, run, wait_until
from .example import DIRECTORY, PASSWORDS, SECRET, SWITCHES
from .switch import Switch


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
        if self.config["directory"]["url"].startswith("postgres"):  # else all of them have /var/lib/rollcall
            self.config.setdefault("audit", {}).setdefault("file", str(self.folder / "audit.db"))
        self.write_config()
        if directory is not None:
            self.import_directory(directory)

    def write_config(self):
        self.config_file.write_text(toml(self.config))
        self.config_file.chmod(0o600)  # there are secrets in it

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
