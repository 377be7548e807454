"""GET /events (events.md, 3) on one node."""

import copy
import json
import signal
import time

import pytest

from harness import CUSTOMER_OF, DIRECTORY, PASSWORDS, Daemon, Stream, covers, request, wait_until

EXTRA = ["CUSTOMER_NAME", "ACCOUNT_NAME", "VENDOR_NAME", "CONNECTION_NAME", "SWITCH", "CONNECT_TIME", "END_TIME", "SUSPECT"]


@pytest.fixture
def watch(daemon):
    """Opens streams, which are closed and must have kept their promise."""
    streams = []

    def open_stream(**how):
        streams.append(Stream(daemon.http_port, **({"i_customer": 1} if "login" not in how and "i_customer" not in how else {}),
                              **how))
        return streams[-1]

    yield open_stream
    for stream in streams:
        stream.close()
        stream.check()


def full(id, switch="sbc-1"):
    return f"{switch}:{id}"


def listed(daemon, **filters):
    """The rows that a list shows, without what passes with time and what only streams tell."""
    rows = daemon.trusted().call("listAllCalls", {"i_customer": 1, "names": True, **filters})
    return {row["ID"]: {k: v for k, v in row.items() if k not in ("DELAY", "DURATION")} for row in rows
            if row["CC_STATE"] != "Dead"}


def mirrored(stream):
    drop = {"DELAY", "DURATION", "CONNECT_TIME", "END_TIME", "SUSPECT"}
    return {id: {k: v for k, v in row.items() if k not in drop} for id, row in stream.calls.items()}


@pytest.mark.parametrize("lines", [True, False], ids=["ndjson", "sse"])
def test_a_stream_begins_with_a_snapshot_and_goes_on_with_changes(daemon, switch, watch, lines):
    ids = [switch.start("Connected", i_account=11, cli=f'"{n}\\', cld="äöü") for n in range(3)]
    wait_until(lambda: len(daemon.everything()) == 3)
    stream = watch(lines=lines)
    kind = "application/x-ndjson" if lines else "text/event-stream"
    assert stream.response.getheader("Content-Type") == kind
    assert stream.response.getheader("Cache-Control") == "no-store"
    assert stream.response.getheader("X-Accel-Buffering") == "no"
    assert stream.response.getheader("Content-Encoding") is None
    stream.wait_for("synced", calls=3, complete=False)  # sbc-2 is not there
    begin = stream.messages[0]
    assert {k: begin[k] for k in ("type", "n", "version", "node_id", "i_customer", "filters", "resumed")} == {
        "type": "begin", "n": 1, "version": 1, "node_id": "node-a", "i_customer": 1, "filters": {}, "resumed": False}
    assert mirrored(stream) == listed(daemon)
    row = stream.calls[full(ids[0])]
    assert list(row)[-8:] == EXTRA
    assert row["CONNECT_TIME"] and row["END_TIME"] == row["SUSPECT"] == ""
    added = switch.start("Idle", i_account=21)
    stream.wait_for("call", after=stream.messages[-1]["n"])
    switch.call(added, "Connected")
    stream.wait(lambda: stream.calls.get(full(added), {}).get("CC_STATE") == "Connected")
    switch.end(ids[0])
    end = stream.wait_for("end", ID=full(ids[0]))
    assert end["END_TIME"] and not end["unseen"] and not end["asked"]
    mark = stream.wait_mark()
    assert mark["calls"] == 3 and abs(mark["time"] - time.time()) < 5
    assert mirrored(stream) == listed(daemon)


def test_a_mark_comes_within_a_second_of_a_change_and_every_ten_when_nothing_happens(switch, watch):
    stream = watch()
    stream.wait_for("synced")
    switch.start("Connected", i_account=11)
    call = stream.wait_for("call")
    mark = stream.wait_for("mark", after=call["n"])
    assert mark["at"] - call["at"] < 3  # a second, on a machine that has time
    begin = time.monotonic()
    stream.wait_for("mark", after=mark["n"])
    assert 5 < time.monotonic() - begin < 15
    assert stream.pulses >= 3  # and meanwhile it shows that it is alive


def test_each_sees_its_own_part_of_the_tree(daemon, switch, watch):
    streams = {login: watch(login=(login, PASSWORDS[login])) for login in ("ssp-root", "reseller", "subreseller", "sibling")}
    whose = {"ssp-root": 1, "reseller": 2, "subreseller": 3, "sibling": 4}
    for stream in streams.values():
        stream.wait_for("synced")
    ids = {account: switch.start("Connected", i_account=account) for account in (11, 21, 31, 41, 999)}
    for login, stream in streams.items():
        own = {full(id) for account, id in ids.items() if covers(whose[login], CUSTOMER_OF.get(account, 1))}
        stream.wait(lambda: set(stream.calls) == own, what=f"the calls of {login}")
        stream.wait_mark()
        assert set(stream.calls) == own


def test_a_call_that_changes_hands_leaves_one_and_comes_to_the_other(daemon, switch, watch):
    reseller = watch(login=("reseller", PASSWORDS["reseller"]))
    sibling = watch(login=("sibling", PASSWORDS["sibling"]))
    root = watch()
    for stream in (reseller, sibling, root):
        stream.wait_for("synced")
    id = switch.start("Idle", i_account=21)
    reseller.wait_for("call")
    switch.call(id, "WaitRoute", i_account=41)
    assert "i_account" not in reseller.wait_for("leave", ID=full(id))
    sibling.wait(lambda: full(id) in sibling.calls)
    switch.end(id)
    sibling.wait_for("end", ID=full(id))
    root.wait_for("end", ID=full(id))
    for stream in (reseller, sibling, root):
        stream.wait_mark()
        assert not stream.calls
    assert not reseller.of_type("end")
    assert not root.of_type("leave")
    text = json.dumps([{k: v for k, v in one.items() if k in ("type", "call", "ID", "why")} for one in reseller.messages])
    assert "841" not in text and "sibling" not in text


def test_filters_select_and_what_matches_no_more_leaves(daemon, switch, watch):
    stream = watch(cli="44*", cc_state=["ARComplete", "Connected"])
    stream.wait_for("synced")
    assert stream.messages[0]["filters"] == {"cli": "44*", "cc_state": ["ARComplete", "Connected"]}
    one = switch.start("Idle", i_account=11, cli="441")
    switch.start("Connected", i_account=11, cli="451")
    switch.call(one, "Connected")
    stream.wait_for("call")
    daemon.trusted().call("disconnectCall", {"i_customer": 1, "ID": full(one)})
    stream.wait_for("leave", ID=full(one))  # it is Disconnecting
    stream.wait_mark()
    assert not stream.calls and len(stream.of_type("call")) == 1


def test_an_end_says_who_asked_for_it_and_whether_the_switch_told_it(daemon, switch, watch):
    hung_up, lost = (switch.start("Connected", i_account=11) for _ in range(2))
    wait_until(lambda: len(listed(daemon)) == 2)
    stream = watch()
    stream.wait_for("synced", calls=2)
    daemon.trusted().call("disconnectCall", {"i_customer": 1, "ID": full(hung_up)})
    end = stream.wait_for("end", ID=full(hung_up))
    assert end["asked"] and not end["unseen"]
    switch.snapshot([])
    end = stream.wait_for("end", ID=full(lost))
    assert end["unseen"] and not end["asked"]


def test_a_lost_switch_is_told_and_its_calls_stay(daemon, watch):
    with daemon.switch("sbc-2") as other:
        id = other.start("Connected", i_account=11)
        stream = watch()
        stream.wait_for("synced")
        stream.wait(lambda: full(id, "sbc-2") in stream.calls)
        other.close()
        stream.wait_for("switch", switch="sbc-2", state="lost", node_id="node-a")
        assert not stream.wait_mark()["complete"]
        assert full(id, "sbc-2") in stream.calls
        other.reconnect([])
        stream.wait_for("switch", switch="sbc-2", state="verified")
        assert stream.wait_for("end", ID=full(id, "sbc-2"))["unseen"]


def test_who_was_away_is_told_what_has_happened_since(daemon, switch, watch):
    stays, ends, changes = (switch.start("Idle", i_account=11) for _ in range(3))
    wait_until(lambda: len(listed(daemon)) == 3)
    first = watch()
    first.wait_for("synced", calls=3)
    first.close()
    switch.end(ends)
    switch.call(changes, "Connected")
    comes = switch.start("Connected", i_account=21)
    short = switch.start("Connected", i_account=31)
    switch.end(short)
    wait_until(lambda: len(listed(daemon)) == 3)
    again = watch(since=first.token, calls=first.calls)
    assert again.wait_for("begin")["resumed"]
    again.wait_for("mark")
    assert mirrored(again) == listed(daemon)
    assert {full(ends), full(short)} <= set(again.ended)
    assert {row["call"]["ID"] for row in again.of_type("call")} == {full(id) for id in (ends, changes, comes, short)}
    assert full(stays) in again.calls
    assert not again.of_type("reset") and not again.of_type("synced")


def test_a_token_is_for_its_reader_alone(daemon, switch, watch):
    stream = watch(cli="44*")
    token = stream.wait_for("synced")["token"]
    for how in ({"i_customer": 1}, {"i_customer": 2, "cli": "44*"}, {"i_customer": 1, "cli": "45*"},
                {"login": ("ssp-root", PASSWORDS["ssp-root"]), "cli": "44*"}):
        refused = Stream(daemon.http_port, since=token, **how)
        assert refused.status == 400, how
        assert "token" in refused.refusal["message"]
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", token + token):
        assert Stream(daemon.http_port, since=forged, i_customer=1, cli="44*").status == 400
    assert watch(cli="44*", since=token).wait_for("begin")["resumed"]


def test_a_restarted_node_cannot_go_on_and_says_so(tmp_path):
    with Daemon() as daemon:
        with daemon.switch("sbc-1") as switch:
            old = switch.start("Connected", i_account=11)
            wait_until(lambda: len(listed(daemon)) == 1)
            with Stream(daemon.http_port, i_customer=1) as stream:
                stream.wait_for("synced", calls=1)
                daemon.kill()
            switch.close()
            daemon.start()
            switch.reconnect([{"id": "other", "state": "Connected", "setup_time": time.time(), "i_account": 11}])
            wait_until(lambda: len(listed(daemon)) == 1)
            with Stream(daemon.http_port, i_customer=1, since=stream.token, calls=stream.calls) as again:
                assert not again.wait_for("begin")["resumed"]
                assert again.wait_for("reset")["why"]
                again.wait_for("synced", calls=1)
                assert set(again.calls) == {full("other")} and full(old) not in again.calls


def test_a_stop_says_bye_after_a_mark(tmp_path):
    with Daemon() as daemon:
        with daemon.switch("sbc-1") as switch:
            switch.start("Connected", i_account=11)
            with Stream(daemon.http_port, i_customer=1) as stream:
                stream.wait_for("call")
                daemon.signal(signal.SIGTERM)
                bye = stream.wait_for("bye")
                assert bye["why"]
                stream.wait(lambda: stream.closed, what="the end")
                assert stream.messages[-2]["type"] in ("mark", "synced")
            assert daemon.wait() == 0


def test_a_directory_that_changes_names_or_hands_begins_the_mirror_anew(tmp_path):
    with Daemon() as daemon:
        with daemon.switch("sbc-1") as switch:
            id = switch.start("Connected", i_account=21)
            wait_until(lambda: len(listed(daemon)) == 1)
            with Stream(daemon.http_port, login=("reseller", PASSWORDS["reseller"])) as stream:
                stream.wait_for("synced", calls=1)
                moved = copy.deepcopy(DIRECTORY)
                next(one for one in moved["accounts"] if one["i_account"] == 21)["i_customer"] = 4
                daemon.import_directory(moved)
                stream.wait_for("reset")
                stream.wait_for("synced", calls=0)
                assert full(id) not in stream.calls
                added = copy.deepcopy(moved)
                added["accounts"].append({"i_account": 23, "i_customer": 2, "username": "823"})
                daemon.import_directory(added)
                wait_until(lambda: "10 accounts" in daemon.log_text())
                later = switch.start("Connected", i_account=23)
                stream.wait(lambda: stream.calls, what="the call")
                assert set(stream.calls) == {full(later)}
                assert len(stream.of_type("reset")) == 1
                gone = copy.deepcopy(added)
                next(one for one in gone["customers"] if one["i_customer"] == 2)["api_access"] = False
                daemon.import_directory(gone)
                assert stream.wait_for("bye")["why"]
                stream.check()


REFUSED = {
    "no customer": ("", 400, "i_customer"),
    "an unknown parameter": ("i_customer=1&colour=red", 400, "colour"),
    "a parameter twice": ("i_customer=1&cli=1&cli=2", 400, "cli"),
    "a filter of time": ("i_customer=1&min_age=5", 400, "min_age"),
    "an unknown state": ("i_customer=1&cc_state=Odd", 400, "cc_state"),
    "no state that is shown": ("i_customer=1&cc_state=Dead", 400, "cc_state"),
    "no boolean": ("i_customer=1&recursive=perhaps", 400, "recursive"),
    "no number": ("i_customer=1&i_account=x", 400, "i_account"),
    "bad encoding": ("i_customer=1&cli=%zz", 400, "cli"),
    "no boolean for suspect": ("i_customer=1&suspect=maybe", 400, "suspect"),
    "a customer that is not there": ("i_customer=77", 404, "i_customer"),
    "a token of nobody": ("i_customer=1&since=abc", 400, "token"),
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_bad_request_is_refused_by_name(daemon, case):
    query, status, names = REFUSED[case]
    answer = request(daemon.http_port, "GET", f"/events?{query}")
    assert answer.status == status
    told = json.loads(answer.body)
    assert told["code"] == status and names in told["message"]


def test_only_get_and_only_with_a_login_that_may(daemon):
    for method in ("POST", "HEAD", "PUT"):
        refused = request(daemon.http_port, method, "/events?i_customer=1", "")
        assert (refused.status, refused.headers["Allow"]) == (405, "GET"), method
    assert Stream(daemon.http_port, login=("closed", PASSWORDS["closed"])).status == 403
    assert Stream(daemon.http_port, login=("reseller", "wrong")).status == 401
    assert Stream(daemon.http_port, login=("reseller", PASSWORDS["reseller"]), i_customer=4).status == 404
    assert request(daemon.metrics_port, "GET", "/events?i_customer=1").status == 404


@pytest.mark.parametrize("headers, status", [({"Origin": "http://evil.example"}, 403), ({"Authorization": "Digest x"}, 400)])
def test_every_refusal_but_a_challenge_is_an_object(daemon, headers, status):
    refused = request(daemon.http_port, "GET", "/events?i_customer=1", headers=headers)
    assert refused.status == status and refused.headers["Content-Type"] == "application/json"
    told = json.loads(refused.body)
    assert told["code"] == status and told["message"].strip() == told["message"] != ""


def test_who_comes_back_for_one_account_is_told_what_left_it_for_another_of_the_customer(switch, watch):
    first = watch(i_account=11)
    first.wait_for("synced")
    id = switch.start("Idle", i_account=11)
    first.wait_for("call")
    token = first.wait_mark()["token"]
    first.close()
    switch.call(id, "WaitRoute", i_account=12)
    switch.ping()
    second = watch(i_account=11, since=token, calls=first.calls)
    second.wait_for("leave", ID=full(id))
    switch.end(id)
    second.wait_mark()
    assert not second.calls


def test_an_account_that_is_nobodys_has_no_calls(daemon, switch, watch):
    stream = watch(account="801", i_account=12)  # 801 is account 11
    stream.wait_for("synced")
    nobodys = switch.start("Idle")
    wait_until(lambda: full(nobodys) in daemon.everything())
    assert stream.wait_mark()["calls"] == 0 and not stream.of_type("call")


def test_a_switch_that_is_removed_is_reset_to_its_end_also_for_who_was_away():
    with Daemon() as daemon, daemon.switch("sbc-1") as stays, daemon.switch("sbc-2") as goes:
        kept = full(stays.start("Connected", i_account=11))
        goes.start("Connected", i_account=11)
        wait_until(lambda: len(daemon.everything()) == 2)
        with Stream(daemon.http_port, i_customer=1) as stream, Stream(daemon.http_port, i_customer=1) as away:
            away.wait_for("synced")
            token = away.wait_mark()["token"]
            away.close()
            stream.wait_for("synced", calls=2)
            daemon.config["feed"]["switch"] = [one for one in daemon.config["feed"]["switch"] if one["name"] != "sbc-2"]
            daemon.write_config()
            daemon.reload()
            for told in (stream, Stream(daemon.http_port, since=token, calls=away.calls, i_customer=1)):
                reset = told.wait_for("reset", switch="sbc-2")
                end = told.wait_for("synced", after=reset["n"], switch="sbc-2")
                assert end["calls"] == 1 and end["token"]
                assert not told.of_type("mark") or told.of_type("mark")[-1]["n"] not in range(reset["n"], end["n"])
                told.wait_mark()
                assert set(told.calls) == {kept}
                told.close()


def test_streams_are_bounded_and_their_places_come_back():
    with Daemon(config={"events": {"max_streams": 3, "max_streams_per_customer": 2}}) as daemon:
        def of(login):
            return Stream(daemon.http_port, login=(login, PASSWORDS[login]))
        with of("reseller"), of("reseller"):
            refused = of("reseller")
            assert refused.status == 429 and refused.refusal["code"] == 429
            with of("sibling"):
                assert of("ssp-root").status == 429

        def open_again():
            with of("reseller") as stream:
                return stream.status == 200
        wait_until(open_again)


def test_beyond_the_memory_of_all_the_longest_queue_goes_alone():
    with Daemon(config={"events": {"buffer": 1 << 30, "memory": 1 << 20}}) as daemon:
        with daemon.switch("sbc-1") as switch:
            with Stream(daemon.http_port, i_customer=1) as stuck, Stream(daemon.http_port, i_customer=1) as quick:
                stuck.wait_for("synced")
                quick.wait_for("synced")
                with stuck._changed:  # its thread waits for this, and so does not read
                    for n in range(1, 31):
                        for _ in range(1000):
                            switch.start("Connected", i_account=11, cli="x" * 200)
                        quick.wait(lambda: len(quick.calls) == 1000 * n, seconds=60, what="all calls")
                    wait_until(lambda: daemon.metrics()["rollcall_events_overflows_total"] > 0, seconds=60)
                stuck.wait_for("reset")
                stuck.wait(lambda: len(stuck.calls) == 30_000 and stuck.synced, seconds=60, what="all calls")
                quick.wait_mark()
                assert not [each for each in quick.messages if each["type"] == "reset"]


def test_a_reader_that_does_not_read_is_told_reset_when_it_does(tmp_path):
    with Daemon(config={"events": {"buffer": 65536}}) as daemon:
        with daemon.switch("sbc-1") as switch:
            with Stream(daemon.http_port, i_customer=1) as stream:
                stream.wait_for("synced")
                with stream._changed:  # its thread waits for this, and so does not read
                    for n in range(30_000):
                        switch.start("Connected", i_account=11, cli="x" * 200)
                    switch.ping()
                    wait_until(lambda: daemon.metrics()["rollcall_events_overflows_total"] > 0, seconds=60)
                stream.wait_for("reset")
                stream.wait(lambda: len(stream.calls) == 30_000 and stream.synced, seconds=60, what="all calls")
                stream.wait_mark()
                assert len(stream.calls) == 30_000
