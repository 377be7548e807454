"""The audit log: every disconnect with who, from where, what, which calls and what came of each (contract, 5.2)."""

import sqlite3
import time

import pytest

from harness import Daemon, Switch, wait_until

OUTCOMES = ["sent", "already", "unreachable"]


@pytest.fixture
def books(tmp_path):
    """A daemon whose directory the test may look into."""
    with Daemon(folder=tmp_path, config={"calls": {"disconnect_retry": "500ms"}}) as daemon:
        yield daemon


def query(daemon, sql, *values):
    connection = sqlite3.connect(f"file:{daemon.folder / 'audit.db'}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def entries(daemon):
    """The answered entries, oldest first, each with its calls."""
    rows = query(daemon, "SELECT r.entry, r.who, r.login, r.address, r.trusted, r.method, r.target, r.scope, r.at, a.text "
                         "FROM request r JOIN answer a USING (entry) ORDER BY entry")
    names = ["entry", "who", "login", "address", "trusted", "method", "target", "scope", "at", "answer"]
    found = [dict(zip(names, row)) for row in rows]
    for entry in found:
        entry["calls"] = {id: OUTCOMES[outcome] for id, outcome in
                          query(daemon, "SELECT id, outcome FROM call WHERE entry = ?", entry["entry"])}
    return found


def started(daemon, switch, count=1, account=11):
    before = len(daemon.everything())
    ids = [switch.start(i_account=account) for _ in range(count)]
    wait_until(lambda: len(daemon.everything()) == before + count)
    return ids


def test_a_disconnect_of_an_authenticated_customer_is_written_down(books):
    with books.switch() as switch:
        (id,) = started(books, switch, account=21)
        before = time.time()
        books.login("reseller").disconnectCall(ID=f"sbc-1:{id}")
        (entry,) = wait_until(lambda: entries(books))
        assert (entry["who"], entry["login"], entry["address"], entry["trusted"]) == (2, "reseller", "127.0.0.2", 0)
        assert (entry["method"], entry["target"], entry["scope"]) == ("disconnectCall", f"ID=sbc-1:{id}", 2)
        assert before - 1 < entry["at"] / 1e6 < time.time() + 1
        assert entry["calls"] == {f"sbc-1:{id}": "sent"}
        assert "OK" in entry["answer"]


def test_a_trusted_disconnect_is_written_down_with_whose_rights_it_used(books):
    with books.switch() as switch:
        ids = started(books, switch, 3, account=31)
        books.trusted().disconnectCustomer(i_customer=3, i_wholesaler=2)
        (entry,) = wait_until(lambda: entries(books))
        assert (entry["login"], entry["address"], entry["trusted"]) == ("", "127.0.0.1", 1)
        assert (entry["method"], entry["target"], entry["scope"]) == ("disconnectCustomer", "i_customer=3", 2)
        assert entry["calls"] == {f"sbc-1:{id}": "sent" for id in ids}


def test_calls_that_are_being_hung_up_and_calls_that_cannot_be_are_written_down_as_such(books):
    away, here = books.switch("sbc-2").connect(), books.switch("sbc-1", on_disconnect=Switch.ignore).connect()
    (gone,), (already, fresh) = started(books, away), started(books, here, 2)
    api = books.trusted()
    api.disconnectCall(ID=f"sbc-1:{already}")
    away.close()
    wait_until(lambda: "switch sbc-2: connected" not in books.get("/readyz?verbose").body.decode())
    assert api.disconnectAccount(i_account=11) == {"result": "OK", "count": 1, "failed": 1}
    entry = wait_until(lambda: len(entries(books)) == 2 and entries(books)[1])
    assert entry["calls"] == {f"sbc-2:{gone}": "unreachable", f"sbc-1:{already}": "already", f"sbc-1:{fresh}": "sent"}
    here.close()


def test_a_disconnect_that_finds_nothing_is_written_down_too(books):
    books.trusted().disconnectCall(ID="sbc-1:none")
    books.trusted().disconnectAccount(i_account=12)
    first, second = wait_until(lambda: len(entries(books)) == 2 and entries(books))
    assert (first["target"], first["calls"]) == ("ID=sbc-1:none", {})
    assert (second["target"], second["calls"]) == ("i_account=12", {})


def test_what_comes_of_a_call_later_is_noted(books):
    with books.switch(on_disconnect=Switch.refuse) as switch:
        (id,) = started(books, switch)
        books.trusted().disconnectCall(ID=f"sbc-1:{id}")
        wait_until(lambda: [text for (text,) in query(books, "SELECT text FROM note WHERE id = ?", f"sbc-1:{id}")
                            if "no such dialog" in text])
        switch.on_disconnect = Switch.obey
        wait_until(lambda: not books.everything())


def notes(daemon):
    """The notes by call, as (when, text)."""
    found = {}
    for id, when, text in query(daemon, "SELECT id, at, text FROM note ORDER BY number"):
        found.setdefault(id, []).append((when / 1e6, text))
    return found


def test_how_a_disconnected_call_ended_is_noted_and_no_other_end_is(books):
    with books.switch(on_disconnect=Switch.ignore) as switch:
        ended, settled, ordinary = started(books, switch, 3)
        for id in (ended, settled):
            books.trusted().disconnectCall(ID=f"sbc-1:{id}")
        before = time.time()
        switch.end(ordinary)
        switch.end(ended, time=1e9)
        switch.ping()
        switch.snapshot()
        wait_until(lambda: len(notes(books)) == 2)
        (at, text), = notes(books)[f"sbc-1:{ended}"]
        assert text == "ended at 2001-09-09T01:46:40.000000Z" and before - 1 < at < time.time() + 1
        assert [text for _, text in notes(books)[f"sbc-1:{settled}"]] == ["ended unseen"]


def test_every_end_of_a_mass_disconnect_is_noted(books):
    with books.switch() as switch:
        ids = [f"e{n}" for n in range(20000)]
        switch.snapshot([{"id": id, "state": "Connected", "setup_time": 1e9, "i_account": 11} for id in ids])
        wait_until(lambda: len(books.everything()) == 20000)
        assert books.trusted().disconnectCustomer(i_customer=1) == {"result": "OK", "count": 20000}
        wait_until(lambda: query(books, "SELECT COUNT(DISTINCT id), COUNT(*) FROM note") == [(20000, 20000)])
        assert books.metrics()["rollcall_audit_failures_total"] == 0


def test_every_call_of_a_mass_disconnect_is_written_down(books):
    with books.switch() as switch:
        switch.snapshot([{"id": f"m{n}", "state": "Connected", "setup_time": 1e9, "i_account": 11} for n in range(3000)])
        wait_until(lambda: len(books.everything()) == 3000)
        assert books.trusted().disconnectCustomer(i_customer=1) == {"result": "OK", "count": 3000}
        (entry,) = wait_until(lambda: entries(books))
        assert len(entry["calls"]) == 3000 and set(entry["calls"].values()) == {"sent"}


def test_what_is_written_stays_for_good(books):
    books.trusted().disconnectAccount(i_account=11)
    wait_until(lambda: entries(books))
    connection = sqlite3.connect(books.folder / "audit.db", timeout=10)
    for sql in ("UPDATE request SET login = 'somebody else'", "DELETE FROM request", "DELETE FROM answer",
                "UPDATE answer SET text = ''"):
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute(sql)
    connection.close()


def test_the_log_outlives_a_restart_and_a_kill(books):
    books.trusted().disconnectAccount(i_account=11)
    wait_until(lambda: entries(books))
    books.kill()
    books.start()
    books.trusted().disconnectAccount(i_account=12)
    wait_until(lambda: [entry["target"] for entry in entries(books)] == ["i_account=11", "i_account=12"])


def test_a_refused_request_is_no_disconnect(books):
    api = books.login("reseller")
    api.fault("disconnectAccount", i_account=11)
    api.fault("disconnectCall")
    api.disconnectAccount(i_account=21)
    wait_until(lambda: entries(books))
    assert [entry["target"] for entry in entries(books)] == ["i_account=21"]


def test_lists_and_stats_are_not_written_down(books):
    api = books.trusted()
    api.listAllCalls(i_customer=1)
    api.getAccountCallStats()
    api.disconnectAccount(i_account=11)
    wait_until(lambda: entries(books))
    assert query(books, "SELECT COUNT(*) FROM request") == [(1,)]
