#include "transport/xmlrpc/recent_calls.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::xmlrpc_recent_calls_test {

using namespace rollcall::xmlrpc;

namespace {

std::string asking_for(const std::string& name, const std::string& param) {
  return "<methodCall><methodName>" + name + "</methodName><params><param><value>" + param
         + "</value></param></params></methodCall>";
}

} // namespace

TEST_CASE("whatever was asked before, a request says what it says") {
  recent_calls calls;
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 40; ++i) { // more than are remembered
      const auto name = "method" + std::to_string(i % 20);
      const auto param = std::string(static_cast<std::size_t>(i) * 100, 'x'); // and longer than is remembered
      const auto said = calls.decode(asking_for(name, param));
      REQUIRE(said);
      CHECK(said->name == name);
      REQUIRE(said->params.size() == 1);
      CHECK(*said->params[0].as<std::string>() == param);
    }
}

TEST_CASE("what is remembered is given away whole, each time") {
  recent_calls calls;
  const auto body = asking_for("listMethods", "x");
  auto first = calls.decode(body);
  first->params.clear();
  first->name.clear();
  const auto second = calls.decode(body);
  CHECK(second->name == "listMethods");
  CHECK(second->params.size() == 1);
}

TEST_CASE("a fault stays one") {
  recent_calls calls;
  for (const std::string body : {"", "<methodCall>", "<a/>"}) {
    const auto expected = decode(body).why();
    CHECK(calls.decode(body).why() == expected);
    CHECK(calls.decode(body).why() == expected);
  }
}

} // namespace rollcall::xmlrpc_recent_calls_test
