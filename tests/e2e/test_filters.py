"""The filters that select calls (events.md, 1)."""

import time

import pytest

from harness import ROW, STATES, wait_until

NAMES = ["CUSTOMER_NAME", "ACCOUNT_NAME", "VENDOR_NAME", "CONNECTION_NAME", "SWITCH"]


@pytest.fixture
def calls(daemon, switch):
    """Three calls, by a name that says what is special about them."""
    now = time.time()
    ids = {
        "long": switch.start("Connected", i_account=11, cli="801", cld="4411234", call_id="a1@192.0.2.7", i_connection=1,
                             setup_time=now - 600, connect_time=now - 590, direction="vendor",
                             caller_media_ip="192.0.2.1", callee_media_ip="198.51.100.9"),
        "new": switch.start("Connected", i_account=21, cli="821", cld="4520", call_id="b2@192.0.2.7", i_connection=3,
                            setup_time=now - 20, connect_time=now - 5, caller_media_ip="198.51.100.9"),
        "ringing": switch.start("ARComplete", i_account=31, cli="831", cld="*100#", call_id="c3@192.0.2.8",
                                i_connection=2, setup_time=now - 30),
    }
    wait_until(lambda: len(daemon.everything()) == 3, what="three calls")
    return {name: f"sbc-1:{id}" for name, id in ids.items()}


@pytest.mark.parametrize("filters, expected", [
    ({}, {"long", "new", "ringing"}),
    ({"cli": "801"}, {"long"}),
    ({"cli": "8*"}, {"long", "new", "ringing"}),
    ({"cli": "80"}, set()),
    ({"cli": "*1", "cld": "45*"}, {"new"}),
    ({"cld": "*12*"}, {"long"}),
    ({"cld": "\\*100#"}, {"ringing"}),
    ({"cld": "\\**"}, {"ringing"}),
    ({"call_id": "*@192.0.2.7"}, {"long", "new"}),
    ({"media_ip": "198.51.100.9"}, {"long", "new"}),
    ({"media_ip": "192.0.2.*"}, {"long"}),
    ({"cc_state": "ARComplete"}, {"ringing"}),
    ({"cc_state": ["ARComplete", "Connected"]}, {"long", "new", "ringing"}),
    ({"cc_state": "Dead"}, set()),
    ({"direction": "vendor"}, {"long"}),
    ({"switch": "sbc-1"}, {"long", "new", "ringing"}),
    ({"switch": "sbc-2"}, set()),
    ({"min_duration": 60}, {"long"}),
    ({"max_duration": 60.5}, {"new", "ringing"}),
    ({"min_duration": 1, "max_duration": "60"}, {"new"}),
    ({"min_delay": 12}, {"new", "ringing"}),
    ({"max_delay": 10}, {"long"}),
    ({"min_age": 25}, {"long", "ringing"}),
    ({"i_vendor": 1, "cli": "83*"}, {"ringing"}),
    ({"account": "821", "cc_state": "Connected"}, {"new"}),
    ({"i_customer": 2, "min_age": 0}, {"new", "ringing"}),
    ({"cli": "", "cld": "", "cc_state": ""}, {"long", "new", "ringing"}),
])
def test_a_filter_selects_the_calls_that_it_describes(api, calls, filters, expected):
    for method in ("listAllCalls", "listActiveCalls"):
        rows = api.call(method, {"i_customer": 1, **filters})
        assert {row["ID"] for row in rows} == {calls[name] for name in expected}, method


def test_calls_are_selected_by_their_ids(api, calls):
    assert api.ids(i_customer=1, ID=calls["new"]) == [calls["new"].split(":")[1]]
    both = api.listAllCalls(i_customer=1, ID=[calls["new"], calls["long"], "sbc-1:no-such", "sbc-9:x"])
    assert [row["ID"] for row in both] == [calls["long"], calls["new"]]
    assert api.listAllCalls(i_customer=1, ID="sbc-1:no-such") == []
    assert api.listAllCalls(i_customer=1, ID=["no switch"]) == []
    assert len(api.listAllCalls(i_customer=1, ID=[*calls.values(), *(f"x:{n}" for n in range(997))])) == 3


def test_a_foreign_call_is_like_one_that_is_not_there(reseller, calls):
    assert reseller.listAllCalls(ID=calls["long"]) == []
    assert reseller.listAllCalls(cli="801") == []
    assert len(reseller.listAllCalls(ID=list(calls.values()))) == 2


def test_an_id_with_characters_that_are_shown_apart_selects_its_call(daemon, switch, api):
    id = switch.start(id="a\U0001f600", i_account=11)
    switch.start(id="a\U0001f601", i_account=11)
    wait_until(lambda: len(daemon.everything()) == 2)
    shown = next(row["ID"] for row in api.listAllCalls(i_customer=1) if row["ID"].endswith("1F600"))
    assert id not in shown
    assert [row["ID"] for row in api.listAllCalls(i_customer=1, ID=shown)] == [shown]


@pytest.mark.parametrize("filters, text", [
    ({"cli": "8*1"}, "Parameter cli may have * at its beginning and end only; \\* is the character"),
    ({"cld": 44}, "Parameter cld must be a string"),
    ({"cld": "4" * 4097}, "Parameter cld must not be longer than 4096 bytes"),
    ({"cc_state": "connected"}, "Parameter cc_state must be one of " + ", ".join(STATES)),
    ({"cc_state": ["Connected", "Gone"]}, "Parameter cc_state must be one of " + ", ".join(STATES)),
    ({"cc_state": []}, "Parameter cc_state must not be empty"),
    ({"cc_state": [1]}, "Parameter cc_state must be a string or an array of strings, none of them empty"),
    ({"ID": []}, "Parameter ID must not be empty"),
    ({"ID": [""]}, "Parameter ID must be a string or an array of strings, none of them empty"),
    ({"ID": ["x"] * 1001}, "Parameter ID must not have more than 1000 items"),
    ({"min_duration": -1}, "Parameter min_duration must be a number of seconds, not negative"),
    ({"max_delay": "soon"}, "Parameter max_delay must be a number of seconds, not negative"),
    ({"min_age": True}, "Parameter min_age must be a number of seconds, not negative"),
    ({"direction": []}, "Parameter direction must be a string"),
    ({"suspect": "yes"}, "Parameter suspect must be a boolean"),
    ({"names": "yes"}, "Parameter names must be a boolean"),
])
def test_a_bad_filter_is_refused_by_its_name(api, filters, text):
    assert api.fault("listAllCalls", i_customer=1, **filters) == (400, text)


def test_rows_have_names_when_they_are_asked_for(api, calls):
    rows = {row["ID"]: row for row in api.listAllCalls(i_customer=1, names=True)}
    assert all(list(row) == [*ROW, *NAMES] for row in rows.values())
    shown = [rows[calls["long"]][name] for name in NAMES]
    assert shown == ["root", "801", "carrier", "carrier-gw1", "sbc-1"]
    assert rows[calls["ringing"]]["CUSTOMER_NAME"] == "subreseller"
    assert rows[calls["new"]]["VENDOR_NAME"] == "other carrier"
    assert all(list(row) == ROW for row in api.listAllCalls(i_customer=1, names=False))


def test_what_the_directory_does_not_know_has_the_name_that_the_switch_gave(daemon, switch, api):
    switch.start(account="stranger & co", i_connection=77)
    wait_until(lambda: len(daemon.everything()) == 1)
    (row,) = api.listAllCalls(i_customer=1, names=True)
    assert [row[name] for name in NAMES] == ["root", "stranger & co", "", "", "sbc-1"]


def test_names_stand_in_an_envelope_and_a_list_of_many(daemon, switch, api):
    for _ in range(500):
        switch.start(i_account=11)
    wait_until(lambda: len(daemon.everything()) == 500)
    told = api.listAllCalls(i_customer=1, names=True, envelope=True)
    assert len(told["calls"]) == 500 and all(row["ACCOUNT_NAME"] == "801" for row in told["calls"])
