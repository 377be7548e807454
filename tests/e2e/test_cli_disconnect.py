"""`rollcall disconnect`: nothing dangerous by default, by accident or by an environment variable (operations, 7)."""

import contextlib
import itertools
import json
import os
import pty
import re
import socket
import subprocess
import threading
import xmlrpc.client

import pytest

from answering_server import server
from harness import BIN, DIRECTORY, PASSWORDS, Daemon, run, wait_until


def url_of(daemon):
    return f"http://127.0.0.1:{daemon.http_port}/xmlapi/xmlapi"


@pytest.fixture
def tool(daemon):
    def tool(*arguments, text=None, **environment):
        given = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
        return run("rollcall", *arguments, env={**os.environ, "ROLLCALL_URL": url_of(daemon), **environment}, **given)
    return tool


@pytest.fixture
def calls(daemon, switch):
    """Two calls of account 11 and one of 21, all of them listed."""
    ids = [switch.start(i_account=11), switch.start("WaitRoute", i_account=11), switch.start("Idle", i_account=21)]
    wait_until(lambda: len(daemon.everything()) == 3)
    return [f"sbc-1:{id}" for id in ids]


def hung_up(switch):
    """What the switch has been told to hang up so far, as IDs."""
    switch.ping()
    return [f"sbc-1:{message['id']}" for message in switch.of_type("disconnect")]


@contextlib.contextmanager
def on_a_terminal(daemon, *arguments, stderr=None, **environment):
    """The tool with a terminal for stdin and stderr: yields the process, and the end that a person sits at."""
    person, terminal = pty.openpty()
    process = subprocess.Popen([BIN / "rollcall", *arguments], stdin=terminal, stdout=subprocess.PIPE,
                               stderr=terminal if stderr is None else stderr,
                               env={**os.environ, "ROLLCALL_URL": url_of(daemon), **environment})
    os.close(terminal)
    try:
        yield process, person
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        os.close(person)


def read_until(person, pattern):
    text = ""
    while not re.search(pattern, text):
        text += os.read(person, 4096).decode()
    return text


MASS = [["account", "11"], ["customer", "1"], ["customer", "2"], ["call", "sbc-1:1", "sbc-1:2"], ["call", "-"]]


@pytest.mark.parametrize("text", [None, "", "n\n", "y\n", "yes\n", "sbc-1:1\nsbc-1:2\n"])
@pytest.mark.parametrize("what", MASS)
def test_a_mass_hang_up_without_a_terminal_and_without_yes_is_2_and_hangs_up_nobody(tool, switch, calls, what, text):
    result = tool("disconnect", *what, text=text)
    assert result.returncode == 2 and "--yes" in result.stderr and not result.stdout
    assert hung_up(switch) == []


def test_a_question_that_nobody_sees_is_not_asked(daemon, switch, calls):
    with on_a_terminal(daemon, "disconnect", "account", "11", stderr=subprocess.DEVNULL) as (process, _):
        assert process.wait(20) == 2
    assert hung_up(switch) == []


@pytest.mark.parametrize("what, expected", [
    (["account", "11"], r'Hang up 2 calls of account 11 "801" of customer 1 "root" at http://127.0.0.1:\d+ as ssp-root\?'),
    (["customer", "2"], r'Hang up 1 call of customer 2 "reseller" and its subcustomers at http://127.0.0.1:\d+ '
                        r'as ssp-root\?'),
    (["call", "sbc-1:1", "sbc-1:2"], r"Hang up the 2 calls named at http://127.0.0.1:\d+ as ssp-root\?")])
@pytest.mark.parametrize("answer", ["n\n", "\n", "yes please\n", "yy\n", "j\n", "\x04", "y\x04\x04"])
def test_the_question_says_who_how_many_and_where_and_only_a_clear_yes_counts(daemon, switch, calls, what, expected,
                                                                             answer):
    with on_a_terminal(daemon, "disconnect", *what, ROLLCALL_USER="ssp-root",
                       ROLLCALL_PASSWORD=PASSWORDS["ssp-root"]) as (process, person):
        assert re.search(expected, read_until(person, r"\[y/N\]"))
        os.write(person, answer.encode())
        assert process.wait(20) == 1
    assert hung_up(switch) == []


@pytest.mark.parametrize("answer", ["y\n", " YES \n"])
def test_a_clear_yes_hangs_up(daemon, switch, calls, answer):
    with on_a_terminal(daemon, "disconnect", "customer", "2") as (process, person):
        assert "with the rights of customer 1" in read_until(person, r"\[y/N\]")
        os.write(person, answer.encode())
        assert process.wait(20) == 0
    assert hung_up(switch) == calls[2:]


def test_a_dry_run_shows_what_would_be_hung_up_and_sends_nothing(tool, switch, calls):
    result = tool("disconnect", "account", "11", "--dry-run")
    assert result.returncode == 0 and calls[0] in result.stdout and calls[1] in result.stdout
    assert '2 calls of account 11 "801" of customer 1 "root"' in result.stdout and "nothing was sent" in result.stdout
    told = json.loads(tool("disconnect", "customer", "1", "--dry-run", "--json", "--yes").stdout)
    assert told["dry_run"] is True and told["count"] == 3 and [row["ID"] for row in told["calls"]] == calls
    told = json.loads(tool("disconnect", "call", calls[2], "--dry-run", "--json").stdout)
    assert [row["ID"] for row in told["calls"]] == calls[2:]
    result = tool("disconnect", "call", "-", "--dry-run", text=f"{calls[0]}\nsbc-1:nothing\n")
    assert result.returncode == 6 and "1 of them are not there" in result.stderr
    assert hung_up(switch) == []


def test_a_dry_run_counts_as_the_hang_up_would(tool, switch, calls):
    switch.on_disconnect = switch.__class__.ignore
    assert tool("disconnect", "call", calls[0]).returncode == 0  # Disconnecting from now on
    assert json.loads(tool("disconnect", "account", "11", "--dry-run", "--json").stdout)["count"] == 1
    assert json.loads(tool("disconnect", "account", "11", "--yes", "--json").stdout)["count"] == 1


def test_a_dry_run_says_how_many_calls_are_of_switches_that_are_away(tool, daemon, switch, calls, switches):
    other = switches("sbc-2")
    away = f"sbc-2:{other.start(i_account=11)}"
    wait_until(lambda: len(daemon.everything()) == 4)
    assert "may not be reached now" not in tool("disconnect", "account", "11", "--dry-run").stderr
    other.close()
    for what in (["account", "11"], ["customer", "1"], ["call", calls[0], away]):
        result = wait_until(lambda: (told := tool("disconnect", *what, "--dry-run", "--json")).stderr.count("may not be reached now") and told)
        assert "1 call of these is of a switch that may not be reached now" in result.stderr
        assert json.loads(result.stdout)["unverified"] == 1
    assert json.loads(tool("disconnect", "customer", "2", "--dry-run", "--json").stdout)["unverified"] == 0


@pytest.mark.parametrize("what", [["account", "999"], ["customer", "999"], ["call", "sbc-1:nothing"]])
def test_a_dry_run_of_what_is_not_there_is_3(tool, switch, what):
    assert tool("disconnect", *what, "--dry-run").returncode == 3


def test_a_dry_run_has_the_rights_that_the_hang_up_has(tool, switch, calls):
    for options in (["--as", "2"], ["--user", "reseller"]):
        result = tool("disconnect", "account", "11", "--dry-run", *options, ROLLCALL_PASSWORD=PASSWORDS["reseller"])
        assert result.returncode == 3
        result = tool("disconnect", "customer", "1", "--dry-run", *options, ROLLCALL_PASSWORD=PASSWORDS["reseller"])
        assert result.returncode == 3


@pytest.mark.parametrize("what, expected", [
    (["account", "11"], '2 calls of account 11 "801" of customer 1 "root"'),
    (["customer", "1"], '2 active calls of customer 1 "root" and its subcustomers'),
    (["customer", "2"], '0 active calls of customer 2 "reseller" and its subcustomers'),
    (["call", "sbc-1:a", "sbc-1:b"], "the 2 calls named"), (["call", "sbc-1:a"], "call sbc-1:a")])
def test_what_nobody_is_asked_about_is_told_before_it_is_done(tool, daemon, switch, calls, what, expected):
    counted = "" if what[0] == "call" else ", counted as customer 1,"
    said = f"rollcall: hanging up {expected}{counted} at http://127.0.0.1:{daemon.http_port} "
    result = tool("disconnect", *what, "--yes", "--json")
    assert said + "with the rights of the root customer of environment 1\n" in result.stderr
    if what[0] != "call":
        assert json.loads(result.stdout)["result"] == "OK"
    result = tool("disconnect", *what, "--yes", "--as", "1")
    assert " with the rights of customer 1" in result.stderr
    if what[0] != "call":
        assert 'with the rights of customer 1 "root"' in result.stderr
    result = tool("disconnect", *what, "--yes", "--user", "ssp-root", ROLLCALL_PASSWORD=PASSWORDS["ssp-root"])
    assert "as ssp-root\n" in result.stderr and "trusted" not in result.stderr


def test_an_order_of_trusted_mode_that_names_nobody_is_the_servers_to_understand():
    for what in (["account", "11"], ["customer", "2"], ["call", "a:1"]):
        for named in ([], ["--as", "4"]):
            with server({"result": "OK", "count": 0, "data": {}}) as url:
                run("rollcall", "disconnect", *what, "--yes", *named, "--url", url, stdin=subprocess.DEVNULL)
            (values, method), = [xmlrpc.client.loads(body) for body in url.requests if b"<methodName>disconnect" in body]
            scope = "i_wholesaler" if method == "disconnectCustomer" else "i_customer"
            assert [values[0][scope]] == [4] if named else scope not in values[0] or method == "disconnectCustomer"


def test_an_order_that_names_nobody_never_hangs_up_another_environments_calls():
    customers = [{"i_customer": 1, "i_wholesaler": None, "i_environment": 2, "name": "other"},
                 {"i_customer": 100, "i_wholesaler": None, "i_environment": 1, "name": "root"}]
    directory = {**DIRECTORY, "customers": customers,
                 "accounts": [{"i_account": 11, "i_customer": 1, "username": "801"},
                              {"i_account": 12, "i_customer": 100, "username": "801"}]}
    with Daemon(directory=directory, switches={"sbc-1": 1, "sbc-3": 2}) as daemon, \
            daemon.switch("sbc-1") as first, daemon.switch("sbc-3") as other:
        meant = first.start(i_account=12)
        other.start(i_account=11)
        api = daemon.trusted()
        wait_until(lambda: api.ids(i_customer=1) and api.ids(i_customer=100))
        result = run("rollcall", "disconnect", "account", "--username", "801", "--yes",
                     "--url", f"http://127.0.0.1:{daemon.http_port}/xmlapi/xmlapi", stdin=subprocess.DEVNULL)
        assert result.returncode == 0, result.stderr
        assert "with the rights of the root customer of environment 1" in result.stderr
        first.wait_for("disconnect", id=meant)
        other.ping()
        assert not other.of_type("disconnect")


def test_a_count_that_cannot_be_had_holds_no_hang_up_up():
    def answer(request):
        return {"result": "OK", "count": 7} if b"disconnectCustomer" in request else "nonsense"
    with server(answer) as url:
        result = run("rollcall", "disconnect", "customer", "2", "--yes", "--url", url, stdin=subprocess.DEVNULL)
    assert result.returncode == 0 and "7 calls being hung up" in result.stdout
    assert "the calls of customer 2 (their number is not known" in result.stderr


def test_several_calls_by_their_ids_and_by_a_list_on_standard_input(tool, switch, calls):
    result = tool("disconnect", "call", calls[0], "sbc-1:nothing", "--yes")
    assert result.returncode == 6
    assert result.stdout.splitlines() == [f"{calls[0]}: OK", "sbc-1:nothing: Call not found or not accessible"]
    result = tool("disconnect", "call", "-", "--yes", "--json", text=f"\n{calls[1]}\r\n{calls[1]}\n{calls[2]}")
    assert result.returncode == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [{"ID": calls[1], "result": "OK"},
                                                                         {"ID": calls[2], "result": "OK"}]
    assert hung_up(switch) == calls


def test_an_id_of_hidden_characters_is_copied_from_the_table_and_names_no_call_that_holds_its_escapes(
        tool, daemon, switch):
    hidden, literal = switch.start(id="a\u200bb", i_account=11), switch.start(id="a\\u{200b}b", i_account=11)
    wait_until(lambda: len(daemon.everything()) == 2)
    shown = [line.split()[0] for line in tool("calls", "--customer", "1").stdout.splitlines()[1:]]
    assert sorted(shown) == ["\\sbc-1:a\\u{200b}b", "sbc-1:a\\u{200b}b"]
    result = tool("disconnect", "call", "\\sbc-1:a\\u{200b}b")
    assert result.returncode == 0 and result.stdout == "OK\n"
    assert hung_up(switch) == [f"sbc-1:{hidden}"]
    assert tool("disconnect", "call", "sbc-1:a\\u{200b}b").returncode == 0
    assert hung_up(switch) == [f"sbc-1:{hidden}", f"sbc-1:{literal}"]
    assert tool("disconnect", "call", "\\sbc-1:a\\u200b").returncode == 2
    result = tool("disconnect", "call", "--yes", *shown)
    assert [line.split(": ")[0] for line in result.stdout.splitlines()] == shown


@pytest.mark.parametrize("arguments", [["-"], [""], ["", "-"]])
def test_an_empty_list_of_calls_is_a_mistake_and_not_a_success(tool, arguments):
    assert tool("disconnect", "call", *arguments, "--yes", text="\n \n").returncode == 2


def test_a_hang_up_that_was_not_answered_in_time_may_have_been_carried_out():
    with server({"result": "OK", "count": 1}, seconds=30) as url:
        result = run("rollcall", "disconnect", "account", "11", "--yes", "--url", url, "--timeout", "200ms")
    assert result.returncode == 5 and "may have been carried out" in result.stderr


@pytest.mark.parametrize("before", [0, 1], ids=["at once", "behind an answer"])
def test_an_order_whose_connection_breaks_is_sent_once_and_may_have_been_carried_out(before):
    orders = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, connection.makefile("rb") as lines:
                        while head := list(itertools.takewhile(bytes.strip, lines)):
                            size = next(int(line.split(b":")[1]) for line in head if line.lower().startswith(b"content-length"))
                            orders.append(lines.read(size))  # calls that are named are asked nothing about before
                            if len(orders) > before:
                                break
                            body = xmlrpc.client.dumps(({"result": "OK"},), methodresponse=True).encode()
                            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        threading.Thread(target=serve, daemon=True).start()
        result = run("rollcall", "disconnect", "call", "a:1", "a:2", "--yes",
                     "--url", f"http://127.0.0.1:{listening.getsockname()[1]}/xmlapi/xmlapi")
    assert result.returncode == 5 and "may have been carried out" in result.stderr
    assert len(orders) == before + 1


@pytest.mark.parametrize("number", ["010", "0x5", "99999999999999999999", "+5", " 5", "5.0"])
@pytest.mark.parametrize("what", ["account", "customer"])
def test_a_number_is_written_in_decimal_digits_and_no_other_way(tool, switch, calls, what, number):
    assert tool("disconnect", what, number, "--yes").returncode == 2
    assert hung_up(switch) == []


@pytest.mark.parametrize("arguments, environment", [
    (["disconnect", "account", "11", "--yes", "--user", ""], {}),
    (["disconnect", "account", "11", "--yes"], {"ROLLCALL_USER": ""}),
    (["disconnect", "call", "sbc-1:1"], {"ROLLCALL_USER": ""}),
    (["disconnect", "account", "--username", "", "--yes"], {}),
    (["calls", "--username", ""], {}), (["calls", "--node", ""], {}),
])
def test_an_empty_value_is_a_mistake_and_not_the_widest_rights(tool, switch, calls, arguments, environment):
    assert tool(*arguments, **environment).returncode == 2
    assert hung_up(switch) == []


def test_an_incomplete_count_says_so_before_the_question(daemon):
    def answer(request):
        return {"result": "OK", "count": 0} if b"<methodName>disconnect" in request else []
    with server(answer, X_Rollcall_Complete="no", X_Rollcall_Missing_Nodes="node-b") as url:
        with on_a_terminal(daemon, "disconnect", "account", "11", ROLLCALL_URL=url) as (process, person):
            assert "node-b is missing" in read_until(person, r"\[y/N\]")


# --- the server that is meant is the one that is asked

COMMANDS = [["calls", "--customer", "1"], ["stats"], ["top", "--once"], ["nodes"], ["disconnect", "call", "sbc-1:1"],
            ["disconnect", "call", "sbc-1:1", "sbc-1:2", "--yes"], ["disconnect", "account", "3", "--yes"],
            ["disconnect", "customer", "2", "--yes"]]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_server_named_on_the_command_line_is_asked_and_not_that_of_the_environment(command):
    words = len([word for word in command[:2] if word in ("calls", "stats", "top", "nodes", "disconnect", "call",
                                                          "account", "customer")])
    with server({"result": "OK", "data": {}}) as a, server({"result": "OK", "data": {}}) as b:
        for line in ([*command, "--url", b], [*command, f"--url={b}"], [*command[:words], "--url", b, *command[words:]]):
            a.requests.clear(), b.requests.clear()
            run("rollcall", *line, "--user", "me", env={**os.environ, "ROLLCALL_URL": a, "ROLLCALL_USER": "other",
                                                        "ROLLCALL_PASSWORD": "x"}, stdin=subprocess.DEVNULL)
            assert a.requests == [] and b.requests


@pytest.mark.parametrize("line", [["--url", "{b}", "disconnect", "account", "3"],
                                  ["disconnect", "--url", "{b}", "account", "3"],
                                  ["disconnect", "account", "--url=", "3"],
                                  ["disconnect", "account", "3", "--url", "{b}", "--url", "{b}"]])
def test_an_option_that_does_not_arrive_is_2_and_asks_no_server(line):
    with server({"result": "OK", "count": 0}) as a, server({"result": "OK", "count": 0}) as b:
        result = run("rollcall", *[word.format(b=b) for word in line], "--yes", stdin=subprocess.DEVNULL,
                     env={**os.environ, "ROLLCALL_URL": a})
        assert result.returncode == 2 and a.requests == [] and b.requests == []
