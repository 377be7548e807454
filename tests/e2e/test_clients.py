"""Clients that are in use, side by side: all must log in, be understood, and understand the same (contract, 4.1)."""

import json
import pathlib
import random
import re
import shutil
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


def java(program, *jars):
    """A Java program in one file, which Java compiles as it starts; left out where there is no compiler or no jar."""
    found = [pathlib.Path("/usr/share/java", jar) for jar in jars]
    modules = subprocess.run(["java", "--list-modules"], text=True, capture_output=True).stdout if shutil.which("java") else ""
    if "jdk.compiler" not in modules or not all(jar.exists() for jar in found):
        pytest.skip("needs a Java compiler" + "".join(f", {jar}" for jar in jars))
    path = ["-cp", ":".join(map(str, found))] if jars else []
    return [sys.executable, CLIENTS / "raw.py", "java", *path, CLIENTS / f"{program}.java"]


def command(client, request):
    if client == "java_url_connection":
        return java("JavaUrlConnection")
    if client == "java_net_http":
        return java("JavaNetHttp")
    if client == "java_apache":
        return java("JavaApache", "httpclient.jar", "httpcore.jar", "commons-logging.jar", "commons-codec.jar")
    return {
        "ruby_digest_auth": ["ruby", CLIENTS / "ruby_digest_auth.rb"],
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


def results_of(client, request, steps=STEPS, calls=CALLS):
    """What a client gets from a daemon of its own with the same calls."""
    nobody_trusted = {"http": {"trusted_hosts": []}}
    with Daemon(config=nobody_trusted, switches={"sbc-1": 1}) as daemon, daemon.switch(on_disconnect=Switch.ignore) as switch:
        switch.snapshot(calls)
        wait_until(lambda: len(daemon.login("ssp-root").listAllCalls()) == len(calls))
        url = f"http://127.0.0.1:{daemon.http_port}/xmlapi/xmlapi"
        done = subprocess.run([*map(str, command(client, request)), url, "ssp-root", "secret"], input=json.dumps(steps),
                              text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.mark.parametrize("client", ["python_urllib", "python_requests", "curl", "php_curl", "perl_rpc_xml", "xmlrpc_c",
                                    "ruby_digest_auth", "java_url_connection", "java_net_http", "java_apache"])
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


# --- one hostile call never breaks a list

PIECES = ["<", "&", ">", "]]>", "<![CDATA[", "<!--", "&amp;", "&#0;", "\r", "\n", "\t", "\r\n", '"', "'", "\\", "\u0000", "\u001b",
          "\u007f", "\u0080", "\u0085", "\u009b", "\u00a0", "\u00fc", "\u2028", "\u202e", "\u4e2d", "\ud7ff", "\ue000", "\ufffd",
          "\ufffe", "\uffff", "\U00010000", "\U0001f4de", "\U000e0041", "\U0010ffff", "</string>", "</struct>", "<?xml", "801", " "]
TEXTS = ("call_id", "cli", "cld", "caller_media_ip", "callee_media_ip", "direction")


def hostile_calls(count):
    dice = random.Random(19)

    def text():
        return "".join(dice.choice(PIECES) for _ in range(dice.randrange(6)))
    return [{"id": f"h{n:04}", "state": "WaitRoute", "i_account": 11, "setup_time": 1000 + n, **{name: text() for name in TEXTS}}
            for n in range(count)]


def shown(text):
    """A text as answers have it: what XML cannot carry, and what is above U+FFFF, is replaced."""
    return re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\U00010000-\U0010ffff]", "\ufffd", text)


@pytest.mark.parametrize("client", ["python_urllib", "php_curl", "perl_rpc_xml", "xmlrpc_c", "ruby_digest_auth"])
def test_no_text_of_a_call_breaks_the_list_for_the_parser_of_any_client(client, request):
    calls = hostile_calls(150)
    (result,) = results_of(client, request, [["listAllCalls", []]], calls)
    rows = {row["ID"]: row for row in result["value"]}

    def read(text):
        """xmlrpc-c makes a line feed of each end of a line."""
        return re.sub("\r\n?", "\n", shown(text)) if client == "xmlrpc_c" else shown(text)
    for call in calls:
        row = rows[f"sbc-1:{call['id']}"]
        for name in TEXTS:
            assert row[name.upper()] == read(call[name]), (call["id"], name)


@pytest.mark.parametrize("client", ["python_urllib", "php_curl", "perl_rpc_xml", "xmlrpc_c", "ruby_digest_auth"])
def test_no_number_of_a_call_breaks_the_list_for_any_client(client, request):
    """Those of a switch that counts beyond 32 bits are told like those that are not known."""
    wide = [2**31, 2**32 + 11, 2**53 + 1, 2**63 - 1, -1, -(2**31) - 1]
    calls = [{"id": f"w{n}", "state": "Connected", "i_account": number, "i_connection": number, "setup_time": 1000 + n,
              "connect_time": 1e9} for n, number in enumerate(wide)]
    calls.append({"id": "w", "state": "Connected", "i_account": 2**31 - 1, "setup_time": 2000, "connect_time": 2000})
    steps = [["listAllCalls", []], ["getAccountCallStats", []]]
    listed, stats = results_of(client, request, steps, calls)
    numbers = [(str(row["I_ACCOUNT"]), str(row["I_CONNECTION"])) for row in listed["value"]]
    assert numbers == [("0", "0")] * len(wide) + [(str(2**31 - 1), "0")]
    assert plain(stats["value"]["data"]) == {"0": [str(len(wide))] * 2, str(2**31 - 1): ["1", "1"]}
