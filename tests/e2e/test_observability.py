"""/livez, /readyz, /metrics and the log."""

import http.client
import itertools
import json
import re
import time

import pytest

from harness import PASSWORDS, PATIENCE, Daemon, Switch, authorization, parse_challenge, request, wait_until


def sample(daemon, name, **labels):
    """The sum of the samples of a metric that carry these labels."""
    total, found = 0.0, False
    for key, value in daemon.metrics().items():
        bare = key.split("{")[0]
        if bare == name and all(f'{label}="{text}"' in key for label, text in labels.items()):
            total, found = total + value, True
    assert found, f"no {name} {labels} in /metrics"
    return total


# --- health

def test_a_live_daemon_says_so(daemon):
    answer = daemon.get("/livez")
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain")


def test_a_daemon_is_ready_when_its_switches_have_told_everything():
    with Daemon(switches={"sbc-1": 1}) as daemon:
        assert daemon.get("/readyz").status == 503, "a configured switch has not connected yet"
        switch = daemon.switch().open().hello()
        switch.wait_for("welcome")
        assert daemon.get("/readyz").status == 503, "its snapshot is not there yet"
        switch.snapshot([{"id": "r", "state": "Connected", "setup_time": 1e9, "i_account": 11}])
        wait_until(lambda: daemon.get("/readyz").status == 200, 3)
        switch.close()


def test_a_daemon_that_is_not_ready_says_why():
    with Daemon(switches={"sbc-1": 1}) as daemon:
        answer = daemon.get("/readyz")
        assert answer.status == 503 and b"1 switch has not connected yet" in answer.body


def test_a_switch_that_is_away_keeps_a_daemon_from_being_ready_only_for_its_grace():
    with Daemon(switches={"sbc-1": 1, "sbc-2": 1}, config={"calls": {"ready_grace": "1s"}}) as daemon:
        with daemon.switch("sbc-1"):
            began = time.monotonic()
            wait_until(lambda: daemon.get("/readyz").status == 200, 10)
            assert time.monotonic() - began < 5


def test_a_reload_changes_how_long_a_switch_that_does_not_come_is_waited_for():
    with Daemon(switches={"sbc-1": 1}, config={"calls": {"ready_grace": "10m"}}) as daemon:
        assert daemon.get("/readyz").status == 503
        for grace, status in (("0s", 200), ("10m", 503)):
            daemon.config["calls"]["ready_grace"] = grace
            daemon.write_config()
            daemon.reload()
            wait_until(lambda: daemon.get("/readyz").status == status, what=f"status {status} with {grace}")


def test_lists_and_stats_name_the_switches_that_they_cannot_vouch_for():
    header = "X-Rollcall-Unverified-Switches"
    with Daemon(switches={"sbc-1": 1, "sbc-2": 1, "sbc-3": 2}) as daemon:
        api = daemon.trusted()

        def named(customer, method="listAllCalls"):
            api.call(method, {"i_customer": customer})
            return api.last.headers.get(header)

        assert named(1) == "sbc-1, sbc-2" and named(10) == "sbc-3"
        switch = daemon.switch("sbc-1").connect()
        wait_until(lambda: named(1) == "sbc-2", what="sbc-1 to be verified")
        with daemon.switch("sbc-2"):
            wait_until(lambda: named(1) is None, what="no switch to be named")
            switch.close()
            wait_until(lambda: named(2, "getAccountCallStatsCustomer") == "sbc-1", what="sbc-1 to be named again")
        wait_until(lambda: named(1) == "sbc-1, sbc-2", what="sbc-2 to be missed as well")
        api.call("system.multicall", [{"methodName": "listActiveCalls", "params": [{"i_customer": root}]}
                                      for root in (1, 10)])
        assert api.last.headers[header] == "sbc-1, sbc-2, sbc-3"
        api.call("system.listMethods")
        assert header not in api.last.headers


def test_readyz_tells_each_switch_when_asked():
    with Daemon() as daemon, daemon.switch("sbc-1") as switch:
        switch.start(i_account=11)
        wait_until(lambda: b"switch sbc-1: connected, synced, 1 calls, 0 unverified"
                   in daemon.get("/readyz?verbose").body, what="the line of sbc-1")
        for name in ("sbc-2", "sbc-3"):
            assert f"switch {name}:" in daemon.get("/readyz?verbose").body.decode()


# --- who may see them

def logged_in(daemon, login, path, source="127.0.0.2"):
    """A page of the API's address for a login: the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=PATIENCE, source_address=(source, 0))
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        challenge = parse_challenge(answer.headers["WWW-Authenticate"])
        answer.read()
        connection.request("GET", path, headers={
            "Authorization": authorization(challenge, login, PASSWORDS[login], "GET", path)})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/metrics", "/readyz?verbose"])
def test_pages_that_name_switches_take_trust_or_a_root_customer(daemon, path):
    assert request(daemon.http_port, "GET", path).status in (200, 503)
    for login in ("reseller", "other-sub", "closed"):
        status, text = logged_in(daemon, login, path)
        assert status == 403 and "sbc" not in text
    status, text = logged_in(daemon, "ssp-root", path)
    assert status in (200, 503) and "sbc-1" in text and "sbc-2" in text and "sbc-3" not in text
    status, text = logged_in(daemon, "other-root", path)
    assert status in (200, 503) and "sbc-3" in text and "sbc-1" not in text and "sbc-2" not in text


def test_strangers_are_challenged_for_pages_that_name_switches_and_the_others_name_nothing():
    with Daemon(config={"http": {"trusted_hosts": []}}) as daemon:
        for path in ("/metrics", "/readyz?verbose"):
            answer = request(daemon.http_port, "GET", path)
            assert answer.status == 401 and answer.challenges()[0]["realm"] == "rollcall"
            assert b"sbc" not in answer.body
        answer = request(daemon.http_port, "GET", "/readyz")
        assert answer.status == 503 and b"3 switches have not connected yet" in answer.body and b"sbc" not in answer.body
        assert request(daemon.http_port, "GET", "/livez").status == 200


def test_the_address_of_the_metrics_serves_them_without_a_login_and_nothing_else(daemon):
    for path in ("/metrics", "/readyz?verbose"):
        assert b"sbc-3" in request(daemon.metrics_port, "GET", path).body
    for path in ("/livez", "/readyz"):
        assert request(daemon.metrics_port, "GET", path).status in (200, 503)
    for path in ("/RPC2", "/xmlapi", "/"):
        assert request(daemon.metrics_port, "POST", path, "x", {"Content-Type": "text/xml"}).status == 404
    assert request(daemon.metrics_port, "GET", "/metrics", headers={"Origin": "http://evil.example"}).status == 403


# --- metrics

def test_metrics_are_prometheus_text(daemon):
    answer = daemon.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    typed, named = set(), set()
    for line in answer.body.decode().splitlines():
        if line.startswith("# TYPE "):
            typed.add(line.split()[2])
        elif line and not line.startswith("#"):
            assert re.fullmatch(r'[a-zA-Z_:][\w:]*(\{(\w+="([^"\\]|\\.)*",?)*\})? -?(\d[\d.e+-]*|\+?Inf|NaN)', line), line
            named.add(re.sub(r"_(bucket|sum|count)$", "", line.split("{")[0].split(" ")[0]))
    assert named <= typed | {re.sub(r"_total$", "", name) for name in typed}
    assert all(name.startswith(("rollcall_", "process_")) for name in named), named


def test_calls_are_counted_by_state(daemon, switch):
    for state in ("Idle", "WaitRoute", "Connected", "Connected"):
        switch.start(state, i_account=11)
    wait_until(lambda: len(daemon.everything()) == 4)
    wait_until(lambda: (sample(daemon, "rollcall_calls", state="Connected"),
                        sample(daemon, "rollcall_calls", state="Idle"),
                        sample(daemon, "rollcall_calls", state="WaitRoute")) == (2, 1, 1))


def test_a_switch_shows_with_its_calls_and_whether_it_is_there(daemon, switch):
    switch.start(i_account=11)
    wait_until(lambda: sample(daemon, "rollcall_switch_calls", switch="sbc-1") == 1)
    assert sample(daemon, "rollcall_switch_connected", switch="sbc-1") == 1
    assert sample(daemon, "rollcall_switch_connected", switch="sbc-2") == 0
    switch.close()
    wait_until(lambda: sample(daemon, "rollcall_switch_connected", switch="sbc-1") == 0)
    assert sample(daemon, "rollcall_switch_unverified_calls", switch="sbc-1") == 1


def test_requests_are_counted_by_method_and_outcome(daemon, api):
    def counted(**labels):
        try:
            return sample(daemon, "rollcall_rpc_requests_total", **labels)
        except AssertionError:
            return 0
    before = counted(method="getAccountCallStats", outcome="ok"), counted(method="disconnectCall", outcome="400")
    api.getAccountCallStats()
    api.fault("disconnectCall")
    after = counted(method="getAccountCallStats", outcome="ok"), counted(method="disconnectCall", outcome="400")
    assert after == (before[0] + 1, before[1] + 1)


def test_unknown_methods_do_not_make_metrics_grow(daemon, api):
    for number in range(50):
        api.fault(f"unknown{number}")
    assert "unknown7" not in daemon.get("/metrics").body.decode()


def test_failed_logins_are_counted(daemon):
    def failures():
        return sum(value for name, value in daemon.metrics().items() if name.startswith("rollcall_auth_failures"))
    before = failures()
    daemon.login("ssp-root", "wrong").post("x")
    wait_until(lambda: failures() > before)


def test_disconnects_are_counted_by_outcome(daemon, switch, api):
    def sent():
        return sample(daemon, "rollcall_disconnects_total", outcome="sent")
    before = sent()
    id = switch.start(i_account=11)
    wait_until(lambda: daemon.everything())
    api.disconnectCall(ID=f"sbc-1:{id}")
    wait_until(lambda: sent() == before + 1)


def test_the_drift_between_lists_and_counts_is_measured_and_zero(daemon):
    assert sample(daemon, "rollcall_tally_drift_total") == 0


def test_the_version_shows(daemon):
    assert sample(daemon, "rollcall_build_info") == 1


# --- the log

def test_a_switch_that_comes_and_goes_is_logged(daemon):
    with daemon.switch("sbc-2"):
        wait_until(lambda: re.search(r"sbc-2.*connected", daemon.log_text()))
    wait_until(lambda: re.search(r"sbc-2.*lost", daemon.log_text()))


def test_hostile_text_makes_no_log_line_of_its_own(daemon, switch):
    switch.write(b'{"type":"call","id":"x\\n[critical] forged line","state":"Connected","setup_time":1}\n')
    switch.ping()
    assert not re.search(r"^\[critical\] forged", daemon.log_text(), re.MULTILINE)


#: What drives a terminal in one byte or in eight bits, forges a line, or turns the order of what is read round.
DRIVES = "\u001b[2J\u009b2J\u0085\u0080\u202e\u2066\u200f\u061c\u2028\ufeff\U000e0041\u007f\n[critical] forged\r\t"


def say_hostile_things(daemon):
    """Has others' texts logged: of a switch, of one that is none, and of a client; returns when all are there."""
    with daemon.switch("sbc-1", on_disconnect=lambda switch, id: switch.send(
            type="result", id=id, ok=False, message=f"refusal {DRIVES}")) as switch:
        id = switch.start(i_account=11)
        switch.send(type=f"type {DRIVES}")
        wait_until(lambda: daemon.everything())
        daemon.trusted().disconnectCall(ID=f"sbc-1:{id}")
        stranger = daemon.switch(f"name {DRIVES}").open()
        stranger.hello()
        stranger.wait_closed()
        stranger.close()
        daemon.login("login \x9b2J\xfc", "wrong").post("x")
        wait_until(lambda: all(word in daemon.log_text() for word in ("refusal ", "login ", "name ")))


def test_nothing_that_others_say_drives_the_terminal_of_who_reads_the_log():
    with Daemon() as daemon:
        say_hostile_things(daemon)
        text = daemon.log_file.read_bytes().decode()
        driving = [hex(ord(c)) for c in text if c != "\n" and (ord(c) < 32 or c in DRIVES and not c.isascii() or c == "\x7f")]
        assert not driving
        assert "\\x9b2J\\x85\\x80\\u{202e}\\u{2066}" in text
        assert all(re.match(r"\d{4}-\d\d-\d\dT\S+Z \w+ ", line) for line in text.splitlines())


def test_a_log_in_json_is_valid_whatever_others_say():
    with Daemon(config={"log": {"format": "json"}}) as daemon:
        say_hostile_things(daemon)
        raw = daemon.log_file.read_bytes().decode()
        assert not [hex(ord(c)) for c in raw if c != "\n" and (ord(c) < 32 or c in DRIVES and not c.isascii())]
        lines = [json.loads(line) for line in raw.split("\n") if line]
        assert any("\u009b2J\u0085\u0080\u202e\u2066" in line["text"] for line in lines)


def test_no_password_is_logged(daemon):
    daemon.login("ssp-root").listAllCalls()
    daemon.login("ssp-root", "a wrong password").post("x")
    assert "a wrong password" not in daemon.log_text()


def test_a_refused_login_is_logged_with_its_address_and_a_flood_of_them_is_counted():
    with Daemon() as daemon:
        daemon.login("reseller", "wrong").post("x")
        daemon.login("no\xe9body", "wrong").post("x")
        line = wait_until(lambda: re.search(r"^\S+ warning api: login \"reseller\".*", daemon.log_text(), re.MULTILINE))
        assert line[0].endswith('login "reseller" from 127.0.0.2 was refused')
        wait_until(lambda: "no\\xc3\\xa9body" in daemon.log_text())
        hosts = itertools.cycle(range(1, 250))  # one alone would soon have to wait

        def flood():
            for _ in range(20):
                daemon.login("intruder", "wrong", source=f"127.0.3.{next(hosts)}").post("x")
            return re.search("login \"intruder\".* and [0-9]+ more", daemon.log_text())

        wait_until(flood, what="a line that counts those left out")


def test_switches_that_refuse_are_logged_with_their_reason(daemon, switches, api):
    switch = switches("sbc-1", on_disconnect=Switch.refuse)
    id = switch.start(i_account=11)
    wait_until(lambda: daemon.everything())
    api.disconnectCall(ID=f"sbc-1:{id}")
    wait_until(lambda: "no such dialog" in daemon.log_text())
