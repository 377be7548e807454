#include "transport/api/params.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::api::api_params_test {

namespace {

using xmlrpc::structure;
using xmlrpc::value;

constexpr std::array<std::string_view, 2> names = {"ID", "i_account"};
constexpr parameter_list takes{names, "i_customer"};
constexpr parameter_list acting{names, "i_customer", effect::acts};

value text(std::string s) { return {std::move(s)}; }
value number(std::int64_t n) { return {n}; }

invocation call_of(xmlrpc::array params, bool ignore_unknown = false) {
  auto by = std::make_shared<settings>();
  by->ignore_unknown_parameters = ignore_unknown;
  return {std::make_shared<session>(session{nullptr, std::move(by), {}}), "disconnectCall",
          std::move(params)};
}

invocation call_of(structure members, bool ignore_unknown = false) {
  return call_of(xmlrpc::array{value{std::move(members)}}, ignore_unknown);
}

std::string failure_of(const param_reader& in) {
  if (!in.failure())
    return {};
  CHECK(in.failure()->code == xmlrpc::fault_code::bad_parameter);
  return in.failure()->text;
}

/// What reading `i_account` as `read` does makes of a value.
template <class Read>
std::string failure_of(value given, Read read) {
  const auto call = call_of(structure{{"i_account", std::move(given)}});
  param_reader in{call, takes};
  read(in);
  return failure_of(in);
}

std::string unknown_in(structure members, const parameter_list& list = takes) {
  const auto call = call_of(std::move(members));
  return failure_of(param_reader{call, list});
}

} // namespace

TEST_CASE("parameters that are not one struct are refused") {
  for (const xmlrpc::array& params : {xmlrpc::array{text("x")},
                                      {number(1)},
                                      {{true}},
                                      {{1.5}},
                                      {{xmlrpc::opaque{}}},
                                      {{xmlrpc::array{number(1)}}}}) {
    const auto call = call_of(params);
    CHECK(failure_of(param_reader{call, takes}) == "The parameter of disconnectCall must be a struct");
  }
  const auto call = call_of(xmlrpc::array{{structure{}}, {structure{}}});
  CHECK(failure_of(param_reader{call, takes}) == "disconnectCall takes one parameter, a struct");
}

TEST_CASE("no parameter, nil, an empty array and an empty struct are the same") {
  for (const xmlrpc::array& params :
       {xmlrpc::array{}, {{xmlrpc::nil{}}}, {{xmlrpc::array{}}}, {{structure{}}}}) {
    const auto call = call_of(params);
    param_reader in{call, takes};
    CHECK_FALSE(in.text("ID"));
    CHECK_FALSE(in.integer("i_account"));
    CHECK(failure_of(in).empty());
    in.require(in.text("ID"), "ID");
    CHECK(failure_of(in) == "Parameter ID is required");
  }
}

TEST_CASE("an unknown parameter is named with those that are known") {
  CHECK(unknown_in({{"i_call", number(1)}})
        == "Unknown parameter i_call; disconnectCall takes ID, i_account");
  CHECK(unknown_in({{"ID", text("x")}, {"id", text("x")}})
        == "Unknown parameter id; disconnectCall takes ID, i_account");
  CHECK(unknown_in({{"x", number(1)}}, {{}, "i_customer"})
        == "Unknown parameter x; disconnectCall takes no parameters");
}

TEST_CASE("the parameter that names the scope is known to every method") {
  CHECK(unknown_in({{"i_customer", number(1)}}).empty());
}

TEST_CASE("an unknown parameter that is empty is not there for a method that only reads") {
  CHECK(unknown_in({{"i_call", {xmlrpc::nil{}}}, {"x", text("")}}).empty());
}

TEST_CASE("a method that acts refuses what is unknown, also where it is empty or configured to be ignored") {
  for (const value& given : {number(1), text(""), value{xmlrpc::nil{}}, value{xmlrpc::array{}}})
    for (const bool ignore : {false, true}) {
      const auto call = call_of({{"i_call", given}}, ignore);
      CHECK(failure_of(param_reader{call, acting})
            == "Unknown parameter i_call; disconnectCall takes ID, i_account");
    }
}

TEST_CASE("an empty parameter is absent for a method that only reads, and refused by one that acts") {
  for (const value& empty : {text(""), value{xmlrpc::nil{}}}) {
    const auto call = call_of({{"ID", empty}, {"i_account", empty}, {"i_customer", empty}});
    param_reader reads{call, takes};
    CHECK_FALSE(reads.text("ID"));
    CHECK_FALSE(reads.integer("i_account"));
    CHECK_FALSE(reads.boolean("i_customer"));
    CHECK(failure_of(reads).empty());
    for (const std::string_view name : {"ID", "i_account", "i_customer"}) {
      param_reader acts{call, acting};
      if (name == "ID")
        CHECK_FALSE(acts.identifier(name));
      else
        CHECK_FALSE(acts.integer(name));
      CHECK(failure_of(acts).find(name) != std::string::npos);
    }
  }
  const auto call = call_of({{"i_account", {xmlrpc::array{}}}});
  param_reader acts{call, acting};
  CHECK_FALSE(acts.integer("i_account"));
  CHECK(failure_of(acts) == "Parameter i_account must be an integer");
}

TEST_CASE("the one parameter that may be empty is then absent") {
  for (const value& empty : {text(""), value{xmlrpc::nil{}}}) {
    const auto call = call_of({{"i_customer", empty}});
    param_reader in{call, {names, "i_customer", effect::acts, "i_customer"}};
    CHECK_FALSE(in.integer("i_customer"));
    CHECK(failure_of(in).empty());
  }
}

TEST_CASE("two members of one name are refused, whatever they hold and whether the name is known") {
  for (const bool ignore : {false, true})
    for (const std::string name : {"ID", "x"})
      for (const auto* list : {&takes, &acting}) {
        const auto call =
            call_of({{name, {xmlrpc::nil{}}}, {"i_account", number(1)}, {name, text("1")}}, ignore);
        CHECK(failure_of(param_reader{call, *list}) == "Parameter " + name + " is given twice");
      }
}

TEST_CASE("an identifier is a text or the digits of a number") {
  const auto read = [](const value& given) {
    const auto call = call_of({{"ID", given}});
    param_reader in{call, takes};
    return in.identifier("ID");
  };
  CHECK(read(text("sbc-1:9")) == "sbc-1:9");
  CHECK(read(number(960)) == "960");
  CHECK(read(number(-1)) == "-1");
  CHECK_FALSE(read({true}));
  CHECK_FALSE(read({1.5}));
}

TEST_CASE("unknown parameters are ignored where configured so, and only they") {
  const auto call = call_of({{"i_call", number(1)}, {"ID", number(1)}}, true);
  param_reader in{call, takes};
  CHECK(failure_of(in).empty());
  CHECK_FALSE(in.text("ID"));
  CHECK(failure_of(in) == "Parameter ID must be a string");
}

TEST_CASE("a parameter that is not an integer is named") {
  const auto read = [](param_reader& in) { in.integer("i_account"); };
  for (const value& bad : {text(" "), text("abc"), text("-1"), text("+1"), text("1.5"), text("0x10"),
                           text("1e3"), text("1 2"), text(" 1"), text("\xd9\xa1"), value{true}, value{1.0},
                           value{xmlrpc::opaque{}}, value{xmlrpc::array{}}, value{structure{}}})
    CHECK(failure_of(bad, read) == "Parameter i_account must be an integer");
  CHECK(failure_of(text(std::string(30, '9')), read) == "Parameter i_account is out of range");
}

TEST_CASE("an integer comes as a number or as digits") {
  const std::vector<std::pair<value, std::int64_t>> table = {{number(3), 3},
                                                             {number(-3), -3},
                                                             {text("3"), 3},
                                                             {text("007"), 7},
                                                             {text("9223372036854775807"), INT64_MAX}};
  for (const auto& [given, expected] : table) {
    const auto call = call_of({{"i_account", given}});
    param_reader in{call, takes};
    CHECK(in.id<account_id>("i_account") == account_id{expected});
    CHECK(failure_of(in).empty());
  }
}

TEST_CASE("a count is not negative") {
  const auto read = [](param_reader& in) { in.count("i_account"); };
  CHECK(failure_of(number(-1), read) == "Parameter i_account must not be negative");
  CHECK(failure_of(text("x"), read) == "Parameter i_account must be an integer");
  CHECK(failure_of(number(0), read).empty());
}

TEST_CASE("a boolean is a boolean, 0 or 1") {
  const auto read = [](param_reader& in) { in.boolean("i_account"); };
  for (const value& bad : {number(2), number(-1), text("yes"), text("1"), value{1.0}, value{xmlrpc::array{}}})
    CHECK(failure_of(bad, read) == "Parameter i_account must be a boolean");
  for (const auto& [given, expected] : std::vector<std::pair<value, bool>>{
           {{true}, true}, {{false}, false}, {number(1), true}, {number(0), false}}) {
    const auto call = call_of({{"i_account", given}});
    param_reader in{call, takes};
    CHECK(in.boolean("i_account") == expected);
  }
}

TEST_CASE("the first thing wrong is the one that is told") {
  const auto call = call_of({{"ID", number(1)}, {"i_account", text("x")}});
  param_reader in{call, takes};
  in.text("ID");
  in.integer("i_account");
  in.require(std::optional<int>{}, "z");
  CHECK(failure_of(in) == "Parameter ID must be a string");
}

TEST_CASE("a text or an array of texts is read as texts, and nothing else is") {
  const auto texts = [](param_reader& in) { return in.texts("i_account", 2); };
  const auto wrong = "Parameter i_account must be a string or an array of strings, none of them empty";
  CHECK(failure_of(text("a"), texts).empty());
  CHECK(failure_of({xmlrpc::array{text("a"), text("b")}}, texts).empty());
  CHECK(failure_of({xmlrpc::array{}}, texts) == "Parameter i_account must not be empty");
  CHECK(failure_of({xmlrpc::array{text("a"), text("b"), text("c")}}, texts)
        == "Parameter i_account must not have more than 2 items");
  for (const auto& given :
       {number(1), value{true}, value{structure{}}, value{xmlrpc::array{number(1)}},
        value{xmlrpc::array{text("a"), text("")}}, value{xmlrpc::array{{xmlrpc::array{text("a")}}}}})
    CHECK(failure_of(given, texts) == wrong);
  const auto call =
      call_of(structure{{"i_account", {xmlrpc::array{text("a"), number(7)}}}, {"ID", text("")}});
  param_reader in{call, takes};
  CHECK(in.identifiers("i_account", 2) == std::vector<std::string>{"a", "7"});
  CHECK_FALSE(in.texts("ID", 2));
  CHECK(failure_of(in).empty());
}

TEST_CASE("seconds are a number that is not negative, or its digits") {
  using std::chrono::microseconds;
  const auto read = [](value given) {
    const auto call = call_of(structure{{"i_account", std::move(given)}});
    param_reader in{call, takes};
    const auto result = in.seconds("i_account");
    CHECK(result.has_value() == failure_of(in).empty());
    return result.value_or(microseconds{-1});
  };
  CHECK(read(number(0)) == microseconds{0});
  CHECK(read(number(90)) == microseconds{90'000'000});
  CHECK(read({1.5}) == microseconds{1'500'000});
  CHECK(read({0.000001}) == microseconds{1});
  CHECK(read(text("12")) == microseconds{12'000'000});
  CHECK(read(text("12.25")) == microseconds{12'250'000});
  for (const auto& given :
       {number(-1), value{-0.5}, value{std::numeric_limits<double>::quiet_NaN()},
        value{std::numeric_limits<double>::infinity()}, value{1e12}, text("1e3"), text("1."), text(".5"),
        text("-1"), text(" 1"), value{true}, value{xmlrpc::array{}}})
    CHECK(read(given) == microseconds{-1});
}

TEST_CASE("a pattern has its stars at its ends, and a bound") {
  const auto pattern = [](param_reader& in) { return in.pattern("i_account"); };
  CHECK(failure_of(text("44*"), pattern).empty());
  CHECK(failure_of(text("4*4"), pattern)
        == "Parameter i_account may have * at its beginning and end only; \\* is the character");
  CHECK(failure_of(text(std::string(4096, '4')), pattern).empty());
  CHECK(failure_of(text(std::string(4097, '4')), pattern)
        == "Parameter i_account must not be longer than 4096 bytes");
  CHECK(failure_of(number(44), pattern) == "Parameter i_account must be a string");
}

} // namespace rollcall::api::api_params_test
