"""findNames (events.md, 5)."""

import copy

import pytest

from harness import CUSTOMER_OF, DIRECTORY, PARENT_OF, Daemon, covers

SCOPES = (1, 2, 3, 4, 10, 11)


def ids(answer):
    return [entry["id"] for entry in answer["entries"]]


@pytest.mark.parametrize("scope", SCOPES)
def test_customers_and_accounts_are_those_of_the_scope(api, scope):
    customers = {entry["i_customer"]: entry for entry in DIRECTORY["customers"] if covers(scope, entry["i_customer"])}
    told = api.findNames(kind="customer", i_customer=scope)
    assert told == {"result": "OK", "more": False, "entries": [
        {"kind": "customer", "id": id, "name": customers[id]["name"], "max_sessions": -1,
         "i_customer": PARENT_OF[id] if PARENT_OF[id] in customers else 0} for id in sorted(customers)]}
    accounts = {entry["i_account"]: entry["username"] for entry in DIRECTORY["accounts"]
                if covers(scope, entry["i_customer"])}
    told = api.findNames(kind="account", i_customer=scope)
    assert told["entries"] == [{"kind": "account", "id": id, "name": accounts[id], "i_customer": CUSTOMER_OF[id],
                                "max_sessions": -1} for id in sorted(accounts)]


@pytest.mark.parametrize("kind, number", [("vendor", "i_vendor"), ("connection", "i_connection")])
def test_vendors_and_connections_are_told_to_everybody(api, reseller, kind, number):
    told = reseller.findNames(kind=kind)
    assert told == api.findNames(kind=kind, i_customer=10)
    assert [(entry["kind"], entry["id"], entry["name"], entry["i_customer"]) for entry in told["entries"]] \
        == [(kind, entry[number], entry["name"], 0) for entry in DIRECTORY[f"{kind}s"]]


@pytest.mark.parametrize("name, found", [
    ("821", [21]), ("82*", [21, 22]), ("*1", [11, 21, 31, 41, 51]), ("*2*", [12, 21, 22]), ("*", [11, 12, 21, 22, 31, 41, 51]),
    ("nobody", []), ("8", []), ("\\*1", []), ("", [11, 12, 21, 22, 31, 41, 51]),
])
def test_a_name_may_stand_for_several(root, name, found):
    assert ids(root.findNames(kind="account", name=name)) == found


def test_limits_are_those_of_the_directory():
    directory = copy.deepcopy(DIRECTORY)
    directory["customers"][1]["max_sessions"] = 30
    directory["accounts"][0]["max_sessions"] = 0
    with Daemon(directory=directory, switches={}) as daemon:
        api = daemon.trusted()
        for kind, entry, limit in (("customer", directory["customers"][1]["i_customer"], 30), ("customer", 1, -1),
                                   ("account", directory["accounts"][0]["i_account"], 0)):
            assert api.findNames(kind=kind, id=entry, i_customer=1)["entries"][0]["max_sessions"] == limit


def test_a_name_of_somebody_else_is_not_found(root, reseller):
    assert ids(root.findNames(kind="account", name="841")) == [41]
    assert ids(reseller.findNames(kind="account", name="841")) == []
    assert ids(reseller.findNames(kind="account", i_customer=3)) == [31]


def test_pages_are_one_list(root):
    whole = root.findNames(kind="account")
    assert whole["more"] is False
    pages = [root.findNames(kind="account", offset=at, limit=3) for at in range(0, 9, 3)]
    assert [entry for page in pages for entry in page["entries"]] == whole["entries"]
    assert [page["more"] for page in pages] == [True, True, False]
    assert root.findNames(kind="account", limit=0) == {"result": "OK", "entries": [], "more": True}
    assert root.findNames(kind="account", offset=100) == {"result": "OK", "entries": [], "more": False}


def test_a_page_has_a_thousand_entries_at_most():
    accounts = [{"i_account": 1000 + n, "i_customer": 1, "username": f"user-{n}"} for n in range(1001)]
    with Daemon(directory={**DIRECTORY, "accounts": accounts}, switches={}) as daemon:
        first = daemon.trusted().findNames(kind="account", i_customer=1)
        assert (len(first["entries"]), first["more"]) == (1000, True)


@pytest.mark.parametrize("fields, text", [
    ({}, "Parameter kind is required"),
    ({"kind": ""}, "Parameter kind is required"),
    ({"kind": "switch"}, "Parameter kind must be one of customer, account, vendor, connection"),
    ({"kind": "account", "name": "8*1"}, "Parameter name may have * at its beginning and end only; \\* is the character"),
    ({"kind": "account", "limit": 1001}, "Parameter limit must be at most 1000"),
    ({"kind": "account", "offset": -1}, "Parameter offset must not be negative"),
    ({"kind": "account", "recursive": True}, "Unknown parameter recursive; findNames takes kind, "),
])
def test_what_is_wrong_is_named(api, fields, text):
    code, said = api.fault("findNames", i_customer=1, **fields)
    assert code == 400 and said.startswith(text)


def test_only_customers_of_the_scope_may_be_named(api, reseller):
    assert api.fault("findNames", kind="account") == (400, "Parameter i_customer is required")
    for customer in (1, 4, 10, 999):
        assert reseller.fault("findNames", kind="account", i_customer=customer) == (401, "Wrong i_customer")
