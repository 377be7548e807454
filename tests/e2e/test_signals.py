"""TERM, INT and HUP (contract, 1)."""

import signal
import socket
import time
import xmlrpc.client

import pytest

from harness import DIRECTORY, Api, Daemon, client_context, free_port, make_certificate, merge, wait_until


# --- the end

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_clean_and_soon(number):
    with Daemon() as daemon:
        daemon.signal(number)
        began = time.monotonic()
        assert daemon.wait() == 0
        assert time.monotonic() - began < 5
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", daemon.http_port))


def test_a_stop_with_switches_and_idle_clients_is_clean_and_soon():
    with Daemon() as daemon, daemon.switch() as switch:
        switch.start(i_account=11)
        wait_until(lambda: daemon.everything())
        clients = [daemon.trusted() for _ in range(20)]
        for client in clients:
            client.getAccountCallStats()
        began = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - began < 5
        switch.wait_closed()


def ten_thousand_calls(daemon, switch, size):
    """Each has a text of this size, so that their list is long."""
    switch.snapshot([{"id": f"c{n}", "state": "Connected", "setup_time": 1e9 + n, "i_account": 11,
                      "call_id": "x" * size} for n in range(10000)])
    wait_until(lambda: daemon.trusted().getAccountCallStats()["data"] == {"11": [10000, 10000]})


def ask_for_a_list(connection):
    body = xmlrpc.client.dumps(({"i_customer": 1},), "listAllCalls").encode()
    connection.sendall(b"POST /RPC2 HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s"
                       % (len(body), body))


def beginning_of_a_list(daemon, connection):
    """What a client has read that has little room for more."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", daemon.http_port))
    ask_for_a_list(connection)
    return connection.recv(1000)


def all_of(connection):
    return b"".join(iter(lambda: connection.recv(1 << 20), b""))


def calls_in(answer):
    return len(xmlrpc.client.loads(answer.partition(b"\r\n\r\n")[2])[0][0])


def test_an_answer_under_way_is_finished_before_the_end():
    with Daemon() as daemon, daemon.switch() as switch:
        ten_thousand_calls(daemon, switch, 300)
        with socket.socket() as connection:
            answer = beginning_of_a_list(daemon, connection)
            daemon.signal(signal.SIGTERM)
            wait_until(lambda: not accepts(daemon.http_port), what="the daemon to accept nobody")
            answer += all_of(connection)
        assert calls_in(answer) == 10000
        assert daemon.wait() == 0


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


@pytest.mark.slow
def test_a_client_that_reads_late_gets_its_answer_within_the_ten_seconds_of_a_stop():
    with Daemon() as daemon, daemon.switch() as switch:
        ten_thousand_calls(daemon, switch, 300)
        with socket.socket() as connection:
            answer = beginning_of_a_list(daemon, connection)
            daemon.signal(signal.SIGTERM)
            time.sleep(7.5)  # of the ten seconds that the contract gives
            answer += all_of(connection)
        assert calls_in(answer) == 10000
        assert daemon.wait(20) == 0


@pytest.mark.slow
def test_a_client_that_does_not_read_does_not_hold_up_the_end_for_more_than_ten_seconds():
    with Daemon() as daemon, daemon.switch() as switch:
        ten_thousand_calls(daemon, switch, 3000)
        with socket.create_connection(("127.0.0.1", daemon.http_port)) as connection:
            ask_for_a_list(connection)
            connection.recv(1000)
            began = time.monotonic()
            daemon.signal(signal.SIGTERM)
            assert daemon.wait(20) == 0
            assert time.monotonic() - began < 13


def test_a_second_signal_does_no_harm():
    with Daemon() as daemon:
        daemon.signal(signal.SIGTERM)
        daemon.signal(signal.SIGTERM)
        assert daemon.wait() in (0, -signal.SIGTERM)


def test_a_daemon_can_be_started_again_at_once_on_the_same_addresses():
    with Daemon() as daemon:
        for _ in range(3):
            client = daemon.trusted()
            client.getAccountCallStats()
            assert daemon.stop() == 0
            daemon.start()


def test_a_killed_daemon_starts_again_and_the_switches_tell_it_everything():
    with Daemon() as daemon, daemon.switch() as switch:
        calls = [{"id": f"k{n}", "state": "Connected", "setup_time": 1e9, "i_account": 11} for n in range(100)]
        switch.snapshot(calls)
        wait_until(lambda: len(daemon.everything()) == 100)
        daemon.kill()
        daemon.start()
        switch.reconnect(calls[:60])
        wait_until(lambda: sorted(daemon.everything()) == sorted(f"sbc-1:{call['id']}" for call in calls[:60]))


# --- HUP

def test_a_reload_takes_trusted_hosts_switches_and_settings():
    with Daemon() as daemon:
        assert Api(daemon.http_port, source="127.0.0.2").post("x").status == 401
        daemon.config["http"]["trusted_hosts"] = ["127.0.0.2"]
        daemon.config["api"] = {"string_ids": True}
        daemon.config["feed"]["switch"].append({"name": "new", "secret": "new secret", "i_environment": 1})
        daemon.write_config()
        daemon.reload()
        wait_until(lambda: daemon.trusted().post("x").status == 401)
        with daemon.switch("new", secret="new secret") as switch:
            switch.start(i_account=11)
            api = Api(daemon.http_port, source="127.0.0.2")
            wait_until(lambda: [row["I_CUSTOMER"] for row in api.listAllCalls(i_customer=1)] == ["1"])


@pytest.mark.parametrize("damage", ["syntax", "unknown key", "directory", "certificate", "missing"])
def test_a_bad_reload_keeps_everything_as_it_was_and_says_so(tmp_path, damage):
    with Daemon(folder=tmp_path) as daemon, daemon.switch() as switch:
        id = switch.start(i_account=11)
        wait_until(lambda: daemon.everything())
        daemon.config["http"]["trusted_hosts"] = ["127.0.0.2"]  # good by itself, but not to be taken
        if damage == "directory":
            daemon.config["directory"]["url"] = f"sqlite://{tmp_path}/none.db"
        elif damage == "certificate":
            daemon.config["http"]["tls"] = {"certificate": "/none.pem", "key": "/none.key"}
        daemon.write_config()
        if damage == "syntax":
            daemon.config_file.write_text("[http\n")
        elif damage == "unknown key":
            daemon.config_file.write_text(daemon.config_file.read_text() + "\n[api]\nno_such = 1\n")
        elif damage == "missing":
            daemon.config_file.unlink()
        said = daemon.reload().lower()
        assert "error" in said or "warn" in said or "keep" in said or "kept" in said, said
        assert daemon.trusted().ids(i_customer=1) == [id]
        assert Api(daemon.http_port, source="127.0.0.2").post("x").status == 401
        switch.ping()


def test_a_reload_of_what_needs_a_restart_is_refused_as_a_whole_and_names_the_key(tmp_path):
    certificate, key = map(str, make_certificate(tmp_path, "one"))
    tls = {"certificate": certificate, "key": key}
    other = f"127.0.0.1:{free_port()}"
    daemon = Daemon(folder=tmp_path, config={"cluster": {"listen": f"127.0.0.1:{free_port()}", "name": "one"}})
    changes = {
        "node.id": {"node": {"id": "node-b"}},
        "node.state": {"node": {"state": str(tmp_path / "elsewhere")}},
        "http.listen": {"http": {"listen": [*daemon.config["http"]["listen"], other]}},
        "http.trusted_listen": {"http": {"trusted_listen": [other]}},
        "http.tls": {"http": {"tls": tls}},
        "http.body_limit": {"http": {"body_limit": 131072}},
        "metrics.listen": {"metrics": {"listen": [other]}},
        "feed.listen": {"feed": {"listen": [other]}},
        "feed.tls": {"feed": {"tls": tls}},
        "directory.url": {"directory": {"url": f"sqlite:///{tmp_path}/directory.db"}},
        "cluster.name": {"cluster": {"name": "two"}},
        "cluster.listen": {"cluster": {"listen": other}},
        "cluster.certificate": {"cluster": {"certificate": certificate, "key": key, "ca": certificate}},
        "audit.file": {"audit": {"file": str(tmp_path / "elsewhere.db")}},
    }
    with daemon, daemon.switch() as switch:
        id = switch.start(i_account=11)
        wait_until(lambda: daemon.everything())
        first = daemon.config
        without_cluster = {key: value for key, value in first.items() if key != "cluster"}
        for name, config in [*((name, merge(first, change)) for name, change in changes.items()),
                             ("cluster", without_cluster)]:
            daemon.config = merge(config, {"http": {"trusted_hosts": ["127.0.0.2"]}})  # good by itself
            daemon.write_config()
            said = daemon.reload()
            assert "not reloaded, the old configuration and directory are kept" in said, name
            assert f"{name} cannot be changed without a restart" in said
            assert Api(daemon.http_port, source="127.0.0.2").post("x").status == 401
        assert daemon.trusted().ids(i_customer=1) == [id]
        switch.ping()
        daemon.config = first
        daemon.write_config()
        assert "reloaded: " in daemon.reload()


def test_a_reload_that_loses_the_environment_of_a_switch_is_refused(tmp_path):
    with Daemon(folder=tmp_path) as daemon, daemon.switch() as switch:
        id = switch.start(i_account=11)
        wait_until(lambda: daemon.everything())
        daemon.database.rename(tmp_path / "before.db")
        gone = {kind: [entry for entry in entries if entry.get("i_environment", 1) == 1]
                for kind, entries in DIRECTORY.items()}
        gone["customers"] = [entry for entry in gone["customers"] if entry["i_wholesaler"] != 10]
        kept = {entry["i_customer"] for entry in gone["customers"]}
        gone["accounts"] = [entry for entry in gone["accounts"] if entry["i_customer"] in kept]
        daemon.import_directory(gone)
        said = daemon.reload()
        assert "has no environment 2 any more" in said
        assert daemon.trusted().ids(i_customer=1) == [id]


def test_whether_the_last_reload_was_taken_and_when_is_a_metric():
    taken, since = (f"rollcall_config_last_reload_{rest}" for rest in ("successful", "success_timestamp_seconds"))
    with Daemon() as daemon:
        first = daemon.metrics()
        assert first[taken] == 1 and abs(first[since] - time.time()) < 60
        good = daemon.config_file.read_text()
        daemon.config_file.write_text("[http\n")
        daemon.reload()
        refused = daemon.metrics()
        assert refused[taken] == 0 and refused[since] == first[since], "it is what is served that is that old"
        daemon.config_file.write_text(good)
        daemon.reload()
        again = daemon.metrics()
        assert again[taken] == 1 and again[since] > first[since]


def test_a_reload_breaks_no_connection():
    with Daemon() as daemon, daemon.switch() as switch:
        client = daemon.login("ssp-root")
        client.listAllCalls()
        connection, challenge = client.connection.sock, client.challenge
        for _ in range(5):
            daemon.reload()
            switch.ping()
            client.listAllCalls()
        assert client.connection.sock is connection
        assert client.challenge is challenge, "a nonce is good across a reload"


def test_many_reloads_in_a_row_do_no_harm():
    with Daemon() as daemon, daemon.switch() as switch:
        id = switch.start(i_account=11)
        for _ in range(50):
            daemon.signal(signal.SIGHUP)
            switch.ping()
        wait_until(lambda: daemon.trusted().ids(i_customer=1) == [id])


# --- TLS

@pytest.fixture
def tls(tmp_path):
    """A daemon that serves TLS with a certificate of a CA of its own."""
    ca = make_certificate(tmp_path, "ca")
    certificate, key = make_certificate(tmp_path, "one", ca=ca)
    port = free_port()
    daemon = Daemon(folder=tmp_path, config={
        "http": {"listen": [f"127.0.0.1:{port}"], "tls": {"certificate": str(certificate), "key": str(key)}}})
    daemon.http_port, daemon.ca = port, ca
    daemon._is_up = lambda: accepts(port)
    with daemon:
        yield daemon


def test_https_serves_trusted_and_normal_mode(tls):
    context = client_context(tls.ca[0])
    assert Api(tls.http_port, tls=context).listAllCalls(i_customer=1) == []
    api = Api(tls.http_port, "ssp-root", "secret", tls=context, source="127.0.0.2")
    assert api.listAllCalls() == []


def test_plain_http_on_a_tls_port_gets_no_answer_and_does_no_harm(tls):
    with socket.create_connection(("127.0.0.1", tls.http_port), timeout=10) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            assert b"200" not in connection.recv(1000)
        except ConnectionResetError:
            pass
    assert Api(tls.http_port, tls=client_context(tls.ca[0])).listAllCalls(i_customer=1) == []


def subject(port, ca):
    api = Api(port, tls=client_context(ca))
    api.listAllCalls(i_customer=1)
    return dict(pair[0] for pair in api.connection.sock.getpeercert()["subject"])["commonName"]


def test_a_reload_takes_a_new_certificate_for_new_connections(tls):
    old = Api(tls.http_port, tls=client_context(tls.ca[0]))
    old.listAllCalls(i_customer=1)
    assert subject(tls.http_port, tls.ca[0]) == "one"
    certificate, key = make_certificate(tls.folder, "two", ca=tls.ca)
    tls.config["http"]["tls"] = {"certificate": str(certificate), "key": str(key)}
    tls.write_config()
    tls.reload()
    wait_until(lambda: subject(tls.http_port, tls.ca[0]) == "two")
    old.listAllCalls(i_customer=1)
    tls.config["http"]["tls"] = {"certificate": str(certificate), "key": str(tls.folder / "one.key")}
    tls.write_config()
    tls.reload()
    assert subject(tls.http_port, tls.ca[0]) == "two", "a key that does not match is not taken"


def test_with_a_client_ca_only_its_clients_are_let_in(tmp_path):
    ca = make_certificate(tmp_path, "ca")
    server, client = (make_certificate(tmp_path, name, ca=ca) for name in ("server", "client"))
    stranger = make_certificate(tmp_path, "stranger")
    port = free_port()
    daemon = Daemon(folder=tmp_path, config={
        "http": {"listen": [f"127.0.0.1:{port}"],
                 "tls": {"certificate": str(server[0]), "key": str(server[1]), "client_ca": str(ca[0])}}})
    daemon.http_port = port
    daemon._is_up = lambda: accepts(port)
    with daemon:
        assert Api(port, tls=client_context(ca[0], client)).listAllCalls(i_customer=1) == []
        for context in (client_context(ca[0]), client_context(ca[0], stranger)):
            with pytest.raises(OSError):
                Api(port, tls=context).listAllCalls(i_customer=1)


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE])
def test_a_signal_that_means_nothing_does_not_end_the_daemon(number):
    with Daemon() as daemon:
        daemon.signal(number)
        assert daemon.trusted().getAccountCallStats()["result"] == "OK"
        daemon.reload()  # handled after the signal before it
        assert daemon.trusted().getAccountCallStats()["result"] == "OK"
