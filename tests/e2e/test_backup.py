"""`rollcall backup`, and copies and migrations of a directory, beside a daemon that is up (operations, 2 and 8)."""

import contextlib
import json
import shutil
import sqlite3
import stat

from harness import DIRECTORY, ROOT, Daemon, run, wait_until
from postgres import Postgres

OLD = ROOT / "tests" / "data" / "versions" / "directory-1.db"


def version(file):
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return database.execute("PRAGMA user_version").fetchone()[0]


def dump(file):
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return list(database.iterdump())


def test_a_backup_of_a_node_that_is_up_makes_the_same_node_again(tmp_path):
    (tmp_path / "one").mkdir()
    with Daemon(folder=tmp_path / "one") as daemon, daemon.switch() as switch:
        switch.start(id="7", i_account=11)
        wait_until(lambda: daemon.everything())
        daemon.trusted().disconnectAccount(i_customer=1, i_account=11)
        wait_until(lambda: "sbc-1:7" in "".join(dump(tmp_path / "one" / "audit.db")))
        done = run("rollcall", "backup", "--config", daemon.config_file, tmp_path / "copy")
        assert done.returncode == 0, done.stderr
        again = run("rollcall", "backup", "--config", daemon.config_file, tmp_path / "copy")
        assert again.returncode == 1 and "exists" in again.stderr.lower()
        original = dump(daemon.database)
    assert {file.name for file in (tmp_path / "copy").iterdir()} >= {"rollcalld.toml", "directory.db", "audit.db", "secret.json"}
    assert all(stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 for file in [tmp_path / "copy", *(tmp_path / "copy").iterdir()])
    shutil.rmtree(tmp_path / "one")
    shutil.copytree(tmp_path / "copy", tmp_path / "one")
    assert dump(tmp_path / "one" / "directory.db") == original
    daemon = Daemon(folder=tmp_path / "one", directory=None)
    with daemon:
        assert daemon.login("ssp-root").listAllCalls() is not None
        assert "sbc-1:7" in "".join(dump(tmp_path / "one" / "audit.db"))


def test_a_backup_of_a_directory_in_postgresql_is_an_export(tmp_path):
    server = Postgres()
    try:
        file = tmp_path / "in.json"
        file.write_text(json.dumps(DIRECTORY))
        assert run("rollcall", "directory", "import", "--database", server.url, file).returncode == 0
        daemon = Daemon(folder=tmp_path, directory=None, config={"directory": {"url": server.url}})
        done = run("rollcall", "backup", "--config", daemon.config_file, tmp_path / "copy")
        assert done.returncode == 0, done.stderr
        into = tmp_path / "restored.db"
        assert run("rollcall", "directory", "import", "--database", into, tmp_path / "copy" / "directory.json").returncode == 0
        assert run("rollcall", "directory", "export", "--database", into).stdout == (tmp_path / "copy" / "directory.json").read_text()
        server.stop()
        part = run("rollcall", "backup", "--config", daemon.config_file, tmp_path / "part")
        assert part.returncode == 1 and "has everything but the directory" in part.stderr
        assert [file.name for file in (tmp_path / "part").iterdir()] == ["rollcalld.toml"]
        server.start()
        migrated = run("rollcall", "directory", "migrate", "--config", daemon.config_file, "--copy", ".old")
        assert migrated.returncode == 0 and "left as it is" in migrated.stderr
    finally:
        server.close()


def test_a_directory_of_the_version_before_is_served_and_migrated_while_it_is(tmp_path):
    daemon = Daemon(folder=tmp_path, directory=None)
    shutil.copy(OLD, daemon.database)
    with daemon:
        assert daemon.login("ssp-root", "secret").listAllCalls() == []
        assert version(daemon.database) == 1  # a daemon changes no directory
        refused = daemon.try_import(DIRECTORY)
        assert refused.returncode == 1 and "has to be migrated first" in refused.stderr
        done = run("rollcall", "directory", "migrate", "--config", daemon.config_file, "--copy", ".before")
        assert done.returncode == 0 and "was of version 1" in done.stdout
        assert version(daemon.database) > 1 and version(tmp_path / "directory.db.before") == 1
        assert "already" in run("rollcall", "directory", "migrate", "--database", daemon.database).stdout
        assert daemon.login("ssp-root", "secret").listAllCalls() == []
        assert "not reloaded" not in daemon.log_text()


def test_a_copy_never_takes_the_place_of_a_file(tmp_path):
    daemon = Daemon(folder=tmp_path)
    copy = tmp_path / "copy.db"
    assert run("rollcall", "directory", "copy", "--database", daemon.database, copy).returncode == 0
    assert dump(copy) == dump(daemon.database)
    again = run("rollcall", "directory", "copy", "--database", daemon.database, copy)
    assert again.returncode == 1 and "there is such a file already" in again.stderr
    result = run("rollcall", "directory", "migrate", "--config", daemon.config_file, "--copy", "")
    assert result.returncode == 2


def test_a_database_of_a_later_version_that_names_this_one_is_used(tmp_path):
    daemon = Daemon(folder=tmp_path)
    with contextlib.closing(sqlite3.connect(daemon.database)) as database:
        database.executescript("ALTER TABLE account ADD COLUMN max_calls INTEGER NOT NULL DEFAULT 7; PRAGMA user_version = 99;")
    with daemon:
        assert daemon.login("ssp-root").listAllCalls() is not None
        daemon.import_directory({"accounts": [{"i_account": 4711, "i_customer": 1, "username": "newcomer"}]})
    with contextlib.closing(sqlite3.connect(daemon.database)) as database:
        assert database.execute("SELECT max_calls FROM account WHERE i_account = 4711").fetchone() == (7,)
        database.execute("UPDATE compatibility SET oldest_reader = 99")
        database.commit()
    result = run("rollcalld", "--config", daemon.config_file)
    assert result.returncode == 78 and "newer than" in result.stderr
