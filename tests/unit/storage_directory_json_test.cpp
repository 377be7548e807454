#include "storage/directory_json.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>

namespace rollcall::storage_directory_json_test {

namespace {

/// What is wrong, without the lines of the file.
std::string refusal_of(std::string_view json) {
  try {
    parse_directory(json);
  } catch (const import_error& error) {
    std::string all;
    for (const auto& [line, text] : error.all())
      all += (all.empty() ? "" : "; ") + text;
    return all;
  } catch (const directory_error& error) {
    return error.what();
  }
  return "(nothing thrown)";
}

std::string in_customers(const std::string& entry) {
  return R"({"customers": [{"i_customer": 1, "name": "root", "i_environment": 1}, )" + entry + "]}";
}

std::string written(const directory_entries& entries, std::string_view realm) {
  std::ostringstream out;
  write_directory(out, entries, realm);
  return out.str();
}

std::string hex(std::size_t size) { return std::string(size, 'a'); }

} // namespace

TEST_CASE("a file that is not JSON is refused with the place where it stops being it") {
  CHECK(refusal_of("").starts_with("1:1: not JSON: "));
  CHECK(refusal_of("{\n  \"vendors\": [}\n").starts_with("2:15: not JSON: "));
  CHECK(refusal_of("{\"vendors\": []").starts_with("1:15: not JSON: "));
  CHECK(refusal_of("{}\n\n x") == "3:2: extra text after the directory");
  CHECK(refusal_of(std::string(100'000, '[')).find("not JSON: ") != std::string::npos);
}

TEST_CASE("what is not a section is refused by name") {
  CHECK(refusal_of("[]") == "a directory must be an object");
  CHECK(refusal_of(R"({"customer": []})") == "unknown section 'customer'");
  CHECK(refusal_of(R"({"customers": {}})") == "customers must be an array");
  CHECK(refusal_of(R"({"vendors": null})") == "vendors must be an array");
  CHECK(refusal_of(R"({"realm": 1})") == "realm must be a string");
}

TEST_CASE("a bad field is refused, and the message names the entry and the field") {
  const std::string here = "customers[1] (i_customer 5): ";
  CHECK(refusal_of(in_customers("5")) == "customers[1]: must be an object");
  CHECK(refusal_of(in_customers(R"({"name": "x"})")) == "customers[1]: i_customer is missing");
  CHECK(refusal_of(in_customers(R"({"i_customer": "5", "name": "x"})"))
        == "customers[1]: i_customer must be an integer");
  CHECK(refusal_of(in_customers(R"({"i_customer": 5.5, "name": "x"})"))
        == "customers[1]: i_customer must be an integer");
  CHECK(refusal_of(in_customers(R"({"i_customer": 0, "name": "x"})"))
        == "customers[1]: i_customer must be at least 1");
  CHECK(refusal_of(in_customers(R"({"i_customer": 9223372036854775808, "name": "x"})"))
        == "customers[1]: i_customer must be at most 2147483647");
  CHECK(refusal_of(in_customers(R"({"i_customer": 5})")) == here + "name is missing");
  CHECK(refusal_of(in_customers(R"({"i_customer": 5, "name": null})")) == here + "name is missing");
  CHECK(refusal_of(in_customers(R"({"i_customer": 5, "name": ""})")) == here + "name must not be empty");
  CHECK(refusal_of(in_customers(R"({"i_customer": 5, "name": "x", "web_login": 7})"))
        == here + "web_login must be a string");
  CHECK(refusal_of(in_customers(R"({"i_customer": 5, "name": "x", "api_access": 1})"))
        == here + "api_access must be true or false");
  CHECK(refusal_of(in_customers(R"({"i_customer": 5, "name": "x", "weblogin": "y"})"))
        == here + "unknown key 'weblogin'");
  CHECK(refusal_of(in_customers(R"({"i_customer": 5, "name": "x", "web_login": "y", "digest": {"md5": ""}})"))
        == here + "digest must be an object with md5 and sha256");
  CHECK(refusal_of(in_customers(
            R"({"i_customer": 5, "name": "x", "web_login": "y", "digest": {"md5": "AA", "sha256": ")"
            + hex(64) + R"("}})"))
        == here + "digest.md5 must be 32 lower-case hex digits");
  CHECK(refusal_of(R"({"accounts": [{"i_account": 3, "i_customer": 1}]})")
        == "accounts[0] (i_account 3): username is missing");
  CHECK(refusal_of(R"({"connections": [{"i_connection": 3, "name": "gw"}]})")
        == "connections[0] (i_connection 3): i_vendor is missing");
  CHECK(refusal_of(R"({"environments": [{"i_environment": 3, "name": 1}]})")
        == "environments[0] (i_environment 3): name must be a string");
  CHECK(refusal_of(R"({"vendors": [{"i_vendor": 3, "name": "v", "i_customer": 1}]})")
        == "vendors[0] (i_vendor 3): unknown key 'i_customer'");
}

TEST_CASE("a password and a digest together are refused, for only one can be meant") {
  const auto digest = R"("digest": {"md5": ")" + hex(32) + R"(", "sha256": ")" + hex(64) + "\"}";
  CHECK(refusal_of(in_customers(R"({"i_customer": 5, "name": "x", "web_login": "y", "api_password": "z", )"
                                + digest + "}"))
        == "customers[1] (i_customer 5): api_password and digest exclude each other");
}

TEST_CASE("the example of the contract is read field by field") {
  const auto changes = parse_directory(R"(
{"environments": [{"i_environment": 1, "name": "default"}],
 "customers":    [{"i_customer": 1, "i_wholesaler": null, "i_environment": 1, "name": "root",
                   "web_login": "ssp-root", "api_password": "secret", "api_access": true},
                  {"i_customer": 2, "i_wholesaler": 1, "name": "reseller"}],
 "accounts":     [{"i_account": 3, "i_customer": 1, "username": "801"}],
 "vendors":      [{"i_vendor": 1, "name": "carrier"}],
 "connections":  [{"i_connection": 1, "i_vendor": 1, "name": "carrier-gw1"}]}
)");
  REQUIRE(changes.customers.size() == 2);
  const auto& root = changes.customers[0];
  CHECK(root.entry.web_login == "ssp-root");
  CHECK(root.api_password == "secret");
  CHECK(root.entry.api_access);
  CHECK_FALSE(root.entry.wholesaler.known());
  CHECK(root.entry.environment == environment_id{1});
  const auto& reseller = changes.customers[1];
  CHECK(reseller.entry.wholesaler == customer_id{1});
  CHECK_FALSE(reseller.entry.api_access);
  CHECK_FALSE(reseller.api_password.has_value());
  CHECK(changes.environments == std::vector{environment{environment_id{1}, "default"}});
  REQUIRE(changes.accounts.size() == 1);
  CHECK(changes.accounts[0].entry == account{account_id{3}, customer_id{1}, "801"});
  CHECK(changes.accounts[0].keeps_limit);
  CHECK((root.keeps_rights && root.keeps_limit && root.keeps_logins));
  CHECK_FALSE(root.entry.api_rights.has_value());
  CHECK(root.entry.max_sessions == no_limit);
  CHECK(root.logins.empty());
  CHECK(changes.vendors == std::vector{vendor{vendor_id{1}, "carrier"}});
  CHECK(changes.connections == std::vector{connection{connection_id{1}, vendor_id{1}, "carrier-gw1"}});
}

TEST_CASE("what is written reads back the same, whatever the names are") {
  CHECK(rc::check([] {
    const auto name = [] { return *rc::gen::nonEmpty(rc::gen::string<std::string>()); };
    const auto ascii = [&] {
      auto text = name();
      for (auto& c : text)
        c = static_cast<char>(static_cast<unsigned char>(c) & 0x7FU);
      return text;
    };
    directory_entries e;
    e.environments = {{environment_id{1}, ascii()}};
    e.customers = {{customer_id{1},
                    customer_id{},
                    environment_id{1},
                    ascii(),
                    *rc::gen::element<std::string>("login", "a b", "\u00e9\\\"'@"),
                    {hex(32), hex(64)},
                    *rc::gen::arbitrary<bool>()},
                   {customer_id{2}, customer_id{1}, environment_id{1}, ascii(), "", {}, false}};
    const auto granted = [] {
      return *rc::gen::element<std::optional<rights>>(std::nullopt, rights{}, rights{right::view},
                                                      rights::all());
    };
    const auto limit = [] { return *rc::gen::element<std::int64_t>(-1, 0, 30, 2147483647); };
    e.customers[1].api_rights = granted();
    e.customers[1].max_sessions = limit();
    e.customers[0].logins = {{"a \u00e9\\\"", {hex(64), hex(128)}, granted()}, {"b", {}, granted()}};
    e.accounts = {{account_id{2147483647}, customer_id{2}, ascii(), limit()}};
    e.vendors = {{vendor_id{4}, ascii()}};
    e.connections = {{connection_id{5}, vendor_id{4}, ascii()}};
    const auto read = parse_directory(written(e, "realm"));
    RC_ASSERT(read.realm == "realm");
    const auto merged = merge({}, read, "realm");
    RC_ASSERT(directory::link(merged.entries)->entries() == e);
  }));
}

TEST_CASE("rights, limits and logins are read field by field, and null takes them away") {
  const auto changes = parse_directory(R"({"customers": [
    {"i_customer": 1, "i_environment": 1, "name": "root", "api_rights": ["bulk", "view", "bulk"], "max_sessions": 0,
     "logins": [{"web_login": "desk", "api_password": "pw", "api_rights": []}, {"web_login": "night"}]},
    {"i_customer": 2, "i_wholesaler": 1, "name": "sub", "api_rights": null, "max_sessions": null, "logins": null}],
   "accounts": [{"i_account": 3, "i_customer": 1, "username": "801", "max_sessions": 2147483647},
                {"i_account": 4, "i_customer": 1, "username": "802", "max_sessions": null}]})");
  REQUIRE(changes.customers.size() == 2);
  const auto& root = changes.customers[0];
  CHECK_FALSE((root.keeps_rights || root.keeps_limit || root.keeps_logins));
  REQUIRE(root.entry.api_rights);
  CHECK(to_string(*root.entry.api_rights) == "view bulk");
  CHECK(root.entry.max_sessions == 0);
  REQUIRE(root.logins.size() == 2);
  CHECK(root.logins[0].entry == login{"desk", {}, rights{}});
  CHECK(root.logins[0].api_password == "pw");
  CHECK_FALSE(root.logins[0].keeps_rights);
  CHECK(root.logins[1].entry == login{"night", {}});
  CHECK_FALSE(root.logins[1].api_password.has_value());
  CHECK(root.logins[1].keeps_rights);
  const auto& sub = changes.customers[1];
  CHECK_FALSE((sub.keeps_rights || sub.keeps_limit || sub.keeps_logins));
  CHECK_FALSE(sub.entry.api_rights.has_value());
  CHECK(sub.entry.max_sessions == no_limit);
  CHECK(sub.logins.empty());
  REQUIRE(changes.accounts.size() == 2);
  CHECK(changes.accounts[0].entry.max_sessions == 2147483647);
  CHECK_FALSE(changes.accounts[0].keeps_limit);
  CHECK(changes.accounts[1].entry.max_sessions == no_limit);
  CHECK_FALSE(changes.accounts[1].keeps_limit);
}

TEST_CASE("bad rights, limits and logins are refused, and the message names the customer and the field") {
  const auto trouble = [](const std::string& fields) {
    const auto all = refusal_of(in_customers(R"({"i_customer": 5, "name": "x", )" + fields + "}"));
    const std::string here = "customers[1] (i_customer 5): ";
    return all.starts_with(here) ? all.substr(here.size()) : all;
  };
  const auto in_login = [&](const std::string& login) {
    return trouble(R"("logins": [{"web_login": "a"}, )" + login + "]");
  };
  const std::string rights_are = "view, disconnect, bulk, quarantine";
  CHECK(trouble(R"("api_rights": "view")") == "api_rights must be an array");
  CHECK(trouble(R"("api_rights": {"view": true})") == "api_rights must be an array");
  CHECK(trouble(R"("api_rights": [1])") == "api_rights must hold names of rights: " + rights_are);
  CHECK(trouble(R"("api_rights": [null])") == "api_rights must hold names of rights: " + rights_are);
  for (const std::string bad : {"views", "View", "", "view bulk", "all"})
    CHECK(trouble(R"("api_rights": ["view", ")" + bad + "\"]")
          == "api_rights holds '" + bad + "', which is none of " + rights_are);
  CHECK(trouble(R"("max_sessions": -2)") == "max_sessions must be at least -1");
  CHECK(trouble(R"("max_sessions": 1.0)") == "max_sessions must be an integer");
  CHECK(trouble(R"("max_sessions": "5")") == "max_sessions must be an integer");
  CHECK(trouble(R"("max_sessions": 2147483648)") == "max_sessions must be at most 2147483647");
  CHECK(trouble(R"("logins": {"web_login": "a"})") == "logins must be an array");
  CHECK(in_login("5") == "logins[1]: must be an object");
  CHECK(in_login("{}") == "logins[1]: web_login is missing");
  CHECK(in_login(R"({"web_login": null})") == "logins[1]: web_login is missing");
  CHECK(in_login(R"({"web_login": ""})") == "logins[1]: web_login must not be empty");
  CHECK(in_login(R"({"web_login": "a:b"})") == "logins[1]: web_login must not hold a colon");
  CHECK(in_login(R"({"web_login": "b", "api_rights": ["x"]})")
        == "logins[1]: api_rights holds 'x', which is none of " + rights_are);
  CHECK(in_login(R"({"web_login": "b", "api_access": true})") == "logins[1]: unknown key 'api_access'");
  CHECK(in_login(R"({"web_login": "b", "digest": 1})")
        == "logins[1]: digest must be an object with md5 and sha256");
  CHECK(in_login(R"({"web_login": "b", "api_password": "p", "digest": {"md5": ")" + hex(32)
                 + R"(", "sha256": ")" + hex(64) + "\"}}")
        == "logins[1]: api_password and digest exclude each other");
  CHECK(
      refusal_of(R"({"accounts": [{"i_account": 3, "i_customer": 1, "username": "x", "max_sessions": -2}]})")
      == "accounts[0] (i_account 3): max_sessions must be at least -1");
  CHECK(refusal_of(R"({"accounts": [{"i_account": 3, "i_customer": 1, "username": "x", "api_rights": []}]})")
        == "accounts[0] (i_account 3): unknown key 'api_rights'");
  CHECK(refusal_of(in_customers(
            R"({"i_customer": 5, "name": "x", "logins": [{"web_login": "a", "web_login": "b"}]})"))
        == "customers[1]: key 'web_login' stands twice");
}

TEST_CASE("a directory without rights, limits and logins is written as before there were any") {
  directory_entries e;
  e.environments = {{environment_id{1}, "e"}};
  e.customers = {{customer_id{1}, customer_id{}, environment_id{1}, "root", "", {}, true}};
  e.accounts = {{account_id{3}, customer_id{1}, "801"}};
  CHECK(written(e, "r") == R"({"realm": "r",
 "environments": [
  {"i_environment": 1, "name": "e"}],
 "customers": [
  {"i_customer": 1, "i_wholesaler": null, "i_environment": 1, "name": "root", "web_login": null, "api_access": true}],
 "accounts": [
  {"i_account": 3, "i_customer": 1, "username": "801"}],
 "vendors": [],
 "connections": []}
)");
  e.customers[0].api_rights = rights{};
  e.customers[0].max_sessions = 0;
  e.customers[0].logins = {{"a", {"m", "s"}}, {"b", {}, rights{right::bulk, right::view}}};
  e.accounts[0].max_sessions = 7;
  const auto text = written(e, "r");
  CHECK(text.find(R"("api_access": true, "api_rights": [], "max_sessions": 0, "logins": [)"
                  R"({"web_login": "a", "digest": {"md5": "m", "sha256": "s"}}, )"
                  R"({"web_login": "b", "api_rights": ["view", "bulk"]}]})")
        != std::string::npos);
  CHECK(text.find(R"("username": "801", "max_sessions": 7})") != std::string::npos);
}

TEST_CASE("everything that is wrong with a file is told at once, each with its line and its entry") {
  const std::string_view file = R"({"customers": [
  {"i_customer": 1, "i_environment": 1, "name": "root"},
  {"i_customer": 2, "i_wholesaler": 1,
   "name": 5, "web_login": "a:b"},
  {"i_customer": 3, "i_wholesaler": 1, "name": "x", "colour": "red", "api_access": "yes"}
 ],
 "accounts": [{"i_account": 3000000000, "i_customer": 1, "username": "801"},
              7],
 "accouts": []
})";
  CHECK(testing::refusal<import_error>([&] { parse_directory(file); })
        == "unknown section 'accouts'\n"
           "3: customers[1] (i_customer 2): name must be a string\n"
           "3: customers[1] (i_customer 2): web_login must not hold a colon\n"
           "5: customers[2] (i_customer 3): api_access must be true or false\n"
           "5: customers[2] (i_customer 3): unknown key 'colour'\n"
           "7: accounts[0]: i_account must be at most 2147483647\n"
           "8: accounts[1]: must be an object");
}

TEST_CASE("a key that stands twice is refused, for nobody knows which one was meant") {
  const auto twice = [](std::string_view file) {
    return testing::refusal<import_error>([&] { parse_directory(file); });
  };
  CHECK(twice("{\"vendors\": [],\n \"vendors\": []}") == "2: key 'vendors' stands twice");
  CHECK(twice("{\"vendors\": [{\"i_vendor\": 1, \"name\": \"a\"},\n{\"i_vendor\": 2, \"name\": "
              "\"b\",\n\"name\": \"c\"}]}")
        == "3: vendors[1]: key 'name' stands twice");
  CHECK(twice(R"({"vendors": [{"i_vendor": 1, "name": "a", "n\u0061me": "b"}]})")
        == "1: vendors[0]: key 'name' stands twice");
  CHECK(
      twice(
          R"({"customers": [{"i_customer": 1, "i_environment": 1, "name": "a", "web_login": "a", "digest": {"md5": ")"
          + hex(32) + R"(", "md5": ")" + hex(32) + R"(", "sha256": ")" + hex(64) + "\"}}]}")
      == "1: customers[0]: key 'md5' stands twice");
}

TEST_CASE("a byte order mark is passed over, and not counted") {
  CHECK(parse_directory("\xEF\xBB\xBF{\"vendors\": [{\"i_vendor\": 1, \"name\": \"a\"}]}").vendors.size()
        == 1);
  CHECK(refusal_of("\xEF\xBB\xBF[").starts_with("1:2: not JSON: "));
  CHECK(refusal_of("{}\xEF\xBB\xBF") == "1:3: extra text after the directory");
}

TEST_CASE("a login that HTTP Digest cannot carry is refused") {
  const auto trouble = [](const std::string& login) {
    return refusal_of(in_customers(R"({"i_customer": 5, "name": "x", "web_login": ")" + login + "\"}"));
  };
  const std::string here = "customers[1] (i_customer 5): web_login ";
  CHECK(trouble("a:b") == here + "must not hold a colon");
  CHECK(trouble(":") == here + "must not hold a colon");
  for (const std::string control : {"\\n", "\\u0000", "\\u007f", "\\u0085", "\\u009f"})
    CHECK(trouble("a" + control) == here + "must not hold control characters");
  CHECK(trouble(std::string(256, 'a')) == here + "is longer than 255 bytes");
  CHECK(trouble(std::string(255, 'a')) == "(nothing thrown)");
  CHECK(trouble("\u00a0\u00c2\u00e9 \\\\ \\\" @") == "(nothing thrown)");
}

TEST_CASE("ids are those that the API's integers can carry") {
  const auto id = [](const std::string& number) {
    return refusal_of(R"({"vendors": [{"i_vendor": )" + number + R"(, "name": "v"}]})");
  };
  CHECK(id("2147483647") == "(nothing thrown)");
  for (const std::string large : {"2147483648", "9223372036854775807", "18446744073709551615"})
    CHECK(id(large) == "vendors[0]: i_vendor must be at most 2147483647");
  CHECK(id("99999999999999999999") == "vendors[0]: i_vendor must be an integer");
}

TEST_CASE("an empty directory is written as a file that reads back") {
  const auto read = parse_directory(written({}, "r"));
  CHECK(read.customers.empty());
  CHECK(read.accounts.empty());
}

TEST_CASE("no byte taken away from, or changed in, a good file crashes the reader") {
  directory_entries e;
  e.environments = {{environment_id{1}, "default"}};
  e.customers = {{customer_id{1}, customer_id{}, environment_id{1}, "root", "ssp", {hex(32), hex(64)}, true}};
  e.customers[0].api_rights = rights::all();
  e.customers[0].logins = {{"desk", {hex(32), hex(64)}, rights{right::view}}};
  e.accounts = {{account_id{3}, customer_id{1}, "801", 5}};
  const auto good = written(e, "r");
  CHECK(rc::check([&] {
    auto bad = good;
    const auto place = *rc::gen::inRange<std::size_t>(0, bad.size());
    if (*rc::gen::arbitrary<bool>())
      bad.resize(place);
    else
      bad[place] = *rc::gen::arbitrary<char>();
    try {
      parse_directory(bad);
    } catch (const directory_error& error) {
      RC_ASSERT(std::string{error.what()}.size() > 0U);
    }
  }));
}

} // namespace rollcall::storage_directory_json_test
