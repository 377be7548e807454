"""The call feed when a switch does not behave (feed.md)."""

import datetime
import json
import socket
import time

import pytest

from harness import PATIENCE, Daemon, next_id, wait_until

GOOD = {"type": "call", "id": "x", "state": "Connected", "setup_time": 1e9, "i_account": 11}


def error_of(switch):
    """The error that closes a connection: its code."""
    error = switch.wait_for("error")
    switch.wait_closed()
    assert error["message"]
    return error["code"]


def refused(daemon, **changes):
    switch = daemon.switch()
    switch.open().hello(**changes)
    code = error_of(switch)
    assert not switch.of_type("welcome")
    switch.close()
    return code


# --- hello

@pytest.mark.parametrize("changes, code", [
    ({"version": 2}, "bad_version"), ({"version": 0}, "bad_version"),
    ({"switch": "nobody"}, "unknown_switch"), ({"switch": "SBC-1"}, "unknown_switch"), ({"switch": ""}, None),
    ({"secret": "wrong"}, "auth_failed"), ({"secret": ""}, "auth_failed"), ({"secret": "feed secret "}, "auth_failed"),
])
def test_a_hello_that_is_not_right_is_refused_with_its_code(daemon, changes, code):
    assert refused(daemon, **changes) in ([code] if code else ["unknown_switch", "bad_message"])


@pytest.mark.parametrize("changes", [
    {"version": "1"}, {"version": None}, {"switch": 1}, {"switch": None}, {"secret": 1}, {"secret": None},
    {"epoch": "1"}, {"epoch": -1}, {"epoch": None}, {"epoch": 1.5}, {"epoch": 2**63}, {"epoch": 2**64 - 1},
])
def test_a_hello_with_an_ill_typed_field_is_refused(daemon, changes):
    assert refused(daemon, **changes) in ("bad_message", "bad_version", "unknown_switch", "auth_failed")


@pytest.mark.parametrize("first", [
    b"hello\n", b"GET / HTTP/1.1\r\n\r\n", b"{}\n", b'{"type":"ping"}\n', b'{"type":"snapshot_begin"}\n', b"[]\n",
    json.dumps(GOOD).encode() + b"\n", b"\xff\xfe\n", b'{"type":"hello"}\n',
])
def test_whoever_says_something_else_first_is_refused(daemon, first):
    switch = daemon.switch().open()
    switch.write(first)
    assert error_of(switch) in ("bad_message", "bad_version")
    switch.close()
    assert daemon.everything() == {}


def test_a_first_line_without_end_is_refused(daemon):
    with socket.create_connection(("127.0.0.1", daemon.feed_port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(b"x" * 1_000_000)
        except OSError:
            pass
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionResetError:
            pass
        assert b"welcome" not in received


@pytest.mark.slow
def test_whoever_says_nothing_is_closed(daemon):
    switch = daemon.switch().open()
    switch.wait(lambda: switch.closed, 30, "end of the connection")
    switch.close()


def test_the_secret_is_never_logged(daemon):
    refused(daemon, secret="a wrong secret")
    with daemon.switch():
        pass
    assert "feed secret" not in daemon.log_text() and "a wrong secret" not in daemon.log_text()


@pytest.mark.parametrize("lower", [0, 1, 100])
def test_a_second_connection_with_the_same_or_a_lower_epoch_is_stale(daemon, switch, lower):
    second = daemon.switch(epoch=switch.epoch - lower)
    second.open().hello()
    assert error_of(second) == "stale_epoch"
    second.close()
    switch.ping()


def test_a_switch_with_the_highest_epoch_can_come_back_when_it_has_gone(daemon, switch):
    highest = daemon.switch(epoch=2**63 - 1).connect()
    assert error_of(switch) == "stale_epoch"
    highest.close()
    wait_until(lambda: "sbc-1: not connected" in daemon.get("/readyz?verbose").text)
    with daemon.switch(epoch=2**63 - 1) as again:
        again.ping()
    wait_until(lambda: "sbc-1: not connected" in daemon.get("/readyz?verbose").text)


def test_a_wrong_secret_does_not_replace_a_connection(daemon, switch):
    refused(daemon, secret="wrong", epoch=switch.epoch + 10**6)
    switch.ping()


# --- bad lines

BAD = [
    b"not json", b"{", b"[1]", b'"call"', b"null", b"{}", b'{"type":null}', b'{"type":7}', b'{"type":"nonsense"}',
    b'{"type":"CALL","id":"x","state":"Connected"}', b'{"id":"x","state":"Connected"}',
    b'{"type":"call"}', b'{"type":"call","state":"Connected","setup_time":1}', b'{"type":"call","id":"x","setup_time":1}',
    b'{"type":"call","id":"","state":"Connected","setup_time":1}',
    b'{"type":"call","id":7,"state":"Connected","setup_time":1}',
    b'{"type":"call","id":null,"state":"Connected","setup_time":1}',
    b'{"type":"call","id":"x","state":"Flying","setup_time":1}', b'{"type":"call","id":"x","state":"connected"}',
    b'{"type":"call","id":"x","state":5,"setup_time":1}',
    b'{"type":"call","id":"x","state":"Connected","setup_time":1} trailing',
    b'{"type":"call","id":"x","state":"Connected","setup_time":1}{}', b'{"type":"end"}', b'{"type":"end","id":1}',
    b'{"type":"result"}',
    b'{"type":"hello","version":1,"switch":"sbc-1","secret":"feed secret","epoch":1}',
    b'{"type":"welcome"}', b'{"type":"disconnect","id":"x"}', b'{"a":' * 1000, b"x" * 65536, b"\xff\xfe", b"\x00",
    b'{"type":"call","id":"x\\u0000","state":"Connected","setup_time":1}',
    b'{"type":"call","id":"x\xff","state":"Connected","setup_time":1}',
]


#: Fields of a call that are wrong, and what is listed of it all the same.
BAD_FIELDS = [
    ({"setup_time": "1"}, {}), ({"setup_time": -1}, {}), ({"setup_time": 1e300}, {}), ({}, {}),
    ({"setup_time": 1, "i_account": "11"}, {"I_ACCOUNT": 0}), ({"setup_time": 1, "i_account": 1.5}, {"I_ACCOUNT": 0}),
    ({"setup_time": 1, "i_account": 0}, {"I_ACCOUNT": 0}), ({"setup_time": 1, "i_account": 2**31}, {"I_ACCOUNT": 0}),
    ({"setup_time": 1, "i_connection": {}}, {"I_CONNECTION": 0}),
    ({"setup_time": 1, "i_connection": 2**31}, {"I_CONNECTION": 0}),
    ({"setup_time": 1, "cli": 7, "cld": "812"}, {"CLI": "", "CLD": "812"}),
    ({"setup_time": 1, "account": True}, {"I_ACCOUNT": 0}), ({"setup_time": 1, "account": 801.5}, {"I_ACCOUNT": 0}),
    ({"setup_time": 1, "connect_time": "now"}, {}),
]


@pytest.mark.parametrize("fields, shown", BAD_FIELDS, ids=str)
def test_a_bad_field_costs_that_field_only_and_is_told_why(daemon, switch, fields, shown):
    id = next_id()
    switch.send(type="call", id=id, state="Connected", **fields)
    switch.ping()
    assert len(switch.of_type("warning")) == 1, switch.received
    assert switch.of_type("warning")[0]["message"]
    wait_until(lambda: (row := daemon.everything().get(f"sbc-1:{id}")) and shown.items() <= row.items())


def test_a_bad_field_keeps_the_value_that_the_call_had(daemon, switch):
    id = switch.start("WaitRoute", i_account=11, i_connection=1, cli="801")
    switch.call(id, "Connected", i_account="12", i_connection=-1, cli=None, cld=[], connect_time={})
    wait_until(lambda: daemon.everything()[f"sbc-1:{id}"]["CC_STATE"] == "Connected")
    row = daemon.everything()[f"sbc-1:{id}"]
    assert (row["I_ACCOUNT"], row["I_CONNECTION"], row["CLI"], row["CLD"]) == (11, 1, "801", "")
    switch.ping()
    assert len(switch.of_type("warning")) == 4


def test_a_switch_that_gives_its_accounts_as_integers_has_all_its_calls_listed_and_stays(daemon, switch):
    ids = [switch.start(account=801) for _ in range(20)]
    switch.ping()
    wait_until(lambda: set(daemon.everything()) == {f"sbc-1:{id}" for id in ids})
    assert {row["I_ACCOUNT"] for row in daemon.everything().values()} == {11}
    assert not switch.of_type("warning") and not switch.closed


def test_bad_fields_close_no_connection_however_many(daemon, switch):
    ids = [switch.start(i_account=11, cli=number) for number in range(40)]
    switch.ping()
    assert len(switch.of_type("warning")) == 40
    wait_until(lambda: set(daemon.everything()) == {f"sbc-1:{id}" for id in ids})


def test_a_call_that_ended_at_a_bad_time_is_over(daemon, switch):
    id = switch.start(i_account=11)
    wait_until(lambda: f"sbc-1:{id}" in daemon.everything())
    switch.end(id, time="now")
    wait_until(lambda: not daemon.everything())
    switch.ping()
    assert len(switch.of_type("warning")) == 1


@pytest.mark.parametrize("line", BAD, ids=lambda line: line[:60].decode("ascii", "replace"))
def test_a_bad_line_costs_exactly_that_line_and_is_told_why(daemon, switch, line):
    before, after = next_id(), next_id()
    switch.call(before, "Connected", setup_time=1e9, i_account=11)
    switch.write(line + b"\n")
    switch.call(after, "Connected", setup_time=1e9, i_account=11)
    switch.ping()
    assert len(switch.of_type("warning")) == 1, switch.received
    assert switch.of_type("warning")[0]["message"]
    wait_until(lambda: set(daemon.everything()) == {f"sbc-1:{before}", f"sbc-1:{after}"})


def test_a_line_that_is_too_long_costs_one_line_however_long(daemon, switch):
    before = switch.start(i_account=11)
    switch.write(b'{"type":"call","id":"' + b"x" * 3_000_000 + b'"}\n')
    after = switch.start(i_account=11)
    switch.ping()
    assert len(switch.of_type("warning")) == 1
    wait_until(lambda: set(daemon.everything()) == {f"sbc-1:{before}", f"sbc-1:{after}"})


def test_a_line_of_64_kib_is_read(daemon, switch):
    id = next_id()
    head = json.dumps({"type": "call", "id": id, "state": "Connected", "setup_time": 1e9, "i_account": 11})[:-1]
    line = head + ',"x":"' + "y" * (65536 - len(head) - 8) + '"}'
    assert len(line) <= 65536
    switch.write(line.encode() + b"\n")
    switch.ping()
    assert not switch.of_type("warning")
    wait_until(lambda: f"sbc-1:{id}" in daemon.everything())


def test_bad_lines_are_counted_and_logged_with_their_reason(daemon, switch):
    def bad():
        return sum(value for name, value in daemon.metrics().items()
                   if name.startswith("rollcall_feed_events") and "bad" in name)
    before, logged = bad(), daemon.log_text().count("Flying")

    def told():
        """Each line is counted; in the log are ten a second, which other tests may have used up."""
        sent = len(switch.of_type("warning"))
        switch.write(b'{"type":"call","id":"x","state":"Flying","setup_time":1}\n')
        switch.ping()
        wait_until(lambda: bad() == before + sent + 1, what="the bad line to be counted")
        return daemon.log_text().count("Flying") > logged
    wait_until(told, what="the reason in the log")
    assert "state" in switch.of_type("warning")[0]["message"]


def test_ten_bad_lines_in_a_row_close_the_connection(daemon, switch):
    id = switch.start(i_account=11)
    switch.write(b"bad\n" * 10 + json.dumps({**GOOD, "id": "after"}).encode() + b"\n")
    assert error_of(switch) == "bad_message"
    assert len(switch.of_type("warning")) in (9, 10)
    assert set(daemon.everything()) == {f"sbc-1:{id}"}, "the calls stay; what came behind the tenth is not heard"


def test_nine_bad_lines_and_a_good_one_close_nothing(daemon, switch):
    for _ in range(5):
        switch.write(b"bad\n" * 9)
        switch.ping()
    assert len(switch.of_type("warning")) == 45
    assert not switch.closed


def test_a_warning_carries_no_raw_bytes_that_break_its_line(daemon, switch):
    switch.write(b'{"type":"call","id":"\\n\\"","state":"\\u0001\\n","setup_time":1}\n')
    switch.ping()
    assert len(switch.of_type("warning")) == 1


def test_a_call_without_setup_time_at_first_sight_began_when_it_arrived(daemon, switch):
    id = next_id()
    before = time.time()
    switch.call(id, "WaitAuth")
    switch.ping()
    after = time.time()
    assert len(switch.of_type("warning")) == 1
    switch.call(id, "WaitRoute", setup_time=1e9, i_account=11)
    wait_until(lambda: [row["CC_STATE"] for row in daemon.everything().values()] == ["WaitRoute"])
    shown = daemon.everything()[f"sbc-1:{id}"]["SETUP_TIME"]
    begun = datetime.datetime.strptime(shown, "%Y%m%dT%H:%M:%S.%f").replace(tzinfo=datetime.timezone.utc)
    assert before - 0.001 <= begun.timestamp() <= after
    switch.ping()
    assert len(switch.of_type("warning")) == 1


def test_a_bad_line_in_a_snapshot_costs_that_call_only(daemon, switch):
    kept = switch.start(i_account=11)
    wait_until(lambda: len(daemon.everything()) == 1)
    switch.write(b'{"type":"snapshot_begin"}\n' + json.dumps({**GOOD, "id": kept}).encode() + b"\nbad\n"
                 b'{"type":"snapshot_end"}\n')
    switch.ping()
    assert len(switch.of_type("warning")) == 1
    wait_until(lambda: f"sbc-1:{kept}" in daemon.everything())


def test_a_switch_that_is_no_longer_configured_is_closed_on_reload():
    with Daemon() as daemon, daemon.switch("sbc-2") as switch, daemon.switch("sbc-1") as stays:
        switch.start(i_account=11)
        wait_until(lambda: len(daemon.everything()) == 1)
        daemon.config["feed"]["switch"] = [s for s in daemon.config["feed"]["switch"] if s["name"] != "sbc-2"]
        daemon.write_config()
        daemon.reload()
        switch.wait_closed()
        assert refused(daemon, switch="sbc-2") == "unknown_switch"
        stays.ping()


def test_a_switch_with_calls_is_not_given_an_environment_that_there_is_not():
    with Daemon() as daemon, daemon.switch("sbc-1") as switch:
        switch.start(i_account=11)
        wait_until(lambda: len(daemon.everything()) == 1)
        for each in daemon.config["feed"]["switch"]:
            each["i_environment"] = 99
        daemon.write_config()
        assert "of switch sbc-1 is none of the directory's" in daemon.reload()
        switch.ping()
        assert len(daemon.everything()) == 1


def test_a_crowd_of_silent_strangers_keeps_no_switch_out(daemon):
    crowd = [socket.create_connection(("127.0.0.1", daemon.feed_port)) for _ in range(300)]
    try:
        daemon.switch().connect().close()  # at once
        crowd += [socket.create_connection(("127.0.0.1", daemon.feed_port)) for _ in range(70)]
        daemon.switch(address="127.0.0.1").connect().close()
    finally:
        for connection in crowd:
            connection.close()


def test_wrong_secrets_and_bad_lines_do_not_fill_the_log(daemon, switch):
    def is_logged():  # the lines of this second may be another test's
        refused(daemon, secret="wrong")
        return "auth_failed" in daemon.log_text()[before:]
    before = len(daemon.log_text())
    began = time.monotonic()
    wait_until(is_logged)
    for _ in range(300):
        refused(daemon, secret="wrong")
    for _ in range(200):
        switch.write(b"bad\n" * 9)
        switch.ping()
    seconds = time.monotonic() - began + 2
    text = daemon.log_text()[before:]
    for what in ("auth_failed", "bad line"):
        assert 0 < sum(what in line for line in text.splitlines()) <= 10 * seconds, what
    assert "more before it" in text
