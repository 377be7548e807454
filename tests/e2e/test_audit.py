"""The audit log: every disconnect with who, from where, what, which calls and what came of each (contract, 5.2)."""

import contextlib
import http.client
import sqlite3
import threading
import time
import xmlrpc.client

import pytest

from harness import DIRECTORY, Daemon, Switch, wait_until

OUTCOMES = ["sent", "already", "unreachable", "expired"]


@pytest.fixture
def books(tmp_path):
    """A daemon whose directory the test may look into."""
    with Daemon(folder=tmp_path, config={"calls": {"disconnect_retry": "500ms"}}) as daemon:
        daemon.introduce_switches()
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


def test_a_disconnect_that_is_a_fault_because_a_switch_has_not_told_its_calls_is_written_down_as_that(tmp_path):
    with Daemon(folder=tmp_path) as daemon, daemon.switch("sbc-1") as switch:
        switch.snapshot()
        code, text = daemon.trusted().fault("disconnectAccount", i_account=11)
        assert code == 503 and "nothing was sent" in text
        (entry,) = wait_until(lambda: entries(daemon))
        assert entry["answer"].startswith("Nothing sent, ") and "switch sbc-2 has not told its calls" in entry["answer"]


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
    books.introduce_switches()
    books.trusted().disconnectAccount(i_account=12)
    wait_until(lambda: [entry["target"] for entry in entries(books)] == ["i_account=11", "i_account=12"])


def test_a_refused_order_is_written_down_with_who_gave_it_and_why_it_was_refused(books):
    api = books.login("reseller")
    api.fault("disconnectAccount", i_account=11)
    api.fault("disconnectCall")
    api.disconnectAccount(i_account=21)
    first, second, third = wait_until(lambda: len(entries(books)) == 3 and entries(books))
    assert (first["who"], first["login"], first["target"], first["scope"]) == (2, "reseller", "i_account=11", 2)
    assert (first["answer"], first["calls"]) == ("Refused: 401 Wrong i_account", {})
    assert (second["target"], second["answer"]) == ("", "Refused: 400 Parameter ID is required")
    assert third["target"] == "i_account=21" and not third["answer"].startswith("Refused")


def called(daemon):
    """The IDs of all calls that stand in the log."""
    return {id for (id,) in query(daemon, "SELECT id FROM call")}


def many(count):
    return [{"id": f"m{n}", "state": "Connected", "setup_time": 1e9, "i_account": 11} for n in range(count)]


@pytest.mark.parametrize("after", [1, 4000, 20000])
def test_of_a_node_that_is_killed_in_a_storm_of_hang_ups_the_log_has_every_call_that_reached_the_switch(books, after):
    with books.switch(on_disconnect=Switch.ignore) as switch:
        switch.snapshot(many(30000))
        wait_until(lambda: books.metrics()['rollcall_switch_calls{switch="sbc-1"}'] == 30000)
        api = books.trusted()
        asker = threading.Thread(target=lambda: quietly(lambda: api.disconnectCustomer(i_customer=1)))
        asker.start()
        switch.wait(lambda: len(switch.received) > after, what=f"{after} disconnects")
        books.kill()
        asker.join()
        switch.wait_closed()
        told = {f"sbc-1:{message['id']}" for message in switch.of_type("disconnect")}
    assert told and told - called(books) == set()


def quietly(act):
    with contextlib.suppress(OSError, http.client.HTTPException, xmlrpc.client.Error):
        act()


def audit_lines(daemon):
    return [line for line in daemon.get("/readyz?verbose").body.decode().splitlines() if line.startswith("audit log")]


def is_healthy(daemon):
    return daemon.metrics()["rollcall_audit_writable"] == 1 and "not written" not in audit_lines(daemon)[0]


def take_away(file):
    file.rename(file.with_name("moved.db"))


def overwrite(file):
    file.write_bytes(b"x" * 300)


@pytest.mark.parametrize("harm", [lambda file: file.unlink(), take_away, lambda file: file.write_bytes(b""), overwrite,
                                  lambda file: [each.unlink() for each in file.parent.glob("audit.db*")]],
                         ids=["deleted", "moved", "emptied", "overwritten", "deleted with what lies beside it"])
def test_a_log_that_is_taken_away_is_noticed_and_told_and_written_anew(books, harm):
    file = books.folder / "audit.db"
    with books.switch() as switch:
        first, second = started(books, switch, 2)
        books.trusted().disconnectCall(ID=f"sbc-1:{first}")
        wait_until(lambda: entries(books))
        harm(file)
        wait_until(lambda: books.metrics()["rollcall_audit_files_lost_total"] == 1)
        assert "a new file was begun" in audit_lines(books)[0] and is_healthy(books)
        assert "the audit log's file was lost" in books.log_text()
        assert books.trusted().disconnectCall(ID=f"sbc-1:{second}") == {"result": "OK"}
        assert called(books) == {f"sbc-1:{second}"}


def test_a_log_that_is_deleted_in_the_moment_before_a_hang_up_has_it(books):
    with books.switch() as switch:
        (id,) = started(books, switch)
        (books.folder / "audit.db").unlink()
        assert books.trusted().disconnectCall(ID=f"sbc-1:{id}") == {"result": "OK"}
        assert called(books) == {f"sbc-1:{id}"}


def test_a_log_that_another_process_has_locked_keeps_no_hang_up_and_has_it_later(books):
    with books.switch(on_disconnect=Switch.ignore) as switch:
        first, second = started(books, switch, 2)
        lock = sqlite3.connect(books.folder / "audit.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        wait_until(lambda: not is_healthy(books))
        page = books.get("/readyz").body.decode()  # told unasked, and no reason to be unready
        assert "audit log: not written since" in page and "not ready: audit" not in page
        for id in (first, second):
            assert books.trusted().disconnectCall(ID=f"sbc-1:{id}") == {"result": "OK", "audited": False}
            switch.wait_for("disconnect", id=id)
        assert called(books) == set()
        lock.execute("ROLLBACK")
        lock.close()
        wait_until(lambda: is_healthy(books))
        assert [entry["calls"] for entry in entries(books)] == [{f"sbc-1:{id}": "sent"} for id in (first, second)]
        assert books.metrics()["rollcall_audit_failures_total"] == 2
        assert books.metrics()["rollcall_audit_backlog_bytes"] == 0


def test_a_log_on_a_full_disk_keeps_no_hang_up_and_has_it_when_there_is_room(tmp_path, small_disk):
    with Daemon(folder=tmp_path, config={"audit": {"file": str(small_disk / "audit.db")}}) as daemon:
        daemon.introduce_switches()
        with daemon.switch(on_disconnect=Switch.ignore) as switch:
            switch.snapshot(many(20000))
            wait_until(lambda: daemon.metrics()['rollcall_switch_calls{switch="sbc-1"}'] == 20000)
            with open(small_disk / "filler", "wb", buffering=0) as filler, contextlib.suppress(OSError):
                while filler.write(b"x" * 4096):
                    pass
            assert daemon.trusted().disconnectCustomer(i_customer=1) == {"result": "OK", "count": 20000, "audited": False}
            switch.wait(lambda: len(switch.of_type("disconnect")) == 20000, what="20000 disconnects")
            assert "full" in audit_lines(daemon)[0] and not is_healthy(daemon)
            (small_disk / "filler").unlink()
            wait_until(lambda: is_healthy(daemon))
            log = sqlite3.connect(small_disk / "audit.db")
            assert log.execute("SELECT count(DISTINCT id) FROM call").fetchone() == (20000,)
            log.close()


def test_what_is_refused_costs_no_disk(books):
    api = books.trusted()
    for n in range(100):
        api.disconnectCall(ID=f"{n}" * 20000)
    written = wait_until(lambda: entries(books))
    assert all(len(entry["target"]) < 400 and entry["calls"] == {} for entry in written)
    left_out = books.metrics()["rollcall_audit_left_out_total"]
    assert len(written) + left_out == 100


def test_a_flood_of_refused_orders_is_bounded_for_its_customer_and_for_no_other(books):
    began = time.monotonic()
    flooding, other = books.login("reseller"), books.login("subreseller")
    for n in range(300):
        flooding.fault("disconnectAccount", i_account=999)
    other.fault("disconnectAccount", i_account=11)
    wait_until(lambda: [entry for entry in entries(books) if entry["login"] == "subreseller"])
    wait_until(lambda: len(entries(books)) + books.metrics()["rollcall_audit_left_out_total"] == 301)
    assert len(entries(books)) <= 21 + 20 * (time.monotonic() - began)


def at_rest(daemon, switch, ids):
    """The switch was told to hang these up, and the log knows of no end."""
    api = daemon.trusted()
    for id in ids:
        api.disconnectCall(ID=f"sbc-1:{id}")
        switch.wait_for("disconnect", id=id)


@pytest.mark.parametrize("end", [Daemon.kill, Daemon.stop], ids=["killed", "stopped"])
def test_hang_ups_without_an_end_outlive_a_node_and_meet_no_other_call(books, end):
    def call(id, setup_time=1e9 + .25):
        return {"id": id, "state": "Connected", "setup_time": setup_time, "i_account": 11}

    with books.switch(on_disconnect=Switch.ignore) as switch:
        switch.snapshot([call("kept"), call("gone"), call("other"), call("not asked")])
        wait_until(lambda: len(books.everything()) == 4)
        at_rest(books, switch, ["kept", "gone", "other"])
        end(books)
        switch.wait_closed()
        books.start()
        switch.reconnect([call("kept"), call("other", 1e9 + 7), call("not asked")])
        switch.wait_for("disconnect", id="kept")
        wait_until(lambda: {id: text for id, what in notes(books).items() for _, text in what}
                   == {"sbc-1:gone": "ended unseen", "sbc-1:other": "ended unseen"})
        entry = wait_until(lambda: [each for each in entries(books) if each["method"] == "restart"])[0]
        assert entry["calls"] == {"sbc-1:kept": "sent"}
        switch.ping()
        assert [message["id"] for message in switch.of_type("disconnect")].count("other") == 0
        wait_until(lambda: {row["ID"]: row["CC_STATE"] for row in books.trusted().listAllCalls(i_customer=1)}
                   == {"sbc-1:kept": "Disconnecting", "sbc-1:other": "Connected", "sbc-1:not asked": "Connected"})


def test_hang_ups_without_an_end_wait_for_a_directory_that_comes_late(tmp_path):
    kept = {"id": "kept", "state": "Connected", "setup_time": 1e9, "i_account": 11}
    with Daemon(folder=tmp_path) as daemon, daemon.switch(on_disconnect=Switch.ignore) as switch:
        switch.snapshot([kept])
        wait_until(lambda: daemon.everything())
        at_rest(daemon, switch, ["kept"])
        daemon.kill()
        switch.wait_closed()
        for file in tmp_path.glob("directory.db*"):
            file.unlink()
        daemon.start()
        assert "no customers yet" in daemon.get("/readyz").text
        daemon.import_directory(DIRECTORY)
        wait_until(lambda: "no customers yet" not in daemon.get("/readyz").text)
        switch.reconnect([kept])
        switch.wait_for("disconnect", id="kept")


def test_hang_ups_that_were_asked_for_too_long_ago_are_given_up_at_a_restart(tmp_path):
    with Daemon(folder=tmp_path, config={"calls": {"resume_hang_ups": "0s"}}) as daemon:
        with daemon.switch(on_disconnect=Switch.ignore) as switch:
            kept = {"id": "kept", "state": "Connected", "setup_time": 1e9, "i_account": 11}
            switch.snapshot([kept])
            wait_until(lambda: daemon.everything())
            at_rest(daemon, switch, ["kept"])
            daemon.kill()
            switch.wait_closed()
            daemon.start()
            switch.reconnect([kept])
            wait_until(lambda: [text for _, text in notes(daemon).get("sbc-1:kept", [])] == ["given up at restart"])
            assert switch.of_type("disconnect") == []


def test_lists_and_stats_are_not_written_down(books):
    api = books.trusted()
    api.listAllCalls(i_customer=1)
    api.getAccountCallStats()
    api.disconnectAccount(i_account=11)
    wait_until(lambda: entries(books))
    assert query(books, "SELECT COUNT(*) FROM request") == [(1,)]
