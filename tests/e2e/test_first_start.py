"""From nothing to a node that serves somebody: a daemon without a directory, and `rollcall init` (operations, 3)."""

import contextlib
import json
import os
import pty
import re
import shutil
import sqlite3
import stat
import subprocess
import time
import xmlrpc.client

import pytest

from harness import BIN, DIRECTORY, SECRET, Daemon, free_port, run, wait_until

LIST = xmlrpc.client.dumps(({},), "listAllCalls")


@pytest.fixture
def fresh(tmp_path):
    """A daemon that nobody has made a directory for."""
    with Daemon(folder=tmp_path, directory=None) as daemon:
        yield daemon


def is_ready(daemon):
    return daemon.get("/readyz").status == 200


# --- the daemon

def test_a_daemon_without_a_directory_makes_an_empty_one_and_says_what_to_do(fresh):
    assert fresh.database.is_file() and fresh.database.stat().st_mode & 0o007 == 0
    assert fresh.get("/livez").status == 200
    for path in ("/readyz", "/readyz?verbose"):
        answer = fresh.get(path)
        assert answer.status == 503 and "no customers yet: rollcall init" in answer.text
    assert fresh.metrics()["rollcall_directory_served"] == 0


def test_nobody_is_let_in_or_told_anything_before_there_is_a_customer(fresh):
    for api in (fresh.trusted(), fresh.login("ssp-root", "secret"), fresh.login(None)):
        answer = api.post(LIST)
        assert answer.status == 503 and "/readyz" in answer.text and answer.headers["Retry-After"]
    assert fresh.metrics()['rollcall_auth_failures_total{reason="no_directory"}'] >= 3


def test_the_first_import_is_served_without_a_word_to_the_daemon(fresh):
    fresh.import_directory(DIRECTORY)
    wait_until(lambda: is_ready(fresh) or "has not connected" in fresh.get("/readyz").text)
    with fresh.switch() as switch:
        switch.start(i_account=11)
        wait_until(lambda: fresh.login("ssp-root").listAllCalls())
    assert fresh.metrics()["rollcall_directory_served"] == 1


def test_a_change_of_the_file_is_served_without_a_word_to_the_daemon(tmp_path):
    with Daemon(folder=tmp_path) as daemon:
        changed = {"accounts": [{"i_account": 4711, "i_customer": 1, "username": "newcomer"}]}
        daemon.import_directory(changed)
        wait_until(lambda: "directory: reloaded: 7 customers, 10 accounts" in daemon.log_text())


def test_a_directory_that_is_emptied_is_not_taken(tmp_path):
    with Daemon(folder=tmp_path) as daemon:
        with contextlib.closing(sqlite3.connect(daemon.database)) as directory:
            for table in ("connection", "vendor", "account", "customer", "environment", "meta"):
                directory.execute(f"DELETE FROM {table}")
            directory.commit()
        wait_until(lambda: "holds no customers" in daemon.get("/readyz?verbose").text)
        assert daemon.login("ssp-root").post(LIST).status == 200
        assert "the old one is kept" in daemon.log_text()


def test_a_file_that_is_taken_away_is_told_and_its_directory_served_on(tmp_path):
    with Daemon(folder=tmp_path) as daemon:
        daemon.database.rename(tmp_path / "elsewhere.db")
        wait_until(lambda: "the database is away" in daemon.get("/readyz?verbose").text)
        assert daemon.login("ssp-root").post(LIST).status == 200
        (tmp_path / "elsewhere.db").rename(daemon.database)
        wait_until(lambda: "as the database has it" in daemon.get("/readyz?verbose").text)


def test_switches_are_waited_for_from_the_first_directory_on(tmp_path):
    with Daemon(folder=tmp_path, directory=None, config={"calls": {"ready_grace": "3s"}}) as daemon:
        time.sleep(3.2)
        daemon.import_directory(DIRECTORY)
        wait_until(lambda: "no customers" not in daemon.get("/readyz").text)
        assert "have not connected yet" in daemon.get("/readyz").text
        wait_until(lambda: is_ready(daemon))


def test_a_switch_that_comes_before_the_directory_comes_again(fresh, tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    with subprocess.Popen([BIN / "rollcall", "sim", "--connect", f"127.0.0.1:{fresh.feed_port}", "--name", "sbc-1",
                           "--secret-file", tmp_path / "secret", "--calls", "3", "--rate", "50", "--hold", "--once"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as switch:
        try:
            wait_until(lambda: "does not have its environment yet" in fresh.log_text())
            fresh.import_directory(DIRECTORY)
            wait_until(lambda: fresh.get("/readyz").status == 200, seconds=20)
            wait_until(lambda: len(fresh.trusted().listAllCalls(i_customer=1)) == 3, seconds=20)
            assert switch.poll() is None
        finally:
            switch.kill()


def test_a_reload_that_mends_a_refused_directory_says_so(tmp_path):
    daemon = Daemon(folder=tmp_path, directory=None)
    with daemon:
        file = tmp_path / "in.json"
        file.write_text(json.dumps(DIRECTORY))
        run("rollcall", "directory", "import", "--database", daemon.database, "--realm", "other", file)
        wait_until(lambda: "is refused" in daemon.get("/readyz?verbose").text)
        daemon.config["http"]["realm"] = "other"
        daemon.write_config()
        daemon.reload()
        wait_until(lambda: "as the database has it" in daemon.get("/readyz?verbose").text)


def test_a_configuration_is_reloaded_before_there_is_a_customer(fresh):
    fresh.config["calls"]["dead_linger"] = "1s"
    fresh.write_config()
    assert "reloading with the directory in memory" in fresh.reload()
    fresh.import_directory(DIRECTORY)
    wait_until(lambda: fresh.login("ssp-root").post(LIST).status == 200)


def test_a_directory_of_others_is_waited_for(open_folder):
    tmp_path = open_folder
    daemon = Daemon(folder=tmp_path, config={"audit": {"file": str(tmp_path / "own/audit.db")}})
    (tmp_path / "own").mkdir()
    shutil.chown(tmp_path / "own", "nobody")
    daemon.config_file.chmod(0o644)
    plain = daemon.command()
    daemon.command = lambda: ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", *plain]
    with daemon:
        assert "the database of the directory is away" in daemon.get("/readyz").text
        assert str(daemon.database) in daemon.log_text()
        for file in tmp_path.glob("directory.db*"):
            shutil.chown(file, "nobody")
        wait_until(lambda: daemon.login("ssp-root").post(LIST).status == 200)


# --- rollcall init

@pytest.fixture
def site(tmp_path):
    """A folder with the configuration that a package writes, but for where the directory is."""
    class Site:
        folder, file, database = tmp_path, tmp_path / "rollcalld.toml", tmp_path / "directory.db"
        api, feed = free_port(), free_port()

        def init(self, *more, **kwargs):
            return run("rollcall", "init", "--config", self.file, "--database", f"sqlite://{self.database}",
                       "--listen", f"127.0.0.1:{self.api}", *more, stdin=subprocess.DEVNULL, **kwargs)
    one = Site()
    one.file.write_text(run("rollcall", "config", "minimal").stdout)
    return one


def served(site):
    """The daemon of what init has made, with its metrics where no other test's are."""
    daemon = Daemon(folder=site.folder / "run", directory=None) if (site.folder / "run").mkdir() is None else None
    daemon.http_port, daemon.feed_port, daemon.metrics_port = site.api, site.feed, free_port()
    daemon.config_file = site.file
    site.file.write_text(site.file.read_text().replace("9478", str(daemon.metrics_port)))
    return daemon


def test_init_leads_to_a_listed_call(site):
    made = site.init("--login", "boss", "--environment", "acme", "--switch", "sbc-1", "--feed-listen", f"127.0.0.1:{site.feed}")
    assert made.returncode == 0, made.stderr
    password = re.search(r"password: +(\S+)", made.stdout)[1]
    secret = re.search(r"secret (\S+)", made.stdout)[1]
    assert "started again" in made.stderr
    assert stat.S_IMODE(site.file.stat().st_mode) & 0o007 == 0
    with served(site) as daemon:
        with daemon.switch("sbc-1", secret=secret) as switch:
            switch.start(cli="801")
            rows = wait_until(lambda: daemon.login("boss", password).listAllCalls())
        assert rows[0]["CLI"] == "801" and rows[0]["I_CUSTOMER"] == 1
        assert "acme" in run("rollcall", "directory", "show", "--database", site.database).stdout


def test_init_begins_once(site):
    assert site.init("--login", "boss").returncode == 0
    before = site.file.read_text()
    again = site.init("--login", "other")
    assert again.returncode == 1 and "is left as it is" in again.stderr
    site.file.unlink()
    again = site.init("--login", "other")
    assert again.returncode == 1 and "has customers already" in again.stderr and not site.file.exists()
    assert "2" not in re.findall(r"customer (\d+)", run("rollcall", "directory", "show", "--database", site.database).stdout)
    assert before != run("rollcall", "config", "minimal").stdout


def test_init_takes_the_password_of_a_file_and_shows_none(site):
    secret = site.folder / "password"
    secret.write_text("open sesame\n")
    made = site.init("--login", "boss", "--password-file", secret)
    assert made.returncode == 0 and "password:" not in made.stdout
    with served(site) as daemon:
        assert daemon.login("boss", "open sesame").listAllCalls() == []


def test_init_needs_a_login_where_nobody_can_be_asked(site):
    made = site.init()
    assert made.returncode == 2 and "--login" in made.stderr and not site.database.exists()


def test_what_is_of_a_switch_needs_one(site):
    for option in (["--kamailio", "127.0.0.1:8448"], ["--feed-listen", "127.0.0.1:9000"]):
        made = site.init("--login", "boss", *option)
        assert made.returncode == 2 and "--switch" in made.stderr and not site.database.exists()


def test_root_does_not_follow_a_link_out_of_the_folder_of_somebody_else(open_folder):
    folder, target = open_folder / "theirs", open_folder / "of-root"
    folder.mkdir()
    shutil.chown(folder, "nobody", "nogroup")
    target.touch(0o600)
    (folder / "directory.db").symlink_to(target)
    file = open_folder / "in.json"
    file.write_text(json.dumps(DIRECTORY))
    result = run("rollcall", "directory", "import", "--database", folder / "directory.db", file)
    assert result.returncode == 1 and target.stat().st_size == 0, result


def test_init_by_root_makes_what_the_owner_of_the_folder_can_use(site, open_folder):
    state = open_folder / "state"
    state.mkdir(mode=0o750)
    shutil.chown(state, "nobody", "nogroup")
    site.database = state / "directory.db"
    assert site.init("--login", "boss").returncode == 0
    assert {file.owner() for file in state.iterdir()} == {"nobody"}
    file = site.folder / "more.json"
    file.write_text('{"accounts": [{"i_account": 1, "i_customer": 1, "username": "1"}]}')
    assert run("rollcall", "directory", "import", "--database", site.database, file).returncode == 0
    assert {file.owner() for file in state.iterdir()} == {"nobody"}


def test_init_asks_on_a_terminal(site):
    command = [BIN / "rollcall", "init", "--config", site.file, "--database", f"sqlite://{site.database}"]
    said = converse(command, [("Login of the root customer", "boss"), ("Name of the environment [default]", ""),
                              ("Address of the API [127.0.0.1:8080]", f"127.0.0.1:{site.api}"), ("Name of the first switch", ""),
                              ("Password of boss", "open sesame")])
    assert "open sesame" not in said and "password:" not in said
    with served(site) as daemon:
        assert daemon.login("boss", "open sesame").listAllCalls() == []


def converse(command, answers):
    """Runs a command on a terminal, answers its questions, and returns what stood on the terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command[0], list(map(str, command)))
    said = ""
    for question, answer in answers:
        while question not in said.rsplit("\n", 1)[-1]:
            said += os.read(terminal, 4096).decode()
        os.write(terminal, f"{answer}\n".encode())
    with contextlib.suppress(OSError):
        while more := os.read(terminal, 4096).decode():
            said += more
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, said
    return said
