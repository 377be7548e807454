"""Configuration and exit codes of the daemon (contract, 1 and 2)."""

import contextlib
import json
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess

import pytest

from harness import BIN, DIRECTORY, ROOT, Daemon, free_port, make_certificate, merge, request, run, toml

MINIMAL = '[directory]\nurl = "sqlite:///tmp/no-such-directory.db"\n'


def check(folder, text):
    file = folder / "rollcalld.toml"
    file.write_text(text)
    return run("rollcalld", "--config", file, "--check")


def refused(folder, text):
    """Line and reason of a refused configuration, after exit 78 and file:line:column: reason on stderr."""
    result = check(folder, text)
    assert result.returncode == 78, (result.returncode, result.stdout, result.stderr)
    found = re.search(rf"^{re.escape(str(folder / 'rollcalld.toml'))}:(\d+):(\d+): (.+)$", result.stderr, re.MULTILINE)
    assert found, result.stderr
    assert int(found[2]) >= 1
    return int(found[1]), found[3]


# --- what is refused

@pytest.mark.parametrize("text, line, word", [
    ("[http\n", 1, ""), ("a b\n", 1, ""), ('[http]\nrealm = "x\n', 2, ""),
    (MINIMAL + "[api]\nno_such = 1\n", 4, "no_such"), (MINIMAL + "[no_such]\n", 3, "no_such"),
    (MINIMAL + "no_such = 1\n", 3, "no_such"), ("no_such = 1\n" + MINIMAL, 1, "no_such"),
    (MINIMAL + '[http]\nlisten = ["127.0.0.1:1"]\nlistn = []\n', 5, "listn"),
    (MINIMAL + '[[feed.switch]]\nname = "a"\nsecret = "s"\ni_environment = 1\ncolour = 1\n', 7, "colour"),
    (MINIMAL + "[http.tls]\nno_such = 1\n", 4, ""),
    (MINIMAL + "[http]\nbody_limit = -1\n", 4, "body_limit"), (MINIMAL + '[http]\nbody_limit = "1"\n', 4, "body_limit"),
    (MINIMAL + "[http]\nrealm = 7\n", 4, "realm"), (MINIMAL + '[http]\nlisten = "x"\n', 4, "listen"),
    (MINIMAL + '[http]\nlisten = ["127.0.0.1"]\n', 4, "listen"),
    (MINIMAL + '[http]\nlisten = ["127.0.0.1:99999"]\n', 4, "listen"),
    (MINIMAL + '[http]\nlisten = ["127.0.0.1:x"]\n', 4, "listen"),
    (MINIMAL + '[http]\ntrusted_hosts = ["10.0.0.0/33"]\n', 4, "trusted_hosts"),
    (MINIMAL + '[http]\ntrusted_hosts = ["host.example"]\n', 4, "trusted_hosts"),
    (MINIMAL + '[http]\ndigest_algorithms = ["MD4"]\n', 4, "digest_algorithms"),
    (MINIMAL + "[http]\ndigest_algorithms = []\n", 4, "digest_algorithms"),
    (MINIMAL + '[calls]\ndead_linger = "32"\n', 4, "dead_linger"), (MINIMAL + "[calls]\ndead_linger = 32\n", 4, "dead_linger"),
    (MINIMAL + '[calls]\ndisconnect_retry = "-5s"\n', 4, "disconnect_retry"),
    (MINIMAL + '[api]\nunknown_parameters = "maybe"\n', 4, "unknown_parameters"),
    (MINIMAL + '[api]\nstring_ids = "yes"\n', 4, "string_ids"),
    (MINIMAL + '[log]\nlevel = "loud"\n', 4, "level"), (MINIMAL + '[log]\nformat = "xml"\n', 4, "format"),
    (MINIMAL + '[[feed.switch]]\nsecret = "s"\ni_environment = 1\n', None, "name"),
    (MINIMAL + '[[feed.switch]]\nname = "a"\ni_environment = 1\n', None, "secret"),
    (MINIMAL + '[[feed.switch]]\nname = "A"\nsecret = "s"\ni_environment = 1\n', 4, "name"),
    (MINIMAL + '[[feed.switch]]\nname = ""\nsecret = "s"\ni_environment = 1\n', 4, "name"),
    (MINIMAL + f'[[feed.switch]]\nname = "{"a" * 33}"\nsecret = "s"\ni_environment = 1\n', 4, "name"),
    (MINIMAL + '[[feed.switch]]\nname = "a:b"\nsecret = "s"\ni_environment = 1\n', 4, "name"),
    (MINIMAL + '[[feed.switch]]\nname = "a"\nsecret = "s"\ni_environment = 1\n' * 2, 8, "a"),
    (MINIMAL + '[[feed.switch]]\nname = "a"\nsecret = "s"\ni_environment = "1"\n', 6, "i_environment"),
    (MINIMAL + '[cluster]\nlisten = "192.0.2.1:4242"\n', None, "certificate"),
    (MINIMAL + '[cluster]\nmissing_node = "ignore"\n', 4, "missing_node"),
    ('[directory]\nurl = "mysql://localhost/rollcall"\n', 2, "url"), ('[directory]\nurl = ""\n', 2, "url"),
    ("[directory]\nurl = 5\n", 2, "url"),
])
def test_a_bad_configuration_is_refused_with_its_place_and_reason(tmp_path, text, line, word):
    said_line, reason = refused(tmp_path, text)
    if line is not None:
        assert said_line == line, reason
    assert word in reason


def test_a_configuration_without_a_directory_is_refused(tmp_path):
    result = check(tmp_path, "")
    assert result.returncode == 78 and "url" in result.stderr


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_configuration_that_cannot_be_read_is_refused(tmp_path, name):
    result = run("rollcalld", "--config", tmp_path / name)
    assert result.returncode == 78 and str(tmp_path / name) in result.stderr and not result.stdout


@pytest.mark.parametrize("arguments", [[], ["--no-such-option"], ["--config"]])
def test_arguments_that_make_no_sense_are_refused(arguments):
    result = run("rollcalld", *arguments)
    assert result.returncode not in (0, 69, 139) and result.stderr


def test_a_bad_configuration_starts_nothing(tmp_path):
    (tmp_path / "rollcalld.toml").write_text(MINIMAL + "[api]\nno_such = 1\n")
    result = run("rollcalld", "--config", tmp_path / "rollcalld.toml")
    assert result.returncode == 78 and "no_such" in result.stderr


def certificate_of_another_key(folder):
    certificate, _ = make_certificate(folder, "one")
    _, key = make_certificate(folder, "two")
    return {"certificate": str(certificate), "key": str(key)}


def empty(database):
    """Takes out of a directory all that was ever imported."""
    with contextlib.closing(sqlite3.connect(database)) as directory:
        for table in ("connection", "vendor", "account", "customer", "environment", "meta"):
            directory.execute(f"DELETE FROM {table}")
        directory.commit()


def audit_log_of_a_later_version(folder):
    with Daemon(folder=folder):
        pass
    with contextlib.closing(sqlite3.connect(folder / "audit.db")) as log:
        log.executescript("PRAGMA user_version = 99; UPDATE compatibility SET oldest_reader = 99")
    return {}


#: Each way in which a daemon refuses its configuration after it has been read: what is changed in a good one.
REFUSED = {
    "an audit log in what is no folder": lambda folder: {"audit": {"file": str(folder / "rollcalld.toml" / "audit.db")}},
    "an audit log that is a folder": lambda folder: {"audit": {"file": str(folder)}},
    "an audit log that is a directory of customers": lambda folder: {"audit": {"file": str(folder / "directory.db")}},
    "an audit log that is text": lambda folder: {"audit": {"file": str(folder / "rollcalld.toml")}},
    "an audit log of a later version": audit_log_of_a_later_version,
    "passwords of another realm": lambda folder: {"http": {"realm": "other"}},
    "a directory that is text": lambda folder: {"directory": {"url": f"sqlite://{folder}/rollcalld.toml"},
                                                "audit": {"file": str(folder / "audit.db")}},
    "a directory that is a folder": lambda folder: {"directory": {"url": f"sqlite://{folder}"},
                                                    "audit": {"file": str(folder / "audit.db")}},
    "a directory that is an audit log": lambda folder: {"directory": {"url": f"sqlite://{folder}/other.db"},
                                                        **audit_log_beside(folder)},
    "a certificate of another key, HTTP": lambda folder: {"http": {"tls": certificate_of_another_key(folder)}},
    "a certificate of another key, feed": lambda folder: {"feed": {"tls": certificate_of_another_key(folder)}},
    "a certificate of another key, cluster": lambda folder: {"cluster": {
        "listen": f"127.0.0.1:{free_port()}", "ca": str(folder / "one.pem"), **certificate_of_another_key(folder)}},
}


def audit_log_beside(folder):
    """Leaves an audit log where the directory is looked for."""
    with Daemon(folder=folder):
        pass
    (folder / "audit.db").rename(folder / "other.db")
    return {}


@pytest.mark.parametrize("name", REFUSED)
def test_check_refuses_what_the_start_refuses(tmp_path, name):
    daemon = Daemon(folder=tmp_path)
    assert run("rollcalld", "--config", daemon.config_file, "--check").returncode == 0
    daemon.config = merge(daemon.config, REFUSED[name](tmp_path))
    daemon.write_config()
    start = run("rollcalld", "--config", daemon.config_file)
    check = run("rollcalld", "--config", daemon.config_file, "--check")
    tool = run("rollcall", "config", "check", daemon.config_file)
    assert (start.returncode, check.returncode, tool.returncode) == (78, 78, 1), (start.stderr, check.stderr)
    assert f"{daemon.config_file}:" in check.stderr and check.stderr.splitlines()[0] in tool.stderr


@pytest.mark.parametrize("directory", ["missing", "empty"])
def test_check_warns_of_a_directory_without_customers(tmp_path, directory):
    daemon = Daemon(folder=tmp_path, directory=None)
    if directory == "empty":
        daemon.import_directory(DIRECTORY)
        empty(daemon.database)
    check = run("rollcalld", "--config", daemon.config_file, "--check")
    assert check.returncode == 0 and "nobody is served before" in check.stderr


def test_check_warns_of_a_database_that_is_away_and_is_waited_for(tmp_path):
    url = f"postgresql://127.0.0.1:{free_port()}/x"
    daemon = Daemon(folder=tmp_path, directory=None, config={"directory": {"url": url}})
    check = run("rollcalld", "--config", daemon.config_file, "--check")
    assert check.returncode == 0 and "cannot be reached now, and is waited for" in check.stderr


#: What the machine does not give, and may give later: exit 69, which a service manager tries again after.
HINDERED = {
    "a folder of others for the audit log": lambda folder: (folder / "theirs").mkdir(mode=0o500),
    "an audit log of others": lambda folder: ((folder / "theirs").mkdir(), (folder / "theirs/audit.db").touch(0o400)),
}


@pytest.mark.parametrize("name", HINDERED)
def test_what_the_machine_does_not_give_is_no_wrong_configuration(open_folder, name):
    daemon = Daemon(folder=open_folder, config={"audit": {"file": str(open_folder / "theirs/audit.db")}})
    HINDERED[name](open_folder)
    for file in open_folder.glob("*.*"):
        shutil.chown(file, "nobody")
    for extra in ([], ["--check"]):
        result = subprocess.run(["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", BIN / "rollcalld", "--config",
                                 daemon.config_file, *extra], capture_output=True, text=True, timeout=30)
        assert result.returncode == (0 if extra else 69) and "Permission denied, as user nobody" in result.stderr, result
        assert str(open_folder / "theirs") in result.stderr and f"{daemon.config_file}:" in result.stderr


# --- what is good

def test_check_says_nothing_bad_about_a_good_configuration_and_ends(tmp_path):
    daemon = Daemon(folder=tmp_path)
    result = run("rollcalld", "--config", daemon.config_file, "--check")
    assert result.returncode == 0 and not result.stderr, result.stderr
    assert run("rollcall", "config", "check", daemon.config_file).returncode == 0


def test_check_of_the_tool_and_of_the_daemon_say_the_same(tmp_path):
    (tmp_path / "bad.toml").write_text(MINIMAL + "[api]\nno_such = 1\n")
    daemon = run("rollcalld", "--config", tmp_path / "bad.toml", "--check")
    tool = run("rollcall", "config", "check", tmp_path / "bad.toml")
    assert (daemon.returncode, tool.returncode) == (78, 1)
    assert f"{tmp_path}/bad.toml:4:" in daemon.stderr and f"{tmp_path}/bad.toml:4:" in tool.stderr


def test_the_configuration_that_comes_with_rollcall_is_good():
    result = run("rollcalld", "--config", ROOT / "conf" / "rollcalld.toml", "--check")
    assert result.returncode == 0, result.stderr


def test_the_configuration_of_the_contract_is_read_to_the_last_key(tmp_path):
    certificate, key = make_certificate(tmp_path, "node")
    config = {
        "node": {"id": "node-a"},
        "http": {"listen": ["127.0.0.1:8080", "[::1]:8080"], "trusted_hosts": ["10.0.0.0/8", "::1", "192.0.2.7"],
                 "realm": "rollcall", "digest_algorithms": ["MD5", "SHA-256"], "body_limit": 65536,
                 "tls": {"certificate": str(certificate), "key": str(key)}},
        "directory": {"url": f"sqlite://{tmp_path}/directory.db"},
        "feed": {"listen": ["127.0.0.1:9000"],
                 "switch": [{"name": "sbc-1", "secret": "\u2026", "i_environment": 1}]},
        "kamailio": [{"name": "kam-1", "evapi": "127.0.0.1:8448", "rpc": "http://127.0.0.1:8081/RPC",
                      "i_environment": 1}],
        "calls": {"dead_linger": "32s", "disconnect_retry": "5s"},
        "api": {"unknown_parameters": "fault", "string_ids": False},
        "log": {"level": "info", "format": "text"},
    }
    Daemon(folder=tmp_path)
    (tmp_path / "all.toml").write_text(toml(config))
    result = run("rollcalld", "--config", tmp_path / "all.toml", "--check")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("program", ["rollcalld", "rollcall"])
def test_the_version_is_told(program):
    result = run(program, "--version")
    assert result.returncode == 0 and re.search(r"\d+\.\d+\.\d+", result.stdout)


@pytest.mark.parametrize("program", ["rollcalld", "rollcall"])
def test_help_is_given(program):
    result = run(program, "--help")
    assert result.returncode == 0 and "--" in result.stdout


# --- addresses

@pytest.mark.parametrize("section", ["http", "feed"])
def test_an_address_that_is_taken_ends_the_daemon_with_69(tmp_path, section):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        daemon = Daemon(folder=tmp_path, config={section: {"listen": [address]}})
        result = run("rollcalld", "--config", daemon.config_file)
    assert result.returncode == 69 and address in result.stderr + result.stdout


def test_an_address_that_is_not_ours_ends_the_daemon_with_69(tmp_path):
    daemon = Daemon(folder=tmp_path, config={"http": {"listen": [f"192.0.2.1:{free_port()}"]}})
    assert run("rollcalld", "--config", daemon.config_file).returncode == 69


def test_a_directory_that_is_no_database_is_told(tmp_path):
    daemon = Daemon(folder=tmp_path, directory=None)
    daemon.database.write_bytes(b"this is no database" * 100)
    process = run("rollcalld", "--config", daemon.config_file)
    assert process.returncode == 78 and "not a database" in process.stderr


def test_a_directory_of_a_newer_version_is_told(tmp_path):
    daemon = Daemon(folder=tmp_path)
    with sqlite3.connect(daemon.database) as database:
        database.executescript("PRAGMA user_version = 9999; UPDATE compatibility SET oldest_reader = 9999")
    database.close()
    process = run("rollcalld", "--config", daemon.config_file)
    assert process.returncode != 0 and "9999" in process.stderr + process.stdout


# --- defaults

def test_every_key_but_the_directory_is_optional(tmp_path):
    daemon = Daemon(folder=tmp_path)
    daemon.config_file.write_text(f'[directory]\nurl = "sqlite://{daemon.database}"\n')
    assert run("rollcalld", "--config", daemon.config_file, "--check").returncode == 0


def test_the_default_node_id_is_the_host_name():
    daemon = Daemon()
    del daemon.config["node"]
    daemon.write_config()
    with daemon, daemon.switch() as switch:
        assert switch.received[0]["node_id"] == socket.gethostname()


def test_the_realm_is_the_configured_one(tmp_path):
    daemon = Daemon(folder=tmp_path, directory=None, config={"http": {"realm": "example realm"}})
    file = tmp_path / "directory.json"
    file.write_text(json.dumps(DIRECTORY))
    assert run("rollcall", "directory", "import", "--database", daemon.database, "--realm", "example realm",
               file).returncode == 0
    with daemon:
        api = daemon.login("ssp-root")
        assert api.listAllCalls() == []
        assert api.challenge["realm"] == "example realm"


def test_two_addresses_both_answer(tmp_path):
    ports = [free_port(), free_port()]
    daemon = Daemon(folder=tmp_path, config={"http": {"listen": [f"127.0.0.1:{port}" for port in ports]}})
    daemon.http_port = ports[0]
    with daemon:
        for port in ports:
            assert request(port, "GET", "/livez").status == 200


def test_the_log_may_be_json():
    with Daemon(config={"log": {"format": "json"}}) as daemon:
        lines = [line for line in daemon.log_text().splitlines() if line]
        assert lines and all(isinstance(json.loads(line), dict) for line in lines)


def test_no_file_is_needed_in_the_current_directory_and_none_is_left_there(tmp_path):
    """CAF would read caf-application.ini of the current directory if it were let."""
    (tmp_path / "caf-application.ini").write_text("[scheduler]\nmax-threads=banana\n")
    daemon = Daemon(folder=tmp_path)
    before = {path.name for path in pathlib.Path(tmp_path).iterdir()}
    with daemon:
        after = {path.name for path in pathlib.Path(tmp_path).iterdir()}
    known = ("directory.db", "audit.db", "history.db", "secret.json", "rollcalld.log", "rollcalld.lock")
    strangers = {name for name in after - before if not name.startswith(known)}
    assert not strangers
