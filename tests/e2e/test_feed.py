"""The call feed when both sides behave (feed.md)."""

import json
import socket
import threading
import time

import pytest
from feed_rows import await_row, call, listed, row

from harness import STATES, Daemon, Switch, free_port, next_id, wait_until


# --- hello

def test_a_hello_is_welcomed_with_the_nodes_name(daemon):
    with daemon.switch() as switch:
        assert switch.received[0] == {"type": "welcome", "version": 1, "node_id": "node-a"}


def test_nothing_is_sent_before_hello(daemon):
    switch = daemon.switch().open()
    switch.hello()
    switch.wait_for("welcome")
    assert [message["type"] for message in switch.received] == ["welcome"]
    switch.close()


def test_a_ping_is_answered_at_any_time(daemon, switch):
    switch.ping()
    switch.send(type="snapshot_begin")
    switch.ping()
    switch.send(type="snapshot_end")
    switch.ping()
    assert len(switch.of_type("pong")) == 3


def test_fields_that_nobody_knows_are_ignored(daemon):
    switch = daemon.switch().open()
    switch.hello(vendor="acme", options={"a": [1, None]})
    switch.wait_for("welcome")
    switch.send(type="snapshot_begin", x=1)
    switch.send(type="snapshot_end", x=None)
    id = switch.start(i_account=11, codec="opus", nested={"a": {"b": []}}, type2="x")
    await_row(daemon, id)
    assert not switch.of_type("warning")
    switch.end(id)
    listed(daemon, 0)
    switch.close()


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b" \n", b"\n\n\n"])
def test_lines_may_end_in_these_ways(daemon, switch, ending):
    id = next_id()
    line = json.dumps({"type": "call", "id": id, "state": "WaitRoute", "setup_time": 1e9, "i_account": 11})
    switch.write(line.encode() + ending)
    await_row(daemon, id)
    assert not switch.of_type("warning")


def test_a_line_may_arrive_in_pieces_and_many_lines_at_once(daemon, switch):
    ids = [next_id() for _ in range(20)]
    data = b"".join(json.dumps({"type": "call", "id": id, "state": "Connected", "setup_time": 1e9, "cli": "\u00fc"},
                               ensure_ascii=False).encode() + b"\n" for id in ids)
    for cut in range(0, len(data), 7):
        switch.write(data[cut:cut + 7])
    listed(daemon, 20)


# --- calls

def test_a_call_needs_only_id_state_and_setup_time(daemon, switch):
    id = switch.start("Idle")
    await_row(daemon, id, CC_STATE="Idle", CLI="", I_ACCOUNT=0)


def test_a_field_left_out_keeps_its_value_and_one_told_again_changes(daemon, switch):
    id = switch.start("WaitAuth", cli="1", cld="2", call_id="c@h", caller_media_ip="192.0.2.1", direction="vendor",
                      i_connection=1)
    await_row(daemon, id, CLI="1")
    switch.call(id, "WaitRoute", i_account=21, callee_media_ip="192.0.2.2")
    await_row(daemon, id, CC_STATE="WaitRoute", CLI="1", CLD="2", CALL_ID="c@h", CALLER_MEDIA_IP="192.0.2.1",
              CALLEE_MEDIA_IP="192.0.2.2", DIRECTION="vendor", I_CONNECTION=1, I_ACCOUNT=21)
    switch.call(id, "ARComplete", cld="3", i_connection=2)
    await_row(daemon, id, CC_STATE="ARComplete", CLI="1", CLD="3", I_CONNECTION=2, I_ACCOUNT=21)


def test_a_field_that_is_null_is_left_out(daemon, switch):
    id = switch.start("WaitAuth", cli="1", i_account=11)
    switch.call(id, "WaitRoute", cli=None, i_account=None, connect_time=None)
    await_row(daemon, id, CC_STATE="WaitRoute", CLI="1", I_ACCOUNT=11)


def test_the_same_state_may_bring_more_fields(daemon, switch):
    id = switch.start("ARComplete", i_account=11)
    await_row(daemon, id, CLD="")
    switch.call(id, "ARComplete", cld="812")
    await_row(daemon, id, CLD="812")


def test_stages_may_be_skipped(daemon, switch):
    id = switch.start("Idle", i_account=11)
    switch.call(id, "Connected")
    await_row(daemon, id, CC_STATE="Connected")


def test_an_end_may_come_as_a_state(daemon, switch):
    id = switch.start("Connected", i_account=11)
    await_row(daemon, id)
    switch.call(id, "Dead")
    listed(daemon, 0)


def test_the_setup_time_of_a_call_never_changes(daemon, switch):
    id = switch.start("WaitAuth", setup_time=1000)
    switch.call(id, "WaitRoute", setup_time=2000)
    await_row(daemon, id, CC_STATE="WaitRoute", SETUP_TIME="19700101T00:16:40.000")


# --- accounts

def test_an_account_may_be_named_by_its_username_in_the_switchs_environment(daemon, switches):
    one, three = switches("sbc-1"), switches("sbc-3")
    first, other = one.start(account="801"), three.start(account="801")
    await_row(daemon, first, I_ACCOUNT=11, I_CUSTOMER=1, I_ENVIRONMENT=1)
    await_row(daemon, other, "sbc-3", I_ACCOUNT=101, I_CUSTOMER=10, I_ENVIRONMENT=2)


def test_an_account_may_come_late_and_the_call_moves_to_its_customer(daemon, switch, reseller):
    id = switch.start("WaitAuth")
    await_row(daemon, id, I_ACCOUNT=0, I_CUSTOMER=1)
    assert reseller.listAllCalls() == []
    switch.call(id, "WaitRoute", account="821")
    await_row(daemon, id, I_ACCOUNT=21, I_CUSTOMER=2)
    wait_until(lambda: reseller.ids() == [id])


def test_an_account_that_the_directory_does_not_know_is_the_root_customers(daemon, switches):
    one, three = switches("sbc-1"), switches("sbc-3")
    await_row(daemon, one.start(i_account=12345), I_ACCOUNT=12345, I_CUSTOMER=1)
    await_row(daemon, one.start(account="nobody"), I_ACCOUNT=0, I_CUSTOMER=1)
    await_row(daemon, three.start(i_account=12345), "sbc-3", I_ACCOUNT=12345, I_CUSTOMER=10)


def test_an_account_of_another_environment_is_not_this_switchs(daemon, switches, api):
    """One switch cannot put calls into the other operator's books."""
    three = switches("sbc-3")
    id = three.start(i_account=21)
    await_row(daemon, id, "sbc-3", I_ACCOUNT=21, I_CUSTOMER=10, I_ENVIRONMENT=2)
    assert api.ids(i_customer=2) == []


def test_the_number_of_an_account_wins_over_its_name(daemon, switch):
    await_row(daemon, switch.start(i_account=12, account="821"), I_ACCOUNT=12)


# --- states only go forward

def test_a_late_or_repeated_event_changes_nothing_and_is_counted(daemon, switch):
    now = time.time()
    id = switch.start("Connected", i_account=11, cli="now", connect_time=now - 5)
    before = await_row(daemon, id)
    applied = counted(daemon)
    for state in STATES[:4]:
        switch.call(id, state, cli=f"late {state}", i_account=21, connect_time=now)
    switch.call(id, "Connected", connect_time=now - 5)
    switch.ping()
    wait_until(lambda: counted(daemon) >= applied + 4, what="late events to be counted")
    marker = switch.start(i_account=11)
    await_row(daemon, marker)
    after = row(daemon, id)
    for fields in (before, after):
        fields.pop("DURATION")
    assert after == before
    assert not switch.of_type("warning")


def counted(daemon):
    """How many events changed nothing, by whatever label."""
    return sum(value for name, value in daemon.metrics().items()
               if name.startswith("rollcall_feed_events") and ("stale" in name or "ignored" in name or "late" in name))


def test_nothing_follows_an_end():
    with Daemon(config={"calls": {"dead_linger": "20s"}}) as daemon, daemon.switch() as switch:
        id = switch.start("Connected", i_account=11)
        switch.end(id)
        await_row(daemon, id, CC_STATE="Dead")
        for state in STATES:
            switch.call(id, state, cli="ghost", setup_time=1e9)
        switch.end(id)
        marker = switch.start(i_account=11)
        await_row(daemon, marker)
        assert row(daemon, id)["CC_STATE"] == "Dead" and row(daemon, id)["CLI"] == ""


def test_an_event_after_the_linger_does_not_bring_a_call_back(daemon, switch):
    id = switch.start("Connected", i_account=11)
    await_row(daemon, id)
    switch.end(id)
    listed(daemon, 0)
    switch.end(id)
    switch.call(id, "Disconnecting")
    switch.ping()
    marker = switch.start(i_account=11)
    await_row(daemon, marker)
    assert row(daemon, id) is None


def test_an_end_of_a_call_never_seen_is_nothing(daemon, switch):
    switch.end("never-seen")
    switch.ping()
    marker = switch.start(i_account=11)
    await_row(daemon, marker)
    assert row(daemon, "never-seen") is None


# --- snapshots


# --- connections


def test_with_its_connection_lost_a_switchs_calls_stay_and_count_as_unverified(daemon, switch, api):
    ids = [switch.start(i_account=11, cli="kept") for _ in range(3)]
    listed(daemon, 3)
    switch.close()
    line = wait_until(lambda: [line for line in daemon.get("/readyz?verbose").body.decode().splitlines()
                               if "switch sbc-1:" in line and "3 unverified" in line])
    assert "3 calls" in line[0]
    assert api.ids("listActiveCalls", i_customer=1) == ids
    assert api.getAccountCallStats()["data"] == {"11": [3, 3]}
    switch.reconnect([call(id) for id in ids])
    wait_until(lambda: "0 unverified" in next(
        line for line in daemon.get("/readyz?verbose").body.decode().splitlines() if "switch sbc-1:" in line))
    listed(daemon, 3)


def test_a_connection_with_a_higher_epoch_replaces_the_first_and_calls_keep_their_ids(daemon, switches):
    old = switches("sbc-1")
    id = old.start(i_account=11)
    before = await_row(daemon, id)
    new = daemon.switch().connect([call(id)])
    old.wait_closed()
    listed(daemon, 1)
    new.call(id, "Connected", cli="new")
    assert await_row(daemon, id, CLI="new")["ID"] == before["ID"]
    assert daemon.trusted().disconnectCall(ID=before["ID"]) == {"result": "OK"}
    new.wait_for("disconnect", id=id)
    listed(daemon, 0)
    new.close()


def test_what_a_replaced_connection_still_says_is_not_heard(daemon, switches):
    old = switches("sbc-1")
    new = daemon.switch().connect()
    try:
        for n in range(100):
            old.start(id=f"ghost-{n}", i_account=11)
    except OSError:
        pass
    old.wait_closed()
    marker = new.start(i_account=11)
    await_row(daemon, marker)
    assert set(daemon.everything()) == {f"sbc-1:{marker}"}
    new.close()


def test_a_switch_that_is_hard_to_read_keeps_nobody_waiting(daemon, switches):
    """A switch that sends half a line and waits does not hold up another."""
    one, two = switches("sbc-1"), switches("sbc-2")
    one.write(b'{"type":"call","id":"half')
    await_row(daemon, two.start(i_account=11), "sbc-2")
    one.write(b'-done","state":"WaitRoute","setup_time":1}\n')
    await_row(daemon, "half-done")


def test_several_addresses_may_listen():
    ports = [free_port(), free_port()]
    config = {"feed": {"listen": [f"127.0.0.1:{port}" for port in ports]}}
    with Daemon(config=config) as daemon:
        with Switch(ports[0], "sbc-1") as one, Switch(ports[1], "sbc-2") as two:
            one.start(i_account=11)
            two.start(i_account=11)
            listed(daemon, 2)


def test_a_switch_need_not_be_slow_when_many_calls_come_at_once(daemon, switch):
    """A mass of events is taken in at the node's pace and none is lost."""
    setup = time.time()
    ids = [f"burst-{n}" for n in range(10000)]

    def lines(state, **fields):
        return "".join(json.dumps({"type": "call", "id": id, "state": state, **fields}) + "\n" for id in ids).encode()
    data = lines("Idle", setup_time=setup) + lines("WaitRoute", i_account=11) + lines("ARComplete") + lines("Connected")
    writer = threading.Thread(target=switch.write, args=(data,))
    writer.start()
    wait_until(lambda: daemon.trusted().getAccountCallStats()["data"] == {"11": [10000, 10000]}, 60)
    writer.join()
    switch.write("".join(json.dumps({"type": "end", "id": id}) + "\n" for id in ids).encode())
    listed(daemon, 0)


@pytest.mark.slow
def test_a_switch_that_does_not_read_its_disconnects_is_closed_as_too_slow_and_resyncs():
    # A small receive buffer that nobody empties, and ids long enough that the queue passes its bound.
    with Daemon(config={"calls": {"disconnect_retry": "1s"}}) as daemon:
        quiet = socket.socket()
        quiet.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        quiet.connect(("127.0.0.1", daemon.feed_port))
        quiet.sendall(json.dumps({"type": "hello", "version": 1, "switch": "sbc-1", "secret": "feed secret",
                                  "epoch": 1}).encode() + b"\n")
        ids = [f"{n:0250}" for n in range(30000)]
        quiet.sendall(b'{"type":"snapshot_begin"}\n' + b"".join(
            json.dumps({"type": "call", **call(id)}).encode() + b"\n" for id in ids) + b'{"type":"snapshot_end"}\n')
        api = daemon.trusted()
        wait_until(lambda: api.getAccountCallStats()["data"] == {"11": [30000, 30000]}, 60)
        api.disconnectCustomer(i_customer=1)
        wait_until(lambda: "too_slow" in daemon.log_text(), 60)
        quiet.close()
        with Switch(daemon.feed_port, "sbc-1", epoch=2, on_disconnect=Switch.ignore).connect([call(ids[0])]) as back:
            back.wait_for("disconnect", id=ids[0])
            listed(daemon, 1)
            back.end(ids[0])
            listed(daemon, 0)
