"""getCallCounts (events.md, 2)."""

import collections
import random

import pytest

from harness import ACTIVE, CUSTOMER_OF, STATES, wait_until

GROUPINGS = ["i_customer", "top_customer", "i_account", "i_vendor", "i_connection", "cc_state", "switch", "node_id",
             "direction", "cld_prefix:2", "cli_prefix:1"]
ACCOUNTS = [11, 12, 21, 31, 41, 999]
VENDOR_OF = {1: 1, 2: 1, 3: 2}
CHILD_OF_ROOT = {1: 1, 2: 2, 3: 2, 4: 4}


@pytest.fixture
def calls(daemon, switch):
    """Many calls of all kinds."""
    dice = random.Random(7)
    for n in range(120):
        switch.start(dice.choice(STATES[:5]), i_account=dice.choice(ACCOUNTS), i_connection=dice.choice([1, 2, 3, 77]),
                     cli=dice.choice(["801", "802", "9", ""]), cld=dice.choice(["4411", "4520", "4", "äöü", "9😀", "9😁"]),
                     direction=dice.choice(["vendor", ""]))
    wait_until(lambda: len(daemon.everything()) == 120, what="the calls")


def key_of(row, by):
    """The key of a row, from what the row says alone."""
    if by == "top_customer":
        return str(CHILD_OF_ROOT[row["I_CUSTOMER"]])
    if by == "i_vendor":
        return str(VENDOR_OF.get(row["I_CONNECTION"], ""))
    if by == "switch":
        return row["ID"].split(":")[0]
    if "prefix" in by:
        return row[by[:3].upper()][:int(by[-1])]
    value = row[by.upper()]
    return str(value or "") if isinstance(value, int) else value


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize("filters", [{}, {"cli": "80*"}, {"i_account": 31}, {"i_vendor": 1, "min_age": 0}],
                         ids=["all", "cli", "account", "vendor"])
def test_groups_are_the_rows_of_the_list(api, calls, by, filters):
    told = api.getCallCounts(i_customer=1, group_by=by, **filters)
    method = "listAllCalls" if by == "cc_state" else "listActiveCalls"
    rows = api.call(method, {"i_customer": 1, **filters})
    expected = collections.Counter(key_of(row, by) for row in rows)
    connected = collections.Counter(key_of(row, by) for row in rows if row["CC_STATE"] == "Connected")
    assert {group["key"]: group["total"] for group in told["groups"]} == expected
    assert {group["key"]: group["connected"] for group in told["groups"] if group["connected"]} == connected
    assert (told["total"], told["connected"]) == (len(rows), connected.total())
    assert (told["result"], told["groups_left_out"], told["complete"]) == ("OK", 0, True)
    sizes = [group["total"] for group in told["groups"]]
    assert sizes == sorted(sizes, reverse=True)


def test_groups_have_names_where_the_directory_has_some(api, calls):
    def names(by):
        return {group["key"]: group["name"] for group in api.getCallCounts(i_customer=1, group_by=by)["groups"]}
    assert names("i_customer") == {"1": "root", "2": "reseller", "3": "subreseller", "4": "sibling"}
    assert names("i_account") == {"11": "801", "12": "802", "21": "821", "31": "831", "41": "841", "999": ""}
    assert names("i_vendor") == {"1": "carrier", "2": "other carrier", "": ""}
    assert names("i_connection") == {"1": "carrier-gw1", "2": "carrier-gw2", "3": "other-gw", "77": ""}
    assert set(names("cc_state").values()) == {""}


def test_a_limit_leaves_groups_out_and_no_calls(api, calls):
    whole = api.getCallCounts(i_customer=1, group_by="i_account", order="key")
    assert [group["key"] for group in whole["groups"]] == [str(account) for account in ACCOUNTS]
    some = api.getCallCounts(i_customer=1, group_by="i_account", order="key", limit=2)
    assert some["groups"] == whole["groups"][:2]
    assert (some["groups_left_out"], some["total"]) == (4, whole["total"])
    none = api.getCallCounts(i_customer=1, group_by="cld_prefix:15", limit=0)
    assert (none["groups"], none["groups_left_out"], none["total"]) == ([], 5, whole["total"])


def test_a_reseller_counts_its_own_calls_only(api, reseller, calls):
    for by in GROUPINGS:
        told = reseller.getCallCounts(group_by=by)
        assert told == {**api.getCallCounts(i_customer=2, group_by=by)}, by
    rows = api.listActiveCalls(i_customer=1)
    own = [row for row in rows if CUSTOMER_OF.get(row["I_ACCOUNT"]) in (2, 3)]
    assert reseller.getCallCounts(group_by="i_account")["total"] == len(own)
    assert reseller.getCallCounts(group_by="i_account", recursive=False)["total"] \
        == len([row for row in own if row["I_CUSTOMER"] == 2])
    assert reseller.getCallCounts(group_by="cc_state", i_account=11)["groups"] == []


def test_without_calls_there_are_no_groups(api):
    for by in GROUPINGS:
        assert api.getCallCounts(i_customer=1, group_by=by) == {
            "result": "OK", "groups": [], "total": 0, "connected": 0, "groups_left_out": 0, "complete": True}


def test_a_call_that_waits_for_its_account_counts_by_state_alone(daemon, switch, api):
    switch.start("WaitAuth")
    wait_until(lambda: len(daemon.everything()) == 1)
    assert "WaitAuth" not in ACTIVE
    assert api.getCallCounts(i_customer=1, group_by="i_account")["total"] == 0
    assert api.getCallCounts(i_customer=1, group_by="cc_state")["groups"] \
        == [{"key": "WaitAuth", "name": "", "total": 1, "connected": 0}]


@pytest.mark.parametrize("fields, text", [
    ({}, "Parameter group_by is required"),
    ({"group_by": ""}, "Parameter group_by is required"),
    ({"group_by": "customer"}, "Parameter group_by must be one of "),
    ({"group_by": "cld_prefix:16"}, "Parameter group_by must be one of "),
    ({"group_by": "cc_state", "limit": 10001}, "Parameter limit must be at most 10000"),
    ({"group_by": "cc_state", "order": "size"}, "Parameter order must be one of total, key"),
    ({"group_by": "cc_state", "cli": "8*1"}, "Parameter cli may have * at its beginning and end only"),
    ({"group_by": "cc_state", "offset": 1}, "Unknown parameter offset; getCallCounts takes group_by, order, limit, "),
])
def test_what_is_wrong_is_named(api, fields, text):
    code, said = api.fault("getCallCounts", i_customer=1, **fields)
    assert code == 400 and said.startswith(text)


def test_a_trusted_request_names_a_customer(api):
    assert api.fault("getCallCounts", group_by="cc_state") == (400, "Parameter i_customer is required")
    assert api.fault("getCallCounts", i_customer=999, group_by="cc_state") == (401, "Wrong i_customer")
