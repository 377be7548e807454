"""A start on a machine that does not give what is needed: what is said, and what becomes of it (operations, 3)."""

import contextlib
import pathlib
import socket
import subprocess
import tempfile
import xmlrpc.client

import pytest

from harness import Daemon, free_port, run, wait_until

LIST = xmlrpc.client.dumps(({},), "listAllCalls")


@contextlib.contextmanager
def disk(*options):
    """A small disk of its own, with such options."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rollcall-disk-"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(["size=4m", *options]), "none", folder],
                      capture_output=True).returncode != 0:
        folder.rmdir()
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def fill(folder):
    with contextlib.suppress(OSError), open(folder / "ballast", "wb", buffering=0) as ballast:
        while True:
            ballast.write(b"x" * 4096)


def ended(daemon):
    """Code and words of a start that comes to nothing."""
    result = run("rollcalld", "--config", daemon.config_file)
    return result.returncode, result.stderr


def test_a_full_disk(tmp_path):
    with disk() as folder:
        fill(folder)
        daemon = Daemon(folder=tmp_path, directory=None, config={"directory": {"url": f"sqlite://{folder}/directory.db"}})
        code, said = ended(daemon)
        assert code == 69 and str(folder) in said and "full" in said and "make room" in said, said
        (folder / "ballast").unlink()
        with daemon:
            assert "no customers yet" in daemon.get("/readyz").text


def test_a_disk_that_can_only_be_read(tmp_path):
    with disk("ro") as folder:
        daemon = Daemon(folder=tmp_path, directory=None, config={"directory": {"url": f"sqlite://{folder}/directory.db"}})
        code, said = ended(daemon)
        assert code == 69 and str(folder) in said and "Read-only file system" in said, said


def test_a_name_that_does_not_resolve_is_waited_for(tmp_path):
    url = "postgresql://rollcall@no-such-host.invalid/rollcall"
    with Daemon(folder=tmp_path, directory=None, config={"directory": {"url": url}}) as daemon:
        answer = daemon.get("/readyz")
        assert answer.status == 503 and "the database of the directory is away" in answer.text
        assert "no-such-host.invalid" in daemon.log_text()
        assert daemon.trusted().post(LIST).status == 503


@pytest.mark.parametrize("table", ["http", "feed", "metrics"])
def test_a_port_that_is_taken(tmp_path, table):
    with socket.socket() as other:
        port = free_port()
        other.bind(("127.0.0.1", port))
        other.listen()
        daemon = Daemon(folder=tmp_path, config={table: {"listen": [f"127.0.0.1:{port}"]}})
        code, said = ended(daemon)
        assert code == 69 and f"127.0.0.1:{port}" in said and "Address already in use" in said, said


def test_a_port_that_only_root_may_have(open_folder):
    if int(pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 80:
        pytest.skip("everybody may have every port here")
    daemon = Daemon(folder=open_folder, directory=None, config={"http": {"listen": ["127.0.0.1:80"]}})
    daemon.config_file.chmod(0o644)
    result = subprocess.run(["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--bounding-set=-all",
                             *daemon.command()], capture_output=True, text=True, timeout=30)
    assert result.returncode == 69 and "127.0.0.1:80" in result.stderr and "Permission denied" in result.stderr, result.stderr


def test_a_name_to_listen_on_that_does_not_resolve(tmp_path):
    daemon = Daemon(folder=tmp_path, config={"http": {"listen": [f"no-such-host.invalid:{free_port()}"]}})
    code, said = ended(daemon)
    assert code == 69 and "no-such-host.invalid" in said, said


def test_a_database_that_comes_after_its_node(open_folder):
    """The file of a disk that is mounted later: what is found then is served."""
    ready = Daemon(folder=open_folder)
    late = open_folder / "mount" / "directory.db"
    late.parent.mkdir(mode=0)
    ready.config["directory"]["url"] = f"sqlite://{late}"
    ready.config["audit"] = {"file": str(open_folder / "own/audit.db")}
    ready.write_config()
    (open_folder / "own").mkdir()
    (open_folder / "own").chmod(0o777)
    ready.config_file.chmod(0o644)
    plain = ready.command()
    ready.command = lambda: ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", *plain]
    with ready:
        assert "the database of the directory is away" in ready.get("/readyz").text
        ready.database.rename(late)
        late.chmod(0o666)
        late.parent.chmod(0o777)
        wait_until(lambda: ready.login("ssp-root").post(LIST).status == 200)


def test_a_file_without_a_byte_becomes_a_directory(tmp_path):
    daemon = Daemon(folder=tmp_path, directory=None)
    daemon.database.touch()
    with daemon:
        assert "no customers yet" in daemon.get("/readyz").text and daemon.database.stat().st_size > 0
