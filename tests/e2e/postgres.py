"""A real PostgreSQL server for the tests that need one: on a free port of the loopback and with a password, as a
server on a network has it, in a directory of its own, without a care for the disk."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from harness import free_port, wait_until

PASSWORD = "s3cr3t-of-the-directory"


def programs():
    """Debian keeps the server's programs out of the PATH, a folder for each version."""
    return sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1].parent


def as_nobody(*command, forever=False):
    """The server refuses root, and must not outlive the tests."""
    drop = ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *(["--pdeathsig", "QUIT"] if forever else []), *drop, *map(str, command)]


def send(number, pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


class Postgres:
    """start(), stop() as a crash, freeze() and thaw(). url is that of an empty database; sql() runs statements in it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rollcall-pg-"))
        self.folder.chmod(0o777)
        self.data = self.folder / "data"
        self.port = free_port()
        self.url = f"postgresql://rollcall:{PASSWORD}@127.0.0.1:{self.port}/directory"
        self.process = None
        (self.folder / "password").write_text(PASSWORD)
        subprocess.run(as_nobody(programs() / "initdb", "-D", self.data, "-U", "rollcall", "--auth=scram-sha-256",
                                 f"--pwfile={self.folder}/password", "--no-sync", "--encoding=UTF8", "--locale=C"),
                       check=True, capture_output=True)
        self.start()
        self.sql("CREATE DATABASE directory", database="postgres")

    def start(self):
        self.process = subprocess.Popen(
            as_nobody(programs() / "postgres", "-D", self.data, "-p", self.port, "-k", self.folder,
                      "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off",
                      "-c", "shared_buffers=16MB", forever=True),
            stdout=open(self.folder / "log", "ab"), stderr=subprocess.STDOUT, start_new_session=True)
        wait_until(lambda: self.psql("SELECT 1", database="postgres").returncode == 0, seconds=60, what="PostgreSQL")

    def psql(self, *statements, database="directory"):
        return subprocess.run(
            [programs() / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
             "-U", "rollcall", "-d", database, *(word for each in statements for word in ("-c", each))],
            env={**os.environ, "PGPASSWORD": PASSWORD, "PGOPTIONS": "-c search_path=rollcall"}, text=True,
            capture_output=True, timeout=60)

    def sql(self, *statements, database="directory"):
        result = self.psql(*statements, database=database)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def stop(self):
        """Ends the server at once, as a crash would; what was committed is kept."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(60)

    def follow(self):
        """Starts again as a standby, of nobody, until promote()."""
        self.stop()
        (self.data / "standby.signal").touch()
        self.start()

    def promote(self):
        self.sql("SELECT pg_promote() WHERE pg_is_in_recovery()", database="postgres")

    def _children(self):
        """Each connection has a process."""
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid)], text=True, capture_output=True).stdout
        return map(int, listed.split())

    def _stands_still(self):
        return pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"

    def freeze(self):
        """Has the server stand still, with all its connections open. The server first: one that it makes meanwhile, for a
        daemon that has just come up, would be left out, and a frozen database would answer."""
        send(signal.SIGSTOP, self.process.pid)
        wait_until(self._stands_still)
        for pid in self._children():
            send(signal.SIGSTOP, pid)

    def thaw(self):
        for pid in (self.process.pid, *self._children()):
            send(signal.SIGCONT, pid)

    def close(self):
        self.thaw()
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def recreate(self):
        """An empty database again, whoever is connected to the old one."""
        self.sql("DROP DATABASE IF EXISTS directory WITH (FORCE)", "CREATE DATABASE directory", database="postgres")
