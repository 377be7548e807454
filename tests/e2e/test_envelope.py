"""envelope=true: an answer that says in itself what is missing from it (contract, 5.5)."""

import pytest

from harness import Daemon, free_port, wait_until

GAPS = ["complete", "missing_nodes", "unknown_switches", "unverified_switches", "other_directory"]
METHODS = ["listAllCalls", "listActiveCalls", "getAccountCallStats", "getAccountCallStatsCustomer"]


def told(answer):
    return {name: answer[name] for name in GAPS}


def content_of(method):
    return "calls" if method.startswith("list") else "data"


@pytest.mark.parametrize("value", [2, "yes", [], {}])
@pytest.mark.parametrize("method", METHODS)
def test_an_envelope_that_is_no_boolean_is_refused(api, method, value):
    assert api.fault(method, i_customer=1, envelope=value) == (400, "Parameter envelope must be a boolean")


def test_a_missing_node_is_named_in_the_envelope_as_in_the_headers():
    peer = f"127.0.0.1:{free_port()}"
    cluster = {"listen": f"127.0.0.1:{free_port()}", "peers": [peer]}
    with Daemon(config={"cluster": cluster}) as daemon, daemon.switch() as switch:
        switch.start(i_account=11)
        wait_until(lambda: daemon.everything())
        api = daemon.trusted()
        for method in METHODS:
            answer = api.call(method, {"i_customer": 1, "envelope": True})
            assert list(answer) == ["result", content_of(method), *GAPS]
            assert (answer["complete"], answer["missing_nodes"]) == (False, [peer])
            assert len(answer[content_of(method)]) == 1
            assert api.last.headers["X-Rollcall-Complete"] == "no"
            assert api.last.headers["X-Rollcall-Missing-Nodes"] == peer


@pytest.mark.parametrize("method", METHODS)
def test_a_switch_that_is_away_is_named_in_the_envelope(daemon, switches, api, method):
    switches("sbc-2")
    switch = switches("sbc-1")
    switch.start(i_account=11)
    wait_until(lambda: daemon.everything())
    switch.close()
    wait_until(lambda: "sbc-1" in api.call(method, {"i_customer": 1, "envelope": True})["unverified_switches"])
    assert "sbc-1" in api.last.headers["X-Rollcall-Unverified-Switches"]
    answer = api.call(method, {"i_customer": 1, "envelope": 1})
    assert len(answer[content_of(method)]) == 1


@pytest.mark.parametrize("method", METHODS)
def test_the_content_of_an_envelope_is_the_plain_answer(daemon, switches, api, method):
    switches("sbc-2")
    switch = switches("sbc-1")
    switch.start("WaitRoute", i_account=11, cli="<&>")
    switch.start(i_account=21)
    wait_until(lambda: len(daemon.everything()) == 2)
    wait_until(lambda: api.call(method, {"i_customer": 1, "envelope": True})["unverified_switches"] == [])

    def stable(answer):
        if not isinstance(answer, list):
            return answer
        return [{name: value for name, value in row.items() if name not in ("DELAY", "DURATION")} for row in answer]

    plain = api.call(method, {"i_customer": 1})
    answer = api.call(method, {"i_customer": 1, "envelope": True})
    assert list(answer) == ["result", content_of(method), *GAPS] and answer["result"] == "OK"
    assert stable(answer[content_of(method)]) == stable(plain if isinstance(plain, list) else plain["data"])
    assert told(answer) == {"complete": True, "missing_nodes": [], "unknown_switches": [], "unverified_switches": [],
                            "other_directory": []}
    assert api.call(method, {"i_customer": 1, "envelope": False}).__class__ is plain.__class__


def test_an_envelope_in_a_multicall_is_that_parts_own(daemon, switch, api):
    switch.start(i_account=11)
    wait_until(lambda: daemon.everything())
    calls = [{"methodName": "listAllCalls", "params": [{"i_customer": 1, "envelope": True}]},
             {"methodName": "listAllCalls", "params": [{"i_customer": 1}]}]
    (envelope,), (rows,) = api.call("system.multicall", calls)
    assert [row["ID"] for row in envelope["calls"]] == [row["ID"] for row in rows]
    assert list(envelope) == ["result", "calls", *GAPS]


@pytest.mark.parametrize("method", METHODS)
def test_the_help_tells_of_the_envelope(api, method):
    help = api.call("system.methodHelp", "listAllCalls" if method.startswith("list") else method)
    assert "envelope" in help
