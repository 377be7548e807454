"""Clients that are in use, side by side: all must log in, be understood, and understand the same (contract, 4.1)."""

import json
import pathlib
import subprocess
import sys

import pytest

from harness import Daemon, Switch, wait_until

CLIENTS = pathlib.Path(__file__).parent / "clients"


@pytest.fixture(scope="module")
def xmlrpc_c(tmp_path_factory):
    """xmlrpc-c's client, compiled."""
    program = tmp_path_factory.mktemp("clients") / "xmlrpc_c"
    subprocess.run(["g++", "-std=c++20", "-o", program, CLIENTS / "xmlrpc_c.cpp", "-lxmlrpc_client", "-lxmlrpc",
                    "-lxmlrpc_util"], check=True)
    return program


def command(client, request):
    return {
        "python_urllib": [sys.executable, CLIENTS / "python_urllib.py"],
        "python_requests": [sys.executable, CLIENTS / "python_requests.py"],
        "curl": [sys.executable, CLIENTS / "curl.py"],
        "php_curl": ["php", CLIENTS / "php_curl.php"],
        "perl_rpc_xml": ["perl", CLIENTS / "perl_rpc_xml.pl"],
    }.get(client) or [request.getfixturevalue("xmlrpc_c")]


#: The API from end to end; more than sixteen calls, so that hexadecimal counts reach their letters.
STEPS = [
    ["listAllCalls", []],
    ["listActiveCalls", [{"recursive": True, "order": "oldest_last"}]],
    ["listAllCalls", [{"i_account": 21, "recursive": True}]],
    ["listAllCalls", [{"i_account": 999}]],
    ["getAccountCallStats", []],
    ["getAccountCallStatsCustomer", [{"i_customer": 2, "recursive": True}]],
    ["nothing", []],
    ["disconnectCall", []],
    ["disconnectCall", [{"ID": "x", "i_call": 1}]],
    ["disconnectAccount", [{"i_account": "eleven"}]],
    ["disconnectAccount", [{"i_account": 999}]],
    ["listAllCalls", [{"order": "newest"}]],
    ["disconnectCall", [{"ID": "sbc-1:none"}]],
    ["disconnectCall", [{"ID": "sbc-1:a"}]],
    ["disconnectAccount", [{"i_account": 12}]],
    ["disconnectCustomer", [{"i_customer": 2}]],
    ["listActiveCalls", []],
    ["system.methodHelp", ["listAllCalls"]],
    ["system.methodHelp", ["nothing"]],
    ["listAllCalls", [{"limit": 2}]],
]

# Texts stay in the Basic Multilingual Plane: xmlrpc-c refuses a whole answer that holds another character.
CALLS = [
    {"id": "a", "state": "Connected", "i_account": 11, "setup_time": 1000, "connect_time": 1010, "cli": "<&>'\"",
     "cld": "\u00fc\u4e2d", "i_connection": 1},
    {"id": "b", "state": "ARComplete", "i_account": 12, "setup_time": 2000},
    {"id": "c", "state": "Connected", "i_account": 21, "setup_time": 3000, "connect_time": 3000},
    {"id": "d", "state": "WaitRoute", "i_account": 31, "setup_time": 4000},
    {"id": "e", "state": "Idle", "setup_time": 5000},
]


def plain(value, name=None):
    """What languages without types make of a value: numbers and texts alike; running times are only numbers."""
    if isinstance(value, dict):
        return {key: plain(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if name in ("DELAY", "DURATION"):
        return float(value) >= 0
    return str(value)


def results_of(client, request):
    """What a client gets from a daemon of its own with the same calls."""
    nobody_trusted = {"http": {"trusted_hosts": []}}
    with Daemon(config=nobody_trusted) as daemon, daemon.switch(on_disconnect=Switch.ignore) as switch:
        switch.snapshot(CALLS)
        wait_until(lambda: len(daemon.login("ssp-root").listAllCalls()) == len(CALLS))
        url = f"http://127.0.0.1:{daemon.http_port}/xmlapi/xmlapi"
        done = subprocess.run([*map(str, command(client, request)), url, "ssp-root", "secret"], input=json.dumps(STEPS),
                              text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.mark.parametrize("client", ["python_urllib", "python_requests", "curl", "php_curl", "perl_rpc_xml", "xmlrpc_c"])
def test_a_client_is_understood_and_understands(client, request):
    results = results_of(client, request)
    said = {number: plain(result) for number, result in enumerate(results)}
    assert len(said) == len(STEPS)

    def ids(number):
        return [row["ID"][6:] for row in said[number]["value"]]
    assert ids(0) == ["a", "b", "c", "d", "e"]
    first, last = said[0]["value"][0], said[0]["value"][-1]
    assert (first["CLI"], first["CLD"]) == ("<&>'\"", "\u00fc\u4e2d")
    assert (first["I_ACCOUNT"], first["I_CUSTOMER"], first["I_CONNECTION"], first["I_ENVIRONMENT"]) == ("11", "1", "1", "1")
    assert (first["CC_STATE"], first["SETUP_TIME"]) == ("Connected", "19700101T00:16:40.000")
    assert first["DELAY"] and first["DURATION"]
    assert (last["CLI"], last["I_ACCOUNT"], last["I_CONNECTION"]) == ("", "0", "0")
    assert ids(1) == ["d", "c", "b", "a"] and ids(2) == ["c"] and ids(3) == []
    assert said[4]["value"] == {"result": "OK", "data": {"11": ["1", "1"], "12": ["1", "0"]}}
    assert said[5]["value"] == {"result": "OK", "data": {"21": ["1", "1"], "31": ["1", "0"]}}
    faults = {number: said[number]["fault"] for number in range(6, 11)}
    assert faults == {6: ["-32601", "unknown method 'nothing'"], 7: ["400", "Parameter ID is required"],
                      8: ["400", faults[8][1]], 9: ["400", "Parameter i_account must be an integer"],
                      10: ["401", "Wrong i_account"]}
    assert faults[8][1].startswith("Unknown parameter i_call; disconnectCall takes ID")
    assert said[11]["fault"][0] == "400"
    assert said[12]["value"] == {"result": "Call not found or not accessible"}
    assert said[13]["value"] == {"result": "OK"}
    assert said[14]["value"] == {"result": "OK", "count": "1"}
    assert said[15]["value"] == {"result": "OK", "count": "2"}
    assert said[16]["value"] == []
    assert "order" in said[17]["value"] and said[18]["fault"]
    assert ids(19) == ["a", "b"]
