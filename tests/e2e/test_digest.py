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


def test_a_nonce_of_before_a_restart_is_stale():
    with Daemon() as daemon:
        client = Client(daemon)
        challenge = client.challenge()
        assert daemon.stop() == 0
        client.api.close()
        daemon.start()
        assert stale(client.post(good(challenge)))


def test_nodes_that_share_their_secret_take_each_others_nonces():
    shared = {"http": {"nonce_secret": "0123456789abcdef0123456789abcdef"}}
    with Daemon(config=shared) as one, Daemon(config=shared) as other:
        challenge = Client(one).challenge()
        assert Client(other).post(good(challenge)).status == 200


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


def test_health_and_metrics_need_no_login(daemon):
    for path in ("/livez", "/readyz", "/metrics"):
        assert request(daemon.http_port, "GET", path).status != 401
