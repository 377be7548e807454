#include "transport/api/bound_request.hpp"
#include "transport/api/confirmations.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace rollcall::api_confirmations_test {

namespace {

using namespace std::chrono_literals;
using api::confirmations;

net::derived_key key(unsigned char first) {
  net::derived_key k{};
  k.front() = first;
  return k;
}

cluster_preview_answer counted() {
  cluster_preview_answer told;
  told.at = timestamp{1'700'000'000s};
  told.nodes["node-a"] = {{11, 12, 13}, {{"sbc-1", 2}, {"sbc-2", 0}}};
  told.nodes["node-b"] = {{UINT64_MAX, 0, 14}, {}};
  return told;
}

std::string bound(xmlrpc::structure members, std::string method = "disconnectAccount",
                  std::optional<identity> login = {}) {
  auto session = std::make_shared<api::session>();
  auto by = std::make_shared<api::settings>();
  by->directory = directory::link({});
  session->settings = by;
  session->who.login = login;
  api::invocation call;
  call.session = session;
  call.method = std::move(method);
  call.params.push_back({std::move(members)});
  return api::bound_request(call);
}

xmlrpc::member member(std::string name, xmlrpc::value held) { return {std::move(name), std::move(held)}; }
xmlrpc::value number(std::int64_t n) { return {n}; }
xmlrpc::value text(std::string t) { return {std::move(t)}; }

} // namespace

TEST_CASE("a token is read again on any node that has the secret, for the request that it is of") {
  const confirmations here{{key(1)}};
  const confirmations there{{key(2), key(1)}}; // its secret has changed since
  const confirmations stranger{{key(3)}};
  const auto token = here.token_of(counted(), "a request");
  REQUIRE_FALSE(token.empty());
  for (const auto* reader : {&here, &there}) {
    const auto read = reader->read(token, "a request");
    REQUIRE(read);
    CHECK(read->at == counted().at);
    CHECK(read->id.size() == 16);
    CHECK(read->nodes.size() == 2);
    CHECK(read->nodes.at("node-a").mark == node_mark{11, 12, 13});
    CHECK(read->nodes.at("node-a").calls == std::map<std::string, std::uint64_t>{{"sbc-1", 2}});
    CHECK(read->nodes.at("node-b").mark == node_mark{UINT64_MAX, 0, 14});
    CHECK(read->nodes.at("node-b").calls.empty());
  }
  CHECK_FALSE(stranger.read(token, "a request"));
  CHECK_FALSE(here.read(token, "another request"));
  CHECK(here.token_of(counted(), "a request") != token);
  CHECK(here.read(here.token_of(counted(), "a request"), "a request")->id
        != here.read(token, "a request")->id);
}

TEST_CASE("what is no token, or a changed one, confirms nothing") {
  const confirmations seal{{key(1)}};
  const auto token = seal.token_of(counted(), "r");
  CHECK_FALSE(seal.read("", "r"));
  CHECK_FALSE(seal.read("x", "r"));
  CHECK_FALSE(seal.read(token + "A", "r"));
  CHECK_FALSE(seal.read(token.substr(1), "r"));
  for (std::size_t i = 0; i < token.size(); i += 7) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(seal.read(changed, "r"));
  }
}

TEST_CASE("without a key there are no tokens") {
  const confirmations none;
  CHECK(none.token_of(counted(), "r").empty());
  CHECK_FALSE(none.read(confirmations{{key(1)}}.token_of(counted(), "r"), "r"));
}

TEST_CASE("a preview can be confirmed for a minute, by the clock of the node that is asked") {
  const timestamp at{1'700'000'000s};
  const node_id own{"node-a"};
  api::counted_preview preview{"id", at, {}};
  SUBCASE("which has not counted") {}
  SUBCASE("which has") {
    preview.nodes["node-a"].mark.at = at.time_since_epoch().count();
    preview.at += 1h; // by the clock of another
  }
  CHECK(api::is_confirmable(preview, own, at));
  CHECK(api::is_confirmable(preview, own, at + 60s));
  CHECK_FALSE(api::is_confirmable(preview, own, at + 60s + 1us));
  CHECK(api::is_confirmable(preview, own, at - 2s));
  CHECK_FALSE(api::is_confirmable(preview, own, at - 2s - 1us));
}

TEST_CASE("a token that no request could bring back is not made") {
  auto told = counted();
  auto& calls = told.nodes["node-a"].calls;
  for (int i = 0; i < 200; ++i)
    calls[std::string(60, 'x') + std::to_string(i)] = 1;
  const confirmations seal{{key(1)}};
  CHECK(seal.token_of(told, "r").size() < 48 * 1024);
  CHECK_FALSE(seal.token_of(told, "r").empty());
  for (int i = 200; i < 1000; ++i)
    calls[std::string(60, 'x') + std::to_string(i)] = 1;
  CHECK(seal.token_of(told, "r").empty());
}

TEST_CASE("two orders are one request when they differ in how they are carried out, or in the order of what "
          "they say") {
  const auto request = bound({member("i_account", number(3)), member("cli", text("44*"))});
  CHECK(bound({member("cli", text("44*")), member("i_account", number(3))}) == request);
  CHECK(bound({member("dry_run", {true}), member("i_account", number(3)), member("cli", text("44*"))})
        == request);
  CHECK(bound({member("i_account", number(3)), member("cli", text("44*")), member("confirm", text("x")),
               member("max_calls", number(1)), member("reason", text("why"))})
        == request);
}

TEST_CASE("any other difference makes another request") {
  const auto request = bound({member("i_account", number(3))});
  CHECK(bound({member("i_account", number(4))}) != request);
  CHECK(bound({member("i_account", text("3"))}) != request);
  CHECK(bound({member("i_customer", number(3))}) != request);
  CHECK(bound({}) != request);
  CHECK(bound({member("i_account", number(3)), member("cli", text("44*"))}) != request);
  CHECK(bound({member("i_account", number(3))}, "disconnectCustomer") != request);
  CHECK(bound({member("a", text("b")), member("c", text("d"))})
        != bound({member("a", text({"b\0\0\0\0\0\0\0\1c", 10})), member("c", text("d"))}));
}

TEST_CASE("what one login of a customer has looked at, another does not confirm") {
  customer of;
  of.id = customer_id{2};
  const identity day{&of, "day", nullptr, rights::all()};
  const identity night{&of, "night", nullptr, rights::all()};
  CHECK(bound({}, "disconnectAccount", day) == bound({}, "disconnectAccount", day));
  CHECK(bound({}, "disconnectAccount", day) != bound({}, "disconnectAccount", night));
  CHECK(bound({}, "disconnectAccount", day) != bound({}));
}

} // namespace rollcall::api_confirmations_test
