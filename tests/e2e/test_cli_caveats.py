"""The operator's tool when an answer has gaps: what it says on stderr, and how it ends (contract, 1 and 5.5)."""

import json
import os

import pytest

from answering_server import server
from harness import run, wait_until

AWAY = "is away or has not told all yet: its calls are shown as last known"


def tool(url, *arguments):
    return run("rollcall", *arguments, env={**os.environ, "ROLLCALL_URL": url}, stdin=open(os.devnull))


STATS = {"result": "OK", "data": {"11": [2, 1]}}
COMMANDS = [(["calls", "--customer", "1", "--json"], []), (["stats", "--customer", "1", "--json"], STATS),
            (["top", "--customer", "1", "--once"], STATS),
            (["disconnect", "call", "sbc-1:1"], {"result": "OK"}),
            (["disconnect", "account", "11", "--yes"], {"result": "OK", "count": 1})]


@pytest.mark.parametrize("arguments, value", COMMANDS)
def test_an_answer_without_some_nodes_is_6_and_names_them(arguments, value):
    with server(value, X_Rollcall_Complete="no", X_Rollcall_Missing_Nodes="node-b") as url:
        result = tool(url, *arguments)
    assert result.returncode == 6 and result.stdout
    assert "node-b is missing from this answer" in result.stderr


@pytest.mark.parametrize("arguments, value", COMMANDS)
def test_an_answer_that_cannot_vouch_for_a_switch_is_done_and_names_it(arguments, value):
    with server(value, X_Rollcall_Complete="yes", X_Rollcall_Unverified_Switches="sbc-1") as url:
        result = tool(url, *arguments)
    assert result.returncode == 0 and result.stdout
    assert f"switch sbc-1 {AWAY}" in result.stderr


@pytest.mark.parametrize("arguments, value", COMMANDS)
def test_a_whole_answer_has_no_caveats_on_stderr(arguments, value):
    with server(value, X_Rollcall_Complete="yes") as url:
        result = tool(url, *arguments)
    assert result.returncode == 0
    said = [line for line in result.stderr.splitlines() if "hanging up" not in line and "trusted mode" not in line]
    assert said == []


@pytest.mark.parametrize("arguments, value", COMMANDS)
def test_a_switch_of_which_nothing_is_known_makes_an_answer_6_and_is_told_beside_those_as_last_known(arguments, value):
    with server(value, X_Rollcall_Complete="no", X_Rollcall_Unverified_Switches="sbc-1",
                X_Rollcall_Unknown_Switches="sbc-2") as url:
        result = tool(url, *arguments)
    assert result.returncode == 6 and result.stdout
    assert f"switch sbc-1 {AWAY}" in result.stderr
    assert "switch sbc-2: its calls are not known" in result.stderr and "nodes" not in result.stderr


def test_nodes_may_be_missing_without_a_name():
    with server([], X_Rollcall_Complete="no") as url:
        result = tool(url, "calls", "--customer", "1", "--json")
    assert result.returncode == 6 and json.loads(result.stdout) == []
    assert "some nodes are missing from this answer" in result.stderr


def test_stats_may_say_by_a_member_that_they_are_not_complete():
    with server({**STATS, "complete": False}) as url:
        assert tool(url, "stats").returncode == 6


def test_a_call_that_is_not_found_while_a_node_is_missing_may_be_there():
    with server({"result": "Call not found or not accessible"}, X_Rollcall_Complete="no") as url:
        result = tool(url, "disconnect", "call", "sbc-1:1")
    assert result.returncode == 6 and "not found" in result.stderr


@pytest.mark.parametrize("what", [["call", "sbc-1:1"], ["call", "sbc-1:1", "sbc-1:2"], ["account", "11"], ["customer", "2"]])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_hang_up_that_is_not_in_the_audit_log_says_so(what, form):
    with server({"result": "OK", "count": 1, "audited": False, "data": {}}) as url:
        result = tool(url, "disconnect", *what, "--yes", *form)
    assert result.returncode == 0 and "OK" in result.stdout
    assert result.stderr.count("not in the audit log") == len(what) - 1
    with server({"result": "OK", "count": 1, "data": {}}) as url:
        assert "audit" not in tool(url, "disconnect", *what, "--yes", *form).stderr


def test_a_hostile_header_does_not_reach_the_terminal():
    with server([], X_Rollcall_Complete="no", X_Rollcall_Missing_Nodes="node\u009b31m") as url:
        result = tool(url, "calls", "--customer", "1")
    assert result.returncode == 6 and "\u009b" not in result.stderr


def test_a_switch_that_went_away_is_told_of_by_a_real_daemon(daemon, switches):
    url = f"http://127.0.0.1:{daemon.http_port}/xmlapi"
    first, *_ = [switches(name) for name in ("sbc-1", "sbc-2", "sbc-3")]
    calls = ["calls", "--customer", "1", "--json"]
    wait_until(lambda: tool(url, *calls).stderr == "", what="nothing to be said")
    first.close()
    result = wait_until(lambda: (result := tool(url, *calls)).stderr and result, what="sbc-1 to be named")
    assert result.returncode == 0 and f"switch sbc-1 {AWAY}" in result.stderr


def test_a_drain_claims_no_more_than_its_answer_proves():
    with server({"result": "OK"}) as url:
        result = tool(url, "node", "drain", "node-b")
    assert result.returncode == 0
    assert result.stdout == "node node-b stops: other nodes have the calls and hang-ups of its switches\n"
    assert "a switch that knows no other node's address is away from now on" in result.stderr


REFUSED = [("Too many wrong passwords came from this address.\n", "23",
            ": Too many wrong passwords came from this address. Try again in 23 s"),
           ("\x1b[2Jgo away", "Sun, 06 Nov 1994 08:49:37 GMT", r": \x1b[2Jgo away Try again after Sun, 06 Nov 1994 08:49:37 GMT"),
           ("<html><h1>Busy</h1></html>", None, ""), ("", None, ""), ("x" * 1000, None, ": " + "x" * 200)]


@pytest.mark.parametrize("arguments", [*(arguments for arguments, _ in COMMANDS[:4]), ["nodes"], ["nodes", "--json"]])
@pytest.mark.parametrize("page, wait, told", REFUSED)
def test_a_refusal_over_http_is_told_with_its_reason(arguments, page, wait, told):
    with server(page, status=429, **({"Retry_After": wait} if wait else {})) as url:
        result = tool(url, *arguments)
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.splitlines()[-1] == f"rollcall: the server answered with HTTP status 429{told}"


def test_the_help_tells_the_exit_codes():
    result = run("rollcall", "--help")
    assert result.returncode == 0
    codes = result.stdout.split("Exit codes:\n", 1)[1].splitlines()
    assert [line.split()[0] for line in codes[:7]] == list("0123456")
