"""Symptoms: which calls are suspect, and that nothing is hung up for it (control.md, 5)."""

import json
import time

import pytest

from harness import ROW, Daemon, Stream, Switch, run, wait_until

#: Symptoms are looked at every ten seconds by streams and metrics.
LOOK = 25.0

SHORT = {"suspect": {"setup_over": "2s", "age_over": "1h", "disconnecting_over": "2s", "unverified_over": "2s"},
         "calls": {"disconnect_retry": "1h"}}


@pytest.fixture
def short(tmp_path):
    with Daemon(folder=tmp_path, config=SHORT) as daemon:
        yield daemon


def suspects(daemon, **filters):
    rows = daemon.trusted().call("listAllCalls", {"i_customer": 1, "suspect": True, **filters})
    return {row["ID"].split(":")[1]: row["SUSPECT"] for row in rows}


def test_each_symptom_is_found_and_nothing_is_hung_up_for_it(short):
    with short.switch(on_disconnect=Switch.ignore) as switch:
        now = time.time()
        good = switch.start(i_account=11)
        ahead = switch.start("Idle", i_account=11, setup_time=now + 600)
        slow = switch.start("ARComplete", i_account=11, setup_time=now - 60)
        old = switch.start(i_account=21, setup_time=now - 7200)
        silent = switch.start(i_account=31, media=False)
        both = switch.start(i_account=31, setup_time=now - 7200, media=False)
        down = switch.start(i_account=11)
        wait_until(lambda: len(short.everything()) == 7)
        assert suspects(short) == {slow: "setup_over", old: "age_over", silent: "no_media", both: "age_over,no_media"}
        assert switch.of_type("disconnect") == []
        assert short.trusted().disconnectCall(ID=f"sbc-1:{down}")["result"] == "OK"
        wait_until(lambda: suspects(short).get(down) == "disconnecting_over")
        assert [one["id"] for one in switch.of_type("disconnect")] == [down]
        assert {good, ahead}.isdisjoint(suspects(short))
        api = short.trusted()
        rest = {row["ID"].split(":")[1] for row in api.listAllCalls(i_customer=1, suspect=False)}
        assert rest == {good, ahead}
        wait_until(lambda: short.metrics()["rollcall_hang_ups_unconfirmed"] == 1, LOOK)
        sample = short.metrics()
        assert sample["rollcall_hang_ups_unconfirmed_oldest_seconds"] > 0
        switch.end(down)
        wait_until(lambda: down not in suspects(short))
        wait_until(lambda: short.metrics()["rollcall_hang_ups_unconfirmed"] == 0, LOOK)


def test_rows_have_reasons_only_where_suspect_calls_are_asked_for(short):
    with short.switch() as switch:
        switch.start(i_account=11, media=False)
        wait_until(lambda: len(short.everything()) == 1)
        api = short.trusted()
        (row,) = api.listAllCalls(i_customer=1, suspect=True)
        assert list(row) == [*ROW, "SUSPECT"]
        (named,) = api.listAllCalls(i_customer=1, suspect=True, names=True)
        assert list(named)[-2:] == ["SWITCH", "SUSPECT"] and named["ACCOUNT_NAME"] == "801"
        (plain,) = api.listAllCalls(i_customer=1)
        assert list(plain) == ROW
        assert api.listAllCalls(i_customer=1, suspect=False) == []


def test_media_comes_and_goes_and_a_bad_word_of_it_costs_that_word(short):
    with short.switch() as switch:
        id = switch.start(i_account=11, media=False)
        wait_until(lambda: suspects(short) == {id: "no_media"})
        switch.call(id, "Connected", cli="801")
        wait_until(lambda: suspects(short, cli="801") == {id: "no_media"})
        switch.call(id, "Connected", media="no")
        assert "media must be true or false" in switch.wait_for("warning")["message"]
        assert suspects(short) == {id: "no_media"}
        switch.call(id, "Connected", media=True)
        wait_until(lambda: suspects(short) == {})


def test_calls_of_a_lost_switch_are_suspect_until_it_has_told_its_calls(short):
    switch = short.switch().connect()
    id = switch.start(i_account=11)
    wait_until(lambda: len(short.everything()) == 1)
    assert suspects(short) == {}
    switch.close()
    wait_until(lambda: suspects(short) == {id: "unverified_over"})
    assert len(short.everything()) == 1
    switch.reconnect([{"id": id, "state": "Connected"}])
    wait_until(lambda: suspects(short) == {})
    assert switch.of_type("disconnect") == []
    switch.close()


def test_counts_previews_and_disconnects_take_the_filter(short):
    with short.switch() as switch:
        silent = switch.start(i_account=11, media=False)
        switch.start(i_account=11)
        wait_until(lambda: len(short.everything()) == 2)
        api = short.trusted()
        assert api.getCallCounts(i_customer=1, group_by="i_account", suspect=True)["total"] == 1
        assert api.getCallCounts(i_customer=1, group_by="i_account", suspect=False)["total"] == 1
        preview = api.disconnectCalls(i_customer=1, suspect=True, dry_run=True)
        assert (preview["count"], preview["sample"]) == (1, [f"sbc-1:{silent}"])
        code, text = api.fault("disconnectCalls", i_customer=1, suspect=False, max_calls=10)
        assert (code, text) == (400, "A filter is needed that can leave a call out")
        assert api.fault("disconnectCalls", i_customer=1, suspect="", max_calls=10)[0] == 400
        assert api.disconnectCalls(i_customer=1, suspect=True, max_calls=10)["count"] == 1
        assert [one["id"] for one in switch.of_type("disconnect")] == [silent]


def test_a_stream_of_suspect_calls_has_those_that_are(short):
    with short.switch() as switch:
        slow = switch.start("Idle", i_account=11)
        switch.start(i_account=11)
        wait_until(lambda: len(short.everything()) == 2)
        with Stream(short.http_port, i_customer=1, suspect="true") as suspect, \
                Stream(short.http_port, i_customer=1) as all_calls, \
                Stream(short.http_port, i_customer=1, suspect="false") as rest:
            for stream in (suspect, all_calls, rest):
                stream.wait_for("synced")
            suspect.wait(lambda: set(suspect.calls) == {f"sbc-1:{slow}"}, LOOK)
            assert suspect.calls[f"sbc-1:{slow}"]["SUSPECT"] == "setup_over"
            all_calls.wait(lambda: all_calls.calls[f"sbc-1:{slow}"]["SUSPECT"] == "setup_over", LOOK)
            rest.wait(lambda: f"sbc-1:{slow}" not in rest.calls, LOOK)
            assert len(all_calls.calls) == 2 and len(rest.calls) == 1
            assert short.metrics()['rollcall_suspect_calls{reason="setup_over"}'] == 1
            switch.call(slow, "Connected")
            suspect.wait(lambda: not suspect.calls, LOOK)
            assert not suspect.of_type("end")
            rest.wait(lambda: f"sbc-1:{slow}" in rest.calls, LOOK)
            for stream in (suspect, all_calls, rest):
                stream.wait_mark()
                stream.check()


def test_a_limit_of_0_is_never_reached_and_a_hup_changes_it(tmp_path):
    never = {"setup_over": "0s", "age_over": "0s", "disconnecting_over": "0s", "unverified_over": "0s", "no_media": False}
    with Daemon(folder=tmp_path, config={"suspect": never}) as daemon, daemon.switch() as switch:
        id = switch.start("Idle", i_account=11, setup_time=time.time() - 90_000, media=False)
        wait_until(lambda: len(daemon.everything()) == 1)
        assert suspects(daemon) == {}
        daemon.config["suspect"] = {"age_over": "0s", "no_media": False}
        daemon.write_config()
        daemon.reload()
        wait_until(lambda: suspects(daemon) == {id: "setup_over"})


def test_the_tool_lists_suspects(short):
    with short.switch() as switch:
        id = switch.start(i_account=11, media=False)
        switch.start(i_account=11)
        wait_until(lambda: len(short.everything()) == 2)
        where = ("--url", f"http://127.0.0.1:{short.http_port}/xmlapi/xmlapi", "--customer", 1)
        for command in (("suspects",), ("calls", "--suspect")):
            told = run("rollcall", *command, *where)
            assert f"sbc-1:{id}" in told.stdout and "no_media" in told.stdout, (command, told)
            assert told.stdout.count("sbc-1:") == 1
        told = run("rollcall", "disconnect", "calls", "--suspect", "--dry-run", "--json", *where)
        assert json.loads(told.stdout)["count"] == 1
