"""Requests that are not right, and the code and text of each (contract, 5)."""

import concurrent.futures
import random
import xmlrpc.client

import pytest
from raw_calls import ACTS, call, is_alive, raw, struct

from harness import Daemon, request, wait_until


# --- not XML, or not a call

@pytest.mark.parametrize("body", [
    " ", "hello", "<", "<methodCall>", "<methodCall></methodcall>", "<a><b></a></b>", "\x00", "{}",
    "<methodCall><methodName>listAllCalls</methodName>", "<methodCall>&nbsp;</methodCall>", "<a>\x01</a>",
    "<?xml version='1.0' encoding='no-such'?><methodCall/>", b"\xff\xfe<", b"<methodCall>\xff</methodCall>",
    "<methodCall/><methodCall/>", "<a b=1/>",
])
def test_what_is_not_well_formed_is_a_parse_error(api, body):
    assert raw(api, body) == (-32700, "parse error")


def test_an_empty_body_is_a_parse_error_of_who_is_logged_in_and_a_challenge_for_who_is_trusted(root, api):
    root.call("system.listMethods")
    assert raw(root, "") == (-32700, "parse error")
    assert api.post("").status == 401


@pytest.mark.parametrize("body", [
    "<a/>", "<methodResponse/>", "<methodCall/>", "<methodCall><params/></methodCall>",
    "<methodCall><methodName/></methodCall>", "<html><body>hi</body></html>",
    "<methodCall><methodName>a</methodName><params><param/></params></methodCall>",
    call("x", "<params><param><value><int>1</int><int>2</int></value></param></params>"),
    call("x", "<params><param><value><int>1<b/></int></value></param></params>"),
    call("x", "<params><param><value><struct><member><name>a</name></member></struct></value></param></params>"),
    call("x", "<params><param><value><unknown/></value></param></params>"),
])
def test_what_is_well_formed_and_no_method_call_is_an_invalid_request(api, body):
    assert raw(api, body) == (-32600, "invalid request")


@pytest.mark.parametrize("name, wanted", [("i_account", "an integer"), ("recursive", "a boolean"), ("node_id", "a string"),
                                          ("limit", "an integer"), ("i_connection", "an integer")])
@pytest.mark.parametrize("value", [
    "<int>abc</int>", "<int/>", "<i8>abc</i8>", "<i4>1.5</i4>", "<boolean>2</boolean>", "<boolean>true</boolean>",
    "<double>x</double>", "<dateTime.iso8601>yesterday</dateTime.iso8601>", "<base64>#</base64>"])
def test_a_value_that_is_not_of_its_own_type_is_refused_by_the_name_of_its_parameter(api, name, wanted, value):
    assert raw(api, call("listAllCalls", struct(("i_customer", "<int>1</int>"), (name, value)))) == (
        400, f"Parameter {name} must be {wanted}")


def test_a_value_that_is_not_of_its_own_type_costs_one_part_of_a_multicall(api):
    def part(method, value):
        return (f"<value><struct><member><name>methodName</name><value>{method}</value></member><member>"
                "<name>params</name><value><array><data><value><struct><member><name>i_customer</name>"
                f"<value>{value}</value></member></struct></value></data></array></value></member></struct></value>")
    body = call("system.multicall", "<params><param><value><array><data>" + part("disconnectCustomer", "<int>abc</int>")
                + part("getAccountCallStatsCustomer", "<int>1</int>") + "</data></array></value></param></params>")
    bad, good = api.post(body).value()
    assert (bad["faultCode"], bad["faultString"]) == (400, "Parameter i_customer must be an integer")
    assert good[0]["result"] == "OK"


def levels(depth):
    """A call whose elements are nested `depth` deep: methodCall / params / param / value, then three by three."""
    inner = "<value>1</value>" if depth % 3 == 1 else "<value><int>1</int></value>"
    for _ in range((depth - 4) // 3):
        inner = f"<value><struct><member><name>a</name>{inner}</member></struct></value>"
    return call("nothing", f"<params><param>{inner}</param></params>")


@pytest.mark.parametrize("name, body", [
    ("doctype", "<!DOCTYPE methodCall><methodCall><methodName>listAllCalls</methodName></methodCall>"),
    ("entities", "<!DOCTYPE a [<!ENTITY b 'c'>]><methodCall><methodName>&b;</methodName></methodCall>"),
    ("external", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><methodCall><methodName>x</methodName></methodCall>"),
    ("bomb", "<!DOCTYPE a [<!ENTITY a '" + "x" * 100 + "'>" + "".join(
        f"<!ENTITY {chr(98 + n)} '{('&' + chr(97 + n) + ';') * 50}'>" for n in range(8)) + "]><methodCall>"
        "<methodName>&i;</methodName></methodCall>"),
    ("deep", "<a>" * 200 + "</a>" * 200), ("deep call", levels(40)),
    ("very deep", "<a>" * 9000),
])
def test_what_is_dangerous_to_parse_is_refused_before_it_is(daemon, api, name, body):
    code, text = raw(api, body)
    assert (code, text) in ((-32600, "invalid request"), (-32700, "parse error"))
    assert is_alive(daemon)


def test_sixteen_levels_are_read_and_seventeen_are_not(api):
    assert raw(api, levels(16)) == (-32601, "unknown method 'nothing'")
    assert raw(api, levels(17)) == (-32600, "invalid request")


@pytest.mark.parametrize("method", ["nothing", "listallcalls", "LISTALLCALLS", "system", "system.", "list AllCalls",
                                    "x" * 1000, "a.b:c/d", "\u00fc"])
def test_an_unknown_method_is_named(api, method):
    assert api.fault(method) == (-32601, f"unknown method '{method}'")


def test_an_unknown_method_in_hostile_characters_is_named_all_the_same(api):
    assert raw(api, call("&lt;&amp;'\"", "")) == (-32601, "unknown method '<&'\"'")


# --- parameters

READS = [("listAllCalls", {"i_customer": 1}), ("listActiveCalls", {"i_customer": 1}),
         ("getAccountCallStats", {"i_customer": 1}), ("getAccountCallStatsCustomer", {"i_customer": 1})]


@pytest.mark.parametrize("method, fields", ACTS + READS)
@pytest.mark.parametrize("values", [("<int>1</int>", "<int>999</int>"), ("<int>1</int>", "<int>1</int>"), ("<nil/>", "<nil/>")])
def test_two_members_of_one_name_are_refused_and_neither_counts(api, method, fields, values):
    (name,) = fields
    for more in ([], [("envelope", "<boolean>0</boolean>")], [("x", "<int>1</int>")]):
        body = call(method, struct((name, values[0]), *more, (name, values[1])))
        assert raw(api, body) == (400, f"Parameter {name} is given twice")


def test_two_members_of_one_name_are_found_in_the_parts_of_a_multicall(api):
    parts = [("methodName", "system.listMethods"), ("methodName", "disconnectAccount")], \
        [("methodName", "disconnectAccount"),
         ("params", "<array><data><value><struct><member><name>i_account</name><value>11</value></member><member>"
                    "<name>i_account</name><value>12</value></member></struct></value></data></array>")], \
        [("methodName", "getAccountCallStats")]
    inner = "".join("<value><struct>" + "".join(f"<member><name>{name}</name><value>{value}</value></member>"
                                                for name, value in part) + "</struct></value>" for part in parts)
    first, second, third = api.post(call(
        "system.multicall", f"<params><param><value><array><data>{inner}</data></array></value></param></params>")).value()
    assert (first["faultCode"], second["faultCode"]) == (400, 400)
    assert "methodName" in first["faultString"] and second["faultString"] == "Parameter i_account is given twice"
    assert third[0]["result"] == "OK"


@pytest.mark.parametrize("method, fields", READS)
@pytest.mark.parametrize("empty", ["<nil/>", "<ex:nil xmlns:ex='http://ws.apache.org/xmlrpc/namespaces/extensions'/>", "",
                                   "<string/>", "<string></string>"])
def test_what_is_empty_counts_as_absent_where_a_method_only_reads(root, method, fields, empty):
    plain = root.call(method)
    for name in ("i_customer", "envelope", "no_such"):
        assert root.post(call(method, struct((name, empty)))).value() == plain
    if method.startswith("list"):
        names = ("i_customer", "recursive", "i_account", "i_vendor", "i_connection", "order", "node_id", "offset", "limit")
        assert root.post(call(method, struct(*((name, empty) for name in names)))).value() == plain


@pytest.mark.parametrize("method, fields", ACTS)
@pytest.mark.parametrize("empty", ["<nil/>", "<ex:nil xmlns:ex='http://ws.apache.org/xmlrpc/namespaces/extensions'/>", "",
                                   "<string/>", "<array><data/></array>", "<array><data></data></array>"])
def test_what_is_empty_is_refused_by_name_where_a_method_acts(api, method, fields, empty):
    (name,) = fields
    code, text = raw(api, call(method, struct((name, empty))))
    assert code == 400 and name in text
    scope = "i_wholesaler" if method == "disconnectCustomer" else "i_customer"
    body = call(method, struct((name, str(fields[name])), (scope, empty)))
    if scope == "i_wholesaler" and "array" not in empty:
        assert api.post(body).value() == {"result": "OK", "count": 0}
    else:
        code, text = raw(api, body)
        assert code == 400 and scope in text, text


def test_an_id_of_a_call_may_come_as_a_number(api):
    for value in ("<int>960</int>", "<i8>960</i8>", "<string>960</string>", "960"):
        assert api.post(call("disconnectCall", struct(("ID", value)))).value() \
            == {"result": "Call not found or not accessible"}


@pytest.mark.parametrize("params", ["", "<params/>", "<params></params>", "\n <params> </params>\n",
                                    "<params><param><value><struct/></value></param></params>",
                                    "<params><param><value><struct></struct></value></param></params>",
                                    "<params>\n<param>\n<value>\n<struct>\n</struct>\n</value>\n</param>\n</params>",
                                    "<params><param><value><array><data/></array></value></param></params>",
                                    "<params><param><value><nil/></value></param></params>",
                                    "<params><param><value/></param></params>"])
def test_every_method_takes_a_struct_without_members_and_none_at_all(root, params):
    """Those that need something say what; the others answer."""
    for method in root.call("system.listMethods"):
        answer = root.post(call(method, params))
        if method == "findNames":
            assert raw(root, call(method, params)) == (400, "Parameter kind is required")
        elif method == "getCallCounts":
            assert raw(root, call(method, params)) == (400, "Parameter group_by is required")
        elif method == "getCallHistory":
            assert raw(root, call(method, params)) == (400, "Parameter from is required")
        elif method in ("drainNode", "forgetNode"):
            assert raw(root, call(method, params)) == (400, "Parameter node_id is required")
        elif method in ("system.methodHelp", "system.methodSignature"):
            assert raw(root, call(method, params))[0] in (400, -32601)
        elif method == "system.multicall":
            assert answer.value() == []
        elif method == "disconnectCalls":
            assert raw(root, call(method, params)) == (400, "A filter is needed that can leave a call out")
        elif method in dict(ACTS):
            assert raw(root, call(method, params)) == (400, f"Parameter {list(dict(ACTS)[method])[0]} is required")
        else:
            answer.value()


# --- too much at once

def test_too_many_requests_at_once_from_one_customer_are_told_so():
    with Daemon(config={"api": {"requests_at_once": 1}}) as daemon, daemon.switch() as switch:
        switch.snapshot([{"id": f"c{n}", "state": "Connected", "setup_time": 1e9 + n, "i_account": 11}
                         for n in range(20000)])
        wait_until(lambda: daemon.trusted().getAccountCallStats()["data"] == {"11": [20000, 20000]})

        def ask(_):
            try:
                rows = daemon.trusted(headers={"Accept-Encoding": "gzip"}).listAllCalls(i_customer=1, order="longest_first",
                                                                                      limit=10)
                assert len(rows) == 10
                return 200
            except xmlrpc.client.Fault as fault:
                return fault.faultCode

        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            codes = list(pool.map(ask, range(200)))
        assert set(codes) == {200, 429}, set(codes)
        assert daemon.trusted().listAllCalls(i_customer=2) == []


def test_no_fault_tells_what_is_inside(api):
    """Neither a type nor a file nor a library of ours shows in any text above; a sample of them."""
    for body in ("<", "<a/>", call("nothing", ""), call("disconnectCall", "")):
        text = raw(api, body)[1].lower()
        for word in ("boost", "caf", "std::", ".cpp", "sqlite", "xmlrpc_", "expat", "exception"):
            assert word not in text


def test_garbage_never_hurts(daemon):
    """Cuts and flips of a good request: each is answered by some HTTP status, and the daemon lives."""
    body = bytearray(xmlrpc.client.dumps(({"i_customer": 1, "order": "oldest_first"},), "listAllCalls").encode())
    dice = random.Random(7)
    for _ in range(300):
        broken = bytearray(body)
        for _ in range(dice.randrange(1, 4)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        broken = bytes(broken[:dice.randrange(len(broken) + 1)]) if dice.random() < 0.5 else bytes(broken)
        status = request(daemon.http_port, "POST", "/RPC2", broken, {"Content-Type": "text/xml"}).status
        assert status == (200 if broken else 401)  # who sends nothing is about to log in
    assert is_alive(daemon)
