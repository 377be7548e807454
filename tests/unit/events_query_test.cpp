#include "transport/events/query_parameters.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace rollcall::events_query_test {

using events::parse_query;
using xmlrpc::structure;
using xmlrpc::value;

TEST_CASE("event query: names and values, decoded") {
  const auto read = parse_query("cli=44%2a&account=a%20b&cld=+44&i_customer=7&recursive=false&empty=&alone");
  REQUIRE(read);
  CHECK(*read
        == structure{{"cli", value{std::string{"44*"}}},
                     {"account", value{std::string{"a b"}}},
                     {"cld", value{std::string{"+44"}}}, // a number may begin so: no blank
                     {"i_customer", value{std::string{"7"}}},
                     {"recursive", value{false}},
                     {"empty", value{std::string{}}},
                     {"alone", value{std::string{}}}});
  CHECK(parse_query("")->empty());
  CHECK(parse_query("&&")->empty());
}

TEST_CASE("event query: an array is the parameter repeated") {
  const auto read = parse_query("ID=a&cc_state=Idle&ID=b&ID=c");
  REQUIRE(read);
  CHECK(*read
        == structure{{"ID", value{xmlrpc::array{value{std::string{"a"}}, value{std::string{"b"}},
                                                value{std::string{"c"}}}}},
                     {"cc_state", value{std::string{"Idle"}}}});
}

TEST_CASE("event query: truth is written in four ways, and other words are left to whoever wants one") {
  for (const auto* const yes : {"true", "1"})
    CHECK(*parse_query(std::string{"recursive="} + yes) == structure{{"recursive", value{true}}});
  for (const auto* const no : {"false", "0"})
    CHECK(*parse_query(std::string{"recursive="} + no) == structure{{"recursive", value{false}}});
  CHECK(*parse_query("recursive=maybe") == structure{{"recursive", value{std::string{"maybe"}}}});
  CHECK(*parse_query("cli=1") == structure{{"cli", value{std::string{"1"}}}});
}

TEST_CASE("event query: what is no query is refused by name") {
  const auto why = [](std::string_view query) { return parse_query(query).why().text; };
  CHECK(why("cli=1&cli=2") == "Parameter cli is given twice");
  CHECK(why("cli=%4") == "Parameter cli is not percent-encoded UTF-8");
  CHECK(why("cli=%zz") == "Parameter cli is not percent-encoded UTF-8");
  CHECK(why("cli=%ff") == "Parameter cli is not percent-encoded UTF-8");
  CHECK(why("cli=%00") == "Parameter cli is not percent-encoded UTF-8");
  CHECK(why("%=1") == "The name of a parameter is not percent-encoded UTF-8");
}

} // namespace rollcall::events_query_test
