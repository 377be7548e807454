"""What Kamailio itself answers about its dialogs, beside what rollcall says of the very same calls.

Real SIP calls stand in a Kamailio, and rollcall is connected to it as in an operator's machine room (conf/kamailio). One
client on the same machine asks for all of them: Kamailio by dlg.list (JSON-RPC over HTTP) and dlg.dump_file (JSON lines
in a file), rollcall by listAllCalls (XML-RPC). Each time counts until the client has every byte of every row in its
memory. The list of rollcall and the file are the best of some; dlg.list takes too long for that, and is best the first
time, when its process has fresh memory.

What comes then is the client's own work: XML is longer than JSON and has more to be parsed, and how much that is depends
on the client. It is told apart: here Python makes dictionaries of all three, with the parsers in C of its standard
library, and the command line, another client, writes CSV. By what was parsed all three must have the same calls.
"""

import json
import re
import socket
import time
import urllib.parse
from xml.parsers import expat

from suite import NotInstalled
from suite.rows import Row
from suite.world import ACCOUNTS, body_of, counts, daemon, run, wait_until
from lab import Lab, available  # of the tests with SIP, which suite.world finds

MOST_CALLS = 100_000
CALLS_A_SECOND = 1200  # what Kamailio and both ends of SIP can do on two cores
ROUNDS = 5

#: Kamailio's memory in MB. A list of 100 000 dialogs takes most of the private part; both are taken as they are needed.
SHARED, PRIVATE = 4096, 2048

PATIENCE = 300  # seconds, of a client


def held(port, path, body, content_type):
    """Seconds until a client has a whole answer in its memory, and the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        began = time.monotonic()
        connection.sendall(f"POST {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
                           .encode() + body)
        answer, begin, end = bytearray(), None, float("inf")
        while len(answer) < end and (received := connection.recv(1 << 20)):
            answer += received
            if begin is None and (blank := answer.find(b"\r\n\r\n")) >= 0:
                begin = blank + 4
                length = re.search(rb"content-length: *(\d+)", answer[:begin], re.IGNORECASE)
                end = begin + int(length[1]) if length else end
        seconds = time.monotonic() - began
    assert re.match(rb"HTTP/1.. 200 ", answer), bytes(answer[:200])
    return seconds, bytes(answer[begin:])


def command(lab, method, *params):
    """A request to Kamailio, timed."""
    url = urllib.parse.urlsplit(lab.rpc_url)
    return held(url.port, url.path, json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}).encode(),
                "application/json")


def file_of_dialogs(lab):
    """Seconds of dlg.dump_file and of reading the file, and what is in it."""
    file = lab.directory / "dialogs.json"
    file.unlink(missing_ok=True)  # Kamailio appends
    began = time.monotonic()
    command(lab, "dlg.dump_file", str(file))
    content = file.read_bytes()
    return time.monotonic() - began, content


def list_of_calls(node, **filters):
    return held(node.http_port, "/RPC2", body_of("listAllCalls", i_customer=1, **filters), "text/xml")


def find_one(node, lab, call_id):
    """One call by its Call-ID, which is what both can look for."""
    theirs, answer = min((command(lab, "dlg.list_match", "callid", "eq", call_id) for _ in range(ROUNDS)),
                         key=lambda timing: timing[0])
    assert len(rows_of_list(answer)) == 1, answer[:500]
    ours, answer = min((list_of_calls(node, call_id=call_id) for _ in range(ROUNDS)), key=lambda timing: timing[0])
    assert len(rows_of_xml(answer)) == 1, answer[:500]
    return Row("kamailio.list_match", "… dlg.list_match for one Call-ID among them", theirs, "s",
               f"rollcall's list by call_id {ours:.4f} s", theirs / ours)


def parsed(parse, answer):
    """What it is, as rows, and the seconds that this took."""
    began = time.monotonic()
    rows = parse(answer)
    return rows, time.monotonic() - began


def rows_of_list(answer):
    return json.loads(answer.decode(errors="replace"))["result"]


def rows_of_file(content):
    return [json.loads(line) for line in content.decode(errors="replace").splitlines()]


def rows_of_xml(answer):
    rows, row, words = [], {}, []

    def end(element):
        if element == "member":
            name, *value = words
            row[name] = "".join(value)
            words.clear()
        elif element == "struct":
            rows.append(dict(row))

    parser = expat.ParserCreate()
    parser.buffer_text = True
    # The white space between elements comes with the text behind it.
    parser.CharacterDataHandler = lambda text: text.isspace() or words.append(text.lstrip("\n"))
    parser.EndElementHandler = end
    parser.Parse(answer, True)
    return rows


def dialogs(rows):
    """Which dialogs Kamailio tells of: what its module calls them."""
    return sorted(f"{row['h_entry']}-{row['h_id']}" for row in rows)


def dialogs_of_calls(rows):
    """The same by rollcall's IDs, whose end they are."""
    return sorted("-".join(row["ID"].split("-")[-2:]) for row in rows)


def csv_seconds(node):
    """Until the command line has asked, parsed and written all rows."""
    url = f"http://127.0.0.1:{node.http_port}/xmlapi/xmlapi"
    began = time.monotonic()
    done = run("rollcall", "calls", "--url", url, "--customer", 1, "--csv")
    assert done.returncode == 0, done.stderr
    return time.monotonic() - began


def compare(node, lab, calls):
    own_s, own = min((list_of_calls(node) for _ in range(ROUNDS)), key=lambda timing: timing[0])
    file_s, file = min((file_of_dialogs(lab) for _ in range(ROUNDS)), key=lambda timing: timing[0])
    list_s, list_ = command(lab, "dlg.list")

    rows, own_parsed = parsed(rows_of_xml, own)
    known, call_id = dialogs_of_calls(rows), rows[len(rows) // 2]["CALL_ID"]
    assert len(set(known)) == calls, f"{len(set(known))} calls of {calls}"
    rows, file_parsed = parsed(rows_of_file, file)
    assert dialogs(rows) == known, "dlg.dump_file and rollcall have other calls"
    rows, list_parsed = parsed(rows_of_list, list_)
    assert dialogs(rows) == known, "dlg.list and rollcall have other calls"
    own_csv = csv_seconds(node)

    def row(name, what, seconds, answer, parse, aim):
        return Row(f"kamailio.{name}", what, seconds, "s",
                   f"rollcall's own list in {own_s:.3f} s. Parsed in Python {seconds + parse:.1f} s, rollcall's "
                   f"{own_s + own_parsed:.1f} s, by its command line {own_csv:.1f} s", seconds / own_s, aim, "more",
                   {"bytes": len(answer), "parse_s": parse, "rollcall_s": own_s, "rollcall_bytes": len(own),
                    "rollcall_parse_s": own_parsed, "rollcall_csv_s": own_csv})

    # dlg.list is quadratic: the aim is for the number of calls that it was set for.
    return [row("dlg_list", f"Kamailio's dlg.list of {calls:,} dialogs, until a client holds the rows", list_s, list_,
                list_parsed, 300 if calls == MOST_CALLS else None),
            row("dump_file", "… dlg.dump_file of the same", file_s, file, file_parsed, 4), find_one(node, lab, call_id)]


def measure(calls):
    if not available():
        raise NotInstalled("kamailio and sipp, which scripts/setup installs")
    calls = min(calls, MOST_CALLS)
    with Lab() as lab:
        lab.start_kamailio(SHARED, PRIVATE)
        # No snapshot of rollcall's own may come in between.
        switch = {"name": lab.name, "evapi": lab.evapi, "rpc": lab.rpc_url, "dump_directory": str(lab.dumps),
                  "snapshot_interval": "24h"}
        with daemon(switches=0, kamailio=[switch]) as node:
            wait_until(lambda: node.get("/readyz").status == 200, what="/readyz")
            lab.start_callee()
            lab.start_caller(calls, [f"u{n}" for n in range(1, ACCOUNTS + 1)], CALLS_A_SECOND)
            wait_until(lambda: counts(node.trusted()) == (calls, calls), PATIENCE, "every call to be connected")
            return compare(node, lab, calls)
