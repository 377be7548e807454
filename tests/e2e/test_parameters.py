"""Each parameter that is missing, unknown, or not what it should be is named in the fault."""

import xmlrpc.client

import pytest
from raw_calls import ACTS, call, raw, struct

from harness import Daemon


REQUIRED = [("disconnectCall", "ID", "text"), ("disconnectAccount", "i_account", "1"),
            ("disconnectCustomer", "i_customer", "1"), ("listAllCalls", "i_customer", "1"),
            ("listActiveCalls", "i_customer", "1"), ("getAccountCallStatsCustomer", "i_customer", "1")]


@pytest.mark.parametrize("method, name, _", REQUIRED)
@pytest.mark.parametrize("params", ["", "<params/>", "<params><param><value><struct/></value></param></params>", "nil",
                                    "<params><param><value><nil/></value></param></params>"])
def test_a_missing_parameter_is_named(api, method, name, _, params):
    params = struct((name, "<nil/>")) if params == "nil" else params
    assert raw(api, call(method, params)) == (400, f"Parameter {name} is required")


@pytest.mark.parametrize("method, name", [
    ("disconnectAccount", "i_account"), ("disconnectCustomer", "i_customer"), ("disconnectCustomer", "i_wholesaler"),
    ("disconnectCall", "i_customer"), ("listAllCalls", "i_customer"), ("listAllCalls", "i_account"),
    ("listAllCalls", "i_vendor"), ("listActiveCalls", "i_connection"), ("listAllCalls", "offset"),
    ("listActiveCalls", "limit"), ("getAccountCallStatsCustomer", "i_customer"),
])
@pytest.mark.parametrize("value", ["abc", " ", "1.5", "0x10", "1e3", "+-1", 1.0, [], {}, "9" * 30, "1 2",
                                   xmlrpc.client.Binary(b"1"), xmlrpc.client.DateTime(0)])
def test_an_id_that_is_no_integer_is_named(api, method, name, value):
    fields = {"ID": "x"} if method == "disconnectCall" else {}
    if method == "disconnectCustomer" and name != "i_customer":
        fields["i_customer"] = 1
    if method.startswith("list") and name != "i_customer":
        fields["i_customer"] = 1
    code, text = api.fault(method, {**fields, name: value})
    assert code == 400
    assert text == f"Parameter {name} must be an integer" or (value == "9" * 30 and name in text), text


@pytest.mark.parametrize("value", ["<int>11</int>", "<i4>11</i4>", "<i8>11</i8>", "<string>11</string>", "11",
                                   "<int>+11</int>", "<int> 11 </int>"])
def test_an_id_may_come_in_each_way_of_the_contract(api, value):
    answer = api.post(call("disconnectAccount", struct(("i_account", value))))
    if "+" in value or "> " in value:
        answer.text  # a matter of the parser's taste, but never a crash
    else:
        assert answer.value() == {"result": "OK", "count": 0}


@pytest.mark.parametrize("element", ["int", "i4", "i8", "ex:i8"])
def test_a_number_that_does_not_fit_its_element_is_a_matter_of_its_parameter(api, element):
    def ask(method, name, digits, *more):
        return raw(api, call(method, struct((name, f"<{element}>{digits}</{element}>"), *more)))
    assert ask("disconnectAccount", "i_account", "9999999999") == (401, "Wrong i_account")
    assert ask("disconnectAccount", "i_account", "9" * 30) == (400, "Parameter i_account is out of range")
    assert ask("disconnectAccount", "i_account", "-" + "9" * 30) == (400, "Parameter i_account must be an integer")
    assert ask("listAllCalls", "limit", "-9999999999", ("i_customer", "1")) == (400, "Parameter limit must not be negative")
    limit = struct(("i_customer", "1"), ("limit", f"<{element}>9999999999</{element}>"))
    assert api.post(call("listAllCalls", limit)).value() == []


def test_ex_i8_is_read_too(api):
    body = ("<?xml version='1.0'?><methodCall xmlns:ex='http://ws.apache.org/xmlrpc/namespaces/extensions'><methodName>"
            "disconnectAccount</methodName>" + struct(("i_account", "<ex:i8>11</ex:i8>")) + "</methodCall>")
    answer = api.post(body)
    assert answer.status == 200


@pytest.mark.parametrize("method", ["listAllCalls", "getAccountCallStatsCustomer"])
@pytest.mark.parametrize("value, good", [
    ("<boolean>1</boolean>", True), ("<boolean>0</boolean>", True), ("<int>1</int>", True), ("<int>0</int>", True),
    ("<int>2</int>", False), ("<int>-1</int>", False), ("<string>yes</string>", False), ("<double>1.0</double>", False),
    ("<array><data/></array>", False),
])
def test_a_boolean_is_a_boolean_or_0_or_1(api, method, value, good):
    body = call(method, struct(("i_customer", "<int>1</int>"), ("recursive", value)))
    if good:
        api.post(body).value()
    else:
        code, text = raw(api, body)
        assert code == 400 and "recursive" in text and "boolean" in text


@pytest.mark.parametrize("order", ["newest", "OLDEST_FIRST", "oldest_first ", "longest"])
def test_an_unknown_order_is_refused_and_the_known_are_named(api, order):
    code, text = api.fault("listAllCalls", i_customer=1, order=order)
    assert code == 400
    for known in ("order", "oldest_first", "oldest_last", "longest_first", "longest_last"):
        assert known in text


@pytest.mark.parametrize("fields", [{"order": 1}, {"order": []}, {"node_id": 1}, {"node_id": {}}])
def test_a_text_that_is_no_string_is_named(api, fields):
    code, text = api.fault("listAllCalls", i_customer=1, **fields)
    (name,) = fields
    assert code == 400 and name in text


@pytest.mark.parametrize("value", [[], {}, True, 1.5, xmlrpc.client.Binary(b"x")])
def test_an_id_of_a_call_that_is_no_string_is_refused(api, value):
    code, text = api.fault("disconnectCall", ID=value)
    assert code == 400 and "ID" in text


@pytest.mark.parametrize("fields", [{"offset": -1}, {"limit": -1}])
def test_a_number_out_of_range_is_named(api, fields):
    code, text = api.fault("listAllCalls", i_customer=1, **fields)
    (name,) = fields
    assert code == 400 and name in text


@pytest.mark.parametrize("method, fields, text", [
    ("disconnectCall", {"ID": "x", "i_call": 1}, "Unknown parameter i_call; disconnectCall takes ID"),
    ("disconnectCall", {"i_call": 1}, "Unknown parameter i_call; disconnectCall takes ID"),
    ("disconnectAccount", {"i_account": 1, "i_acount": 1}, "Unknown parameter i_acount; disconnectAccount takes i_account"),
    ("disconnectCustomer", {"i_customer": 1, "x": 1}, "Unknown parameter x; disconnectCustomer takes i_customer"),
])
def test_an_unknown_parameter_is_named_with_those_that_are_known(api, method, fields, text):
    code, said = api.fault(method, fields)
    assert code == 400 and said.startswith(text), said


@pytest.mark.parametrize("method", ["listAllCalls", "listActiveCalls", "getAccountCallStats",
                                    "getAccountCallStatsCustomer"])
def test_an_unknown_parameter_of_any_method_is_a_fault(api, method):
    code, text = api.fault(method, {"i_customer": 1, "no_such": "x"})
    assert code == 400 and text.startswith("Unknown parameter no_such")


def test_an_unknown_parameter_in_hostile_characters_is_named(api):
    code, text = api.fault("disconnectCall", {"<a>&": 1})
    assert code == 400 and "<a>&" in text


@pytest.mark.parametrize("params", [("x",), (1,), ([],), ([{}],), ({}, {}), ("i_account", 11), (True,)])
def test_parameters_that_are_not_one_struct_are_refused(api, params):
    code, text = api.fault("disconnectCall", *params)
    assert code == 400, (code, text)


def test_unknown_parameters_are_ignored_where_configured_so():
    with Daemon(config={"api": {"unknown_parameters": "ignore"}}) as daemon:
        api = daemon.trusted()
        assert api.listAllCalls(i_customer=1, i_call=1, no_such=[1]) == []
        assert api.getAccountCallStats(i_call=1)["result"] == "OK"
        # What hangs up calls takes nothing that it does not know: it may have been meant to narrow them.
        for method, fields in ACTS:
            for value in (1, "", None, []):
                code, text = api.fault(method, **fields, no_such=value)
                assert code == 400 and text.startswith("Unknown parameter no_such; "), text


def test_bad_parameters_are_told_before_a_wrong_scope(reseller):
    assert reseller.fault("disconnectAccount", {}) == (400, "Parameter i_account is required")
    assert reseller.fault("getAccountCallStats", no_such=1)[0] == 400
