#include "api_fixture.hpp"
#include "transport/api/find_names.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace rollcall::api::api_find_names_test {

namespace {

using xmlrpc::structure;

/// The ids of all entries, in order.
std::string ids_in(const std::string& xml) {
  std::string ids;
  const std::string before = "<name>id</name>\n<value><int>";
  for (auto at = xml.find(before); at != std::string::npos; at = xml.find(before, at + 1))
    ids += xml.substr(at + before.size(), xml.find('<', at + before.size()) - at - before.size()) + ' ';
  return ids;
}

/// The ids found, in order and with a `+` when there are more; or the text of the fault.
std::string found(std::int64_t login, structure members) {
  const auto call = call_by(login, "findNames", std::move(members));
  const auto request = parse_find_names(call);
  if (!request)
    return request.why().text;
  const auto xml = drained(found_names(*request, call.settings().directory, false).value);
  return ids_in(xml) + (xml.find("<boolean>1</boolean>") != std::string::npos ? "+" : "");
}

} // namespace

TEST_CASE("names are asked for by a kind that there is, and a limit that is kept") {
  const std::string kinds = "Parameter kind must be one of customer, account, vendor, connection";
  CHECK(found(1, {}) == "Parameter kind is required");
  CHECK(found(1, {{"kind", text("switch")}}) == kinds);
  CHECK(found(1, {{"kind", text("account")}, {"limit", number(1001)}})
        == "Parameter limit must be at most 1000");
  CHECK(found(0, {{"kind", text("account")}}) == "Parameter i_customer is required");
}

TEST_CASE("names outside the scope are answered like names that do not exist") {
  CHECK(found(1, {{"kind", text("customer")}}) == "1 2 3 4 ");
  CHECK(found(2, {{"kind", text("customer")}}) == "2 3 ");
  CHECK(found(2, {{"kind", text("account")}}) == "21 31 ");
  CHECK(found(2, {{"kind", text("account")}, {"id", number(11)}}).empty());
  CHECK(found(2, {{"kind", text("account")}, {"id", number(999)}}).empty());
  CHECK(found(2, {{"kind", text("account")}, {"i_customer", number(1)}}) == "Wrong i_customer");
  const auto call = call_by(2, "findNames", {{"kind", text("customer")}, {"id", number(2)}});
  const auto xml = drained(found_names(*parse_find_names(call), call.settings().directory, false).value);
  CHECK(xml.find("<name>i_customer</name>\n<value><int>0</int></value>") != std::string::npos);
}

TEST_CASE("names are narrowed by id, by name and by page") {
  CHECK(found(1, {{"kind", text("account")}, {"id", number(31)}}) == "31 ");
  CHECK(found(1, {{"kind", text("account")}, {"name", text("user-3")}}) == "31 ");
  CHECK(found(1, {{"kind", text("account")}, {"name", text("user-*")}, {"limit", number(2)}}) == "11 21 +");
  CHECK(found(1, {{"kind", text("account")}, {"offset", number(2)}, {"limit", number(2)}}) == "31 41 ");
  CHECK(found(1, {{"kind", text("account")}, {"offset", number(9)}}).empty());
}

TEST_CASE("a name with a star in the middle is refused") {
  CHECK(found(1, {{"kind", text("account")}, {"name", text("us*er")}})
        == "Parameter name may have * at its beginning and end only; \\* is the character");
}

TEST_CASE("names have the characters above U+FFFF where answers have them") {
  directory_entries e;
  e.vendors = {{vendor_id{1}, "carrier \xF0\x9F\x98\x80"}};
  const auto dir = directory::link(std::move(e));
  names_request request;
  request.kind = name_kind::vendor;
  request.limit = 1;
  const auto shown = [&](bool full_unicode) {
    return drained(found_names(request, dir, full_unicode).value);
  };
  CHECK(shown(true).find("carrier \xF0\x9F\x98\x80<") != std::string::npos);
  CHECK(shown(false).find("carrier \xEF\xBF\xBD<") != std::string::npos);
}

TEST_CASE("a large directory is looked through in turns, and told by id") {
  constexpr std::int64_t most = 20'000;
  directory_entries e;
  for (auto id = most; id > 0; --id)
    e.vendors.push_back({vendor_id{id}, id % 2 == 0 ? "even" : "odd"});
  names_request request;
  request.kind = name_kind::vendor;
  request.name = text_pattern::parse("even");
  request.offset = 2;
  request.limit = 3;
  const auto told = found_names(request, directory::link(std::move(e)), false).value;
  auto& source = *std::get<std::unique_ptr<http::body_source>>(told);
  std::string xml;
  CHECK(source.next(xml));
  CHECK(xml.empty());
  while (source.next(xml)) {
  }
  CHECK(ids_in(xml) == "6 8 10 ");
  CHECK(xml.find("<boolean>1</boolean>") != std::string::npos);
}

TEST_CASE("an entry says whose it is, and an empty name is none") {
  const auto call =
      call_by(1, "findNames", {{"kind", text("account")}, {"name", text("")}, {"limit", number(1)}});
  const auto xml = drained(found_names(*parse_find_names(call), call.settings().directory, false).value);
  CHECK(xml.find("<name>kind</name>\n<value><string>account</string></value>\n</member>\n<member>\n"
                 "<name>id</name>\n<value><int>11</int></value>\n</member>\n<member>\n"
                 "<name>name</name>\n<value><string>user-1</string></value>\n</member>\n<member>\n"
                 "<name>i_customer</name>\n<value><int>1</int></value>\n</member>\n<member>\n"
                 "<name>max_sessions</name>\n<value><int>-1</int></value>")
        != std::string::npos);
}

TEST_CASE("an entry has its own limit, and not that of who is above it") {
  directory_entries e;
  e.environments = {{environment_id{1}, "e"}};
  customer root;
  root.id = customer_id{1};
  root.environment = environment_id{1};
  root.max_sessions = 30;
  e.customers = {root};
  e.accounts = {{account_id{2}, customer_id{1}, "none"}, {account_id{3}, customer_id{1}, "closed", 0}};
  const auto dir = directory::link(std::move(e));
  const auto limit = [&](name_kind kind, std::int64_t id) {
    names_request request;
    request.kind = kind;
    request.scope = customer_id{1};
    request.id = id;
    request.limit = 10;
    const auto xml = drained(found_names(request, dir, false).value);
    const std::string before = "<name>max_sessions</name>\n<value><int>";
    const auto at = xml.find(before);
    REQUIRE(at != std::string::npos);
    return xml.substr(at + before.size(), xml.find('<', at + before.size()) - at - before.size());
  };
  CHECK(limit(name_kind::customer, 1) == "30");
  CHECK(limit(name_kind::account, 2) == "-1");
  CHECK(limit(name_kind::account, 3) == "0");
}

TEST_CASE("a vendor and a connection belong to nobody in scope, and are told to everybody") {
  CHECK(found(2, {{"kind", text("vendor")}}).empty()); // the sample has none
  directory_entries e;
  e.vendors = {{vendor_id{1}, "carrier"}, {vendor_id{2}, "other"}};
  e.connections = {{connection_id{7}, vendor_id{1}, "gw"}};
  const auto dir = directory::link(std::move(e));
  names_request request;
  request.limit = 10;
  for (const auto kind : {name_kind::vendor, name_kind::connection}) {
    request.kind = kind;
    const auto xml = drained(found_names(request, dir, false).value);
    CHECK(xml.find(kind == name_kind::vendor ? "other" : "gw") != std::string::npos);
    CHECK(xml.find("<name>i_customer</name>\n<value><int>0</int></value>") != std::string::npos);
  }
}

} // namespace rollcall::api::api_find_names_test
