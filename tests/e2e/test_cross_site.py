"""What web pages and proxies may not do: other sites, forwarded requests, and names that strangers let point here
(contract, 4 and 4.2)."""

import contextlib
import http.server
import re
import socket
import sqlite3
import threading
import urllib.parse
import xmlrpc.client

import pytest

from harness import Daemon, exchange, free_port, request, wait_until

LIST = xmlrpc.client.dumps(({"i_customer": 1},), "listAllCalls").encode()
HANG_UP = xmlrpc.client.dumps(({"i_customer": 1},), "disconnectCustomer").encode()


def ask(daemon, *fields, host="127.0.0.1", body=LIST, kind="text/xml", method="POST", path="/RPC2", port=None):
    """The status of a request with full power over every line of it."""
    lines = [f"{method} {path} HTTP/1.1", "Connection: close", *([f"Host: {host}"] if host is not None else []),
             *([f"Content-Type: {kind}"] if kind else []), f"Content-Length: {len(body)}", *fields, "", ""]
    answer = exchange(port or daemon.http_port, "\r\n".join(lines).encode() + body)
    return int(answer.split(b" ", 2)[1])


# --- other sites

@pytest.mark.parametrize("kind", [None, "", "text/plain", "text/plain;charset=UTF-8", "multipart/form-data",
                                  "application/x-www-form-urlencoded", "text/xml2"])
def test_a_body_that_does_not_say_it_is_xml_hangs_up_nothing(daemon, switch, kind):
    switch.start(i_account=11)
    wait_until(lambda: len(daemon.everything()) == 1)
    assert ask(daemon, kind=kind, body=HANG_UP) == 415
    switch.ping()
    assert not switch.of_type("disconnect")


@pytest.mark.parametrize("field", [
    "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: null", "Origin: http://evil.example",
    "Origin: https://127.0.0.1", "Origin: http://127.0.0.1:1",
])
def test_a_request_of_another_site_is_refused_in_every_mode(daemon, field):
    login = daemon.login("ssp-root")
    login.call("system.whoAmI")
    assert ask(daemon, field) == 403
    assert login.post(LIST, dict([field.split(": ")])).status == 403
    for path in ("/metrics", "/readyz", "/livez", "/nothing"):
        assert ask(daemon, field, method="GET", path=path, body=b"") == 403
    for path in ("/", "/console/app.js"):
        assert ask(daemon, field, method="GET", path=path, body=b"") == 404


def test_a_page_of_our_own_has_to_log_in(daemon):
    own = f"127.0.0.1:{daemon.http_port}"
    assert ask(daemon, f"Origin: http://{own}", "Sec-Fetch-Site: same-origin", host=own) == 401


# --- trust is only ever lowered

@pytest.mark.parametrize("field", ["Forwarded: for=192.0.2.1", "X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1",
                                   "Via: 1.1 proxy", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: none",
                                   "Cookie: rollcall-0a1b2c3d=x"])
def test_a_request_that_was_forwarded_or_is_of_a_browser_has_to_log_in(daemon, field):
    assert ask(daemon) == 200
    assert ask(daemon, field) == 401


def test_a_post_without_a_body_is_challenged_as_curl_and_php_need_it(daemon):
    assert ask(daemon, body=b"") == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "127.1"])
def test_a_name_that_a_stranger_let_point_here_is_not_trusted(daemon, host):
    assert ask(daemon, host=host) == 401


@pytest.mark.parametrize("host", ["127.0.0.1:1", "[::1]:8080", "localhost", socket.gethostname()])
def test_the_names_of_this_machine_are_trusted(daemon, host):
    assert ask(daemon, host=host) == 200


def test_http_1_0_without_a_host_is_answered_and_not_trusted(daemon):
    answer = exchange(daemon.http_port, b"POST /RPC2 HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s"
                      % (len(LIST), LIST))
    assert answer.split(b" ", 2)[1] == b"401"


def test_the_log_says_why_a_trusted_host_was_not_trusted_and_a_flood_of_it_is_counted():
    with Daemon() as daemon:
        ask(daemon, "Via: 1.1 proxy")
        line = wait_until(lambda: re.search(r"trusted host 127.0.0.1 is not trusted: (.*)", daemon.log_text()))
        assert line[1] == "it has the field Via of a proxy"
        api = daemon.trusted(headers={"Via": "1.1 proxy"})
        wait_until(lambda: api.post(LIST) and re.search("not trusted: .* and [0-9]+ more", daemon.log_text()))
        assert daemon.metrics()['rollcall_auth_failures_total{reason="distrusted"}'] > 10


def test_a_request_with_two_content_types_is_refused():
    with Daemon() as daemon:
        for types in (("text/xml", "text/plain"), ("text/plain", "text/xml"), ("text/xml", "text/xml")):
            assert ask(daemon, *(f"Content-Type: {each}" for each in types), kind=None) == 400


# --- hosts, proxies, trusted_listen

def test_with_hosts_another_host_is_misdirected_and_a_page_of_one_may_ask():
    with Daemon(config={"http": {"hosts": ["127.0.0.1", "calls.example"]}}) as daemon:
        assert ask(daemon, host="calls.example:8080") == 200
        for host in ("localhost", "evil.example", "127.0.0.2"):
            assert ask(daemon, host=host) == 421
        assert ask(daemon, "Origin: http://calls.example") == 401
        assert ask(daemon, "Origin: http://evil.example") == 403
        daemon.config["http"]["hosts"] = ["127.0.0.1", "evil.example"]
        daemon.write_config()
        daemon.reload()
        assert ask(daemon, host="calls.example") == 421


def test_a_proxy_says_whose_request_it_is_for_log_and_audit_and_never_for_trust():
    with Daemon(config={"http": {"proxies": ["127.0.0.1"]}}) as daemon, daemon.switch() as switch:
        assert ask(daemon, "X-Forwarded-For: 127.0.0.1") == 401
        own = ("X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.77", "Origin: https://calls.example")
        assert ask(daemon, *own, host="calls.example") == 401
        assert ask(daemon, *own[1:], host="calls.example") == 403
        login = daemon.login("ssp-root", "wrong", source="127.0.0.1",
                             headers={"X-Forwarded-For": "203.0.113.1, 192.0.2.77"})
        login.post("x")
        wait_until(lambda: 'login "ssp-root" from 192.0.2.77 was refused' in daemon.log_text())
        switch.start(i_account=11)
        wait_until(lambda: len(daemon.everything()) == 1)
        login = daemon.login("ssp-root", source="127.0.0.1", headers={"X-Forwarded-For": "192.0.2.77"})
        assert login.disconnectAccount(i_account=11)["count"] == 1
        with contextlib.closing(sqlite3.connect(f"file:{daemon.folder / 'audit.db'}?mode=ro", uri=True)) as books:
            assert books.execute("SELECT address FROM request").fetchall() == [("192.0.2.77",)]


def test_trusted_mode_exists_only_where_trusted_listen_says():
    port = free_port()
    with Daemon(config={"http": {"trusted_listen": [f"127.0.0.1:{port}"]}}) as daemon:
        assert ask(daemon) == 401
        assert ask(daemon, port=port) == 200
        assert ask(daemon, "Via: 1.1 proxy", port=port) == 401
        wait_until(lambda: "is not in [http] trusted_listen" in daemon.log_text())


def test_a_start_with_trusted_loopback_and_an_outside_address_warns():
    with Daemon() as daemon:
        assert "trusts this machine itself" not in daemon.log_text()
    daemon = Daemon(config={"http": {"listen": [f"0.0.0.0:{free_port()}"]}})
    daemon.http_port = int(daemon.config["http"]["listen"][0].split(":")[1])
    with daemon:
        assert "trusts this machine itself, and 0.0.0.0" in daemon.log_text()


# --- who am I

def test_who_am_i_tells_whose_rights_a_request_has(daemon):
    rights = ["view", "disconnect", "bulk"]
    assert daemon.trusted().call("system.whoAmI", {}) == {"login": "", "i_customer": 0, "trusted": True,
                                                               "rights": [*rights, "quarantine"]}
    assert daemon.login("reseller").call("system.whoAmI") == {"login": "reseller", "i_customer": 2, "trusted": False,
                                                              "rights": rights}
    assert daemon.trusted().fault("system.whoAmI", i_customer=1)[0] == 400


# --- a real browser

ATTACK = """<!DOCTYPE html><title>at work</title><script>
const body = decodeURIComponent("%s"), target = "http://%s";
const attempts = [
  ["untyped", {method: "POST", mode: "no-cors", body: new Blob([body])}],
  ["buffer", {method: "POST", mode: "no-cors", body: new TextEncoder().encode(body)}],
  ["plain", {method: "POST", mode: "no-cors", body}],
  ["with credentials", {method: "POST", mode: "no-cors", credentials: "include", body: new Blob([body])}],
  ["xml", {method: "POST", mode: "cors", headers: {"Content-Type": "text/xml"}, body}],
  ["own", {method: "POST", headers: {"Content-Type": "text/xml"}, body}],
];
(async () => {
  const seen = [];
  for (const [name, options] of attempts)
    await fetch((name == "own" ? "" : target) + "/RPC2", options)
      .then(answer => seen.push(name + " " + answer.type + " " + answer.status), () => seen.push(name + " failed"));
  navigator.sendBeacon(target + "/RPC2", new Blob([body]));
  await fetch(target + "/livez", {mode: "no-cors"}).catch(() => 0);
  document.title = "done: " + seen.join(", ");
})();
</script>"""


@pytest.fixture
def page_of_another_port(daemon):
    """A page on a port of its own, that does what it can to hang up everything."""
    page = (ATTACK % (urllib.parse.quote(HANG_UP.decode()), f"127.0.0.1:{daemon.http_port}")).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_web_page_that_a_browser_on_a_trusted_host_opens_hangs_up_nothing(daemon, switch, browser, page_of_another_port):
    ids = [switch.start(i_account=11) for _ in range(3)]
    wait_until(lambda: len(daemon.everything()) == 3)
    refused = 'rollcall_auth_failures_total{reason="other_site"}'
    before = daemon.metrics().get(refused, 0)
    browser.get(page_of_another_port)
    title = wait_until(lambda: browser.title.startswith("done: ") and browser.title, 30, "the end of the attack")
    # The page's own server does not take POST; what it had sent here came back as nothing that it may read.
    assert title.count("opaque 0") == 4 and "xml failed" in title, title
    switch.ping()
    assert not switch.of_type("disconnect"), "the page has hung up calls"
    wait_until(lambda: daemon.metrics()[refused] >= before + 5, what="the other requests to arrive")
    switch.ping()
    assert not switch.of_type("disconnect"), "the page has hung up calls"
    assert {row["ID"] for row in daemon.everything().values()} == {f"sbc-1:{id}" for id in ids}
    assert {row["CC_STATE"] for row in daemon.everything().values()} == {"Connected"}


def test_a_name_of_a_stranger_that_points_here_gets_nothing_from_a_browser(daemon, switch, browser):
    switch.start(i_account=11)
    wait_until(lambda: len(daemon.everything()) == 1)
    browser.get(f"http://evil.example:{daemon.http_port}/livez")
    assert "alive" in browser.page_source
    status = browser.execute_async_script("""
        const done = arguments[arguments.length - 1];
        fetch("/RPC2", {method: "POST", headers: {"Content-Type": "text/xml"}, body: arguments[0], credentials: "omit"})
          .then(answer => done(answer.status), error => done(String(error)));""", HANG_UP.decode())
    assert status == 401, "to the browser the page is this server's own"
    switch.ping()
    assert not switch.of_type("disconnect")


def test_the_metrics_address_tells_a_browser_nothing_by_a_strangers_name_and_a_scraper_by_any(daemon, browser):
    scraped = request(daemon.metrics_port, "GET", "/metrics", headers={"Host": "rollcall.internal:9478"})
    assert scraped.status == 200 and b"rollcall_calls" in scraped.body
    browser.get(f"http://127.0.0.1:{daemon.metrics_port}/metrics")
    assert "rollcall_calls" in browser.page_source
    browser.get(f"http://evil.example:{daemon.metrics_port}/metrics")
    assert "rollcall_calls" not in browser.page_source
    statuses = browser.execute_async_script("""
        const done = arguments[arguments.length - 1];
        const hidden = {referrerPolicy: "no-referrer", headers: {"Accept-Language": "", "User-Agent": "Prometheus/2.53"}};
        Promise.all(["/metrics", "/readyz?verbose"].map(page => fetch(page, hidden).then(answer => answer.status)))
          .then(done, error => done(String(error)));""")
    assert statuses == [421, 421]
