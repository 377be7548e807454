"""Trusted mode, and whose calls a request is about (contract, 4.2 and 4.3)."""

import xmlrpc.client

import pytest

from harness import Api, Daemon, free_port, wait_until

LISTS = ["listAllCalls", "listActiveCalls"]
NAMED = [*LISTS, "getAccountCallStatsCustomer"]  # in trusted mode these must be told the customer


# --- who is trusted

def test_a_host_that_is_not_listed_is_challenged(daemon):
    assert Api(daemon.http_port, source="127.0.0.2").post("x").status == 401


@pytest.mark.parametrize("name, value", [
    ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1"), ("X-Real-IP", "127.0.0.1"),
    ("True-Client-IP", "127.0.0.1"), ("Client-IP", "127.0.0.1"), ("X-Client-IP", "127.0.0.1"),
])
def test_no_forwarded_header_makes_a_host_trusted(daemon, name, value):
    assert Api(daemon.http_port, source="127.0.0.2", headers={name: value}).post("x").status == 401


@pytest.mark.parametrize("header", ["Basic c3NwLXJvb3Q6c2VjcmV0", "Digest nonsense", ""])
def test_a_request_with_an_authorization_header_is_never_trusted(daemon, header):
    answer = daemon.trusted(headers={"Authorization": header}).post("x")
    assert answer.status in (400, 401)


def test_a_login_from_a_trusted_host_is_normal_mode(daemon, switch):
    mine, other = switch.start(i_account=21), switch.start(i_account=41)
    wait_until(lambda: len(daemon.everything()) == 2)
    api = daemon.login("reseller", source="127.0.0.1")
    api.challenge = Api(daemon.http_port, source="127.0.0.2").post("").challenges()[0]
    assert api.ids() == [mine]
    assert other not in api.ids()
    assert api.fault("listAllCalls", i_customer=1) == (401, "Wrong i_customer")


def test_a_network_of_trusted_hosts_is_taken_by_its_prefix():
    with Daemon(config={"http": {"trusted_hosts": ["192.0.2.0/24", "127.0.0.8/30", "::1"]}}) as daemon:
        for host, status in (("127.0.0.8", 200), ("127.0.0.11", 200), ("127.0.0.12", 401), ("127.0.0.7", 401),
                             ("127.0.0.1", 401)):
            body = xmlrpc.client.dumps((), "system.listMethods")
            assert Api(daemon.http_port, source=host).post(body).status == status, host


def test_without_trusted_hosts_nobody_is_trusted():
    with Daemon(config={"http": {"trusted_hosts": []}}) as daemon:
        assert daemon.trusted().post("x").status == 401


def test_an_ipv4_host_is_the_same_on_an_ipv6_socket():
    port = free_port()
    daemon = Daemon(config={"http": {"trusted_hosts": ["127.0.0.1"], "listen": [f"[::]:{port}"]}})
    daemon.http_port = port
    with daemon:
        assert "listAllCalls" in Api(port).call("system.listMethods")
        assert Api(port, address="::1").post("x").status == 401


# --- the customer that a request names

@pytest.mark.parametrize("method", NAMED)
def test_trusted_lists_must_name_their_customer(api, method):
    assert api.fault(method) == (400, "Parameter i_customer is required")
    assert api.fault(method, {"i_customer": None}) == (400, "Parameter i_customer is required")


@pytest.mark.parametrize("method", NAMED)
def test_a_trusted_request_cannot_name_a_customer_that_is_not(api, method):
    assert api.fault(method, i_customer=999) == (401, "Wrong i_customer")


@pytest.mark.parametrize("method", NAMED)
@pytest.mark.parametrize("i_customer", [0, -1])
def test_a_customer_number_below_one_names_nobody(api, method, i_customer):
    code, _ = api.fault(method, i_customer=i_customer)
    assert code in (400, 401)


@pytest.mark.parametrize("i_customer, accounts", [
    (1, [11, 21, 31, 41, 51]), (2, [21, 31]), (3, [31]), (4, [41]), (5, [51]), (10, [101, 111]), (11, [111]),
])
def test_a_trusted_request_sees_the_named_customer_and_its_descendants(daemon, switches, api, i_customer, accounts):
    first, third = switches("sbc-1"), switches("sbc-3")
    for account in (11, 21, 31, 41, 51):
        first.start(i_account=account)
    for account in (101, 111):
        third.start(i_account=account)
    wait_until(lambda: len(daemon.everything()) == 7)
    for method in LISTS:
        assert sorted(row["I_ACCOUNT"] for row in api.call(method, {"i_customer": i_customer})) == accounts


def test_trusted_requests_without_a_customer_are_the_root_customer_of_environment_1(daemon, switches, api):
    first, third = switches("sbc-1"), switches("sbc-3")
    mine, other = first.start(i_account=11), third.start(i_account=101)
    wait_until(lambda: len(daemon.everything()) == 2)
    assert api.getAccountCallStats() == {"result": "OK", "data": {"11": [1, 1]}}
    assert api.disconnectCall(ID=f"sbc-3:{other}") == {"result": "Call not found or not accessible"}
    assert api.fault("disconnectAccount", i_account=101) == (401, "Wrong i_account")
    assert api.fault("disconnectCustomer", i_customer=10) == (401, "Wrong i_customer")
    assert api.disconnectCall(ID=f"sbc-1:{mine}") == {"result": "OK"}


def test_trusted_requests_act_as_the_customer_that_they_name(daemon, switches, api):
    first, third = switches("sbc-1"), switches("sbc-3")
    foreign, own = first.start(i_account=41), first.start(i_account=31)
    elsewhere = third.start(i_account=101)
    wait_until(lambda: len(daemon.everything()) == 3)
    assert api.disconnectCall(ID=f"sbc-1:{foreign}", i_customer=2)["result"] == "Call not found or not accessible"
    assert api.fault("disconnectAccount", i_account=41, i_customer=2) == (401, "Wrong i_account")
    assert api.fault("disconnectCustomer", i_customer=4, i_wholesaler=2) == (401, "Wrong i_customer")
    assert api.disconnectCustomer(i_customer=3, i_wholesaler=2) == {"result": "OK", "count": 1}
    first.wait_for("disconnect", id=own)
    assert api.disconnectCall(ID=f"sbc-3:{elsewhere}", i_customer=10) == {"result": "OK"}
    assert api.getAccountCallStats(i_customer=10)["result"] == "OK"


def test_a_trusted_request_cannot_act_as_a_wholesaler_that_is_not(api):
    assert api.fault("disconnectCustomer", i_customer=1, i_wholesaler=999) == (401, "Wrong i_wholesaler")


# --- normal mode narrows, and only narrows

@pytest.mark.parametrize("method", NAMED)
def test_a_customer_may_name_itself_or_a_descendant(daemon, method):
    api = daemon.login("reseller")
    for i_customer in (2, 3):
        api.call(method, {"i_customer": i_customer})


@pytest.mark.parametrize("method", NAMED)
def test_what_is_above_or_beside_does_not_exist(daemon, method):
    api = daemon.login("reseller")
    answers = set()
    for i_customer in (1, 4, 10, 999):
        with pytest.raises(xmlrpc.client.Fault) as caught:
            api.call(method, {"i_customer": i_customer})
        assert (caught.value.faultCode, caught.value.faultString) == (401, "Wrong i_customer")
        answers.add(api.last.body)
    assert len(answers) == 1, "an unknown and a foreign customer are told apart"


def test_a_narrowed_list_is_that_of_the_named_customer(daemon, switch, reseller):
    outer, inner = switch.start(i_account=21), switch.start(i_account=31)
    wait_until(lambda: len(daemon.everything()) == 2)
    assert reseller.ids() == [outer, inner]
    assert reseller.ids(i_customer=2) == [outer, inner]
    assert reseller.ids(i_customer=3) == [inner]


def test_a_wholesaler_narrows_a_disconnect(daemon, switch, reseller):
    outer, inner = switch.start(i_account=21), switch.start(i_account=31)
    wait_until(lambda: len(daemon.everything()) == 2)
    assert reseller.fault("disconnectCustomer", i_customer=2, i_wholesaler=3) == (401, "Wrong i_customer")
    for outside in (1, 4, 999):
        assert reseller.fault("disconnectCustomer", i_customer=3, i_wholesaler=outside) == (401, "Wrong i_wholesaler")
    assert reseller.disconnectCustomer(i_customer=3, i_wholesaler=3) == {"result": "OK", "count": 1}
    switch.wait_for("disconnect", id=inner)
    assert not switch.of_type("disconnect", id=outer)


def test_an_unknown_and_a_foreign_id_give_the_same_bytes(daemon, switch, reseller):
    foreign = switch.start(i_account=41)
    above = switch.start(i_account=11)
    wait_until(lambda: len(daemon.everything()) == 2)

    def same(method, name, *values):
        bodies = {reseller.post(xmlrpc.client.dumps(({name: value},), method)).body for value in values}
        assert len(bodies) == 1, (method, bodies)

    same("disconnectCall", "ID", f"sbc-1:{foreign}", f"sbc-1:{above}", "sbc-1:none", "none:1")
    same("disconnectAccount", "i_account", 41, 11, 999)
    same("disconnectCustomer", "i_customer", 4, 1, 999)
    same("listAllCalls", "i_account", 41, 11, 999)
    assert not switch.of_type("disconnect")


def test_only_the_root_customer_may_ask_for_the_stats_of_the_whole_switch(daemon):
    for login in ("reseller", "subreseller", "other-sub"):
        assert daemon.login(login).fault("getAccountCallStats") == (403, "Only the root customer may call this method")
    for login in ("ssp-root", "other-root"):
        assert daemon.login(login).getAccountCallStats()["result"] == "OK"


# --- calls without a place

def test_a_call_without_an_account_belongs_to_the_root_customer_of_its_environment(daemon, switches):
    first, third = switches("sbc-1"), switches("sbc-3")
    one, other = first.start("WaitAuth"), third.start("WaitAuth")
    wait_until(lambda: len(daemon.everything()) == 2)
    assert daemon.login("ssp-root").ids() == [one]
    assert daemon.login("other-root").ids() == [other]
    assert daemon.login("reseller").ids() == []
    (row,) = daemon.login("ssp-root").listAllCalls()
    assert (row["I_ACCOUNT"], row["I_CUSTOMER"], row["I_ENVIRONMENT"]) == (0, 1, 1)
    (row,) = daemon.login("other-root").listAllCalls()
    assert (row["I_ACCOUNT"], row["I_CUSTOMER"], row["I_ENVIRONMENT"]) == (0, 10, 2)
