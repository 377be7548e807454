"""getCallHistory, [history] and `rollcall history` (events.md, 4)."""

import contextlib
import csv
import io
import json
import os
import pty
import sqlite3
import time

import pytest
from cluster import Cluster

from harness import BIN, Daemon, run, wait_until

MINUTE = 60
COUNTED = 'rollcall_history_moments_total{outcome="counted"}'
WRITTEN = 'rollcall_history_minutes_total{outcome="written"}'


def history(daemon, customer=1, login=None, **fields):
    """The points of the last ten minutes."""
    api = daemon.login(login) if login else daemon.trusted()
    with contextlib.closing(api):
        scope = {} if login else {"i_customer": customer}
        told = api.getCallHistory(**{"from": int(time.time()) - 10 * MINUTE, "step": MINUTE, **scope, **fields})
    assert told["result"] == "OK"
    return told["points"]


def highest(points):
    return max((point[1] for point in points), default=None)


def await_counts(daemon, more=1, seconds=40):
    """Waits until the daemon has counted again so often, from now on."""
    before = daemon.metrics()[COUNTED]
    wait_until(lambda: daemon.metrics()[COUNTED] >= before + more, seconds, "calls to be counted")


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    """A node that has counted three calls and was stopped, and started again."""
    daemon = Daemon(folder=tmp_path_factory.mktemp("counted"))
    with daemon, daemon.switch() as switch:
        daemon.introduce_switches("sbc-2", "sbc-3")
        for account, state in ((21, "Connected"), (31, "Connected"), (11, "ARComplete")):
            switch.start(state, i_account=account)
        wait_until(lambda: len(daemon.everything()) == 3)
        await_counts(daemon)
        assert daemon.stop() == 0
        daemon.start()
        yield daemon


def test_what_was_counted_outlives_the_process_and_is_told_by_scope(counted):
    def figures(points):
        return {(total, connected) for _, total, _, connected, _, _ in points} - {(0, 0)}
    assert figures(history(counted)) == {(3, 2)}
    assert figures(history(counted, customer=2)) == {(2, 2)}
    assert figures(history(counted, login="reseller")) == {(2, 2)}
    assert figures(history(counted, login="reseller", i_account=31)) == {(1, 1)}
    assert figures(history(counted, i_account=11)) == {(1, 0)}
    assert figures(history(counted, customer=4)) == set()
    for point in history(counted):
        assert [type(value) for value in point] == [float, int, float, int, float, bool]
        assert point[0] % MINUTE == 0 and point[2] <= point[1] and point[4] <= point[3]
        assert not point[5]  # the node was not up for a whole minute
    hours = history(counted, step=3600)
    assert highest(hours) == 3 and all(point[0] % 3600 == 0 for point in hours)
    api = counted.login("reseller")
    now = int(time.time())
    for fields in ({"i_customer": 4}, {"i_customer": 999}):
        assert api.fault("getCallHistory", **{"from": now - 60}, **fields) == (401, "Wrong i_customer")
    for account in (11, 999):
        assert api.fault("getCallHistory", **{"from": now - 60}, i_account=account) == (401, "Wrong i_account")
    assert counted.trusted().fault("getCallHistory", **{"from": now - 60}) == (400, "Parameter i_customer is required")
    assert counted.trusted().fault("getCallHistory", i_customer=1, step=60, **{"from": now - 86400 * 30}) == (
        400, "Parameter step must be at least 300 for this time: 10000 points at most")


def test_the_tool_shows_a_history_as_table_json_csv_and_plot(counted):
    environment = {**os.environ, "ROLLCALL_URL": f"http://127.0.0.1:{counted.http_port}/xmlapi/xmlapi"}

    def tool(*arguments):
        return run("rollcall", "history", *arguments, env=environment)
    rows = json.loads(tool("customer", "2", "--since", "10m", "--json").stdout)
    assert [list(row.values()) for row in rows] == history(counted, customer=2)
    cells = list(csv.DictReader(io.StringIO(tool("customer", "2", "--since", "10m", "--csv").stdout)))
    assert [int(cell["time"]) for cell in cells] == [row["time"] for row in rows]
    assert [int(cell["total_max"]) for cell in cells] == [row["total_max"] for row in rows]
    table = tool("account", "21", "--since", "10m").stdout.splitlines()
    assert table[0].split() == ["time", "total_max", "total_avg", "connected_max", "connected_avg", "complete"]
    assert len(table) == 1 + len(rows) and all(line[10] == "T" for line in table[1:])
    assert tool("customer", "999").returncode == 3 and tool("account", "999").returncode == 3
    assert tool("customer", "1", "--since", "1h", "--until", "2h").returncode == 2
    assert tool("customer", "1", "--step", "90s").returncode == 1

    def plot():
        os.environ["ROLLCALL_URL"] = environment["ROLLCALL_URL"]
        os.execv(BIN / "rollcall", ["rollcall", "history", "customer", "2", "--since", "10m"])
    pid, terminal = pty.fork()
    if pid == 0:
        plot()
    shown = b""
    with contextlib.suppress(OSError):
        while chunk := os.read(terminal, 4096):
            shown += chunk
    assert os.waitpid(pid, 0)[1] == 0
    assert "█" in shown.decode() and "At most 2 calls, 2 connected" in shown.decode()


@pytest.mark.slow
def test_a_history_that_cannot_be_had_costs_nothing_else(tmp_path):
    other = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE things (id INTEGER)")
    daemon = Daemon(folder=tmp_path, config={"history": {"file": str(other)}})
    checked = run("rollcall", "config", "check", daemon.config_file)
    assert "history.file is no history" in checked.stderr and checked.returncode == 0
    with daemon:
        assert daemon.trusted().listAllCalls(i_customer=1) == []
        wait_until(lambda: "the history cannot be written" in daemon.log_text())
        assert daemon.trusted().fault("getCallHistory", i_customer=1, **{"from": int(time.time()) - 60}) == (
            503, "Node node-a cannot read its history now")
        assert daemon.metrics()["rollcall_history_write_failures_total"] >= 1
        other.unlink()
        wait_until(lambda: "the history can be written again" in daemon.log_text(), 30)
        assert history(daemon) == []


def test_a_reload_changes_how_long_a_history_is_kept_and_not_where(tmp_path):
    daemon = Daemon(folder=tmp_path)
    with daemon:
        daemon.config["history"] = {"keep_minutes": "2h", "keep_hours": "30d"}
        daemon.write_config()
        assert "not reloaded" not in daemon.reload()
        daemon.config["history"]["file"] = "elsewhere.db"
        daemon.write_config()
        assert "history.file cannot be changed without a restart" in daemon.reload()


@pytest.mark.slow
def test_every_node_has_the_history_of_the_cluster_and_goes_on_with_it():
    with Cluster() as cluster, cluster.b.switch("sbc-b") as switch:
        for node, name in ((cluster.a, "sbc-a"), (cluster.c, "sbc-c")):
            node.introduce_switches(name)
        cluster.agree([f"sbc-b:{switch.start('Connected', i_account=account)}" for account in (21, 31)])
        await_counts(cluster.a)
        assert cluster.b.metrics()[COUNTED] == 0 == cluster.c.metrics()[COUNTED]
        assert cluster.a.stop() == 0
        for node in (cluster.b, cluster.c):  # it has given them what it had
            wait_until(lambda: highest(history(node, customer=2)) == 2, what=f"the history of {node.name}")
        await_counts(cluster.b)  # which is the first one now
        assert cluster.c.metrics()[COUNTED] == 0


@pytest.mark.slow
def test_whole_minutes_are_what_was_counted_beside_them(tmp_path):
    """Calls come and go between the moments; each is counted beside the daemon."""
    with Daemon(folder=tmp_path) as daemon, daemon.switch() as switch:
        daemon.introduce_switches("sbc-2", "sbc-3")
        api = daemon.trusted()
        beside = {}  # moment: {account: total}
        calls = []
        moment = (int(time.time()) // 10 + 1) * 10
        end = (moment // MINUTE + 3) * MINUTE
        while moment < end:
            time.sleep(max(0, moment - 4 - time.time()))
            for n in range(moment // 10 % 7):
                calls.append(switch.start("Connected", i_account=(11, 21, 31)[n % 3]))
            while len(calls) > 10:
                switch.end(calls.pop(0))
            wait_until(lambda: len(api.listActiveCalls(i_customer=1)) == len(calls))
            time.sleep(max(0, moment - 0.5 - time.time()))
            told = api.getAccountCallStatsCustomer(i_customer=1, recursive=True)["data"]
            beside[moment] = {int(account): total for account, (total, _) in told.items()}
            moment += 10
        wait_until(lambda: end - MINUTE in [point[0] for point in history(daemon)], 20, "the last minute")
        whole = [minute for minute in range(min(beside) // MINUTE * MINUTE, end, MINUTE)
                 if all(minute + 10 * n in beside for n in range(6))]
        assert len(whole) >= 2
        for fields, accounts in (({}, {11, 21, 31}), ({"i_customer": 2}, {21, 31}), ({"i_account": 21}, {21})):
            points = {point[0]: point for point in history(daemon, **{"customer": fields.pop("i_customer", 1), **fields})}
            for minute in whole:
                sums = [sum(beside[minute + 10 * n].get(account, 0) for account in accounts) for n in range(6)]
                _, total_max, total_avg, connected_max, connected_avg, complete = points[minute]
                assert (total_max, connected_max, complete) == (max(sums), max(sums), True)
                assert total_avg == connected_avg == pytest.approx(sum(sums) / 6, abs=1e-6)
        assert daemon.metrics()['rollcall_history_moments_total{outcome="missed"}'] == 0
        assert daemon.metrics()["rollcall_history_file_bytes"] > 0
