"""system.listMethods, methodHelp, methodSignature, multicall (contract, 5.4)."""

import xmlrpc.client

import pytest

from harness import DIRECTORY, Daemon, wait_until

METHODS = {"drainNode", "forgetNode", "listAllCalls", "listActiveCalls", "disconnectCall", "disconnectAccount", "disconnectCalls", "disconnectCustomer",
           "findNames", "getAccountCallStats", "getAccountCallStatsCustomer", "getCallCounts", "getCallHistory", "getLimits", "getNetwork",
           "system.listMethods", "system.methodHelp", "system.methodSignature", "system.multicall", "system.whoAmI"}


def multicall(api, *calls):
    return api.call("system.multicall", [{"methodName": name, "params": list(params)} for name, *params in calls])


@pytest.mark.parametrize("method", ["system.methodHelp", "system.methodSignature"])
@pytest.mark.parametrize("params", [(), ("nothing",), (1,), ("listAllCalls", "listAllCalls"), ({},), ([],)])
def test_a_question_about_no_method_is_a_fault(api, method, params):
    code, _ = api.fault(method, *params)
    assert code in (400, -32601)


def test_every_method_is_listed(api):
    listed = api.call("system.listMethods")
    assert set(listed) == METHODS and len(listed) == len(METHODS)


@pytest.mark.parametrize("method", ["system.listMethods", "system.whoAmI"])
def test_a_method_without_parameters_takes_an_empty_one_and_names_any_other(api, method):
    plain = api.call(method)
    for nothing in ({}, [], "", None, {"x": ""}, {"x": None}):
        assert api.call(method, nothing) == plain
    assert api.fault(method, {"x": 1}) == (400, f"Unknown parameter x; {method} takes no parameters")
    assert api.fault(method, 1) == (400, f"The parameter of {method} must be a struct")
    assert api.fault(method, {}, {}) == (400, f"{method} takes one parameter, a struct")


def test_unknown_parameters_of_a_method_without_parameters_are_ignored_where_all_are():
    with Daemon(config={"api": {"unknown_parameters": "ignore"}}) as daemon:
        assert set(daemon.trusted().call("system.listMethods", {"x": 1})) == METHODS


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_has_a_help_and_a_signature(api, method):
    assert len(api.call("system.methodHelp", method)) > 20
    signatures = api.call("system.methodSignature", method)
    kinds = {"int", "i4", "i8", "boolean", "double", "string", "struct", "array", "nil"}
    assert signatures and all(signature and set(signature) <= kinds for signature in signatures)


@pytest.mark.parametrize("parameter", ["recursive", "i_account", "i_vendor", "i_connection", "order", "node_id", "offset",
                                       "limit", "oldest_first", "longest_last"])
def test_the_help_of_a_list_names_its_parameters(api, parameter):
    assert parameter in api.call("system.methodHelp", "listAllCalls")


# --- multicall

def test_a_multicall_without_parts_is_empty(api):
    assert multicall(api) == []


@pytest.mark.parametrize("params", [(), (1,), ("x",), ({},), ([1],), ([{}],), ([{"methodName": "x"}], 1),
                                    ([{"methodName": 1, "params": []}],)])
def test_a_broken_multicall_is_a_fault_or_its_parts_are(api, params):
    try:
        answer = api.call("system.multicall", *params)
    except xmlrpc.client.Fault as fault:
        assert fault.faultCode in (400, -32600)
        return
    assert all(part["faultCode"] in (400, -32600, -32601) for part in answer)


def test_each_part_is_answered_as_if_it_came_alone(daemon, switch, api):
    id = switch.start(i_account=11)
    wait_until(lambda: daemon.everything())
    rows, stats, unknown, missing, wrong, nothing = multicall(
        api, ("listAllCalls", {"i_customer": 1}), ("getAccountCallStats",), ("nothing",), ("disconnectCall",),
        ("disconnectAccount", {"i_account": 999}), ("disconnectCall", {"ID": "none"}))
    assert [row["ID"] for row in rows[0]] == [f"sbc-1:{id}"]
    assert stats == [{"result": "OK", "data": {"11": [1, 1]}}]
    assert unknown == {"faultCode": -32601, "faultString": "unknown method 'nothing'"}
    assert missing == {"faultCode": 400, "faultString": "Parameter ID is required"}
    assert wrong == {"faultCode": 401, "faultString": "Wrong i_account"}
    assert nothing == [{"result": "Call not found or not accessible"}]


def test_a_multicall_inside_a_multicall_is_refused(api):
    (part,) = multicall(api, ("system.multicall", []))
    assert part["faultCode"] in (400, -32600, -32601)


def test_each_part_is_limited_to_its_callers_scope(daemon, switch, reseller):
    switch.start(i_account=11)
    wait_until(lambda: daemon.everything())
    parts = multicall(reseller, ("listAllCalls",), ("listAllCalls", {"i_customer": 1}), ("getAccountCallStats",),
                      ("disconnectCustomer", {"i_customer": 1}))
    assert parts[0] == [[]]
    assert [part["faultCode"] for part in parts[1:]] == [401, 403, 401]


def test_the_parts_are_done_in_order(daemon, switch, api):
    id = switch.start(i_account=11)
    wait_until(lambda: daemon.everything())
    first, second = multicall(api, ("disconnectAccount", {"i_account": 11}), ("disconnectAccount", {"i_account": 11}))
    assert (first, second) == ([{"result": "OK", "count": 1}], [{"result": "OK", "count": 0}])
    switch.wait_for("disconnect", id=id)


def test_a_multicall_of_many_parts_is_answered_or_refused_as_a_whole(api):
    try:
        parts = multicall(api, *[("getAccountCallStats",)] * 300)
        assert len(parts) == 300
    except xmlrpc.client.Fault as fault:
        assert fault.faultCode == 400
    assert "listAllCalls" in api.call("system.listMethods")


def test_the_answers_of_a_multicall_that_wait_in_memory_are_bounded():
    with Daemon(switches={f"{n:04}-{'x' * 27}": 1 for n in range(2000)}) as daemon:
        api = daemon.login("ssp-root")
        parts = multicall(api, *[("getNetwork", {})] * 64)
        done = [part for part in parts if "faultCode" not in part]
        assert 1 < len(done) < 8 and all(part[0]["result"] == "OK" for part in done)
        assert {(part["faultCode"], part["faultString"]) for part in parts[len(done):]} == {
            (503, "Not done: the answers before it are too long")}


def test_names_that_are_found_are_told_one_after_the_other_and_do_not_wait_in_memory():
    many = {**DIRECTORY, "connections": [{"i_connection": n, "i_vendor": 1, "name": "x" * 200} for n in range(1, 2001)]}
    with Daemon(directory=many) as daemon:
        parts = multicall(daemon.login("reseller"), *[("findNames", {"kind": "connection"})] * 64)
        assert len(parts) == 64 and all(len(part[0]["entries"]) == 1000 for part in parts)


def test_a_customer_without_access_gets_nothing_out_of_a_multicall(daemon):
    assert daemon.login("closed").fault("system.multicall", []) == (403, "API access is not enabled")


@pytest.mark.parametrize("method", ["system.listMethods"])
def test_a_method_without_parameters_takes_none(api, method):
    code, _ = api.fault(method, "x")
    assert code == 400


def test_methods_are_listed_for_everyone_with_access(reseller):
    assert set(reseller.call("system.listMethods")) == METHODS
