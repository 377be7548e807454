"""Who may do what: rights, and several logins of one customer (control.md, 6)."""

import copy
import http.client
import os
import sqlite3
import subprocess
import time
import xmlrpc.client

import pytest

from harness import (DIRECTORY, PASSWORDS, Daemon, Stream, authorization, parse_challenge, request, run,
                     wait_until)

ALL = ["view", "disconnect", "bulk", "quarantine"]
USUAL = ALL[:3]


def desk(name, rights=None):
    """One of the logins of a customer; without rights it has those of the customer."""
    return {"web_login": name, "api_password": f"{name} secret", **({} if rights is None else {"api_rights": rights})}


def with_fields(fields):
    """DIRECTORY with fields laid over some customers, by their number."""
    made = copy.deepcopy(DIRECTORY)
    for entry in made["customers"]:
        entry.update(fields.get(entry["i_customer"], {}))
    return made


#: Of the root customer there is a login without each right, and one with that right alone.
FIELDS = {
    1: {"logins": [*(desk(f"no-{one}", [each for each in ALL if each != one]) for one in USUAL),
                   *(desk(f"only-{one}", [one]) for one in USUAL)]},
    2: {"logins": [desk("night-desk", ["disconnect", "view"]), desk("blind", []), desk("day-desk")]},
    3: {"api_rights": ["view"], "logins": [desk("night manager", ALL)]},
    4: {"api_rights": ["disconnect"]},
    5: {"api_rights": ["view"], "logins": [desk("closed-desk", ALL)]},  # without access
}

DAEMON = {"directory": with_fields(FIELDS)}

#: What each method needs, and parameters with which it hangs up nobody.
NEEDS = {
    "disconnectAccount": ("bulk", {"i_account": 12}),
    "disconnectCall": ("disconnect", {"ID": "sbc-1:none"}),
    "disconnectCalls": ("bulk", {"cli": "nobody", "max_calls": 0}),
    "disconnectCustomer": ("bulk", {"i_customer": 4, "max_calls": 0}),
    "drainNode": ("bulk", {"node_id": "nowhere"}),
    "findNames": ("view", {"kind": "account"}),
    "forgetNode": ("bulk", {"node_id": "nowhere"}),
    "getAccountCallStats": ("view", {}),
    "getAccountCallStatsCustomer": ("view", {}),
    "getCallCounts": ("view", {"group_by": "switch"}),
    "getCallHistory": ("view", {"from": 1700000000, "to": 1700000600}),
    "getLimits": ("view", {}),
    "getNetwork": ("view", {}),
    "listActiveCalls": ("view", {}),
    "listAllCalls": ("view", {}),
}


def missing(right):
    return 403, f"The right '{right}' is missing"


def login(daemon, name, **kwargs):
    return daemon.login(name, PASSWORDS.get(name, f"{name} secret"), **kwargs)


def outcome(api, method, **fields):
    """The fault of a call, or none."""
    try:
        api.call(method, fields)
    except xmlrpc.client.Fault as fault:
        return fault.faultCode, fault.faultString
    return None


def page(daemon, name, path):
    """A page of the API's address, as somebody who logs in with Digest gets it."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=15, source_address=("127.0.0.2", 0))
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        challenge = parse_challenge(answer.headers["WWW-Authenticate"])
        answer.read()
        connection.request("GET", path, headers={
            "Authorization": authorization(challenge, name, f"{name} secret", "GET", path)})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def audited(daemon):
    """The answered entries of the audit log, oldest first."""
    connection = sqlite3.connect(f"file:{daemon.folder / 'audit.db'}?mode=ro", uri=True, timeout=10)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(
            "SELECT r.who, r.login, r.trusted, r.method, r.target, r.scope, a.text AS answer "
            "FROM request r JOIN answer a USING (entry) ORDER BY entry")]
    finally:
        connection.close()


# --- methods and rights

def test_every_method_has_a_right_here_but_those_of_the_system(api):
    assert set(NEEDS) == {method for method in api.call("system.listMethods") if not method.startswith("system.")}


@pytest.mark.parametrize("method", sorted(NEEDS))
def test_a_method_is_refused_without_its_right_and_not_with_it_alone(daemon, method):
    right, fields = NEEDS[method]
    assert outcome(login(daemon, f"no-{right}"), method, **fields) == missing(right)
    assert (outcome(login(daemon, f"only-{right}"), method, **fields) or (0,))[0] != 403


@pytest.mark.parametrize("method", sorted(NEEDS))
def test_a_right_is_missing_before_anything_else_is_looked_at(daemon, method):
    right, _ = NEEDS[method]
    api = login(daemon, "blind")
    assert api.fault(method) == missing(right)
    assert api.fault(method, nonsense=1, i_customer=999, i_account=999) == missing(right)
    assert api.fault(method, 1, 2) == missing(right)


def test_who_has_no_right_at_all_still_learns_who_he_is(daemon):
    api = login(daemon, "blind")
    assert api.call("system.whoAmI") == {"login": "blind", "i_customer": 2, "trusted": False, "rights": []}
    assert "listAllCalls" in api.call("system.listMethods")
    assert "Needs the right 'view'." in api.call("system.methodHelp", "listAllCalls")


def test_who_am_i_tells_the_rights_that_one_has_and_quarantine_to_a_root_only(daemon, api):
    told = {name: login(daemon, name).call("system.whoAmI") for name in
            ("ssp-root", "other-root", "reseller", "night-desk", "day-desk", "subreseller", "night manager", "sibling")}
    assert {name: one["rights"] for name, one in told.items()} == {
        "ssp-root": ALL, "other-root": ALL, "reseller": USUAL, "night-desk": ["view", "disconnect"], "day-desk": USUAL,
        "subreseller": ["view"], "night manager": ALL, "sibling": ["disconnect"]}
    assert all(one["login"] == name for name, one in told.items())
    assert [told[name]["i_customer"] for name in ("reseller", "night-desk", "night manager")] == [2, 2, 3]
    assert api.call("system.whoAmI") == {"login": "", "i_customer": 0, "trusted": True, "rights": ALL}


def test_without_api_rights_a_customer_may_what_it_may_with_the_vendor(daemon):
    for name in ("reseller", "day-desk"):
        api = login(daemon, name)
        assert api.listAllCalls() == []
        assert api.disconnectCall(ID="sbc-1:none")["result"] == "Call not found or not accessible"
        assert api.disconnectAccount(i_account=21) == {"result": "OK", "count": 0}


# --- logins

def test_a_login_sees_what_its_customer_sees(daemon, switch):
    mine, other = switch.start(i_account=21), switch.start(i_account=41)
    wait_until(lambda: len(daemon.everything()) == 2)
    api = login(daemon, "night-desk")
    assert api.ids() == [mine]
    assert api.fault("listAllCalls", i_customer=1) == (401, "Wrong i_customer")
    assert api.disconnectCall(ID=f"sbc-1:{other}")["result"] == "Call not found or not accessible"
    assert api.fault("disconnectAccount", i_account=21) == missing("bulk")
    assert api.fault("disconnectAccount", i_account=21, dry_run=True) == missing("bulk")
    switch.ping()
    assert switch.of_type("disconnect") == []
    assert api.disconnectCall(ID=f"sbc-1:{mine}", dry_run=True)["count"] == 1
    assert api.disconnectCall(ID=f"sbc-1:{mine}")["result"] == "OK"


def test_a_login_may_more_than_its_customer_when_it_is_granted_more(daemon):
    assert login(daemon, "subreseller").fault("disconnectCall", ID="sbc-1:none") == missing("disconnect")
    assert login(daemon, "night manager").disconnectAccount(i_account=31) == {"result": "OK", "count": 0}


def test_the_logins_of_a_customer_without_access_have_none(daemon):
    for name in ("closed", "closed-desk"):
        assert login(daemon, name).fault("listAllCalls") == (403, "API access is not enabled")


def test_each_login_has_its_own_password(daemon):
    assert daemon.login("night-desk", PASSWORDS["reseller"]).post("x").status == 401
    assert daemon.login("reseller", "night-desk secret").post("x").status == 401
    assert daemon.login("night-desk", "day-desk secret").post("x").status == 401


def test_wrong_passwords_of_one_login_do_not_brake_the_others_of_its_customer():
    with Daemon(directory=DAEMON["directory"]) as daemon:
        daemon.introduce_switches()
        for _ in range(10):
            assert daemon.login("night-desk", "wrong").post("x").status == 401
        assert login(daemon, "night-desk").post("x").status == 429
        assert login(daemon, "reseller").listAllCalls() == []
        assert login(daemon, "day-desk").listAllCalls() == []


# --- trusted mode

def test_a_trusted_request_has_the_rights_of_the_customer_that_it_names(api):
    assert api.listAllCalls(i_customer=3) == []
    assert api.fault("disconnectCall", ID="sbc-1:none", i_customer=3) == missing("disconnect")
    assert api.fault("listAllCalls", i_customer=4) == missing("view")
    assert api.fault("getCallCounts", group_by="switch", i_customer="4") == missing("view")
    assert api.fault("disconnectAccount", i_account=41, i_customer=4) == missing("bulk")
    assert api.disconnectCall(ID="sbc-1:none", i_customer=4)["result"] == "Call not found or not accessible"
    assert api.disconnectAccount(i_account=21, i_customer=2) == {"result": "OK", "count": 0}


def test_the_rights_of_a_trusted_disconnect_customer_are_those_of_who_names_the_scope(api):
    assert api.fault("disconnectCustomer", i_customer=3, i_wholesaler=3) == missing("bulk")
    assert api.disconnectCustomer(i_customer=3, i_wholesaler=2) == {"result": "OK", "count": 0}
    assert api.disconnectCustomer(i_customer=3) == {"result": "OK", "count": 0}


def test_for_a_trusted_request_access_does_not_matter(api):
    assert api.listAllCalls(i_customer=5) == []
    assert api.fault("disconnectAccount", i_account=51, i_customer=5) == missing("bulk")


def test_a_trusted_request_that_names_a_wrong_customer_is_told_that(api):
    assert api.fault("listAllCalls", i_customer=999) == (401, "Wrong i_customer")
    assert api.fault("disconnectAccount", i_account=41, i_customer="x") == (400, "Parameter i_customer must be an integer")
    assert api.fault("listAllCalls") == (400, "Parameter i_customer is required")


def test_each_part_of_a_multicall_needs_its_own_right(daemon, api):
    def parts(client, **scope):
        calls = [{"methodName": name, "params": [{**fields, **scope}]} for name, fields in (
            ("listAllCalls", {}), ("disconnectCall", {"ID": "sbc-1:none"}), ("disconnectAccount", {"i_account": 999}))]
        return client.call("system.multicall", calls)
    whole, one, account = parts(login(daemon, "night-desk"))
    assert (whole, one) == ([[]], [{"result": "Call not found or not accessible"}])
    assert account == {"faultCode": 403, "faultString": "The right 'bulk' is missing"}
    whole, one, account = parts(api, i_customer=3)
    assert whole == [[]]
    assert [part["faultString"] for part in (one, account)] == [missing("disconnect")[1], missing("bulk")[1]]


# --- pages

@pytest.mark.parametrize("path", ["/metrics", "/readyz?verbose"])
def test_pages_that_name_switches_need_the_right_to_look(daemon, path):
    assert page(daemon, "no-view", path) == (403, "The right 'view' is missing.\n")
    status, text = page(daemon, "only-view", path)
    assert status in (200, 503) and "sbc-1" in text
    assert page(daemon, "night-desk", path)[0] == 403  # of no root customer
    assert request(daemon.http_port, "GET", path).status in (200, 503)  # trusted


def refused_stream(daemon, **kwargs):
    stream = Stream(daemon.http_port, **kwargs)
    return stream.status, stream.refusal


def test_a_stream_needs_the_right_to_look(daemon):
    refusal = {"code": 403, "message": "The right 'view' is missing"}
    assert refused_stream(daemon, login=("blind", "blind secret")) == (403, refusal)
    assert refused_stream(daemon, login=("blind", "blind secret"), i_customer=999, colour="red") == (403, refusal)
    assert refused_stream(daemon, i_customer=4) == (403, refusal)
    assert refused_stream(daemon, i_customer=999)[0] == 404
    for kwargs in ({"login": ("night-desk", "night-desk secret")}, {"i_customer": 3}, {"i_customer": 5}):
        with Stream(daemon.http_port, **kwargs) as stream:
            stream.wait_for("synced")


def test_a_token_is_that_of_its_login(daemon):
    with Stream(daemon.http_port, login=("night-desk", "night-desk secret")) as stream:
        token = stream.wait_for("synced")["token"]
    assert Stream(daemon.http_port, login=("reseller", PASSWORDS["reseller"]), since=token).status == 400
    with Stream(daemon.http_port, login=("night-desk", "night-desk secret"), since=token) as stream:
        assert stream.wait_for("begin")["resumed"]


# --- changes

@pytest.fixture
def own(tmp_path):
    """A daemon whose directory the test may change."""
    with Daemon(folder=tmp_path, directory=DAEMON["directory"]) as daemon:
        daemon.introduce_switches()
        yield daemon


def changed(**fields):
    """The directory of this file with other fields of customer 2."""
    return with_fields({**FIELDS, 2: {**FIELDS[2], **fields}})


def test_other_rights_hold_for_the_next_request(own):
    api = login(own, "night-desk")
    assert api.fault("disconnectAccount", i_account=21) == missing("bulk")
    own.import_directory(changed(logins=[desk("night-desk", ["bulk"])]))
    own.reload()
    wait_until(lambda: outcome(api, "disconnectAccount", i_account=21) is None)
    assert api.fault("listAllCalls") == missing("view")
    assert login(own, "blind").post("x").status == 401  # it is gone
    own.import_directory(changed(api_rights=["view"], logins=[desk("night-desk", ["view"])]))
    own.reload()
    wait_until(lambda: outcome(api, "disconnectAccount", i_account=21) == missing("bulk"))
    assert login(own, "reseller").fault("disconnectCall", ID="sbc-1:none") == missing("disconnect")
    assert own.trusted().fault("disconnectAccount", i_account=21, i_customer=2) == missing("bulk")


ENDED = {
    "the right is taken": {"logins": [desk("night-desk", ["disconnect"]), desk("day-desk")]},
    "the login is taken": {"logins": [desk("day-desk")]},
}


@pytest.mark.parametrize("case", ENDED)
def test_the_stream_of_a_login_ends_when_it_may_no_longer_look_and_no_other_does(own, case):
    with Stream(own.http_port, login=("night-desk", "night-desk secret")) as night, \
            Stream(own.http_port, login=("day-desk", "day-desk secret")) as day:
        night.wait_for("synced"), day.wait_for("synced")
        own.import_directory(changed(**ENDED[case]))
        own.reload()
        begun = time.monotonic()
        assert night.wait_for("bye")["why"] == "access has ended"
        assert time.monotonic() - begun < 5
        day.wait_mark()
        assert not day.closed


def test_streams_end_with_the_access_or_the_rights_of_their_customer(own):
    with Stream(own.http_port, login=("day-desk", "day-desk secret")) as day, \
            Stream(own.http_port, login=("night-desk", "night-desk secret")) as night, \
            Stream(own.http_port, i_customer=2) as trusted:
        for stream in (day, night, trusted):
            stream.wait_for("synced")
        own.import_directory(changed(api_rights=["disconnect"]))
        own.reload()
        day.wait_for("bye"), trusted.wait_for("bye")
        night.wait_mark()
        own.import_directory(changed(api_rights=["view"], api_access=False))
        own.reload()
        night.wait_for("bye")


# --- the audit log

def test_the_audit_log_names_the_login_of_what_was_sent_and_of_what_was_refused(own):
    with own.switch() as switch:
        id = switch.start(i_account=21)
        wait_until(lambda: own.everything())
        api = login(own, "night-desk")
        assert api.fault("disconnectAccount", i_account=21) == missing("bulk")
        api.disconnectCall(ID=f"sbc-1:{id}")
        assert own.trusted().fault("disconnectAccount", i_account=41, i_customer=4) == missing("bulk")
        login(own, "blind").fault("listAllCalls")  # no order: no entry
        refused, sent, trusted = sorted(wait_until(lambda: len(rows := audited(own)) == 3 and rows),
                                        key=lambda row: (row["trusted"], row["method"]))
    assert refused == {"who": 2, "login": "night-desk", "trusted": 0, "method": "disconnectAccount",
                       "target": "i_account=21", "scope": 2, "answer": "Refused: 403 The right 'bulk' is missing"}
    assert (sent["who"], sent["login"], sent["method"]) == (2, "night-desk", "disconnectCall")
    assert (trusted["login"], trusted["scope"], trusted["answer"]) == ("", 4, "Refused: 403 The right 'bulk' is missing")


# --- the tool

def test_the_tool_shows_which_right_is_missing(daemon):
    def tool(name, *arguments):
        return run("rollcall", *arguments, stdin=subprocess.DEVNULL, env={
            **os.environ, "ROLLCALL_URL": f"http://127.0.0.1:{daemon.http_port}/xmlapi/xmlapi", "ROLLCALL_USER": name,
            "ROLLCALL_PASSWORD": f"{name} secret"})
    for name, right, arguments in (("blind", "view", ["calls"]), ("blind", "view", ["watch"]), ("blind", "view", ["network"]),
                                   ("night-desk", "bulk", ["disconnect", "account", "21", "--yes"]),
                                   ("only-view", "disconnect", ["disconnect", "call", "sbc-1:none"])):
        refused = tool(name, *arguments)
        assert refused.returncode == 4, (arguments, refused.stderr)
        assert f"The right '{right}' is missing" in refused.stderr
