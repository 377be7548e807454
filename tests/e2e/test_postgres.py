"""The directory in PostgreSQL: imported into it, followed by a running daemon without a HUP, and served from memory
while the database is away."""

import copy
import itertools
import json
import re
import shutil
import sqlite3
import time
import xmlrpc.client

import pytest

from cluster import Cluster
from harness import DIRECTORY, Daemon, free_port, many_accounts, run, wait_until
from postgres import PASSWORD, Postgres

#: An absence shows within: the pause between two looks, and the longest that an answer may take.
NOTICED = 20.0

LIST = xmlrpc.client.dumps(({"i_customer": 1},), "listAllCalls")

#: What a change may take from its commit to the first answer that shows it, in seconds.
SEEN = 2.0


@pytest.fixture(scope="module")
def server():
    one = Postgres()
    yield one
    one.close()


@pytest.fixture
def postgres(server):
    """The server, with an empty database."""
    if server.process.poll() is not None:
        server.start()
    server.thaw()
    server.recreate()
    return server


@pytest.fixture
def daemon(postgres, tmp_path):
    """A daemon whose directory is in PostgreSQL, which must not have said the password to anybody."""
    one = Daemon(folder=tmp_path, directory=None, config={
        "directory": {"url": postgres.url}, "audit": {"file": str(tmp_path / "audit.db")}, "calls": {"ready_grace": "0s"}})
    imported(postgres, tmp_path)
    with one:
        yield one
    assert PASSWORD not in one.log_text()


def do_import(postgres, folder, directory=DIRECTORY):
    file = folder / "in.json"
    file.write_text(json.dumps(directory))
    return run("rollcall", "directory", "import", "--database", postgres.url, file)


def imported(postgres, folder, directory=DIRECTORY):
    result = do_import(postgres, folder, directory)
    assert result.returncode == 0, result.stderr
    return result.stdout


def export(postgres):
    result = run("rollcall", "directory", "export", "--database", postgres.url)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def with_newcomer(i_customer=6):
    directory = copy.deepcopy(DIRECTORY)
    directory["customers"].append({"i_customer": i_customer, "i_wholesaler": 1, "name": "new",
                                   "web_login": f"new-{i_customer}", "api_password": "secret6", "api_access": True})
    return directory


def lets_in(daemon, login, sources=itertools.count()):
    """From another address each time: one that tries too often has to wait."""
    return daemon.login(login, "secret6", source=f"127.0.9.{next(sources) % 250 + 1}").post("x").status == 200


def said_of_directory(daemon, verbose=True):
    """The line about the directory on /readyz, which must be ready whatever it says."""
    answer = daemon.get("/readyz?verbose" if verbose else "/readyz")
    assert answer.status == 200, answer.body
    return "".join(line for line in answer.text.splitlines() if line.startswith("directory:"))


def is_away(daemon):
    return said_of_directory(daemon, verbose=False).startswith("directory: the database is away since ")


# --- the tool

def test_a_directory_is_imported_exported_and_shown(postgres, tmp_path):
    assert imported(postgres, tmp_path) == f"{sum(map(len, DIRECTORY.values()))} created, 0 updated, 0 unchanged\n"
    assert "0 created, 0 updated" in imported(postgres, tmp_path)
    directory = copy.deepcopy(DIRECTORY)
    directory["customers"][1].update(api_rights=["view"], max_sessions=30, logins=[{"web_login": "desk", "api_password": "x"}])
    assert "0 created, 1 updated" in imported(postgres, tmp_path, directory)
    assert "0 created, 0 updated" in imported(postgres, tmp_path)
    assert export(postgres)["customers"][1]["max_sessions"] == 30
    shown = run("rollcall", "directory", "show", "--database", postgres.url)
    assert shown.returncode == 0 and "subreseller" in shown.stdout
    copy_of = tmp_path / "copy.db"
    (tmp_path / "out.json").write_text(json.dumps(export(postgres)))
    assert run("rollcall", "directory", "import", "--database", copy_of, tmp_path / "out.json").returncode == 0
    again = run("rollcall", "directory", "export", "--database", f"sqlite://{copy_of}")
    assert json.loads(again.stdout) == export(postgres)


def test_a_bad_file_is_refused_whole(postgres, tmp_path):
    imported(postgres, tmp_path)
    before = export(postgres)
    bad = with_newcomer()
    bad["accounts"].append({"i_account": 99, "i_customer": 77, "username": "899"})
    result = do_import(postgres, tmp_path, bad)
    assert result.returncode == 1 and "(i_account 99): i_customer 77 is not a customer" in result.stderr
    assert export(postgres) == before


def test_an_empty_database_is_told_and_nothing_is_made_in_it(postgres, tmp_path):
    result = run("rollcall", "directory", "show", "--database", postgres.url)
    assert result.returncode == 1 and "holds no rollcall directory" in result.stderr
    assert postgres.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'rollcall'") == "0"


@pytest.mark.parametrize("change, words", [
    (lambda url: url.replace(PASSWORD, PASSWORD + "x"), "password authentication failed"),
    (lambda url: re.sub(r":\d+/", f":{free_port()}/", url), "Connection refused"),
    (lambda url: url.replace("/directory", "/nowhere"), 'database "nowhere" does not exist'),
    (lambda url: url + "?no_such=1", "no_such"), (lambda url: url.replace("@", "@x@"), "%40")])
def test_what_is_wrong_is_told_without_the_password(postgres, tmp_path, change, words):
    url = change(postgres.url)
    result = run("rollcall", "directory", "show", "--database", url)
    assert result.returncode in (1, 2) and words in result.stderr
    config = tmp_path / "c.toml"
    config.write_text(f'[directory]\nurl = "{url}"\n')
    for command in (["rollcall", "config", "check", config], ["rollcalld", "--config", config, "--check"]):
        checked = run(*command)
        assert checked.returncode in (0, 1, 78) and words in checked.stderr and f"{config}:2:7: " in checked.stderr
        assert PASSWORD not in result.stderr + result.stdout + checked.stderr + checked.stdout


def test_a_configuration_is_checked_with_the_directory_of_the_database(postgres, tmp_path):
    config = tmp_path / "c.toml"
    config.write_text(f'[directory]\nurl = "{postgres.url}"\n')
    config.chmod(0o600)  # there is a password in it
    check = run("rollcalld", "--config", config, "--check")
    assert check.returncode == 0 and "holds no rollcall directory yet" in check.stderr
    imported(postgres, tmp_path)
    check = run("rollcall", "config", "check", config)
    assert check.returncode == 0 and not check.stderr
    config.write_text(f'[http]\nrealm = "other"\n[directory]\nurl = "{postgres.url}"\n')
    check = run("rollcall", "config", "check", config)
    assert check.returncode == 1 and "nobody could log in" in check.stderr


def test_a_full_disk_refuses_an_import_and_loses_nothing(postgres, tmp_path, small_disk):
    shutil.chown(small_disk, "nobody")
    postgres.sql("DROP DATABASE directory", f"CREATE TABLESPACE small LOCATION '{small_disk}'",
                 "CREATE DATABASE directory TABLESPACE small", database="postgres")
    try:
        imported(postgres, tmp_path)
        before = export(postgres)
        result = do_import(postgres, tmp_path, many_accounts())
        assert result.returncode == 1 and "No space left on device" in result.stderr, result.stderr
        assert export(postgres) == before
        assert "1 created" in imported(postgres, tmp_path, with_newcomer())
    finally:
        postgres.sql("DROP DATABASE directory WITH (FORCE)", "DROP TABLESPACE small", database="postgres")


# --- a daemon that follows

def test_an_import_is_seen_at_once_and_without_a_hup(daemon, postgres, tmp_path):
    with daemon.switch() as switch:
        id = switch.start(i_account=21)
        wait_until(lambda: daemon.everything())
        directory = with_newcomer()
        directory["accounts"][2]["i_customer"] = 6  # account 21
        imported(postgres, tmp_path, directory)
        wait_until(lambda: lets_in(daemon, "new-6"), seconds=SEEN)
        wait_until(lambda: daemon.trusted().ids(i_customer=6) == [id], seconds=SEEN)
        assert daemon.trusted().ids(i_customer=2) == []
        switch.ping()
    assert said_of_directory(daemon).startswith("directory: as the database has it since ")
    assert daemon.metrics()["rollcall_directory_database_away"] == 0


def test_a_login_by_hand_is_let_in_and_gone_with_its_row(daemon, postgres):
    postgres.sql("INSERT INTO login (web_login, i_customer, md5, sha256, api_rights) SELECT 'desk', i_customer, "
                 "md5('desk:rollcall:secret6'), encode(sha256('desk:rollcall:secret6'), 'hex'), 'view' "
                 "FROM customer WHERE web_login = 'reseller'")
    wait_until(lambda: lets_in(daemon, "desk"), seconds=SEEN)
    postgres.sql("DELETE FROM login")
    wait_until(lambda: not lets_in(daemon, "desk"), seconds=SEEN)


def test_a_text_that_is_no_rights_is_refused_by_name(daemon, postgres):
    assert "customer_api_rights_check" in postgres.psql("UPDATE customer SET api_rights = 'view bulc' WHERE i_customer = 2").stderr
    postgres.sql("ALTER TABLE customer DROP CONSTRAINT customer_api_rights_check",
                 "UPDATE customer SET api_rights = 'view bulc' WHERE i_customer = 2")
    wait_until(lambda: said_of_directory(daemon, verbose=False).startswith(
        "directory: what the database holds is refused since "), seconds=SEEN)
    assert "customer 2: the database has the api_rights 'view bulc', and 'bulc' is no right" in daemon.log_text()
    assert daemon.login("reseller").listAllCalls() == []
    postgres.sql("UPDATE customer SET api_rights = 'view' WHERE i_customer = 2")
    wait_until(lambda: said_of_directory(daemon).startswith("directory: as the database has it"), seconds=SEEN)


def test_a_change_by_hand_is_seen_too(daemon, postgres):
    reseller = daemon.login("reseller")
    assert reseller.listAllCalls() == []
    postgres.sql("UPDATE customer SET api_access = false WHERE web_login = 'reseller'")
    wait_until(lambda: reseller.post("<methodCall><methodName>listAllCalls</methodName></methodCall>").text.find(
        "API access is not enabled") > 0, seconds=SEEN)


def test_many_changes_in_a_row_are_few_reloads(daemon, postgres):
    before = daemon.log_text().count("reloaded")
    for number in range(30):
        postgres.sql(f"UPDATE vendor SET name = 'carrier {number}' WHERE i_vendor = 1")
    wait_until(lambda: daemon.log_text().count("reloaded") > before)
    time.sleep(0.5)  # for those that must not come
    assert daemon.log_text().count("reloaded") - before < 20


def test_bad_content_keeps_the_old_directory_and_says_so(daemon, postgres):
    postgres.sql("UPDATE customer SET i_wholesaler = 3, i_environment = NULL WHERE i_customer = 1")
    wait_until(lambda: said_of_directory(daemon, verbose=False).startswith(
        "directory: what the database holds is refused since "), seconds=SEEN)
    assert "it is its own wholesaler" in daemon.log_text()
    assert daemon.metrics()["rollcall_directory_refused"] == 1
    assert daemon.login("reseller").listAllCalls() == []
    assert "not reloaded" in daemon.reload()
    postgres.sql("UPDATE customer SET i_wholesaler = NULL, i_environment = 1, name = 'mended' WHERE i_customer = 1")
    wait_until(lambda: said_of_directory(daemon).startswith("directory: as the database has it"), seconds=SEEN)


def test_an_environment_that_a_switch_needs_is_not_let_go(daemon, postgres):
    with daemon.switch("sbc-3") as switch:
        switch.start(i_account=101)
        wait_until(lambda: daemon.everything())
        postgres.sql("DELETE FROM account WHERE i_customer >= 10; DELETE FROM customer WHERE i_customer >= 10;"
                     "DELETE FROM environment WHERE i_environment = 2")
        wait_until(lambda: "has no environment 2 any more" in daemon.log_text())
        assert len(daemon.everything()) == 1
        switch.ping()


def gone(postgres):
    postgres.stop()
    return postgres.start


def frozen(postgres):
    postgres.freeze()
    return postgres.thaw


@pytest.mark.parametrize("absence", [gone, frozen])
def test_while_the_database_is_away_the_node_goes_on_from_memory(daemon, postgres, tmp_path, absence):
    daemon.introduce_switches()
    with daemon.switch() as switch:
        id = switch.start(i_account=21)
        wait_until(lambda: daemon.everything())
        come_back = absence(postgres)
        try:
            wait_until(lambda: is_away(daemon), seconds=NOTICED)
            assert daemon.metrics()["rollcall_directory_database_away"] == 1
            since = daemon.metrics()["rollcall_directory_state_since_seconds"]
            assert time.time() - NOTICED - 5 < since < time.time() + 1
            assert daemon.login("reseller").ids() == [id]
            assert daemon.trusted().disconnectAccount(i_account=21) == {"result": "OK", "count": 1}
            switch.start(i_account=21)
            wait_until(lambda: daemon.trusted().getAccountCallStatsCustomer(i_customer=2)["data"] == {"21": [1, 1]})
        finally:
            come_back()
        wait_until(lambda: not is_away(daemon), seconds=NOTICED)
        imported(postgres, tmp_path, with_newcomer())
        wait_until(lambda: lets_in(daemon, "new-6"), seconds=SEEN)
    log = daemon.log_text()
    assert log.count("the database is away") == 1 and log.count("the database is back") == 1, log


def test_a_change_during_the_absence_is_seen_after_it(daemon, postgres, tmp_path):
    postgres.stop()
    wait_until(lambda: is_away(daemon), seconds=NOTICED)
    postgres.start()
    imported(postgres, tmp_path, with_newcomer())
    wait_until(lambda: lets_in(daemon, "new-6"), seconds=NOTICED)


def test_a_hup_during_the_absence_takes_the_configuration_with_the_directory_in_memory(daemon, postgres):
    postgres.freeze()
    try:
        wait_until(lambda: is_away(daemon), seconds=NOTICED)
        daemon.config["http"]["trusted_hosts"] = ["127.0.0.1", "127.0.0.3"]
        daemon.write_config()
        began = time.monotonic()
        said = daemon.reload()
        assert time.monotonic() - began < 2
        assert "directory in memory" in said
        wait_until(lambda: "reloaded: 7 customers" in daemon.log_text())
        assert daemon.trusted(source="127.0.0.3").listAllCalls(i_customer=1) == []
        daemon.config["http"]["realm"] = "other"
        daemon.write_config()
        assert "not reloaded" in daemon.reload()
        daemon.config["http"]["realm"] = "rollcall"
    finally:
        postgres.thaw()


def test_a_stop_during_the_absence_is_clean_and_soon(daemon, postgres):
    postgres.freeze()
    try:
        wait_until(lambda: is_away(daemon), seconds=NOTICED)
        began = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - began < 5
    finally:
        postgres.thaw()
        daemon.start()


def test_without_its_database_a_daemon_starts_serves_nobody_and_waits(daemon, postgres):
    daemon.stop()
    postgres.stop()
    try:
        daemon.start()
        ready = daemon.get("/readyz")
        assert ready.status == 503 and "the database of the directory is away" in ready.text
        assert "Connection refused" in daemon.log_text() and PASSWORD not in daemon.log_text()
        for api in (daemon.trusted(), daemon.login("ssp-root")):
            assert api.post(LIST).status == 503
        assert daemon.metrics()["rollcall_directory_served"] == 0
        daemon.config["calls"]["dead_linger"] = "200ms"
        daemon.write_config()
        assert "reloading with the directory in memory" in daemon.reload()
    finally:
        postgres.start()
    wait_until(lambda: daemon.get("/readyz").status == 200, seconds=15)
    assert daemon.trusted().listAllCalls(i_customer=1) == []
    assert daemon.metrics()["rollcall_directory_served"] == 1


def test_a_server_without_a_directory_is_waited_for_and_nothing_is_made_in_it(postgres, tmp_path):
    with Daemon(folder=tmp_path, directory=None, config={"directory": {"url": postgres.url}}) as daemon:
        assert "no customers yet: rollcall init" in daemon.get("/readyz").text
        assert postgres.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'rollcall'") == "0"
        imported(postgres, tmp_path)
        wait_until(lambda: daemon.get("/readyz").status == 200, seconds=15)


def test_a_standby_is_refused_with_its_reason_and_taken_once_it_is_the_primary(postgres, tmp_path):
    imported(postgres, tmp_path)
    postgres.follow()
    try:
        with Daemon(folder=tmp_path, directory=None, config={"directory": {"url": postgres.url}}) as daemon:
            assert daemon.get("/readyz").status == 503
            assert "is a standby, which tells nobody of changes: name the primary" in daemon.log_text()
            assert "is a standby" in run("rollcall", "config", "check", daemon.config_file).stderr
            postgres.promote()
            wait_until(lambda: daemon.get("/readyz").status == 200, seconds=15)
    finally:
        postgres.promote()


def test_a_daemon_needs_to_read_only(postgres, tmp_path):
    imported(postgres, tmp_path)
    postgres.sql("DROP ROLE IF EXISTS reader", f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'",
                 "GRANT USAGE ON SCHEMA rollcall TO reader", "GRANT SELECT ON ALL TABLES IN SCHEMA rollcall TO reader")
    url = postgres.url.replace("rollcall:", "reader:")
    with Daemon(folder=tmp_path, directory=None,
                config={"directory": {"url": url}, "audit": {"file": str(tmp_path / "audit.db")}}) as daemon:
        imported(postgres, tmp_path, with_newcomer())
        wait_until(lambda: lets_in(daemon, "new-6"), seconds=SEEN)
        assert run("rollcall", "directory", "import", "--database", url, tmp_path / "in.json").returncode == 1


def test_the_audit_log_is_where_the_configuration_says(daemon):
    daemon.introduce_switches()
    daemon.trusted().disconnectAccount(i_account=11)
    def written():
        with sqlite3.connect(daemon.folder / "audit.db") as log:
            return log.execute("SELECT target FROM request").fetchall()
    wait_until(lambda: written() == [("i_account=11",)])


# --- two nodes of one database

def test_a_node_whose_database_login_is_cut_does_not_answer_as_if_nothing_were_missing(postgres, tmp_path):
    postgres.sql("DROP ROLE IF EXISTS other", "CREATE ROLE other LOGIN PASSWORD 'other'", database="postgres")
    imported(postgres, tmp_path)
    postgres.sql("GRANT USAGE ON SCHEMA rollcall TO other", "GRANT SELECT ON ALL TABLES IN SCHEMA rollcall TO other")
    cluster = Cluster(["node-a", "node-b"], directory=None, switches={"sbc-1": 1}, config={"directory": {"url": postgres.url}})
    cluster.b.config["directory"]["url"] = postgres.url.replace(f"rollcall:{PASSWORD}", "other:other")
    cluster.b.write_config()

    def other_directory():
        api = cluster.a.trusted()
        api.listAllCalls(i_customer=1)
        return api.last.headers.get("X-Rollcall-Other-Directory"), api.last.headers["X-Rollcall-Complete"]

    with cluster, cluster.b.switch() as switch:
        id = switch.start(i_account=21)
        cluster.agree([f"sbc-1:{id}"])
        postgres.sql("ALTER ROLE other NOLOGIN", database="postgres")
        postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'other'", database="postgres")
        imported(postgres, tmp_path, with_newcomer())
        wait_until(lambda: lets_in(cluster.a, "new-6"))
        wait_until(lambda: other_directory() == ("node-b", "no"), NOTICED)
        code, text = cluster.a.trusted().fault("disconnectAccount", i_account=21)
        assert code == 503 and text.endswith("nothing was sent"), text
        switch.ping()
        assert not switch.of_type("disconnect")
        postgres.sql("ALTER ROLE other LOGIN", database="postgres")
        wait_until(lambda: other_directory() == (None, "yes"), NOTICED)
        assert cluster.a.trusted().disconnectAccount(i_account=21)["count"] == 1
