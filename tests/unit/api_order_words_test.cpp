#include "api_fixture.hpp"
#include "transport/api/disconnect_account.hpp"
#include "transport/api/disconnect_calls.hpp"
#include "transport/api/disconnect_customer.hpp"
#include "transport/api/order_words.hpp"
#include "transport/api/refused_orders.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

namespace rollcall::api::order_words_test {

namespace {

using xmlrpc::structure;
using xmlrpc::value;

value truth(bool is) { return {is}; }

xmlrpc::or_fault<asked_disconnect> account_with(structure more) {
  more.insert(more.begin(), {"i_account", number(21)});
  return parse_disconnect_account(call_by(2, "disconnectAccount", std::move(more)));
}

std::string refusal_of(structure more) {
  const auto asked = account_with(std::move(more));
  return asked ? "(none)" : asked.why().text;
}

xmlrpc::or_fault<asked_disconnect> calls_with(structure members, std::int64_t login = 2) {
  return parse_disconnect_calls(call_by(login, "disconnectCalls", std::move(members)));
}

} // namespace

TEST_CASE("a disconnect says how it is to be carried out") {
  const auto plain = account_with({});
  REQUIRE(plain);
  CHECK_FALSE(plain->dry_run);
  CHECK_FALSE(plain->limits.any());
  const auto asked =
      account_with({{"dry_run", truth(true)}, {"max_calls", number(0)}, {"reason", text("fraud")}});
  REQUIRE(asked);
  CHECK(asked->dry_run);
  CHECK(asked->limits.max_calls == 0);
  CHECK(asked->audit.reason == "fraud");
  CHECK(asked->audit.target == "i_account=21");
}

TEST_CASE("what cannot be is refused, and nothing empty is taken for a number") {
  CHECK(refusal_of({{"max_calls", number(-1)}}).find("max_calls") != std::string::npos);
  CHECK(refusal_of({{"max_calls", text("")}}).find("max_calls") != std::string::npos);
  CHECK(refusal_of({{"dry_run", text("yes")}}).find("dry_run") != std::string::npos);
  CHECK(refusal_of({{"reason", text(std::string(200, 'r'))}}) == "(none)");
  CHECK(refusal_of({{"reason", text(std::string(201, 'r'))}})
        == "Parameter reason must be at most 200 bytes");
  for (const auto* odd : {"two\nlines", "a\ttab", "\x7f", "\xC2\x9B", "\xE2\x80\xAE"})
    CHECK(
        refusal_of({{"reason", text(odd)}}).starts_with("Parameter reason must not hold control characters"));
}

TEST_CASE("disconnectCalls needs a filter that can leave a call out") {
  const auto refused = [](structure members) {
    members.push_back({"max_calls", number(10)});
    const auto asked = calls_with(std::move(members));
    return !asked && asked.why().text == "A filter is needed that can leave a call out";
  };
  CHECK(refused({}));
  CHECK(refused({{"i_customer", number(2)}}));
  CHECK(refused({{"recursive", truth(false)}}));
  CHECK(refused({{"cli", text("*")}}));
  CHECK(refused({{"cld", text("**")}}));
  CHECK(refused({{"min_duration", number(0)}, {"min_age", number(0)}}));
  CHECK(refused({{"cc_state",
                  {xmlrpc::array{text("Idle"), text("WaitAuth"), text("WaitRoute"), text("ARComplete"),
                                 text("Connected")}}}}));
  CHECK(refused({{"suspect", truth(false)}}));
  CHECK_FALSE(refused({{"suspect", truth(true)}}));
  CHECK_FALSE(refused({{"cli", text("44*")}}));
  CHECK_FALSE(refused({{"i_account", number(21)}}));
  CHECK_FALSE(refused({{"cc_state", text("Connected")}}));
  CHECK_FALSE(refused({{"min_age", number(1)}}));
  CHECK_FALSE(refused({{"max_duration", number(0)}}));
  CHECK_FALSE(refused({{"switch", text("sbc-1")}}));
  CHECK_FALSE(refused({{"i_vendor", number(1)}}));
  CHECK_FALSE(refused({{"ID", text("sbc-1:1")}}));
}

TEST_CASE("disconnectCalls needs to be held to something") {
  const structure filter{{"cli", text("44*")}};
  const auto asked = calls_with(filter);
  REQUIRE_FALSE(asked);
  CHECK(asked.why()
        == xmlrpc::bad_parameter("One of the parameters dry_run, confirm and max_calls is needed"));
  auto held = filter;
  held.push_back({"dry_run", truth(false)});
  CHECK_FALSE(calls_with(held));
  held.back() = {"dry_run", truth(true)};
  CHECK(calls_with(held));
}

TEST_CASE("disconnectCalls means the calls of a customer or an account that match") {
  const auto asked = calls_with(
      {{"cli", text("44*")}, {"min_age", number(5)}, {"recursive", truth(false)}, {"max_calls", number(10)}});
  REQUIRE(asked);
  CHECK(asked->scope == customer_id{2});
  CHECK(asked->customer == customer_id{2});
  CHECK_FALSE(asked->account);
  CHECK_FALSE(asked->recursive);
  REQUIRE(asked->filter);
  CHECK(asked->filter->cli == text_pattern::parse("44*"));
  CHECK(asked->audit.target == "cli=44*, min_age=5, recursive=false");
  const auto of_account = calls_with({{"i_account", number(21)}, {"max_calls", number(10)}});
  REQUIRE(of_account);
  CHECK(of_account->account == account_id{21});
  CHECK_FALSE(of_account->customer);
}

TEST_CASE("disconnectCalls is for calls of the caller's scope") {
  const structure held{{"cli", text("44*")}, {"max_calls", number(10)}};
  auto other = held;
  other.push_back({"i_customer", number(4)});
  CHECK(why(calls_with(other)) == xmlrpc::wrong_id("i_customer"));
  other.back() = {"i_customer", number(3)};
  CHECK(calls_with(other)->scope == customer_id{3});
  CHECK_FALSE(calls_with(held, 0)); // trusted: whose calls has to be said
  other.back() = {"i_customer", text("")};
  CHECK(calls_with(other)->scope == customer_id{2}); // empty is absent, here alone
  CHECK_FALSE(calls_with({{"cli", text("")}, {"max_calls", number(10)}}));
  CHECK_FALSE(calls_with({{"cli", text("44*")}, {"max_calls", number(10)}, {"clid", text("1")}}));
}

} // namespace rollcall::api::order_words_test
