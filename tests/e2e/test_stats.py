"""getAccountCallStats and getAccountCallStatsCustomer (contract, 5.3)."""

import time

import pytest

from harness import ACTIVE, CUSTOMER_OF, STATES, Daemon, Switch, covers, wait_until


def stats(api, *, customer=None, **fields):
    answer = api.getAccountCallStats() if customer is None \
        else api.getAccountCallStatsCustomer(i_customer=customer, **fields)
    assert answer["result"] == "OK"
    assert list(answer) == ["result", "data"], "no `complete` when no node is missing"
    return answer["data"]


def counted(rows):
    """What the stats of these rows must be."""
    data = {}
    for row in rows:
        if row["CC_STATE"] in ACTIVE:
            total = data.setdefault(str(row["I_ACCOUNT"]), [0, 0])
            total[0] += 1
            total[1] += row["CC_STATE"] == "Connected"
    return data


def test_without_calls_there_is_no_data(api):
    assert stats(api) == {}
    assert stats(api, customer=1) == {}


def test_calls_in_no_active_state_leave_an_account_out(daemon, switch, api):
    for state in ("Idle", "WaitAuth", "Disconnecting"):
        switch.start(state, i_account=11)
    wait_until(lambda: len(daemon.everything()) == 3)
    assert stats(api) == {}
    assert stats(api, customer=1, recursive=True) == {}


def test_total_counts_the_active_and_connected_the_connected(daemon, switch, api):
    for state in STATES[:6]:
        switch.start(state, i_account=11)
    switch.start("Connected", i_account=12)
    switch.start("WaitRoute", i_account=12)
    wait_until(lambda: len(daemon.everything()) == 8)
    wait_until(lambda: stats(api) == {"11": [3, 1], "12": [2, 1]})


def test_each_change_of_state_is_counted(daemon, switch, api):
    id = switch.start("Idle", i_account=11)
    for state, expected in (("WaitAuth", {}), ("WaitRoute", {"11": [1, 0]}), ("ARComplete", {"11": [1, 0]}),
                            ("Connected", {"11": [1, 1]}), ("Disconnecting", {}), ("Dead", {})):
        switch.call(id, state)
        wait_until(lambda: stats(api) == expected, what=f"{expected} in state {state}")
        if state != "Dead":
            wait_until(lambda: [row["CC_STATE"] for row in daemon.everything().values()] == [state])


def test_a_call_that_changes_accounts_is_counted_where_it_is(daemon, switch, api):
    id = switch.start("WaitRoute", i_account=11)
    wait_until(lambda: stats(api) == {"11": [1, 0]})
    switch.call(id, "ARComplete", i_account=12)
    wait_until(lambda: stats(api) == {"12": [1, 0]})
    switch.call(id, "Connected", i_account=21)
    wait_until(lambda: stats(api) == {} and stats(api, customer=2) == {"21": [1, 1]})


def test_the_root_customers_stats_cover_its_own_accounts_only(daemon, switch, api, root):
    for account in (11, 21, 31, 41):
        switch.start(i_account=account)
    wait_until(lambda: len(daemon.everything()) == 4)
    for client in (api, root):
        wait_until(lambda: stats(client) == {"11": [1, 1]})


@pytest.mark.parametrize("customer, recursive, accounts", [
    (1, None, {11}), (1, False, {11}), (1, True, {11, 21, 31, 41}), (2, False, {21}), (2, True, {21, 31}),
    (2, 1, {21, 31}), (3, True, {31}), (4, False, {41}), (5, True, set()), (10, True, set()),
])
def test_a_customers_stats_cover_its_own_accounts_or_its_descendants_too(daemon, switch, api, customer, recursive,
                                                                          accounts):
    for account in (11, 21, 31, 41):
        switch.start(i_account=account)
    wait_until(lambda: len(daemon.everything()) == 4)
    fields = {} if recursive is None else {"recursive": recursive}
    wait_until(lambda: stats(api, customer=customer, **fields) == {str(account): [1, 1] for account in accounts})


def test_a_customer_asks_for_its_own_stats(daemon, switch, reseller):
    for account in (11, 21, 31, 41):
        switch.start(i_account=account)
    wait_until(lambda: len(daemon.everything()) == 4)
    wait_until(lambda: stats(reseller, customer=2, recursive=True) == {"21": [1, 1], "31": [1, 1]})
    assert stats(reseller, customer=3) == {"31": [1, 1]}
    assert reseller.fault("getAccountCallStatsCustomer", i_customer=1) == (401, "Wrong i_customer")


def test_calls_of_an_account_that_nobody_knows_count_for_the_root_customer(daemon, switch, api):
    switch.start("Connected", i_account=777)
    switch.start("WaitRoute")
    wait_until(lambda: len(daemon.everything()) == 2)
    rows = api.listActiveCalls(i_customer=1, recursive=False)
    wait_until(lambda: stats(api) == counted(rows), what="stats that equal the list")
    assert stats(api)["777"] == [1, 1]


def test_a_lost_switch_keeps_its_counts_and_its_snapshot_settles_them(daemon, switch, api):
    ids = [switch.start(i_account=11) for _ in range(4)]
    wait_until(lambda: stats(api) == {"11": [4, 4]})
    switch.close()
    wait_until(lambda: "sbc-1" in str(api.fault("disconnectCall", ID=f"sbc-1:{ids[0]}")))
    assert stats(api) == {"11": [4, 4]}
    switch.reconnect([{"id": ids[2], "state": "Connected", "setup_time": 1e9, "i_account": 11}])
    wait_until(lambda: stats(api) == {"11": [1, 1]})


def test_disconnecting_calls_are_no_longer_counted(daemon, switches, api):
    switch = switches("sbc-1", on_disconnect=Switch.ignore)
    for _ in range(3):
        switch.start(i_account=11)
    wait_until(lambda: stats(api) == {"11": [3, 3]})
    api.disconnectAccount(i_account=11)
    wait_until(lambda: stats(api) == {}, 2)


def test_at_rest_the_counts_equal_the_lists_for_every_scope(daemon, switches, api):
    one, two = switches("sbc-1"), switches("sbc-2")
    accounts = [account for account in CUSTOMER_OF if account < 100]
    for number in range(200):
        (one, two)[number % 2].start(STATES[number % 6], i_account=accounts[number % len(accounts)])
    wait_until(lambda: len(daemon.everything()) == 200)
    for customer in (1, 2, 3, 4, 5):
        for recursive in (False, True):
            rows = api.listActiveCalls(i_customer=customer, recursive=recursive)
            assert all(covers(customer, row["I_CUSTOMER"]) for row in rows)
            wait_until(lambda: stats(api, customer=customer, recursive=recursive) == counted(rows), 5)


def test_stats_say_that_they_are_complete(api):
    stats(api)
    assert api.last.headers["X-Rollcall-Complete"] == "yes"


def test_a_directory_change_moves_the_counts_with_the_account():
    directory = {"environments": [{"i_environment": 1, "name": "default"}],
                 "customers": [{"i_customer": 1, "i_wholesaler": None, "i_environment": 1, "name": "root"},
                               {"i_customer": 2, "i_wholesaler": 1, "name": "sub"}],
                 "accounts": [{"i_account": 11, "i_customer": 1, "username": "801"}]}
    with Daemon(directory=directory, switches={"sbc-1": 1}) as daemon, daemon.switch() as switch:
        switch.start(i_account=11)
        api = daemon.trusted()
        wait_until(lambda: stats(api) == {"11": [1, 1]})
        directory["accounts"][0]["i_customer"] = 2
        daemon.import_directory(directory)
        daemon.reload()
        wait_until(lambda: stats(api) == {} and stats(api, customer=2) == {"11": [1, 1]})
        (row,) = api.listAllCalls(i_customer=2)
        assert row["I_CUSTOMER"] == 2


def test_stats_are_light_however_many_calls_there_are(daemon, switches, api):
    switch = switches("sbc-1")
    switch.snapshot([{"id": f"light-{n}", "state": "Connected", "setup_time": 1e9, "i_account": 11}
                     for n in range(20000)])
    wait_until(lambda: stats(api) == {"11": [20000, 20000]})
    began = time.monotonic()
    for _ in range(50):
        stats(api)
    assert (time.monotonic() - began) / 50 < 0.05
