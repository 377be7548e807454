"""The operator's tool against a daemon: what it prints, and how it ends (contract, 1)."""

import contextlib
import csv
import io
import json
import os
import pty
import re
import socket
import subprocess
from datetime import datetime

import pytest

from harness import BIN, PASSWORDS, SECRET, free_port, run, wait_until


def url_of(daemon):
    return f"http://127.0.0.1:{daemon.http_port}/xmlapi/xmlapi"


@pytest.fixture
def tool(daemon):
    """Runs the tool against the daemon in trusted mode."""
    def tool(*arguments, **environment):
        return run("rollcall", *arguments, stdin=open(os.devnull),
                   env={**os.environ, "ROLLCALL_URL": url_of(daemon), **environment})
    return tool


def rows(result):
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def calls(daemon, switch):
    """Two calls of account 11 and one of 21, all of them listed."""
    ids = [switch.start(i_account=11, cli="801", i_connection=1), switch.start("WaitRoute", i_account=11),
           switch.start("Idle", i_account=21)]
    wait_until(lambda: len(daemon.everything()) == 3)
    return [f"sbc-1:{id}" for id in ids]


# --- how it ends

@pytest.mark.parametrize("arguments", [
    [], ["cals"], ["calls", "--no-such"], ["calls", "--account", "x"], ["calls", "--account", "0"],
    ["calls", "--order", "newest"], ["calls", "--limit", "-1"], ["calls", "--json", "--csv"], ["disconnect"],
    ["disconnect", "call"], ["disconnect", "account", "-5"], ["stats", "--recursive", "--no-recursive"],
    ["calls", "--timeout", "5 days"], ["calls", "--timeout", "0s"], ["stats", "--timeout", "0"], ["disconnect", "account"],
    ["sim", "--accounts", "3-1"], ["sim", "--rate", "0"], ["sim", "--calls", "0"], ["sim", "--connect", "nowhere"],
])
def test_a_mistake_in_the_command_line_is_2(tool, arguments):
    result = tool(*arguments)
    assert result.returncode == 2 and result.stderr and not result.stdout


def test_a_user_without_a_password_is_a_mistake(tool):
    assert tool("stats", "--user", "ssp-root").returncode == 2


@pytest.mark.parametrize("arguments", [["disconnect", "call", "sbc-1:nothing"], ["disconnect", "account", "999", "--yes"],
                                       ["disconnect", "customer", "999", "--yes"], ["stats", "--customer", "999"],
                                       ["calls", "--customer", "999"]])
def test_what_is_not_there_is_3(tool, arguments):
    result = tool(*arguments)
    assert result.returncode == 3 and result.stderr and not result.stdout


def test_a_wrong_password_is_4(tool):
    assert tool("stats", "--user", "ssp-root", ROLLCALL_PASSWORD="wrong").returncode == 4


def test_a_method_that_is_not_allowed_is_4(tool):
    assert tool("calls", "--user", "closed", ROLLCALL_PASSWORD=PASSWORDS["closed"]).returncode == 4


def test_a_server_that_does_not_answer_is_5(tool):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/xmlapi"
        assert tool("stats", "--url", url, "--timeout", "200ms").returncode == 5


def test_a_server_that_is_not_there_is_1(tool):
    assert tool("stats", "--url", f"http://127.0.0.1:{free_port()}/xmlapi").returncode == 1


def test_a_server_that_is_none_of_ours_is_1(tool, daemon):
    result = tool("stats", "--url", f"http://127.0.0.1:{daemon.http_port}/nowhere")
    assert result.returncode == 1 and "404" in result.stderr


def test_disconnects_that_cannot_be_sent_to_every_switch_are_6(tool, daemon, switches):
    first, second = switches("sbc-1"), switches("sbc-2")
    first.start(i_account=11)
    second.start(i_account=11)
    wait_until(lambda: len(daemon.everything()) == 2)
    second.close()

    def partly():
        result = tool("disconnect", "account", "11", "--yes", "--json")
        return result.returncode == 6 and json.loads(result.stdout)["failed"] == 1
    wait_until(partly)
    second.reconnect()


# --- what it prints

def test_calls_are_those_of_the_api(tool, daemon, calls):
    api = daemon.trusted()
    shown = rows(tool("calls", "--customer", "1", "--json"))
    assert [row["ID"] for row in shown] == [row["ID"] for row in api.listAllCalls(i_customer=1)] == calls
    assert shown[0].keys() == api.listAllCalls(i_customer=1)[0].keys()
    assert [row["ID"] for row in rows(tool("calls", "--active", "--customer", "1", "--json"))] == calls[:2]
    assert [row["ID"] for row in rows(tool("calls", "--customer", "2", "--json"))] == calls[2:]
    assert [row["ID"] for row in rows(tool("calls", "--account", "11", "--json"))] == calls[:2]
    assert [row["ID"] for row in rows(tool("calls", "--connection", "1", "--json"))] == calls[:1]
    assert [row["ID"] for row in rows(tool("calls", "--vendor", "1", "--json"))] == calls[:1]
    assert [row["ID"] for row in rows(tool("calls", "--order", "oldest_last", "--json"))] == calls[::-1]
    assert [row["ID"] for row in rows(tool("calls", "--offset", "1", "--limit", "1", "--json"))] == calls[1:2]
    assert [row["ID"] for row in rows(tool("calls", "--no-recursive", "--json"))] == calls[:2]
    assert rows(tool("calls", "--node", "no-such", "--json")) == []


@pytest.mark.parametrize("command", [["calls"], ["counts", "direction"]], ids=lambda command: command[0])
@pytest.mark.parametrize("filters, said", [
    (["--account", "99"], "no account 99 is known"),
    (["--username", "8*1"], 'no account "8*1" is known'),
    (["--vendor", "9"], "no vendor 9 is known"),
    (["--connection", "9"], "no connection 9 is known"),
    (["--switch", "sbc-9"], 'no switch "sbc-9" is known'),
    (["--node", "no-such"], 'no node "no-such" is known'),
], ids=lambda value: value[0] if isinstance(value, list) else "")
def test_an_empty_table_says_which_filter_names_nothing_known(tool, calls, command, filters, said):
    result = tool(*command, *filters, "--customer", "1", "--json")
    assert rows(result) == [] and [line for line in result.stderr.splitlines() if "is known" in line] \
        == [f"rollcall: {said}"]


def test_an_empty_table_of_what_is_known_says_nothing(tool, calls):
    known = ["--username", "802", "--vendor", "1", "--connection", "2", "--switch", "sbc-1", "--customer", "1"]
    for command in (["calls"], ["counts", "direction"]):
        result = tool(*command, *known, "--json")
        assert rows(result) == [] and "is known" not in result.stderr


def test_calls_as_a_table_and_as_csv(tool, calls):
    table = tool("calls", "--customer", "1").stdout.splitlines()
    assert table[0].split()[:4] == ["ID", "CC_STATE", "CLI", "CLD"] and len(table) == 4
    assert all(id in line for id, line in zip(calls, table[1:]))
    listed = list(csv.DictReader(io.StringIO(tool("calls", "--customer", "1", "--csv").stdout)))
    assert [row["ID"] for row in listed] == calls and listed[0]["CLI"] == "801"


def test_without_a_customer_trusted_mode_asks_as_the_first_and_says_so(tool, calls):
    result = tool("calls", "--json")
    assert "customer 1" in result.stderr and len(rows(result)) == 3


def test_a_user_sees_what_is_his(tool, calls, tmp_path):
    secret = tmp_path / "password"
    secret.write_text(PASSWORDS["reseller"] + "\n")
    os.chmod(secret, 0o600)
    result = tool("calls", "--json", "--user", "reseller", "--password-file", secret)
    assert [row["ID"] for row in rows(result)] == calls[2:]


def test_a_hostile_number_does_not_reach_the_terminal(tool, daemon, switch):
    switch.start(i_account=11, cli="\u009b31m\u202e801\u007f")
    wait_until(daemon.everything)
    result = tool("calls", "--customer", "1")
    assert not set("\u009b\u202e\u007f\u001b") & set(result.stdout)


def test_a_hostile_number_is_no_formula_for_a_spreadsheet(tool, daemon, switch):
    switch.start(i_account=11, cli="=cmd|' /C calc'!A0", cld="+4989123")
    wait_until(daemon.everything)
    (row,) = csv.DictReader(io.StringIO(tool("calls", "--customer", "1", "--csv").stdout))
    assert (row["CLI"], row["CLD"]) == ("'=cmd|' /C calc'!A0", "+4989123")


def test_stats_are_counted_for_each_account(tool, calls):
    assert rows(tool("stats", "--json")) == [{"i_account": 11, "total": 2, "connected": 1}]
    assert rows(tool("stats", "--customer", "2", "--json")) == []
    assert tool("stats", "--csv").stdout.split() == ["i_account,total,connected", "11,2,1"]
    assert tool("top", "--once").stdout.startswith("2 active calls, 1 connected")


def test_stats_are_of_the_callers_whole_tree_and_say_whose(tool, daemon, switch):
    for account in (11, 21, 31, 41, 101):
        switch.start(i_account=account)
    wait_until(lambda: len(daemon.everything()) == 5)
    result = tool("stats")
    assert "customer 1" in result.stderr and "Active calls of customer 1 and its subcustomers" in result.stdout
    assert [row["i_account"] for row in rows(tool("stats", "--json"))] == [11, 21, 31, 41, 101]
    result = tool("stats", "--user", "reseller", ROLLCALL_PASSWORD=PASSWORDS["reseller"])
    assert result.returncode == 0 and "trusted" not in result.stderr
    assert "Active calls of login reseller and its subcustomers" in result.stdout
    for whose in (["--user", "reseller"], ["--customer", "2"]):
        told = tool("stats", "--json", *whose, ROLLCALL_PASSWORD=PASSWORDS["reseller"])
        assert [row["i_account"] for row in rows(told)] == [21, 31]
        told = tool("stats", "--json", "--no-recursive", *whose, ROLLCALL_PASSWORD=PASSWORDS["reseller"])
        assert [row["i_account"] for row in rows(told)] == [21]


def test_the_tools_logins_are_no_refused_logins(tool, daemon):
    before = daemon.metrics(), len(daemon.log_text())
    for command in (["stats"], ["calls"], ["disconnect", "account", "11", "--yes"]):
        assert tool(*command, "--user", "ssp-root", ROLLCALL_PASSWORD=PASSWORDS["ssp-root"]).returncode == 0
    after = daemon.metrics()
    failures = [name for name in after if name.startswith("rollcall_auth_failures_total")]
    assert failures and all(after[name] == before[0].get(name, 0) for name in failures)
    assert "was refused" not in daemon.log_text()[before[1]:]
    assert tool("stats", "--user", "ssp-root", ROLLCALL_PASSWORD="wrong").returncode == 4
    assert "was refused" in daemon.log_text()[before[1]:]


@pytest.mark.parametrize("arguments", [["calls", "--json"], ["calls", "--csv"], ["calls"], ["calls", "--wide"],
                                       ["disconnect", "account", "11", "--dry-run"],
                                       ["disconnect", "account", "11", "--dry-run", "--json"]])
def test_no_format_lets_a_hostile_number_reach_a_terminal(daemon, switch, arguments):
    hostile = "\u009b31m\u202e801\u007f\u0085\u2066"
    switch.start(i_account=11, cli=hostile, call_id=hostile)
    wait_until(daemon.everything)
    person, terminal = pty.openpty()
    result = subprocess.run([BIN / "rollcall", *arguments, "--url", url_of(daemon)], stdin=subprocess.DEVNULL,
                            stdout=terminal, stderr=terminal, timeout=60)
    os.close(terminal)
    said = b""
    with contextlib.suppress(OSError):  # the end, for who reads a terminal that nobody has open
        while piece := os.read(person, 1 << 16):
            said += piece
    os.close(person)
    shown = said.decode()
    assert result.returncode == 0 and "801" in shown
    assert not set(hostile) - set("31m801") & set(shown)


def test_in_a_pipe_json_and_csv_are_the_data_as_it_is(tool, daemon, switch):
    hostile = "\u009b31m\u202e801"
    switch.start(i_account=11, cli=hostile)
    wait_until(daemon.everything)
    assert [row["CLI"] for row in rows(tool("calls", "--json"))] == [hostile]
    assert [row["CLI"] for row in csv.DictReader(io.StringIO(tool("calls", "--csv").stdout))] == [hostile]


def test_nodes_tell_that_the_daemon_is_ready(tool, switch):
    # The other switches never come: the node is ready when it has waited long enough for them.
    ready = wait_until(lambda: (result := tool("nodes")).returncode == 0 and result, what="the node to be ready")
    assert re.search(r"^switch sbc-1: connected, synced, 0 calls", ready.stdout, re.MULTILINE)
    assert re.search(r"^this node: node-a, version \d", ready.stdout, re.MULTILINE)


def test_nodes_as_json_and_as_csv(tool, switch, calls):
    def told():
        result = tool("nodes", "--json")
        report = json.loads(result.stdout)
        assert result.returncode == (0 if report["ready"] else 1)
        assert bool(report["reasons"]) != report["ready"] and report["other"] == []
        assert report["node"] == "node-a" and report["version"]
        assert report["audit_log"] == "written, 0 bytes wait"
        assert report["directory"].startswith("as the database has it since ")
        (mine,) = [one for one in report["switches"] if one["switch"] == "sbc-1"]
        return mine == {"switch": "sbc-1", "connected": True, "snapshot": "synced", "calls": 3, "unverified": 0}
    wait_until(told, what="the switch with its calls")
    listed = {one["switch"]: one for one in csv.DictReader(io.StringIO(tool("nodes", "--csv").stdout))}
    assert sorted(listed) == ["sbc-1", "sbc-2", "sbc-3"]
    assert (listed["sbc-1"]["connected"], listed["sbc-1"]["calls"]) == ("true", "3")


def test_a_page_that_is_none_of_a_nodes_is_no_json(tool):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/xmlapi"
        result = tool("nodes", "--json", "--url", url, "--timeout", "200ms")
        assert result.returncode == 5 and not result.stdout


def test_top_as_json_and_as_csv_has_the_busiest_accounts_first(tool, daemon, switch, calls):
    for _ in range(3):
        switch.start("WaitRoute", i_account=12)
    wait_until(lambda: len(daemon.everything()) == 6)
    result = tool("top", "--json")
    assert result.returncode == 0 and result.stdout.count("\n") == 1
    snapshot = json.loads(result.stdout)
    assert datetime.fromisoformat(snapshot.pop("time")).tzinfo
    assert snapshot == {"total": 5, "connected": 1, "complete": True,
                        "accounts": [{"i_account": 12, "total": 3, "connected": 0},
                                     {"i_account": 11, "total": 2, "connected": 1}]}
    assert tool("top", "--csv").stdout.split() == ["i_account,total,connected", "12,3,0", "11,2,1"]
    assert tool("top", "--csv", "--interval", "1s").returncode == 2


def test_top_as_json_with_an_interval_goes_on_until_it_is_ended(daemon, switch):
    with subprocess.Popen([BIN / "rollcall", "top", "--json", "--interval", "100ms", "--url", url_of(daemon)], text=True,
                          stdout=subprocess.PIPE) as top:
        first = json.loads(top.stdout.readline())
        switch.start("Connected", i_account=11)
        wait_until(lambda: json.loads(top.stdout.readline())["total"] == 1, what="a look that shows the new call")
        top.terminate()
    assert first["total"] == 0


def test_disconnects_reach_the_switch(tool, daemon, switch, calls):
    assert tool("disconnect", "call", calls[0]).returncode == 0
    switch.wait_for("disconnect", id=calls[0].split(":")[1])
    assert json.loads(tool("disconnect", "account", "11", "--yes", "--json").stdout) == {"result": "OK", "count": 1}
    assert json.loads(tool("disconnect", "customer", "2", "--yes", "--json").stdout) == {"result": "OK", "count": 1}
    wait_until(lambda: not daemon.everything())


# --- the simulated switch with a real node

def test_the_lists_are_what_the_simulated_switch_believes(tool, daemon, tmp_path):
    state = tmp_path / "state"
    result = tool("sim", "--connect", f"127.0.0.1:{daemon.feed_port}", "--calls", "300", "--rate", "1000", "--ring",
                  "50ms", "--mean-duration", "300ms", "--accounts", "11,12,21", "--drop-every", "700ms", "--run-for",
                  "3s", "--state-file", state, ROLLCALL_SIM_SECRET=SECRET)
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["reconnects"] >= 1 and report["warnings"] == 0 and report["calls_ended"] > 300
    truth = {f"sbc-1:{call['id']}": call for call in map(json.loads, state.read_text().splitlines())}

    def agree():
        listed = {id: row for id, row in daemon.everything().items() if row["CC_STATE"] != "Dead"}
        assert listed.keys() == truth.keys()
        for id, call in truth.items():
            assert listed[id]["CC_STATE"] == call["state"]
            assert listed[id]["CLI"] == call["cli"] and listed[id]["I_ACCOUNT"] == call.get("i_account", 0)
        return True
    wait_until(agree)
    with daemon.switch("sbc-1", epoch=1 << 50):  # its empty snapshot ends the calls
        wait_until(lambda: not daemon.everything())
