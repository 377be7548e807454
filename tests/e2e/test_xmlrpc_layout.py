"""The bytes of every answer: those of Python's encoder (contract, section 5).

An answer is read by Python and written again by Python; both must be the same to the last byte, but for doubles,
of which the contract fixes the notation and not the number of digits.
"""

import re
import time
import xmlrpc.client

import pytest

from harness import ROW, Daemon, request, wait_until


def again(text):
    """What Python's encoder makes of the value, or the fault, of an answer."""
    try:
        (value,), _ = xmlrpc.client.loads(text)
        return xmlrpc.client.dumps((value,), methodresponse=True)
    except xmlrpc.client.Fault as fault:
        return xmlrpc.client.dumps(fault)


def without_doubles(text):
    return re.sub(r"<double>[^<]*</double>", "<double/>", text)


def check(answer):
    text = answer.text
    assert without_doubles(text) == without_doubles(again(text))
    assert "<i4>" not in text and "<i8>" not in text and "<nil" not in text
    assert not re.search(r"<value>[^<]", text), "a string without <string>"
    for number in re.findall(r"<double>([^<]*)</double>", text):
        assert re.fullmatch(r"\d+\.\d+", number), number
    return text


@pytest.mark.parametrize("method, fields", [
    ("listAllCalls", {"i_customer": 1}), ("listActiveCalls", {"i_customer": 11}),
    ("disconnectCall", {"ID": "none"}), ("disconnectAccount", {"i_account": 11}),
    ("disconnectCustomer", {"i_customer": 1}), ("getAccountCallStats", {}),
    ("getAccountCallStatsCustomer", {"i_customer": 1}), ("system.listMethods", None),
    ("nothing", {}), ("disconnectCall", {}), ("disconnectAccount", {"i_account": 999}),
    ("no<such>&method'\"", {}),
])
def test_an_answer_has_the_layout_of_pythons_encoder(api, method, fields):
    answer = api.post(xmlrpc.client.dumps(() if fields is None else (fields,), method))
    check(answer)
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"


@pytest.mark.parametrize("method", ["system.methodHelp", "system.methodSignature"])
def test_an_answer_about_a_method_has_the_layout(api, method):
    check(api.post(xmlrpc.client.dumps(("listAllCalls",), method)))


def test_an_answer_of_many_parts_has_the_layout(daemon, switch, api):
    for account in (11, 21):
        switch.start(i_account=account)
    wait_until(lambda: len(daemon.everything()) == 2)
    calls = [{"methodName": "listAllCalls", "params": [{"i_customer": 1}]},
             {"methodName": "getAccountCallStats", "params": []}, {"methodName": "nothing", "params": []}]
    check(api.post(xmlrpc.client.dumps((calls,), "system.multicall")))


HOSTILE = ["<b>&amp;</b>", "]]>", "<![CDATA[x", "<!--", "&#0;", "&lt;", "'\"", "</string>", "\t\n", " ", "x" * 4000,
           "\u00fc\u4e2d\U0001f4de", "\u202e", "%s%n", "\\u0041"]


def bmp(text):
    """A text without characters above U+FFFF, as answers have it."""
    return re.sub("[\U00010000-\U0010ffff]", "\ufffd", text)


def test_a_list_has_the_layout_whatever_the_texts_are(daemon, switch, api):
    fields = ["call_id", "cli", "cld", "caller_media_ip", "callee_media_ip", "direction"]
    for number, text in enumerate(HOSTILE):
        switch.start(i_account=11, i_connection=1, **{fields[number % len(fields)]: text})
    switch.start("Idle")
    wait_until(lambda: len(daemon.everything()) == len(HOSTILE) + 1)
    text = check(api.post(xmlrpc.client.dumps(({"i_customer": 1},), "listAllCalls")))
    (rows,), _ = xmlrpc.client.loads(text)
    for row in rows:
        assert list(row) == ROW
    shown = {value for row in rows for value in row.values() if isinstance(value, str)}
    assert {bmp(text) for text in HOSTILE} <= shown


def test_a_row_has_these_types_and_this_order(daemon, switch, api):
    switch.start(i_account=11)
    wait_until(lambda: daemon.everything())
    api.listAllCalls(i_customer=1)
    members = re.findall(r"<name>(\w+)</name>\n<value><(\w+)>", api.last.text)
    assert [name for name, _ in members] == ROW
    kinds = dict(members)
    for name in ROW[:10]:
        assert kinds[name] == "string", name
    for name in ("I_CONNECTION", "I_ACCOUNT", "I_CUSTOMER", "I_ENVIRONMENT"):
        assert kinds[name] == "int", name
    assert kinds["DELAY"] == kinds["DURATION"] == "double"


def test_doubles_are_fixed_however_long_the_call(daemon, switch, api):
    now = time.time()
    switch.start(setup_time=1.5, connect_time=2.000001)
    switch.start(setup_time=now - 3e7, connect_time=now - 1e7)
    switch.start("WaitRoute", setup_time=now)
    wait_until(lambda: len(daemon.everything()) == 3)
    check(api.post(xmlrpc.client.dumps(({"i_customer": 1},), "listAllCalls")))
    assert "<double>0." in api.last.text


def test_disconnect_answers_tell_the_result_first_and_the_count_second(api):
    for method, fields in (("disconnectAccount", {"i_account": 11}), ("disconnectCustomer", {"i_customer": 1})):
        assert list(api.call(method, fields).items()) == [("result", "OK"), ("count", 0)]


def test_stats_tell_the_result_first(api):
    for method, fields in (("getAccountCallStats", {}), ("getAccountCallStatsCustomer", {"i_customer": 1})):
        assert list(api.call(method, fields)) == ["result", "data"]


def test_a_fault_has_its_code_first(api):
    api.fault("nothing")
    assert re.findall(r"<name>(\w+)</name>\n<value><(\w+)>", api.last.text) \
        == [("faultCode", "int"), ("faultString", "string")]


def test_string_ids_make_the_two_ids_strings_as_in_the_vendors_sample():
    with Daemon(config={"api": {"string_ids": True}}) as daemon, daemon.switch() as switch:
        switch.start(i_account=21, i_connection=1)
        wait_until(lambda: daemon.everything())
        api = daemon.trusted()
        (row,) = api.listAllCalls(i_customer=1)
        assert (row["I_CUSTOMER"], row["I_ENVIRONMENT"]) == ("2", "1")
        assert (row["I_ACCOUNT"], row["I_CONNECTION"]) == (21, 1)
        assert list(row) == ROW
        check(api.last)


def test_a_carriage_return_survives_a_reader(daemon, switch, api):
    """XML readers turn a bare carriage return into a line feed, so it is written as a reference."""
    switch.start(i_account=11, cli="a\rb\r\nc")
    wait_until(lambda: daemon.everything())
    (row,) = api.listAllCalls(i_customer=1)
    assert row["CLI"] == "a\rb\r\nc"


def test_an_id_that_no_int_holds_breaks_neither_lists_nor_stats(daemon, switch, api):
    """i_account comes from the switch: `<int>` is 32 bits, and readers refuse a whole answer for a wider one."""
    for wide in (2**31, 2**40, 2**63 - 1, -1, -(2**31) - 1):
        switch.start(i_account=wide, i_connection=wide)
    switch.start(i_account=2**31 - 1)
    wait_until(lambda: len(daemon.everything()) == 6)
    assert {(row["I_ACCOUNT"], row["I_CONNECTION"]) for row in api.listAllCalls(i_customer=1)} \
        == {(0, 0), (2**31 - 1, 0)}
    assert api.getAccountCallStats()["data"] == {"0": [5, 5], str(2**31 - 1): [1, 1]}


def test_characters_above_the_basic_plane_are_replaced_wherever_they_stand(daemon, switch, api):
    """xmlrpc-c's client, among others, refuses a whole answer for one of them."""
    switch.start(i_account=11, cli="\U0001f4de", cld="a\U00010000b\uffe0", call_id="\U0010ffff\r")
    wait_until(lambda: daemon.everything())
    (row,) = api.listAllCalls(i_customer=1)
    assert (row["CLI"], row["CLD"], row["CALL_ID"]) == ("\ufffd", "a\ufffdb\uffe0", "\ufffd\r")
    assert api.fault("no\U0001f4de") == (-32601, "unknown method 'no\ufffd'")
    assert api.fault("disconnectCall", ID="x", **{"\U0001f4de": 1})[1].startswith("Unknown parameter \ufffd;")
    part, = api.call("system.multicall", [{"methodName": "\U0001f4de", "params": []}])
    assert part["faultString"] == "unknown method '\ufffd'"


def test_characters_above_the_basic_plane_stay_where_configured_so():
    with Daemon(config={"api": {"full_unicode": True}}) as daemon, daemon.switch() as switch:
        switch.start(i_account=11, cli="\U0001f4de&")
        wait_until(lambda: daemon.everything())
        api = daemon.trusted()
        (row,) = api.listAllCalls(i_customer=1)
        assert row["CLI"] == "\U0001f4de&"
        check(api.last)
        assert api.fault("\U0001f4de") == (-32601, "unknown method '\U0001f4de'")


def test_errors_below_the_api_are_not_xml_rpc(daemon):
    assert b"methodResponse" not in request(daemon.http_port, "POST", "/nowhere", b"").body
