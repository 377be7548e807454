"""Accounts that the directory does not know: named as lists show them, by the root customer and nobody else
(operations, 4)."""

import contextlib
import json
import os
import sqlite3

import pytest

from harness import PASSWORDS, run, wait_until


@pytest.fixture
def calls(daemon, switches):
    """One call each of an unknown number, two unknown names, another environment's number, and of account 21."""
    first, other = switches("sbc-1"), switches("sbc-3")
    ids = {"999": first.start(i_account=999), "stranger": first.start(account="stranger"),
           "other": first.start(account="other"), "101": first.start(i_account=101), "21": first.start(i_account=21),
           "none": first.start(), "theirs": other.start(i_account=999)}
    wait_until(lambda: len(daemon.everything()) == len(ids))
    return ids


def test_a_root_customer_lists_them_as_they_are_shown(daemon, root, calls):
    assert root.ids(i_account=999) == [calls["999"]]
    assert root.ids(i_account=101) == [calls["101"]]
    assert root.ids(account="stranger") == [calls["stranger"]]
    assert root.ids(account="821") == [calls["21"]]  # a known one, by its name
    assert root.ids(i_account=998) == root.ids(account="nobody") == root.ids(i_account=0) == []
    assert root.ids(account="821", i_account=11) == []
    assert daemon.login("other-root").ids(i_account=999) == [calls["theirs"]]
    assert daemon.trusted().ids(i_customer=10, i_account=999) == [calls["theirs"]]


def test_to_everybody_else_they_are_byte_for_byte_nobodys(daemon, reseller, calls):
    def answers(**fields):
        said = []
        for method in ("listAllCalls", "listActiveCalls", "disconnectAccount"):
            try:
                reseller.call(method, fields)
            except Exception:  # the fault is what is compared
                pass
            said.append((reseller.last.status, reseller.last.body))
        return said
    assert answers(i_account=999) == answers(i_account=11) == answers(i_account=424242) == answers(i_account=101)
    assert answers(account="stranger") == answers(account="801") == answers(account="nobody")
    assert len(daemon.everything()) == len(calls)


def test_a_root_customer_hangs_them_up_and_nothing_beside_them(daemon, root, switches, calls):
    assert root.disconnectAccount(i_account=999) == {"result": "OK", "count": 1}
    assert root.disconnectAccount(account="stranger") == {"result": "OK", "count": 1}
    assert root.disconnectAccount(i_account=101) == {"result": "OK", "count": 1}
    wait_until(lambda: len(daemon.everything()) == 4)
    left = {id.split(":")[1] for id in daemon.everything()}
    assert left == {calls[name] for name in ("other", "21", "none", "theirs")}


def test_the_audit_log_names_them_as_they_were_named(daemon, root, calls):
    def written():
        with contextlib.closing(sqlite3.connect(f"file:{daemon.folder / 'audit.db'}?mode=ro", uri=True)) as log:
            return [(target, text, log.execute("SELECT id FROM call WHERE entry = ?", (entry,)).fetchall())
                    for entry, target, text in log.execute("SELECT r.entry, r.target, a.text FROM request r "
                                                           "JOIN answer a USING (entry) ORDER BY r.entry")]
    before = len(written())
    root.disconnectAccount(i_account=999)
    root.disconnectAccount(account="stranger")
    root.fault("disconnectAccount", account="nobody")
    wait_until(lambda: len(written()) == before + 3)
    assert written()[before:] == [("i_account=999", "OK, 1 sent, 0 failed", [(f"sbc-1:{calls['999']}",)]),
                                  ("account=stranger", "OK, 1 sent, 0 failed", [(f"sbc-1:{calls['stranger']}",)]),
                                  ("account=nobody", "No calls of this account", [])]


def test_a_name_that_calls_of_other_names_bear_too_hangs_nobody_up(daemon, root, switches):
    switch = switches("sbc-1")
    names = ["stranger\x01", "stranger\x02", "s" * 5000]
    ids = [switch.start(account=name) for name in names]
    wait_until(lambda: {f"sbc-1:{id}" for id in ids} <= set(daemon.everything()))
    for named in ("stranger\ufffd", "s" * 4096, "s" * 5000):
        assert root.ids(account=named) == []
        assert root.fault("disconnectAccount", account=named) == (401, "Wrong account")
    switch.ping()
    assert not switch.of_type("disconnect")


def test_without_calls_there_is_no_such_account(root, calls):
    assert root.fault("disconnectAccount", i_account=998) == (401, "Wrong i_account")
    assert root.fault("disconnectAccount", account="nobody") == (401, "Wrong account")
    assert root.fault("disconnectAccount", i_account=0) == (401, "Wrong i_account")
    assert root.fault("disconnectAccount", account="") == (400, "Parameter account is required")
    assert root.disconnectAccount(i_account=12) == {"result": "OK", "count": 0}  # known, and without calls


def test_a_switch_that_is_away_does_not_make_the_account_of_its_calls_unknown(root, switches, calls):
    second = switches("sbc-2")
    second.start(i_account=777)
    wait_until(lambda: root.ids(i_account=777))
    second.close()
    told = []

    def away():
        told[:] = root.fault("disconnectAccount", i_account=777)
        return told[0] == 503
    wait_until(away)
    assert "sbc-2" in told[1]


def test_the_tool_names_them_too(daemon, calls):
    def tool(*arguments):
        return run("rollcall", *arguments, stdin=open(os.devnull), env={
            **os.environ, "ROLLCALL_URL": f"http://127.0.0.1:{daemon.http_port}/xmlapi", "ROLLCALL_USER": "ssp-root",
            "ROLLCALL_PASSWORD": PASSWORDS["ssp-root"]})
    listed = json.loads(tool("calls", "--username", "stranger", "--json").stdout)
    assert [row["ID"] for row in listed] == [f"sbc-1:{calls['stranger']}"]
    preview = tool("disconnect", "account", "--username", "stranger", "--dry-run")
    assert preview.returncode == 0
    assert '1 call of account "stranger" (the directory does not know it)' in preview.stdout
    preview = tool("disconnect", "account", "--username", "821", "--dry-run")
    assert '1 call of account 21 "821" of customer 2 "reseller"' in preview.stdout
    assert tool("disconnect", "account", "--username", "nobody", "--dry-run").returncode == 3
    assert tool("disconnect", "account", "21", "--username", "821", "--yes").returncode == 2
    assert tool("disconnect", "account", "999", "--yes").returncode == 0
    assert tool("disconnect", "account", "--username", "stranger", "--yes").returncode == 0
    wait_until(lambda: len(daemon.everything()) == len(calls) - 2)
