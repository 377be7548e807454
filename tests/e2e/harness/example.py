"""The directory, the switches and the rows that most tests are about."""

STATES = ["Idle", "WaitAuth", "WaitRoute", "ARComplete", "Connected", "Disconnecting", "Dead"]
ACTIVE = {"WaitRoute", "ARComplete", "Connected"}

#: The fields of a row in their order.
ROW = ["CLI", "CLD", "CALL_ID", "CC_STATE", "ID", "CALLER_MEDIA_IP", "CALLEE_MEDIA_IP", "SETUP_TIME", "DIRECTION",
       "NODE_ID", "I_CONNECTION", "I_ACCOUNT", "I_CUSTOMER", "I_ENVIRONMENT", "DELAY", "DURATION"]

#: The directory that most tests use.
#:
#:   environment 1:  1 root ── 2 reseller ── 3 subreseller        environment 2:  10 other-root ── 11 other-sub
#:                          ├─ 4 sibling
#:                          └─ 5 closed (no API access)
#:
#: An account's number is ten times its customer's and a digit.
DIRECTORY = {
    "environments": [{"i_environment": 1, "name": "default"}, {"i_environment": 2, "name": "other"}],
    "customers": [
        {"i_customer": 1, "i_wholesaler": None, "i_environment": 1, "name": "root", "web_login": "ssp-root",
         "api_password": "secret", "api_access": True},
        {"i_customer": 2, "i_wholesaler": 1, "name": "reseller", "web_login": "reseller",
         "api_password": "secret2", "api_access": True},
        {"i_customer": 3, "i_wholesaler": 2, "name": "subreseller", "web_login": "subreseller",
         "api_password": "secret3", "api_access": True},
        {"i_customer": 4, "i_wholesaler": 1, "name": "sibling", "web_login": "sibling",
         "api_password": "secret4", "api_access": True},
        {"i_customer": 5, "i_wholesaler": 1, "name": "closed", "web_login": "closed",
         "api_password": "secret5", "api_access": False},
        {"i_customer": 10, "i_wholesaler": None, "i_environment": 2, "name": "other-root",
         "web_login": "other-root", "api_password": "secret10", "api_access": True},
        {"i_customer": 11, "i_wholesaler": 10, "name": "other-sub", "web_login": "other-sub",
         "api_password": "secret11", "api_access": True},
    ],
    "accounts": [
        {"i_account": 11, "i_customer": 1, "username": "801"},
        {"i_account": 12, "i_customer": 1, "username": "802"},
        {"i_account": 21, "i_customer": 2, "username": "821"},
        {"i_account": 22, "i_customer": 2, "username": "822"},
        {"i_account": 31, "i_customer": 3, "username": "831"},
        {"i_account": 41, "i_customer": 4, "username": "841"},
        {"i_account": 51, "i_customer": 5, "username": "851"},
        {"i_account": 101, "i_customer": 10, "username": "801"},
        {"i_account": 111, "i_customer": 11, "username": "811"},
    ],
    "vendors": [{"i_vendor": 1, "name": "carrier"}, {"i_vendor": 2, "name": "other carrier"}],
    "connections": [
        {"i_connection": 1, "i_vendor": 1, "name": "carrier-gw1"},
        {"i_connection": 2, "i_vendor": 1, "name": "carrier-gw2"},
        {"i_connection": 3, "i_vendor": 2, "name": "other-gw"},
    ],
}


def many_accounts(count=100_000):
    """DIRECTORY with so many accounts that they do not fit on a small disk."""
    return {**DIRECTORY, "accounts": [*DIRECTORY["accounts"], *(
        {"i_account": 1000 + n, "i_customer": 1, "username": f"user-{n:0200}"} for n in range(count))]}


#: The customer of each account above, and the parent of each customer.
CUSTOMER_OF = {entry["i_account"]: entry["i_customer"] for entry in DIRECTORY["accounts"]}
PARENT_OF = {entry["i_customer"]: entry["i_wholesaler"] for entry in DIRECTORY["customers"]}
PASSWORDS = {entry["web_login"]: entry["api_password"] for entry in DIRECTORY["customers"]}

#: The switches that most tests use, and the environment of each.
SWITCHES = {"sbc-1": 1, "sbc-2": 1, "sbc-3": 2}
SECRET = "feed secret"


def covers(outer, inner):
    """True when the customer `inner` of DIRECTORY is `outer` or below it."""
    while inner is not None and inner != outer:
        inner = PARENT_OF[inner]
    return inner == outer
