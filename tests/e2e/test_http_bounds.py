"""What one address can take of HTTP: connections, handshakes, passwords, log lines, descriptors (contract, 4.1 and 6)."""

import resource
import socket
import ssl
import subprocess
import time
import xmlrpc.client
from pathlib import Path

import pytest

from harness import (DIRECTORY, PATIENCE, Api, Daemon, authorization, client_context, free_port, make_certificate,
                     parse_challenge, request, wait_until)

LIST = xmlrpc.client.dumps(({"i_customer": 1},), "listAllCalls").encode()


def dial(port, source, count=1):
    """Connections of one address that say nothing."""
    opened = []
    for _ in range(count):
        connection = socket.socket()
        connection.settimeout(PATIENCE)
        connection.bind((source, 0))
        connection.connect(("127.0.0.1", port))
        opened.append(connection)
    return opened


def is_open(connection):
    """True while the daemon has neither answered nor closed it."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False


@pytest.fixture
def many_files():
    """Room for ten thousand connections in this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# --- connections

def test_ten_thousand_idle_connections_of_one_address_lock_nobody_else_out(many_files):
    with Daemon() as daemon:
        idle = dial(daemon.http_port, "127.0.0.9", 10_000)
        turned_away = "rollcall_http_connections_turned_away_by_address_total"
        wait_until(lambda: daemon.metrics()[turned_away] == 10_000 - 256, what="the connections to be counted")
        assert sum(map(is_open, idle)) == 256
        assert daemon.login("ssp-root").listAllCalls() == []
        assert daemon.trusted().listAllCalls(i_customer=1) == []
        assert "a connection of 127.0.0.9 is turned away: too many of this address" in daemon.log_text()
        for connection in idle:
            connection.close()
        wait_until(lambda: daemon.metrics()["rollcall_http_connections"] < 10)
        (again,) = dial(daemon.http_port, "127.0.0.9")
        assert is_open(again)


def test_silent_connections_of_many_addresses_lock_nobody_out(many_files):
    with Daemon() as daemon:
        known = daemon.login("ssp-root")
        assert known.listAllCalls() == []
        idle = [each for host in range(42) for each in dial(daemon.http_port, f"127.0.2.{host + 1}", 250)]
        wait_until(lambda: daemon.metrics()["rollcall_http_connections_turned_away_total"] >= 42 * 250 - 10_000)
        assert daemon.login("reseller").listAllCalls() == []
        assert daemon.trusted().listAllCalls(i_customer=1) == []
        assert known.listAllCalls() == []
        assert daemon.metrics()["rollcall_http_connections"] <= 10_000
        for connection in idle:
            connection.close()


def test_the_bound_on_connections_is_configured_and_spares_proxies():
    with Daemon(config={"http": {"connections_per_address": 3, "proxies": ["127.0.0.10"]}}) as daemon:
        mine = dial(daemon.http_port, "127.0.0.9", 3)
        (over,) = dial(daemon.http_port, "127.0.0.9")
        answer = over.recv(1000)
        assert answer.startswith(b"HTTP/1.1 503 ") and b"Retry-After" in answer
        assert len([each for each in dial(daemon.http_port, "127.0.0.10", 20) if is_open(each)]) == 20
        daemon.config["http"]["connections_per_address"] = 4
        daemon.write_config()
        daemon.reload()
        mine += dial(daemon.http_port, "127.0.0.9")
        request(daemon.http_port, "GET", "/livez")
        assert all(map(is_open, mine))


def test_http_connections_leave_descriptors_for_a_switch_that_comes_back(many_files):
    daemon = Daemon(switches={"sbc-1": 1})
    plain = daemon.command
    daemon.command = lambda: ["prlimit", "--nofile=256:256", *plain()]
    with daemon:
        with daemon.switch("sbc-1"):
            pass
        idle = [each for host in range(20) for each in dial(daemon.http_port, f"127.0.1.{host + 1}", 20)]
        turned_away = "rollcall_http_connections_turned_away_total"
        wait_until(lambda: sum(map(is_open, idle)) <= 128, what="connections to be turned away")
        with daemon.switch("sbc-1") as switch:
            switch.ping()
        for connection in idle:
            connection.close()
        assert wait_until(lambda: daemon.metrics()[turned_away]) >= 400 - 128
        assert daemon.metrics()["rollcall_http_accept_errors_total"] == 0


# --- TLS

@pytest.fixture
def tls(tmp_path):
    ca = make_certificate(tmp_path, "ca")
    certificate, key = map(str, make_certificate(tmp_path, "one", ca=ca))
    own = {"certificate": certificate, "key": key}
    daemon = Daemon(config={"http": {"tls": own}, "feed": {"tls": own},
                            "cluster": {"listen": f"127.0.0.1:{free_port()}", **own, "ca": str(ca[0])}})
    daemon._is_up = lambda: request(daemon.metrics_port, "GET", "/livez").status == 200
    daemon.start(wait=False)
    wait_until(lambda: not isinstance(attempt(daemon._is_up), Exception))
    daemon.context = client_context(ca[0])
    yield daemon
    assert daemon.stop() == 0
    daemon.close()


def attempt(what):
    try:
        return what()
    except OSError as error:
        return error


def hello():
    """The first record of a client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()


def most_memory(daemon):
    """The most that it ever had, in bytes: connections may have gone again when one asks."""
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def test_idle_tls_connections_cost_next_to_nothing(tls, many_files):
    before = most_memory(tls)
    accepted = tls.metrics()["rollcall_http_connections_total"]
    idle = [each for host in range(10) for each in dial(tls.http_port, f"127.0.2.{host + 1}", 200)]
    for connection in idle[::2]:
        connection.sendall(b"\x16\x03\x01\x02")
    wait_until(lambda: tls.metrics()["rollcall_http_connections_total"] >= accepted + 2000)
    assert most_memory(tls) - before < 2000 * 10_000
    for connection in idle:
        connection.close()


def test_stalled_tls_handshakes_of_one_address_are_bounded_and_keep_nobody_else_out(tls):
    under_way, waiting = (f'rollcall_http_handshakes{{state="{state}"}}' for state in ("under_way", "waiting"))
    record = hello()  # slow to make; the handshake has its deadline from the connect
    stalled = dial(tls.http_port, "127.0.0.9", 60)
    for connection in stalled:
        connection.sendall(record)
    assert wait_until(lambda: any(not is_open(each) for each in stalled), what="the first ones' answer")
    assert tls.metrics()[under_way] <= 16
    assert Api(tls.http_port, tls=tls.context).listAllCalls(i_customer=1) == []
    wait_until(lambda: tls.metrics()[under_way] == tls.metrics()[waiting] == 0, what="the deadline of the stalled")
    again = Api(tls.http_port, tls=tls.context, source="127.0.0.9", login="ssp-root", password="secret")
    assert again.listAllCalls() == []


WEAK = ["AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-CCM"]


@pytest.mark.parametrize("suite", WEAK)
def test_no_address_speaks_a_weak_suite_of_tls_1_2(tls, suite):
    for port in (tls.http_port, tls.feed_port, int(tls.config["cluster"]["listen"].split(":")[1])):
        assert "Cipher is (NONE)" in speak(port, "-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")
        assert "ECDHE-ECDSA-AES" in speak(port, "-tls1_2")
        assert "TLSv1.3" in speak(port)


def speak(port, *options):
    return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options], text=True, capture_output=True,
                          input="", timeout=30).stdout


def test_an_expired_certificate_is_told_loudly_and_metrics_count_the_days(tmp_path):
    key, asked, certificate = (tmp_path / f"old.{kind}" for kind in ("key", "csr", "pem"))
    for command in (["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
                     asked, "-subj", "/CN=old"],
                    ["x509", "-req", "-in", asked, "-signkey", key, "-days", "0", "-out", certificate]):
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    time.sleep(1.1)  # it ends in the second in which it begins
    good = make_certificate(tmp_path, "good")
    with Daemon(config={"feed": {"tls": {"certificate": str(certificate), "key": str(key)}},
                        "cluster": {"listen": f"127.0.0.1:{free_port()}", "certificate": str(good[0]), "key": str(good[1]),
                                    "ca": str(good[0])}}) as daemon:
        assert "THE CERTIFICATE OF feed HAS EXPIRED" in daemon.log_text()
        metrics = daemon.metrics()
        assert -2 < metrics['rollcall_certificate_days_left{listener="feed"}'] < 0
        assert 1 < metrics['rollcall_certificate_days_left{listener="cluster"}'] < 3
        daemon.config["feed"]["tls"] = {"certificate": str(good[0]), "key": str(good[1])}
        daemon.write_config()
        assert "EXPIRED" not in daemon.reload()
        assert 1 < daemon.metrics()['rollcall_certificate_days_left{listener="feed"}'] < 3


# --- guessing

def guess(daemon, login, source, password="wrong", headers=None):
    """One login of a client that is challenged first: the status."""
    challenged = request_from(daemon, source, headers)
    if challenged.status != 401:
        return challenged
    challenge = parse_challenge(challenged.headers["WWW-Authenticate"])
    return request_from(daemon, source, {**(headers or {}), "Authorization": authorization(challenge, login, password)})


def request_from(daemon, source, headers):
    api = Api(daemon.http_port, source=source)
    try:
        return api.post(LIST if headers else b"x", headers)
    finally:
        api.close()


def test_after_ten_wrong_passwords_an_address_has_to_wait_with_that_login_and_nobody_else():
    with Daemon() as daemon:
        assert [guess(daemon, "reseller", "127.0.0.9").status for _ in range(11)] == [401] * 10 + [429]
        answer = guess(daemon, "reseller", "127.0.0.9", "secret2")
        assert answer.status == 429, "not even the right one, or the wrong ones would be told apart from it"
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert guess(daemon, "reseller", "127.0.0.10", "secret2").status == 200, "no login is locked from elsewhere"
        assert guess(daemon, "sibling", "127.0.0.9", "secret4").status == 200
        assert daemon.trusted().listAllCalls(i_customer=1) == []
        assert 'address 127.0.0.9 has to wait, after 10 wrong passwords' in daemon.log_text()
        metrics = daemon.metrics()
        assert metrics['rollcall_auth_failures_total{reason="braked"}'] == 2
        assert metrics["rollcall_guessing_addresses"] == 1


@pytest.mark.parametrize("login", ["ssp-root", "müller"])
def test_a_header_that_can_be_read_in_two_ways_guesses_at_both_logins(login):
    """As the RFC has it the backslash escapes a quote, and the login is `decoy`; as text it ends one, and it is the real one."""
    directory = {**DIRECTORY, "customers": [*DIRECTORY["customers"], {
        "i_customer": 6, "i_wholesaler": 1, "name": "m", "web_login": "müller", "api_password": "secret6", "api_access": True}]}
    readings = 'Digest realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm={algorithm}, response="{response}", qop=auth, ' \
        'nc={nc:08x}, cnonce="{cnonce}", '
    twice = readings + 'x="\\", username={login}, z=", username=decoy, w=",q=\\"a"'
    once = readings + 'username="{login}"'
    with Daemon(directory=directory) as daemon:
        def guess_so(number, template, coding):
            challenge = parse_challenge(request_from(daemon, f"127.0.1.{number}", {}).headers["WWW-Authenticate"])
            header = authorization(challenge, login, f"no{number}", template=template).encode(coding).decode("latin-1")
            return request_from(daemon, "127.0.0.9", {"Authorization": header}).status

        template, coding = (twice, "ascii") if login.isascii() else (once, "latin-1")
        assert [guess_so(number, template, coding) for number in range(1, 12)] == [401] * 10 + [429]
        if not login.isascii():
            assert guess_so(12, once, "utf-8") == 429, "it is one login, however it is written"
        shown = login.replace("ü", "\\xc3\\xbc")
        assert f'login "{shown}" from 127.0.0.9 was refused' in daemon.log_text()


def test_an_address_that_tried_ten_logins_has_to_wait_with_all():
    with Daemon() as daemon:
        assert [guess(daemon, f"nobody-{n}", "127.0.0.9").status for n in range(10)] == [401] * 10
        assert guess(daemon, "reseller", "127.0.0.9", "secret2").status == 429
        assert request_from(daemon, "127.0.0.9", None).status == 429
        assert guess(daemon, "reseller", "127.0.0.10", "secret2").status == 200


def test_clients_behind_one_proxy_are_braked_each_for_itself():
    with Daemon(config={"http": {"proxies": ["127.0.0.9"]}}) as daemon:
        one, other = {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "192.0.2.2"}
        for _ in range(10):
            guess(daemon, "reseller", "127.0.0.9", headers=one)
        assert guess(daemon, "reseller", "127.0.0.9", "secret2", headers=one).status == 429
        assert guess(daemon, "reseller", "127.0.0.9", "secret2", headers=other).status == 200


def test_a_stale_nonce_and_a_first_request_are_no_wrong_passwords():
    with Daemon() as daemon:
        challenge = parse_challenge(request_from(daemon, "127.0.0.9", None).headers["WWW-Authenticate"])
        used = {"Authorization": authorization(challenge, "reseller", "secret2")}
        assert request_from(daemon, "127.0.0.9", used).status == 200
        for _ in range(12):
            assert "stale=true" in request_from(daemon, "127.0.0.9", used).headers["WWW-Authenticate"]
            assert request_from(daemon, "127.0.0.9", None).status == 401
        assert guess(daemon, "reseller", "127.0.0.9", "secret2").status == 200


def test_a_flood_of_wrong_logins_of_many_addresses_does_not_fill_the_log():
    with Daemon() as daemon:
        before, began = len(daemon.log_text()), time.monotonic()
        for n in range(300):
            guess(daemon, "x" * 8000, f"127.0.2.{n % 250 + 1}")
        told = daemon.log_text().count('login "xxx')
        assert told <= 50 * (time.monotonic() - began + 2)
        assert len(daemon.log_text()) - before < (told + 10) * 200
        left_out = sum(value for name, value in daemon.metrics().items() if name.startswith("rollcall_log_lines_left_out"))
        assert left_out + told >= 300
