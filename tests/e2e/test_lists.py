"""listAllCalls and listActiveCalls (contract, 5.1)."""

import re
import time
import xmlrpc.client

import pytest

from harness import ACTIVE, ROW, STATES, Daemon, wait_until

LISTS = ["listAllCalls", "listActiveCalls"]


def listed(daemon, count):
    """Waits until `count` calls are listed."""
    wait_until(lambda: len(daemon.everything()) == count, what=f"{count} calls")


# --- what is not there

@pytest.mark.parametrize("method", LISTS)
def test_without_calls_a_list_is_empty(api, method):
    assert api.call(method, {"i_customer": 1}) == []


@pytest.mark.parametrize("filters", [
    {"i_account": 999}, {"i_account": 0}, {"i_vendor": 999}, {"i_connection": 999}, {"node_id": "node-b"},
    {"i_connection": 999, "i_vendor": 1}, {"offset": 1}, {"limit": 0},
])
def test_a_filter_that_nothing_meets_gives_an_empty_list(daemon, switch, api, filters):
    switch.start(i_account=11, i_connection=1)
    listed(daemon, 1)
    assert api.listAllCalls(i_customer=1, **filters) == []


def test_a_filter_by_a_foreign_account_gives_an_empty_list(daemon, switch, reseller):
    for account in (11, 41, 21):
        switch.start(i_account=account)
    listed(daemon, 3)
    assert reseller.listAllCalls(i_account=11) == []
    assert reseller.listAllCalls(i_account=41) == []
    assert len(reseller.listAllCalls(i_account=21)) == 1


def test_an_account_below_the_scope_is_not_its_own(daemon, switch, api):
    switch.start(i_account=31)
    listed(daemon, 1)
    assert len(api.listAllCalls(i_customer=2, i_account=31)) == 1
    assert api.listAllCalls(i_customer=2, i_account=31, recursive=False) == []


# --- which calls

def test_active_are_those_that_wait_for_a_route_or_have_one_or_are_connected(daemon, switch, api):
    ids = {state: switch.start(state, i_account=11) for state in STATES if state != "Dead"}
    listed(daemon, 6)
    assert {row["CC_STATE"]: row["ID"] for row in api.listAllCalls(i_customer=1)} \
        == {state: f"sbc-1:{id}" for state, id in ids.items()}
    assert {row["CC_STATE"] for row in api.listActiveCalls(i_customer=1)} == ACTIVE


def test_an_ended_call_is_listed_as_dead_for_its_linger_and_then_no_more():
    with Daemon(config={"calls": {"dead_linger": "1500ms"}}) as daemon, daemon.switch() as switch:
        id = switch.start(i_account=11)
        listed(daemon, 1)
        switch.end(id)
        ended = time.monotonic()
        (row,) = wait_until(lambda: [row for row in daemon.everything().values() if row["CC_STATE"] == "Dead"])
        assert row["ID"] == f"sbc-1:{id}"
        assert daemon.trusted().listActiveCalls(i_customer=1) == []
        frozen = (row["DELAY"], row["DURATION"])
        listed(daemon, 1)
        assert frozen == tuple(daemon.everything()[f"sbc-1:{id}"][name] for name in ("DELAY", "DURATION"))
        listed(daemon, 0)
        assert 1.2 < time.monotonic() - ended < 4


def test_recursive_false_keeps_the_scopes_own_accounts(daemon, switch, api):
    own, below, other = (switch.start(i_account=account) for account in (21, 31, 41))
    listed(daemon, 3)
    assert api.ids(i_customer=2) == [own, below]
    assert api.ids(i_customer=2, recursive=True) == [own, below]
    assert api.ids(i_customer=2, recursive=1) == [own, below]
    assert api.ids(i_customer=2, recursive=False) == [own]
    assert api.ids(i_customer=2, recursive=0) == [own]
    assert api.ids(i_customer=1, recursive=False) == []
    assert other in api.ids(i_customer=1)


def test_a_call_without_an_account_is_one_of_the_root_customers_own(daemon, switch, api):
    id = switch.start("WaitRoute")
    listed(daemon, 1)
    assert api.ids(i_customer=1, recursive=False) == [id]
    assert api.ids("listActiveCalls", i_customer=1) == [id]


def test_a_list_can_be_narrowed_to_account_connection_vendor_and_node(daemon, switches, api):
    one, two = switches("sbc-1"), switches("sbc-2")
    a = one.start(i_account=11, i_connection=1, setup_time=1000)
    b = one.start(i_account=11, i_connection=2, setup_time=1001)
    c = two.start(i_account=12, i_connection=3, setup_time=1002)
    d = two.start(i_account=21, setup_time=1003)
    e = two.start(i_account=21, i_connection=99, setup_time=1004)
    listed(daemon, 5)

    def ids(**filters):
        return api.ids(i_customer=1, **filters)
    assert ids() == [a, b, c, d, e]
    assert ids(i_account=11) == [a, b]
    assert ids(i_account="12") == [c]
    assert ids(i_vendor=1) == [a, b]
    assert ids(i_vendor=2) == [c]
    assert ids(i_connection=2) == [b]
    assert ids(i_connection=2, i_vendor=2) == [b], "i_connection takes precedence over i_vendor"
    assert ids(i_account=11, i_vendor=2) == []
    assert ids(node_id="node-a") == [a, b, c, d, e]
    assert ids(i_vendor=1, i_account=11, node_id="node-a", recursive=False) == [a, b]


def test_filters_that_are_nil_are_not_there(daemon, switch, api):
    id = switch.start(i_account=11)
    listed(daemon, 1)
    nothing = {name: None for name in ("recursive", "i_account", "i_vendor", "i_connection", "order", "node_id",
                                       "offset", "limit")}
    assert api.ids(i_customer=1, **nothing) == [id]


# --- order

ORDERS = ["oldest_first", "oldest_last", "longest_first", "longest_last"]


def in_order(rows, order):
    """The rows as the contract orders them: ties by SETUP_TIME, then ID."""
    rows = sorted(rows, key=lambda row: (row["setup"], row["id"]))
    if order == "oldest_last":
        return sorted(rows, key=lambda row: -row["setup"])
    if order.startswith("longest"):
        sign = -1 if order == "longest_first" else 1
        return sorted(rows, key=lambda row: sign * row["duration"])
    return rows


def test_every_order_is_kept_and_ties_go_by_setup_time_and_id(daemon, switch, api):
    base = time.time() - 10000
    rows = []
    for number, (setup, connect) in enumerate(
            (setup, connect) for setup in (0, 1.5, 1.25, 7, 7, 3) for connect in (None, 100, 200, 100)):
        id = f"o{(number * 7) % 24:02}-{number:03}"
        state = "Connected" if connect else "ARComplete"
        fields = {"connect_time": base + connect} if connect else {}
        switch.start(state, id=id, setup_time=base + setup, i_account=(11, 12, 21, 31)[number % 4], **fields)
        rows.append({"id": id, "setup": base + setup, "duration": 10000 - connect if connect else 0})
    listed(daemon, len(rows))
    for order in ORDERS:
        expected = [row["id"] for row in in_order(rows, order)]
        assert api.ids(i_customer=1, order=order) == expected, order
        assert api.ids(i_customer=1, order=order, offset=5, limit=7) == expected[5:12], order
        assert api.ids(i_customer=1, order=order, offset=20, limit=100) == expected[20:], order
        own = [row["id"] for row in in_order(rows, order) if int(row["id"][-3:]) % 4 == 2]
        assert api.ids(i_customer=2, order=order, recursive=False) == own, order
    assert api.ids(i_customer=1) == api.ids(i_customer=1, order="oldest_first")


def test_calls_set_up_at_the_same_moment_are_ordered_by_id_as_text(daemon, switches, api):
    one, two = switches("sbc-1"), switches("sbc-2")
    for id in ("t10", "t9", "t1", "tA", "t-"):
        one.start(id=id, setup_time=5000, i_account=11)
        two.start(id=id, setup_time=5000, i_account=12)
    listed(daemon, 10)
    ids = [row["ID"] for row in api.listAllCalls(i_customer=1)]
    assert ids == sorted(ids)


# --- the row

def test_what_is_not_known_is_empty_or_zero_and_never_left_out(daemon, switch, api):
    id = switch.start("Idle", setup_time=1629627112.0)
    listed(daemon, 1)
    (row,) = api.listAllCalls(i_customer=1)
    assert list(row) == ROW
    delay = row.pop("DELAY")
    assert abs(delay - (time.time() - 1629627112)) < 5
    assert row == {"CLI": "", "CLD": "", "CALL_ID": "", "CC_STATE": "Idle", "ID": f"sbc-1:{id}",
                   "CALLER_MEDIA_IP": "", "CALLEE_MEDIA_IP": "", "SETUP_TIME": "20210822T10:11:52.000",
                   "DIRECTION": "", "NODE_ID": "node-a", "I_CONNECTION": 0, "I_ACCOUNT": 0, "I_CUSTOMER": 1,
                   "I_ENVIRONMENT": 1, "DURATION": 0.0}


def test_a_row_tells_what_the_switch_told(daemon, switch, api):
    now = time.time()
    id = switch.start("Connected", call_id="d84b2a8b-44f79741@192.168.0.11", cli="801", cld="812", i_account=31,
                      i_connection=3, caller_media_ip="192.168.22.7", callee_media_ip="192.168.22.54",
                      direction="vendor", setup_time=now - 30, connect_time=now - 20)
    listed(daemon, 1)
    (row,) = api.listAllCalls(i_customer=1)
    assert 20 <= row.pop("DURATION") < 25
    assert row.pop("DELAY") == pytest.approx(10, abs=1e-5)
    setup = row.pop("SETUP_TIME")
    assert setup[:17] == time.strftime("%Y%m%dT%H:%M:%S", time.gmtime(now - 30))
    assert re.fullmatch(r"\.\d{3}", setup[17:])
    assert row == {"CLI": "801", "CLD": "812", "CALL_ID": "d84b2a8b-44f79741@192.168.0.11", "CC_STATE": "Connected",
                   "ID": f"sbc-1:{id}", "CALLER_MEDIA_IP": "192.168.22.7", "CALLEE_MEDIA_IP": "192.168.22.54",
                   "DIRECTION": "vendor", "NODE_ID": "node-a", "I_CONNECTION": 3, "I_ACCOUNT": 31, "I_CUSTOMER": 3,
                   "I_ENVIRONMENT": 1}


@pytest.mark.parametrize("seconds, shown", [
    (1629627112.0, "20210822T10:11:52.000"), (1629627112.9999, "20210822T10:11:52.999"),
    (1709164799.5, "20240228T23:59:59.500"), (1709251199.001, "20240229T23:59:59.001"), (1, "19700101T00:00:01.000"),
    (951782400.25, "20000229T00:00:00.250"),
])
def test_setup_time_is_utc_to_the_millisecond(daemon, switch, api, seconds, shown):
    switch.start(setup_time=seconds)
    listed(daemon, 1)
    assert api.listAllCalls(i_customer=1)[0]["SETUP_TIME"] == shown


def test_delay_and_duration_follow_the_stages_of_a_call():
    with Daemon(config={"calls": {"dead_linger": "20s"}}) as daemon, daemon.switch() as switch:
        now = time.time()

        def row(id, state):
            found = wait_until(lambda: daemon.everything().get(f"sbc-1:{id}"))
            wait_until(lambda: daemon.everything()[f"sbc-1:{id}"]["CC_STATE"] == state)
            found = daemon.everything()[f"sbc-1:{id}"]
            return found["DELAY"], found["DURATION"]

        talked = switch.start("ARComplete", setup_time=now - 100)
        delay, duration = row(talked, "ARComplete")
        assert 100 <= delay < 110 and duration == 0
        switch.call(talked, "Connected", connect_time=now - 60)
        delay, duration = row(talked, "Connected")
        assert delay == pytest.approx(40, abs=1e-5) and 60 <= duration < 70
        switch.call(talked, "Disconnecting")
        delay, duration = row(talked, "Disconnecting")
        assert delay == pytest.approx(40, abs=1e-5) and 60 <= duration < 70
        switch.end(talked, time=now - 10)
        assert row(talked, "Dead") == (pytest.approx(40, abs=1e-5), pytest.approx(50, abs=1e-5))

        missed = switch.start("ARComplete", setup_time=now - 100)
        row(missed, "ARComplete")
        switch.end(missed, time=now - 70)
        assert row(missed, "Dead") == (pytest.approx(30, abs=1e-5), 0)


def test_a_call_connected_without_a_time_is_connected_from_its_arrival(daemon, switch, api):
    switch.start("Connected", setup_time=time.time() - 50, i_account=11)
    listed(daemon, 1)
    (row,) = api.listAllCalls(i_customer=1)
    assert 50 <= row["DELAY"] < 55 and 0 <= row["DURATION"] < 5


def test_times_never_run_backwards_when_the_switchs_clock_is_ahead(daemon, switch, api):
    switch.start("WaitRoute", setup_time=time.time() + 1000)
    switch.start("Connected", setup_time=time.time() + 1000, connect_time=time.time() + 2000)
    listed(daemon, 2)
    for row in api.listAllCalls(i_customer=1):
        assert row["DELAY"] >= 0 and row["DURATION"] >= 0


@pytest.mark.parametrize("raw, shown", [
    (rb'"cli":"\u0000\u0001\u001f"', "\ufffd\ufffd\ufffd"), (rb'"cli":"a\ufffeb\uffffc"', "a\ufffdb\ufffdc"),
    (b'"cli":"ok\x80\xff"', "ok\ufffd\ufffd"), (b'"cli":"\xc3"', "\ufffd"), (b'"cli":"\xed\xa0\x80x"',
                                                                            "\ufffd\ufffd\ufffdx"),
    (b'"cli":"\xf0\x9f\x93\x9e"', "\ufffd"), (rb'"cli":"\ud83d\udcde"', "\ufffd"),
    (rb'"cli":"<i4>&\"]]>"', '<i4>&"]]>'), (b'"cli":"\x7f\xc2\x85"', "\x7f\u0085"),
])
def test_text_that_xml_cannot_carry_never_breaks_a_list(daemon, switch, api, raw, shown):
    before = switch.start(i_account=11, setup_time=100)
    switch.write(b'{"type":"call","id":"h' + before.encode() + b'","state":"WaitRoute","setup_time":101,'
                 b'"i_account":11,' + raw + b"}\n")
    switch.ping()
    after = switch.start(i_account=11, setup_time=102)
    listed(daemon, 3)
    rows = api.listAllCalls(i_customer=1)
    assert [row["ID"] for row in rows] == [f"sbc-1:{before}", f"sbc-1:h{before}", f"sbc-1:{after}"]
    assert rows[1]["CLI"] == shown


def test_an_answer_says_that_it_is_complete(api):
    for method in (*LISTS, "getAccountCallStatsCustomer"):
        api.call(method, {"i_customer": 1})
        assert api.last.headers["X-Rollcall-Complete"] == "yes"
        assert api.last.headers["X-Rollcall-Missing-Nodes"] is None


# --- consistent while everything moves

def test_a_call_that_changes_accounts_is_shown_once_and_never_missed(daemon, switch, api):
    ids = [switch.start("WaitAuth", setup_time=1000 + n) for n in range(50)]
    listed(daemon, 50)
    expected = sorted(f"sbc-1:{id}" for id in ids)
    lists = 0
    for account in [11, 21, 31, 41, 12, 22] * 5:
        for id in ids:
            switch.call(id, "WaitRoute", i_account=account)
        rows = api.listAllCalls(i_customer=1)
        assert sorted(row["ID"] for row in rows) == expected
        assert [row["SETUP_TIME"] for row in rows] == sorted(row["SETUP_TIME"] for row in rows)
        lists += 1
    wait_until(lambda: api.ids(i_customer=2, i_account=22) == ids)
    assert lists == 30


def test_a_list_of_many_calls_is_whole(daemon, switches, api):
    for name in ("sbc-1", "sbc-2"):
        switches(name).snapshot([{"id": f"many-{n}", "state": "Connected", "setup_time": 1e9 + n, "connect_time": 1.1e9,
                                  "i_account": (11, 21, 31)[n % 3]} for n in range(10000)])
    listed(daemon, 20000)
    rows = api.listAllCalls(i_customer=1)
    assert [(row["SETUP_TIME"], row["ID"]) for row in rows] == sorted((row["SETUP_TIME"], row["ID"]) for row in rows)
    assert len({row["ID"] for row in rows}) == 20000
    paged = [id for offset in range(0, 20000, 3000) for id in api.ids(i_customer=1, offset=offset, limit=3000)]
    assert paged == [row["ID"].split(":", 1)[1] for row in rows]
    assert len(xmlrpc.client.loads(daemon.trusted(headers={"Accept-Encoding": "gzip"}).post(
        xmlrpc.client.dumps(({"i_customer": 1},), "listActiveCalls")).text)[0][0]) == 20000
