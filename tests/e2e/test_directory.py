"""The directory: importing it, and what a running daemon makes of a new one (contract, 3)."""

import copy
import json
import sqlite3

import pytest

from harness import DIRECTORY, Daemon, many_accounts, run, wait_until

SMALL = {
    "environments": [{"i_environment": 1, "name": "default"}],
    "customers": [{"i_customer": 1, "i_wholesaler": None, "i_environment": 1, "name": "root", "web_login": "root",
                   "api_password": "secret", "api_access": True},
                  {"i_customer": 2, "i_wholesaler": 1, "name": "sub", "web_login": "sub", "api_password": "secret2",
                   "api_access": True}],
    "accounts": [{"i_account": 3, "i_customer": 1, "username": "801"}],
    "vendors": [{"i_vendor": 1, "name": "carrier"}],
    "connections": [{"i_connection": 1, "i_vendor": 1, "name": "gw"}],
}


@pytest.fixture
def database(tmp_path):
    return tmp_path / "directory.db"


def do_import(database, content):
    file = database.parent / "in.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return run("rollcall", "directory", "import", "--database", database, file)


def export(database):
    result = run("rollcall", "directory", "export", "--database", database)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def changed(section, index=0, **fields):
    """SMALL with one entry changed; a field of ... is taken out."""
    directory = copy.deepcopy(SMALL)
    entry = directory[section][index]
    for name, value in fields.items():
        if value is ...:
            entry.pop(name, None)
        else:
            entry[name] = value
    return directory


def added(section, **entry):
    directory = copy.deepcopy(SMALL)
    directory[section].append(entry)
    return directory


def customer(i_customer, i_wholesaler, **fields):
    return {"i_customer": i_customer, "i_wholesaler": i_wholesaler, "name": f"customer {i_customer}", **fields}


# --- what is refused

@pytest.mark.parametrize("name, content, words", [
    ("not JSON", "{", []), ("no object", "[]", []), ("empty", "", []), ("unknown section", {"customer": []}, ["customer"]),
    ("section that is no list", {"customers": {}}, ["customers"]),
    ("entry that is no object", {"customers": [1]}, ["customers"]),
    ("self-made cycle", changed("customers", 0, i_wholesaler=2), ["customer"]),
    ("own wholesaler", changed("customers", 1, i_wholesaler=2), ["customer", "2"]),
    ("long cycle", {**SMALL, "customers": [SMALL["customers"][0], customer(5, 6), customer(6, 7), customer(7, 5)]},
     ["customer"]),
    ("dangling wholesaler", changed("customers", 1, i_wholesaler=99), ["99"]),
    ("dangling customer", changed("accounts", 0, i_customer=99), ["99"]),
    ("dangling vendor", changed("connections", 0, i_vendor=99), ["99"]),
    ("dangling environment", changed("customers", 0, i_environment=99), ["99"]),
    ("duplicate login", changed("customers", 1, web_login="root"), ["root"]),
    ("duplicate customer", added("customers", **customer(2, 1)), ["2"]),
    ("duplicate account", added("accounts", i_account=3, i_customer=2, username="9"), ["3"]),
    ("duplicate username", added("accounts", i_account=4, i_customer=2, username="801"), ["801"]),
    ("two roots of one environment", added("customers", **customer(3, None, i_environment=1)), []),
    ("id that is text", changed("customers", 1, i_customer="two"), ["i_customer"]),
    ("id of zero", changed("customers", 1, i_customer=0), []),
    ("id below zero", changed("accounts", 0, i_account=-3), []),
    ("fraction", changed("accounts", 0, i_account=3.5), ["i_account"]),
    ("login that is a number", changed("customers", 1, web_login=5), ["web_login"]),
    ("access that is text", changed("customers", 1, api_access="yes"), ["api_access"]),
    ("missing id", changed("accounts", 0, i_account=...), ["i_account"]),
    ("missing customer", changed("accounts", 0, i_customer=...), ["i_customer"]),
    ("unknown field", changed("accounts", 0, colour="red"), ["colour"]),
    ("unknown right", changed("customers", 1, api_rights=["view", "viev"]), ["i_customer 2", "api_rights", "viev"]),
    ("rights that are text", changed("customers", 1, api_rights="view"), ["i_customer 2", "api_rights"]),
    ("limit below none", changed("customers", 1, max_sessions=-2), ["i_customer 2", "max_sessions"]),
    ("limit that is text", changed("accounts", 0, max_sessions="5"), ["i_account 3", "max_sessions"]),
    ("logins that are no list", changed("customers", 1, logins={}), ["i_customer 2", "logins"]),
    ("login without a name", changed("customers", 1, logins=[{"api_password": "x"}]), ["i_customer 2", "logins[0]", "web_login"]),
    ("login of another customer", changed("customers", 1, logins=[{"web_login": "root"}]), ["i_customer 2", "root"]),
    ("unknown right of a login", changed("customers", 1, logins=[{"web_login": "a", "api_rights": ["x"]}]),
     ["i_customer 2", "logins[0]", "api_rights", "x"]),
])
def test_a_bad_file_is_refused_whole_and_names_the_entry(database, name, content, words):
    assert do_import(database, SMALL).returncode == 0
    before = export(database)
    if isinstance(content, dict) and "accounts" in content:  # something good in the same file must not get in
        content = {**content, "vendors": [*SMALL["vendors"], {"i_vendor": 50, "name": "new"}]}
    result = do_import(database, content)
    assert result.returncode == 1, (result.returncode, result.stderr)
    assert result.stderr and not result.stdout
    for word in words:
        assert word in result.stderr, result.stderr
    assert export(database) == before


def test_a_bad_file_creates_no_database_that_a_daemon_would_take(database):
    assert do_import(database, "{").returncode == 1
    assert run("rollcall", "directory", "export", "--database", database).returncode != 0 or export(database) in (
        {}, {section: [] for section in SMALL})


@pytest.mark.parametrize("arguments", [["import"], ["import", "x.json"], ["export"], ["show"], ["nothing"], []])
def test_arguments_that_make_no_sense_are_a_matter_of_usage(arguments):
    assert run("rollcall", "directory", *arguments).returncode == 2


def test_a_file_that_is_not_there_is_told(database):
    result = run("rollcall", "directory", "import", "--database", database, database.parent / "none.json")
    assert result.returncode == 1 and "none.json" in result.stderr


def test_everything_that_is_wrong_is_told_at_once_with_its_line_and_entry(database):
    content = """{"environments": [{"i_environment": 1, "name": "default"}],
"customers": [
 {"i_customer": 1, "i_environment": 1, "name": "root", "web_login": "a:b"},
 {"i_customer": 2, "i_wholesaler": 9, "name": "sub", "name": "twice"},
 {"i_customer": 3000000000, "i_wholesaler": 1, "name": "large"}],
"accounts": [
 {"i_account": 3, "i_customer": 1, "username": "801"},
 {"i_account": 4, "i_customer": 1, "username": "801"}]}"""
    result = do_import(database, content)
    file = database.parent / "in.json"
    assert result.returncode == 1 and not database.exists()
    assert result.stderr.splitlines() == [
        f"{file}:3: customers[0] (i_customer 1): web_login must not hold a colon",
        f"{file}:4: customers[1]: key 'name' stands twice",
        f"{file}:4: customers[1] (i_customer 2): i_wholesaler 9 is not a customer",
        f"{file}:5: customers[2]: i_customer must be at most 2147483647",
        f"{file}:8: accounts[1] (i_account 4): username '801' is already that of account 3 in environment 1",
        "rollcall: nothing was imported"]
    assert do_import(database, SMALL).returncode == 0
    assert len(do_import(database, content).stderr.splitlines()) == 6
    assert {row["name"] for row in export(database)["customers"]} == {"root", "sub"}


# --- what is imported

def test_a_directory_from_standard_input_and_with_a_byte_order_mark(database):
    importing = ["rollcall", "directory", "import", "--database", database, "-"]
    assert run(*importing, input="\ufeff" + json.dumps(SMALL)).returncode == 0
    assert len(export(database)["customers"]) == 2
    result = run(*importing, input="{")
    assert result.returncode == 1 and "standard input" in result.stderr


def test_an_import_that_does_not_mention_access_turns_nobodys_api_off():
    directory = copy.deepcopy(DIRECTORY)
    for entry in directory["customers"]:
        del entry["api_access"], entry["api_password"]
        if entry["i_customer"] > 2:
            del entry["web_login"]
    with Daemon() as daemon:
        daemon.import_directory(directory)
        daemon.reload()
        for login in ("ssp-root", "reseller", "subreseller"):
            assert daemon.login(login).listAllCalls() == []
        assert daemon.login("closed").fault("listAllCalls") == (403, "API access is not enabled")
        daemon.import_directory({"customers": [{"i_customer": 6, "i_wholesaler": 1, "name": "new", "web_login": "new",
                                                "api_password": "secret6"}]})
        daemon.reload()
        wait_until(lambda: daemon.login("new", "secret6").post("x").status == 200)
        assert daemon.login("new", "secret6").fault("listAllCalls") == (403, "API access is not enabled")


def test_an_import_can_be_repeated_and_changes_entries_by_their_ids(database):
    assert do_import(database, SMALL).returncode == 0
    first = export(database)
    assert do_import(database, SMALL).returncode == 0
    assert export(database) == first
    assert do_import(database, {"accounts": [{"i_account": 3, "i_customer": 2, "username": "802"},
                                             {"i_account": 4, "i_customer": 2, "username": "803"}]}).returncode == 0
    accounts = export(database)["accounts"]
    assert {(a["i_account"], a["i_customer"], a["username"]) for a in accounts} == {(3, 2, "802"), (4, 2, "803")}


def test_an_export_is_an_import(database):
    assert do_import(database, DIRECTORY).returncode == 0
    exported = export(database)
    other = database.parent / "other.db"
    assert do_import(other, exported).returncode == 0
    assert export(other) == exported


def with_rights():
    directory = changed("customers", 1, api_rights=["view"], max_sessions=30, logins=[
        {"web_login": "night", "api_password": "secret3", "api_rights": []}, {"web_login": "desk", "api_password": "secret4"}])
    directory["accounts"][0]["max_sessions"] = 0
    return directory


def test_rights_limits_and_logins_come_back_and_are_kept_by_files_without_them(database):
    assert do_import(database, SMALL).returncode == 0
    plain = export(database)
    assert all(not {"api_rights", "max_sessions", "logins"} & entry.keys()
               for entry in [*plain["customers"], *plain["accounts"]])
    assert do_import(database, with_rights()).returncode == 0
    exported = export(database)
    sub = exported["customers"][1]
    assert (sub["api_rights"], sub["max_sessions"]) == (["view"], 30)
    assert [(login["web_login"], login.get("api_rights"), sorted(login["digest"])) for login in sub["logins"]] == [
        ("desk", None, ["md5", "sha256"]), ("night", [], ["md5", "sha256"])]
    assert exported["accounts"][0]["max_sessions"] == 0
    other = database.parent / "other.db"
    assert do_import(other, exported).returncode == 0
    assert export(other) == exported
    assert do_import(database, SMALL).returncode == 0
    assert export(database) == exported
    nothing = changed("customers", 1, api_rights=None, max_sessions=None, logins=None)
    nothing["accounts"][0]["max_sessions"] = -1
    assert do_import(database, nothing).returncode == 0
    assert export(database) == plain


def test_no_password_is_stored_or_exported(database):
    directory = changed("customers", 0, api_password="correct horse battery staple",
                        logins=[{"web_login": "desk", "api_password": "correct horse again"}])
    assert do_import(database, directory).returncode == 0
    assert "correct horse" not in json.dumps(export(database))
    for file in database.parent.glob("directory.db*"):
        assert b"correct horse" not in file.read_bytes()


def test_the_tree_is_shown(database):
    assert do_import(database, DIRECTORY).returncode == 0
    result = run("rollcall", "directory", "show", "--database", database)
    assert result.returncode == 0
    for name in ("root", "reseller", "subreseller", "sibling", "other-sub"):
        assert name in result.stdout


def test_the_tree_as_json_and_as_csv(database):
    assert do_import(database, SMALL).returncode == 0
    show = ["rollcall", "directory", "show", "--database", database]
    rows = json.loads(run(*show, "--json").stdout)
    assert [(row["kind"], row["id"], row["above"], row["name"]) for row in rows] == [
        ("environment", 1, None, "default"), ("customer", 1, None, "root"), ("account", 3, 1, "801"),
        ("customer", 2, 1, "sub"), ("vendor", 1, None, "carrier"), ("connection", 1, 1, "gw")]
    assert rows[3] == {"kind": "customer", "id": 2, "above": 1, "i_environment": 1, "name": "sub", "web_login": "sub",
                       "api_access": True, "api_rights": None, "max_sessions": -1, "logins": []}
    assert [row["id"] for row in json.loads(run(*show, "--customer", 2, "--json").stdout)] == [2]
    lines = run(*show, "--customer", 1, "--csv").stdout.splitlines()
    assert lines == ["kind,id,above,i_environment,name,web_login,api_access,api_rights,max_sessions,logins",
                     "customer,1,,1,root,root,true,,-1,[]", "account,3,1,1,801,,,,-1,", "customer,2,1,1,sub,sub,true,,-1,[]"]
    missing = run(*show, "--customer", 9, "--json")
    assert missing.returncode == 3 and not missing.stdout


def test_rights_limits_and_logins_are_shown_and_no_hashes(database):
    assert do_import(database, with_rights()).returncode == 0
    show = ["rollcall", "directory", "show", "--database", database]
    tree = run(*show).stdout.splitlines()
    assert "├─ account 3  801  max 0" in tree
    assert "└─ customer 2  sub  login sub  login desk  login night (rights: none)  API  rights: view  max 30" in tree
    rows = json.loads(run(*show, "--json").stdout)
    assert rows[2]["max_sessions"] == 0
    assert (rows[3]["api_rights"], rows[3]["max_sessions"], rows[3]["logins"]) == (["view"], 30, ["desk", "night"])
    csv = run(*show, "--csv").stdout
    assert 'customer,2,1,1,sub,sub,true,"[""view""]",30,"[""desk"",""night""]"' in csv.splitlines()
    digest = export(database)["customers"][1]["logins"][0]["digest"]["sha256"]
    for shown in ("\n".join(tree), json.dumps(rows), csv):
        assert digest not in shown


def test_a_database_is_sound_after_an_import(database):
    assert do_import(database, DIRECTORY).returncode == 0
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_a_deep_tree_is_no_trouble(database):
    chain = [customer(n, n - 1 or None, **({"i_environment": 1} if n == 1 else {})) for n in range(1, 20001)]
    assert do_import(database, {"environments": SMALL["environments"], "customers": chain}).returncode == 0
    assert len(export(database)["customers"]) == 20000


def test_a_full_disk_refuses_an_import_and_loses_nothing(small_disk, tmp_path):
    database = small_disk / "directory.db"
    assert do_import(database, DIRECTORY).returncode == 0
    before = export(database)
    file = tmp_path / "many.json"
    file.write_text(json.dumps(many_accounts()))
    result = run("rollcall", "directory", "import", "--database", database, file)
    assert result.returncode == 1 and "database or disk is full" in result.stderr, result.stderr
    assert export(database) == before
    assert do_import(database, {"vendors": [{"i_vendor": 50, "name": "new"}]}).returncode == 0


# --- a running daemon

def test_a_changed_directory_is_picked_up_on_hup_and_not_before():
    directory = copy.deepcopy(DIRECTORY)
    with Daemon() as daemon, daemon.switch() as switch:
        id = switch.start(i_account=21)
        wait_until(lambda: daemon.everything())
        directory["customers"].append({"i_customer": 6, "i_wholesaler": 4, "name": "new", "web_login": "new",
                                       "api_password": "secret6", "api_access": True})
        directory["accounts"][2]["i_customer"] = 6  # account 21
        daemon.import_directory(directory)
        api = daemon.trusted()
        assert api.fault("listAllCalls", i_customer=6) == (401, "Wrong i_customer")
        assert api.ids(i_customer=2) == [id]
        daemon.reload()
        wait_until(lambda: api.ids(i_customer=6) == [id])
        assert api.ids(i_customer=2) == []
        assert api.ids(i_customer=4) == [id]
        assert daemon.login("new", "secret6").ids() == [id]


def test_a_call_whose_account_name_becomes_known_gets_its_account():
    directory = copy.deepcopy(DIRECTORY)
    with Daemon() as daemon, daemon.switch() as switch:
        switch.start(account="newcomer")
        wait_until(lambda: [row["I_CUSTOMER"] for row in daemon.everything().values()] == [1])
        directory["accounts"].append({"i_account": 29, "i_customer": 2, "username": "newcomer"})
        daemon.import_directory(directory)
        daemon.reload()
        wait_until(lambda: [(row["I_ACCOUNT"], row["I_CUSTOMER"]) for row in daemon.everything().values()] == [(29, 2)])


def test_a_call_whose_account_number_becomes_known_moves_to_its_customer():
    directory = copy.deepcopy(DIRECTORY)
    with Daemon() as daemon, daemon.switch() as switch:
        id = switch.start(i_account=29)
        wait_until(lambda: [row["I_CUSTOMER"] for row in daemon.everything().values()] == [1])
        directory["accounts"].append({"i_account": 29, "i_customer": 2, "username": "newcomer"})
        daemon.import_directory(directory)
        daemon.reload()
        wait_until(lambda: daemon.trusted().ids(i_customer=2) == [id])
        assert daemon.trusted().getAccountCallStatsCustomer(i_customer=2)["data"] == {"29": [1, 1]}


def test_a_second_login_of_a_customer_sees_what_the_customer_sees():
    directory = copy.deepcopy(DIRECTORY)
    directory["customers"][1]["logins"] = [{"web_login": "desk", "api_password": "secret7"}, {"web_login": "nobody"}]
    with Daemon(directory=directory) as daemon, daemon.switch() as switch:
        id = switch.start(i_account=21)
        wait_until(lambda: daemon.everything())
        assert daemon.login("desk", "secret7").ids() == daemon.login("reseller").ids() == [id]
        assert daemon.login("nobody", "", source="127.0.9.1").post("x").status == 401
        directory["customers"][1]["logins"] = []
        daemon.import_directory(directory)
        daemon.reload()
        wait_until(lambda: daemon.login("desk", "secret7", source="127.0.9.2").post("x").status == 401)
        assert daemon.login("reseller").ids() == [id]


def test_access_taken_away_and_a_new_password_count_from_the_reload_on():
    directory = copy.deepcopy(DIRECTORY)
    with Daemon() as daemon:
        reseller = daemon.login("reseller")
        assert reseller.listAllCalls() == []
        directory["customers"][1]["api_access"] = False
        directory["customers"][0]["api_password"] = "changed"
        daemon.import_directory(directory)
        daemon.reload()
        wait_until(lambda: daemon.login("ssp-root", "changed").post("x").status == 200)
        assert reseller.fault("listAllCalls") == (403, "API access is not enabled")
        assert daemon.login("ssp-root", "secret").post("x").status == 401


def test_lists_stay_whole_while_accounts_change_hands():
    """The same calls under every directory, and each list sees one directory from its beginning to its end."""
    directories = [copy.deepcopy(DIRECTORY) for _ in range(2)]
    for account in directories[1]["accounts"][:2]:
        account["i_customer"] = 4
    with Daemon() as daemon, daemon.switch() as switch:
        ids = sorted(switch.start(i_account=account) for account in (11, 12) * 20)
        wait_until(lambda: len(daemon.everything()) == 40)
        api = daemon.trusted()
        for turn in range(1, 7):
            daemon.import_directory(directories[turn % 2])
            daemon.signal(1)
            seen = set()
            for _ in range(30):
                rows = api.listAllCalls(i_customer=1)
                assert sorted(row["ID"].split(":")[1] for row in rows) == ids
                seen.add(frozenset(row["I_CUSTOMER"] for row in rows))
            assert seen <= {frozenset({1}), frozenset({4})}, seen
            wait_until(lambda: {row["I_CUSTOMER"] for row in api.listAllCalls(i_customer=1)} == {4 if turn % 2 else 1})
