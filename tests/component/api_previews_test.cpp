#include "api_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::testing::api_previews_test {

namespace {

using members = std::vector<std::pair<std::string, std::string>>;

/// Before a frontend that has counted three calls, one of them of a switch that is away.
struct fixture : api_fixture {
  fixture() {
    auto& told = script->previewed;
    told.found = true;
    told.at = wall;
    told.calls.reachable = 2;
    told.calls.away = 1;
    told.calls.customers = {{1, 2}};
    told.calls.connections = {{7, 2}};
    told.calls.oldest = (told.at - std::chrono::seconds{5}).time_since_epoch().count();
    told.calls.sample = {"sbc-1:1"};
    told.nodes["node-a"] = {{11, 12, told.at.time_since_epoch().count()}, {{"sbc-1", 2}}};
  }

  std::string say(const std::string& method, const members& what) {
    return text_of(answer_to(call_of(method, structure(what))));
  }

  std::string text_of_audit() {
    run();
    REQUIRE(audited.size() == 1);
    const auto one = std::exchange(audited, {}).front();
    CHECK(one.idle);
    return one.request->target + " / " + one.request->reason + " / " + one.answer->text;
  }
};

const members account = {{"i_account", "<int>11</int>"}};
const std::string yes = "<boolean>1</boolean>";

members with(members what, const std::string& name, const std::string& value) {
  what.emplace_back(name, value);
  return what;
}

} // namespace

TEST_CASE_FIXTURE(fixture, "a dry run asks for a count, and tells what it may confirm") {
  const auto answer = say("disconnectAccount", with(with(account, "dry_run", yes), "reason", "to see"));
  CHECK(script->disconnects.empty());
  REQUIRE(script->previews.size() == 1);
  CHECK(script->previews.front().of.account == account_id{11});
  for (const auto* part : {"<name>count</name>\n<value><int>2</int>",
                           "<name>failed</name>\n<value><int>1</int>", "<name>7</name>\n<value><int>2</int>",
                           "<value><string>sbc-1:1</string>", "<name>oldest</name>\n<value><double>5.000000"})
    CHECK(answer.find(part) != std::string::npos);
  CHECK(text_of_audit() == "i_account=11 / to see / Dry run, 2 would be sent, 1 could not be");
}

TEST_CASE_FIXTURE(fixture, "what a dry run tells is confirmed by the same request alone") {
  const auto told = say("disconnectAccount", with(account, "dry_run", yes));
  const std::string before = "<name>confirm</name>\n<value><string>";
  const auto begin = told.find(before);
  REQUIRE(begin != std::string::npos);
  const auto token =
      told.substr(begin + before.size(), told.find('<', begin + before.size()) - begin - before.size());
  run();
  audited.clear();
  SUBCASE("in time") {
    say("disconnectAccount", with(with(account, "confirm", token), "max_calls", "<int>9</int>"));
    REQUIRE(script->disconnects.size() == 1);
    const auto& order = script->disconnects.front();
    REQUIRE(order.allowed);
    CHECK(order.allowed->at("node-a").mark == script->previewed.nodes.at("node-a").mark);
    CHECK(order.allowed->at("node-a").calls.at("sbc-1") == 2);
    CHECK(order.confirmation.size() == 16);
    CHECK(order.limits.max_calls == 9);
    CHECK(order.limits.above == 0);
    return;
  }
  SUBCASE("another request") {
    const members other = {{"i_account", "<int>12</int>"}, {"confirm", token}};
    CHECK(say("disconnectAccount", other).find("<int>409</int>") != std::string::npos);
  }
  SUBCASE("another method") {
    const members other = {{"ID", "sbc-1:1"}, {"confirm", token}};
    CHECK(say("disconnectCall", other).find("<int>409</int>") != std::string::npos);
  }
  SUBCASE("no token at all") {
    CHECK(say("disconnectAccount", with(account, "confirm", "yes")).find("<int>409</int>")
          != std::string::npos);
  }
  SUBCASE("an empty one") {
    CHECK(say("disconnectAccount", with(account, "confirm", "<string></string>")).find("<int>400</int>")
          != std::string::npos);
  }
  SUBCASE("a dry run") {
    CHECK(say("disconnectAccount", with(with(account, "confirm", token), "dry_run", yes))
              .find("dry_run and confirm exclude each other")
          != std::string::npos);
  }
  CHECK(script->disconnects.empty());
  CHECK(text_of_audit().find("Refused: 40") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a dry run of a minute ago is confirmed no more") {
  script->previewed.nodes.at("node-a").mark.at -= 61 * 1'000'000;
  const auto told = say("disconnectAccount", with(account, "dry_run", yes));
  const std::string before = "<name>confirm</name>\n<value><string>";
  const auto begin = told.find(before) + before.size();
  const auto token = told.substr(begin, told.find('<', begin) - begin);
  CHECK(say("disconnectAccount", with(account, "confirm", token)).find("confirm is older than 60 s")
        != std::string::npos);
  CHECK(script->disconnects.empty());
}

TEST_CASE_FIXTURE(fixture, "a dry run of more calls than max_calls is refused as the order would be") {
  const auto answer =
      say("disconnectAccount", with(with(account, "dry_run", yes), "max_calls", "<int>1</int>"));
  CHECK(answer.find("2 calls match, max_calls is 1") != std::string::npos);
  CHECK(text_of_audit() == "i_account=11 /  / Refused: 409 2 calls match, max_calls is 1");
}

TEST_CASE_FIXTURE(fixture, "an order that would exceed its limits is refused in the log as well") {
  script->error = caf::make_error(ec::out_of_bounds, std::string{"3 calls match, max_calls is 2"});
  const auto answer = say("disconnectAccount", with(account, "max_calls", "<int>2</int>"));
  REQUIRE(script->disconnects.size() == 1);
  CHECK(script->disconnects.front().limits.max_calls == 2);
  CHECK(answer.find("<int>409</int>") != std::string::npos);
  CHECK(text_of_audit() == "i_account=11 /  / Refused: 409 3 calls match, max_calls is 2");
}

TEST_CASE_FIXTURE(fixture,
                  "an order whose calls could not be counted is in the log, for nothing of it was begun") {
  script->error = caf::make_error(ec::not_counted, std::string{"nodes are missing"});
  const auto answer = say("disconnectAccount", with(account, "max_calls", "<int>2</int>"));
  CHECK(answer.find("nodes are missing: the calls could not be counted, nothing was sent")
        != std::string::npos);
  CHECK(text_of_audit().find("Refused: 503 nodes are missing") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a dry run with a long list of IDs takes no more of the log than any other") {
  std::string ids;
  for (int i = 0; i < 500; ++i)
    ids += "<value>sbc-1:" + std::to_string(i) + "</value>";
  const members what = {
      {"i_customer", "<int>1</int>"}, {"ID", "<array><data>" + ids + "</data></array>"}, {"dry_run", yes}};
  say("disconnectCalls", what);
  run();
  REQUIRE(audited.size() == 1);
  CHECK(audited.front().request->target.size() < 400);
}

} // namespace rollcall::testing::api_previews_test
