"""Normal mode: HTTP Digest (contract, 4.1; RFC 7616)."""

import concurrent.futures
import hashlib
import re
import xmlrpc.client

import pytest

from harness import PASSWORDS, Api, Daemon, authorization, digest, request

CALL = xmlrpc.client.dumps((), "system.listMethods")
URI = "/xmlapi/xmlapi"


class Client:
    """One connection from an address that is not trusted, on which every header is ours to choose."""

    def __init__(self, daemon):
        self.api = Api(daemon.http_port, source="127.0.0.2")

    def post(self, header=None, body=CALL):
        return self.api.post(body, {"Authorization": header} if header else None)

    def challenge(self, algorithm="MD5"):
        return next(c for c in self.post().challenges() if c.get("algorithm", "MD5") == algorithm)


@pytest.fixture
def client(daemon):
    one = Client(daemon)
    yield one
    one.api.close()


def good(challenge, **kwargs):
    return authorization(challenge, "ssp-root", "secret", **kwargs)


# --- the challenge

def test_the_challenge_says_what_clients_look_for(client):
    (challenge,) = client.post().challenges()
    assert challenge["scheme"] == "Digest"
    assert challenge["realm"] == "rollcall"
    assert 'qop="auth"' in challenge["line"]
    assert challenge.get("algorithm", "MD5") == "MD5"
    assert len(challenge["nonce"]) >= 16
    assert challenge.get("stale", "false") == "false"


@pytest.mark.parametrize("body", ["", "not XML at all <", "<methodCall>", "<!DOCTYPE x>", "x" * 60000])
def test_the_challenge_comes_before_a_body_is_parsed_and_keeps_the_connection(client, body):
    answer = client.post(body=body)
    assert answer.status == 401
    connection = client.api.connection.sock
    assert connection is not None
    assert client.post(good(answer.challenges()[0])).status == 200
    assert client.api.connection.sock is connection


def test_each_challenge_has_a_nonce_of_its_own(client):
    assert len({client.challenge()["nonce"] for _ in range(20)}) == 20


def test_an_unknown_login_and_a_wrong_password_cannot_be_told_apart(client):
    def refused(login, password):
        answer = client.post(authorization(client.challenge(), login, password))
        head = {name.lower(): value for name, value in answer.headers.items() if name.lower() != "date"}
        head["www-authenticate"] = re.sub(r'nonce="[^"]*"', "nonce", head["www-authenticate"])
        return answer.status, head, answer.body
    wrong_password, unknown_login = refused("ssp-root", "wrong"), refused("nobody", "secret")
    assert wrong_password == unknown_login
    assert wrong_password[0] == 401
    assert "stale=true" not in wrong_password[1]["www-authenticate"].lower()


# --- headers that are not right

@pytest.mark.parametrize("header", ["Basic c3NwLXJvb3Q6c2VjcmV0", "Bearer abc", "Negotiate abc"])
def test_another_scheme_is_challenged(client, header):
    assert client.post(header).status == 401


@pytest.mark.parametrize("header", [
    "Digest", "Digest ", "Digest username", 'Digest username="ssp-root', "Digest ,,,", "Digest =", "=", "",
    'Digest username="ssp-root", realm="rollcall"', "Digest " + "x" * 5000,
    'Digest username="ssp-root", username="ssp-root", realm="rollcall", nonce="", uri="", response=""',
])
def test_a_broken_header_is_refused(client, header):
    answer = client.api.post(CALL, {"Authorization": header})
    assert answer.status in (400, 401)
    assert b"methodResponse" not in answer.body


@pytest.mark.parametrize("change", [
    (r'uri="[^"]*"', 'uri="/other"'),
    (r'realm="[^"]*"', 'realm="other"'),
    (r"qop=auth", "qop=auth-int"),
    (r", qop=auth, nc=\w+, cnonce=\"[^\"]*\"", ""),
    (r'response="\w{4}', 'response="0000'),
    (r"nc=\w+", "nc=0000000g"),
    (r"nc=\w+", "nc=00000002"),
    (r"algorithm=MD5", "algorithm=MD5-sess"),
    (r"algorithm=MD5", "algorithm=SHA-256"),
    (r'username="ssp-root"', 'username="reseller"'),
])
def test_a_header_of_which_one_part_is_wrong_lets_nobody_in(client, change):
    header = re.sub(*change, good(client.challenge()))
    assert client.post(header).status in (400, 401)


def test_a_wrong_answer_does_not_spoil_the_nonce_for_the_right_one(client):
    challenge = client.challenge()
    assert client.post(authorization(challenge, "ssp-root", "wrong")).status == 401
    assert client.post(good(challenge)).status == 200


# --- nonces

def stale(answer):
    return answer.status == 401 and all(c.get("stale", "").lower() == "true" for c in answer.challenges())


def test_a_replayed_count_is_stale(client):
    challenge = client.challenge()
    header = good(challenge)
    assert client.post(header).status == 200
    assert stale(client.post(header))
    assert client.post(good(challenge, nc=2)).status == 200


def test_a_nonce_that_this_node_did_not_give_is_stale_and_never_a_wrong_password(client):
    challenge = client.challenge()
    for nonce in ("x", "0" * 64, challenge["nonce"][::-1], challenge["nonce"] + "A", "a" * 500):
        assert stale(client.post(good({**challenge, "nonce": nonce})))


def test_a_nonce_works_on_another_connection(daemon, client):
    challenge = client.challenge()
    for nc in range(1, 6):
        other = Client(daemon)
        assert other.post(good(challenge, nc=nc)).status == 200
        other.api.close()


def test_parallel_requests_on_one_nonce_work_in_any_order(daemon, client):
    challenge = client.challenge()

    def one(nc):
        return Client(daemon).post(good(challenge, nc=nc)).status

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert list(pool.map(one, [3, 1, 2, *reversed(range(4, 33))])) == [200] * 32


def test_counts_may_leave_gaps(client):
    challenge = client.challenge()
    for nc in (5, 1, 40, 39, 1000):
        assert client.post(good(challenge, nc=nc)).status == 200, nc


# --- spellings of clients that are in use

@pytest.mark.parametrize("name, template", [
    ("curl", 'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", cnonce="{cnonce}", '
             'nc={nc:08x}, qop=auth, response="{response}", algorithm=MD5'),
    ("requests", 'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
                 'response="{response}", algorithm="MD5", qop="auth", nc={nc:08x}, cnonce="{cnonce}"'),
    ("without algorithm", 'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
                          'response="{response}", qop=auth, nc={nc:08x}, cnonce="{cnonce}"'),
    ("quoted count", 'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
                     'response="{response}", qop="auth", nc="{nc:08x}", cnonce="{cnonce}", algorithm="MD5"'),
    ("no spaces", 'Digest username="{login}",realm="{realm}",nonce="{nonce}",uri="{uri}",response="{response}",'
                  'qop=auth,nc={nc:08x},cnonce="{cnonce}",algorithm=MD5'),
    ("lower-case scheme", 'digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
                          'response="{response}", qop=auth, nc={nc:08x}, cnonce="{cnonce}"'),
    ("with opaque", 'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", opaque="", '
                    'response="{response}", qop=auth, nc={nc:08x}, cnonce="{cnonce}"'),
    ("unknown field", 'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", color=blue, '
                      'response="{response}", qop=auth, nc={nc:08x}, cnonce="{cnonce}"'),
])
def test_a_header_is_read_in_every_spelling(client, name, template):
    assert client.post(good(client.challenge(), template=template)).status == 200


@pytest.mark.parametrize("name, count, template", [
    # As the sources of each have it: dotnet/runtime (always the first count, of a new challenge), JDK 17
    # (sun.net.www.protocol.http.DigestAuthentication), Apache HttpClient 4 and 5, icholy/digest, net-http-digest_auth,
    # and what programs in Erlang carry for httpc, which has no Digest of its own.
    (".NET", "00000001", 'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}", '
                         'algorithm=MD5, qop=auth, nc={count}, cnonce="{cnonce}"'),
    (".NET Framework", "00000001", 'Digest username="{login}",realm="{realm}",nonce="{nonce}",uri="{uri}",cnonce="{cnonce}",'
                                   'nc={count},algorithm=MD5,response="{response}",qop="auth",charset=utf-8'),
    ("Java HttpURLConnection", "00000001", 'Digest username="{login}", realm="{realm}", nonce="{nonce}", nc={count}, '
                                           'uri="{uri}", response="{response}", algorithm="MD5", cnonce="{cnonce}", qop="auth"'),
    ("Apache HttpClient", "00000001", 'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
                                      'response="{response}", qop=auth, nc={count}, cnonce="{cnonce}", algorithm=MD5'),
    ("Go", "00000001", 'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}", '
                       'algorithm=MD5, cnonce="{cnonce}", qop=auth, nc={count}'),
    ("Ruby", "00000000", 'Digest username="{login}", realm="{realm}", algorithm=MD5, qop=auth, uri="{uri}", nonce="{nonce}", '
                         'nc={count}, cnonce="{cnonce}", response="{response}"'),
    ("Erlang", "00000001", 'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", cnonce="{cnonce}", '
                           'nc={count}, qop="auth", response="{response}", opaque="", algorithm="MD5"'),
    ("Erlang, of more zeros", "0000000000000000", 'Digest username="{login}",realm="{realm}",nonce="{nonce}",uri="{uri}",'
                              'qop=auth,nc={count},cnonce="{cnonce}",response="{response}",opaque="undefined"'),
    ("LWP", "0000000A", 'Digest username="{login}", realm="{realm}", qop="auth", algorithm="MD5", uri="{uri}", '
                        'nonce="{nonce}", nc={count}, cnonce="{cnonce}", response="{response}"'),
])
def test_the_header_of_a_client_that_is_in_use_lets_in_once(client, name, count, template):
    challenge = client.challenge()
    header = template.format(login="ssp-root", realm="rollcall", nonce=challenge["nonce"], uri=URI, cnonce="0a4f", count=count,
                             response=response_of("ssp-root", "secret", challenge["nonce"], count))
    assert client.post(header).status == 200
    assert stale(client.post(header))


def response_of(login, password, nonce, count, encoding="utf-8"):
    """The response of RFC 7616 to a count as it is written, its texts in this encoding."""
    def h(text):
        return hashlib.md5(text if isinstance(text, bytes) else text.encode()).hexdigest()
    a1 = h(f"{login}:rollcall:{password}".encode(encoding))
    return h(":".join([a1, nonce, count, "0a4f", "auth", h(f"POST:{URI}")]))


@pytest.fixture(scope="module")
def odd_logins():
    """Customers whose logins clients send in several ways, and one that an unescaped login looks like."""
    logins = ["DOMAIN\\user", "DOMAINuser", "back\\", "J\u00fcrgen", "\u0416", 'quo"te']
    customers = [{"i_customer": n, "i_wholesaler": None if n == 1 else 1, "name": login, "web_login": login,
                  "api_password": f"secret {n}", "api_access": True, **({"i_environment": 1} if n == 1 else {})}
                 for n, login in enumerate(logins, 1)]
    with Daemon(directory={"environments": [{"i_environment": 1, "name": "default"}], "customers": customers}) as daemon:
        yield daemon


@pytest.mark.parametrize("login, number, written", [
    ("DOMAIN\\user", 1, b"DOMAIN\\user"), ("DOMAIN\\user", 1, b"DOMAIN\\\\user"), ("DOMAINuser", 2, b"DOMAINuser"),
    ("DOMAINuser", 2, b"DOMAIN\\user"), ("back\\", 3, b"back\\"), ("back\\", 3, b"back\\\\"), ('quo"te', 6, b'quo\\"te'),
    ("J\u00fcrgen", 4, "J\u00fcrgen".encode()), ("J\u00fcrgen", 4, "J\u00fcrgen".encode("latin-1")), ("\u0416", 5, "\u0416".encode()),
])
def test_a_login_gets_in_however_its_client_writes_it(odd_logins, login, number, written):
    """Backslashes that are not escaped, and Latin-1: Python's requests writes its header in that, and hashes UTF-8."""
    client = Client(odd_logins)

    def send(password):
        nonce = client.challenge()["nonce"]
        header = (b'Digest username="' + written + f'", realm="rollcall", nonce="{nonce}", uri="{URI}", response="'
                  f'{response_of(login, password, nonce, "00000001")}", qop=auth, nc=00000001, cnonce="0a4f"'.encode())
        return client.post(header.decode("latin-1"), xmlrpc.client.dumps((), "system.listMethods"))
    assert send("wrong").status == 401
    assert "listAllCalls" in send(f"secret {number}").value()


@pytest.mark.parametrize("written", ["J\u00fcrgen".encode(), "J\u00fcrgen".encode("latin-1")])
def test_a_client_that_hashes_latin_1_gets_in(odd_logins, written):
    """Java's HttpURLConnection hashes that, and writes the header in UTF-8; curl on a terminal in Latin-1 does both in it."""
    client = Client(odd_logins)

    def send(password, encoding):
        nonce = client.challenge()["nonce"]
        response = response_of("J\u00fcrgen", password, nonce, "00000001", encoding)
        header = (b'Digest username="' + written + f'", realm="rollcall", nonce="{nonce}", uri="{URI}", response="{response}", '
                  'qop=auth, nc=00000001, cnonce="0a4f"'.encode())
        return client.post(header.decode("latin-1")).status
    assert [send("secret 4", "latin-1"), send("secret 4", "utf-8")] == [200, 200]
    assert [send("wrong", "latin-1"), send("secret 4", "utf-16")] == [401, 401]


def test_an_upper_case_count_is_hashed_as_it_was_written(client):
    """Perl's LWP counts in upper case, which shows from the tenth request on."""
    challenge = client.challenge()

    def h(text):
        return hashlib.md5(text.encode()).hexdigest()

    for nc in (9, 10, 26):
        count = f"{nc:08X}"
        response = h(":".join([h(f"ssp-root:{challenge['realm']}:secret"), challenge["nonce"], count, "abc", "auth",
                               h(f"POST:{URI}")]))
        header = (f'Digest username="ssp-root", realm="{challenge["realm"]}", qop="auth", algorithm="MD5", '
                  f'uri="{URI}", nonce="{challenge["nonce"]}", nc={count}, cnonce="abc", response="{response}"')
        assert client.post(header).status == 200


# --- algorithms

@pytest.fixture(scope="module")
def both():
    with Daemon(config={"http": {"digest_algorithms": ["MD5", "SHA-256"]}}) as daemon:
        yield daemon


def test_both_algorithms_are_offered_md5_first(both):
    challenges = Client(both).post().challenges()
    assert [c.get("algorithm", "MD5") for c in challenges] == ["MD5", "SHA-256"]
    assert all('qop="auth"' in c["line"] for c in challenges)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_either_algorithm_lets_in(both, algorithm):
    client = Client(both)
    assert client.post(good(client.challenge(algorithm))).status == 200


def test_an_algorithm_that_is_not_offered_does_not_let_in(client):
    challenge = {**client.challenge(), "algorithm": "SHA-256"}
    assert client.post(good(challenge)).status in (400, 401)


# --- who is who

@pytest.mark.parametrize("login", ["ssp-root", "reseller", "subreseller", "other-root"])
def test_everyone_with_access_is_let_in(client, login):
    assert client.post(authorization(client.challenge(), login, PASSWORDS[login])).status == 200


def test_a_customer_without_access_gets_fault_403(daemon):
    assert daemon.login("closed").fault("listAllCalls") == (403, "API access is not enabled")


def test_a_customer_without_access_and_a_wrong_password_is_only_challenged(client):
    assert client.post(authorization(client.challenge(), "closed", "wrong")).status == 401


def test_a_password_with_odd_characters_works():
    directory = {"environments": [{"i_environment": 1, "name": "default"}],
                 "customers": [{"i_customer": 1, "i_wholesaler": None, "i_environment": 1, "name": "root",
                                "web_login": "r-oot@example.com", "api_password": 'p"a\\s: s\u00e9', "api_access": True}]}
    with Daemon(directory=directory) as daemon:
        client = Client(daemon)
        header = authorization(client.challenge(), "r-oot@example.com", 'p"a\\s: s\u00e9')
        assert client.post(header).status == 200


def test_the_other_paths_ask_for_a_login_too(daemon):
    for path in ("/xmlapi", "/RPC2"):
        api = Api(daemon.http_port, "ssp-root", "secret", path=path, source="127.0.0.2")
        assert "listAllCalls" in api.call("system.listMethods")


def test_the_helper_of_these_tests_hashes_as_the_rfc_does():
    """RFC 7616, 3.9.1: otherwise the tests above prove nothing."""
    challenge = {"realm": "http-auth@example.org", "algorithm": "MD5",
                 "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"}
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    assert digest(challenge, "Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce=cnonce) \
        == "8ca523f5e9506fed4657c9700eebdbec"
    assert digest({**challenge, "algorithm": "SHA-256"}, "Mufasa", "Circle of Life", "GET", "/dir/index.html",
                  cnonce=cnonce) == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"


def test_health_needs_no_login(daemon):
    for path in ("/livez", "/readyz"):
        assert request(daemon.http_port, "GET", path).status != 401
