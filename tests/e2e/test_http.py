"""HTTP below XML-RPC: paths, versions, connections, limits, and what must be refused (contract, section 4)."""

import gzip
import socket
import time
import xmlrpc.client

import pytest

from harness import PATIENCE, exchange, request, wait_until

CALL = xmlrpc.client.dumps((), "system.listMethods").encode()
STATS = xmlrpc.client.dumps((), "getAccountCallStats").encode()


def post(*, path="/xmlapi/xmlapi", version="1.1", headers=(), body=CALL, host=True, length=True):
    """The bytes of a request, with full power over every line of it."""
    lines = [f"POST {path} HTTP/{version}"]
    if host:
        lines.append("Host: localhost")
    lines.append("Content-Type: text/xml")
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else None


def send(daemon, data, close=True):
    """Sends a request of which the daemon is asked to close the connection; returns all that came back."""
    if close:
        data = data.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
    return exchange(daemon.http_port, data)


# --- what is refused

@pytest.mark.parametrize("name, data, statuses", [
    ("two lengths for one body", post(headers=["Transfer-Encoding: chunked"]), {400}),
    ("gzip as transfer coding", post(headers=["Transfer-Encoding: gzip"], length=False), {400, 501}),
    ("gzip and a length", post(headers=["Transfer-Encoding: gzip"]), {400, 501}),
    ("two lengths that differ", post(headers=["Content-Length: 3"]), {400}),
    ("two hosts", post(headers=["Host: elsewhere"]), {400}),
    ("no host", post(host=False), {400}),
    ("a folded header", post(headers=["X-Folded: a", " b"]), {400}),
    ("chunks on HTTP/1.0", post(version="1.0", headers=["Transfer-Encoding: chunked"], length=False,
                                body=b"0\r\n\r\n"), {400}),
    ("a negative length", post(headers=["Content-Length: -1"], length=False), {400}),
    ("not HTTP", b"EHLO mail.example\r\n\r\n", {400, None}),
    ("a head without end", post(headers=[f"X-Long: {'a' * 100000}"]), {400, 431}),
    ("an expectation that nobody knows", post(headers=["Expect: miracles"]), {417}),
])
def test_a_request_that_could_be_read_in_two_ways_is_refused_and_the_connection_closed(daemon, name, data, statuses):
    answer = exchange(daemon.http_port, data + post())
    assert status_of(answer) in statuses, answer[:300]
    assert answer.count(b"HTTP/1.1 ") <= 1, "the bytes behind a refused request were read as another request"
    assert b"methodResponse" not in answer


def test_a_body_over_the_limit_is_refused_before_it_is_sent(daemon):
    head = post(headers=["Content-Length: 70000"], length=False, body=b"")
    answer = exchange(daemon.http_port, head)
    assert status_of(answer) == 413


def test_a_chunked_body_over_the_limit_is_refused(daemon):
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    answer = exchange(daemon.http_port, post(headers=["Transfer-Encoding: chunked"], length=False, body=chunk * 3))
    assert status_of(answer) in (413, None)


def test_a_body_at_the_limit_is_read(daemon):
    padded = CALL + b" " * (65536 - len(CALL))
    assert b"methodResponse" in send(daemon, post(body=padded))


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/x-www-form-urlencoded"])
def test_another_content_type_is_refused(daemon, kind):
    assert request(daemon.http_port, "POST", "/RPC2", CALL, {"Content-Type": kind}).status == 415


@pytest.mark.parametrize("path, status", [("/", 404), ("/xmlapi/", 404), ("/nothing", 404), ("/RPC2/more", 404)])
def test_an_unknown_path_is_not_found(daemon, path, status):
    assert request(daemon.http_port, "POST", path, CALL, {"Content-Type": "text/xml"}).status == status


@pytest.mark.parametrize("method, path", [("GET", "/xmlapi/xmlapi"), ("PUT", "/RPC2"), ("DELETE", "/xmlapi"),
                                          ("POST", "/livez"), ("POST", "/metrics")])
def test_a_method_that_a_path_does_not_have_is_not_allowed(daemon, method, path):
    answer = request(daemon.http_port, method, path)
    assert answer.status == 405
    assert answer.headers["Allow"]


# --- what is answered

@pytest.mark.parametrize("path", ["/xmlapi/xmlapi", "/xmlapi", "/RPC2"])
def test_each_address_of_the_api_answers_without_a_redirect(daemon, path):
    answer = request(daemon.http_port, "POST", path, CALL, {"Content-Type": "text/xml"})
    assert answer.status == 200
    assert "listAllCalls" in answer.value()


@pytest.mark.parametrize("kind", ["text/xml", "application/xml", "text/xml; charset=utf-8", "Text/XML",
                                  "application/xml;charset=UTF-8"])
def test_both_content_types_are_taken_and_text_xml_is_given(daemon, kind):
    answer = request(daemon.http_port, "POST", "/RPC2", CALL, {"Content-Type": kind})
    assert answer.status == 200
    assert answer.headers["Content-Type"].split(";")[0] == "text/xml"


def test_a_fault_is_http_200(daemon):
    body = xmlrpc.client.dumps((), "nothing")
    assert request(daemon.http_port, "POST", "/RPC2", body, {"Content-Type": "text/xml"}).status == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_head_of_a_page_is_the_page_without_its_body(daemon, path):
    wait_until(lambda: daemon.get("/readyz").status == 200)
    answer = request(daemon.http_port, "HEAD", path)
    assert answer.status == 200 and answer.body == b""


def test_http_1_0_is_answered_and_closed(daemon):
    answer = exchange(daemon.http_port, post(version="1.0"))
    assert status_of(answer) == 200
    assert b"transfer-encoding" not in answer.lower()
    assert answer.endswith(b"</methodResponse>\n")


def test_http_1_0_gets_a_whole_list_without_chunks(daemon, switch):
    for _ in range(2000):
        switch.start(i_account=11)
    wait_until(lambda: len(daemon.everything()) == 2000)
    body = xmlrpc.client.dumps(({"i_customer": 1},), "listAllCalls").encode()
    answer = exchange(daemon.http_port, post(version="1.0", body=body))
    head, _, xml = answer.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head.lower()
    assert len(xmlrpc.client.loads(xml)[0][0]) == 2000


def test_http_1_0_keeps_the_connection_when_asked(daemon):
    one = post(version="1.0", headers=["Connection: keep-alive"])
    answer = exchange(daemon.http_port, one + post(version="1.0"))
    assert answer.count(b"<methodResponse>") == 2


def test_a_connection_serves_many_requests(daemon):
    client = daemon.trusted()
    client.call("system.listMethods")
    first = client.connection.sock
    for _ in range(20):
        client.call("system.listMethods")
    assert client.connection.sock is first


def test_requests_sent_ahead_are_answered_in_order(daemon):
    bodies = [xmlrpc.client.dumps((), f"unknown.{n}").encode() for n in range(20)]
    data = b"".join(post(body=body) for body in bodies[:-1]) + post(body=bodies[-1], headers=["Connection: close"])
    answer = exchange(daemon.http_port, data).decode()
    places = [answer.find(f"unknown method 'unknown.{n}'") for n in range(20)]
    assert -1 not in places and places == sorted(places)


def test_a_request_may_arrive_byte_by_byte(daemon):
    with socket.create_connection(("127.0.0.1", daemon.http_port), timeout=PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in post(headers=["Connection: close"]):
            connection.send(bytes([byte]))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"</methodResponse>" in answer


def test_a_chunked_body_is_read(daemon):
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (CALL[:10], CALL[10:11], CALL[11:]))
    answer = send(daemon, post(headers=["Transfer-Encoding: chunked"], length=False, body=body + b"0\r\n\r\n"))
    assert b"listAllCalls" in answer


def test_a_client_that_expects_100_continue_gets_it_and_then_its_answer(daemon):
    data = post(headers=["Expect: 100-continue", "Connection: close"])
    head, body = data[:-len(CALL)], data[-len(CALL):]
    with socket.create_connection(("127.0.0.1", daemon.http_port), timeout=PATIENCE) as connection:
        connection.sendall(head)
        first = connection.recv(65536)
        assert first.startswith(b"HTTP/1.1 100 "), first
        connection.sendall(body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert status_of(answer) == 200


def test_a_large_answer_is_packed_when_asked(daemon, switch):
    for _ in range(500):
        switch.start(i_account=11)
    wait_until(lambda: len(daemon.everything()) == 500)
    body = xmlrpc.client.dumps(({"i_customer": 1},), "listAllCalls")
    plain = request(daemon.http_port, "POST", "/RPC2", body, {"Content-Type": "text/xml"})
    packed = request(daemon.http_port, "POST", "/RPC2", body,
                     {"Content-Type": "text/xml", "Accept-Encoding": "deflate, gzip;q=0.8"})
    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "accept-encoding" in packed.headers["Vary"].lower()
    assert len(packed.body) < len(plain.body) / 5
    assert len(xmlrpc.client.loads(gzip.decompress(packed.body))[0][0]) == 500


@pytest.mark.parametrize("accept", ["gzip;q=0", "identity", "br", "gzip;q=0.0, *;q=0"])
def test_an_answer_is_not_packed_for_who_does_not_want_it(daemon, switch, accept):
    for _ in range(100):
        switch.start(i_account=11)
    wait_until(lambda: len(daemon.everything()) == 100)
    body = xmlrpc.client.dumps(({"i_customer": 1},), "listAllCalls")
    answer = request(daemon.http_port, "POST", "/RPC2", body, {"Content-Type": "text/xml", "Accept-Encoding": accept})
    assert answer.headers["Content-Encoding"] is None
    assert len(answer.value()) == 100


# --- who waits for whom

def test_a_client_that_does_not_read_slows_nobody_else(daemon, switches):
    switch = switches("sbc-1")
    now = time.time()
    switch.snapshot([{"id": f"slow-{n}", "state": "Connected", "i_account": 11, "setup_time": now,
                      "call_id": "x" * 2000} for n in range(3000)])
    wait_until(lambda: len(daemon.everything()) == 3000)
    body = xmlrpc.client.dumps(({"i_customer": 1},), "listAllCalls").encode()
    idle = []
    for _ in range(20):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", daemon.http_port))
        connection.sendall(post(body=body))
        idle.append(connection)
    try:
        client = daemon.trusted()
        began = time.monotonic()
        for _ in range(20):
            client.getAccountCallStats()
        assert time.monotonic() - began < 5.0
        switch.start(id="slow-new", i_account=11)
        wait_until(lambda: "sbc-1:slow-new" in daemon.everything(), 5.0)
    finally:
        for connection in idle:
            connection.close()


def test_connections_that_say_nothing_slow_nobody(daemon):
    silent = [socket.create_connection(("127.0.0.1", daemon.http_port)) for _ in range(200)]
    try:
        client = daemon.trusted()
        began = time.monotonic()
        for _ in range(20):
            client.getAccountCallStats()
        assert time.monotonic() - began < 5.0
    finally:
        for connection in silent:
            connection.close()
