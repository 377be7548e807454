#include "tests/component/directory_entries.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>

namespace rollcall::testing::node_directory_test {

using lines = world::lines;

TEST_CASE_FIXTURE(world, "calls of an account that nobody knows are the root customer's and visible") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(999), call{"2"}.named("stranger"), call{"3"}, call{"4"}.in(200));
  CHECK(list()
        == lines{"sbc-1:1 Connected 999@1", "sbc-1:2 Connected 0@1", "sbc-1:3 Connected 0@1",
                 "sbc-1:4 Connected 200@1"});
  CHECK(list(2).empty());
  CHECK(list(20).empty()); // the account 200 of another environment
  CHECK(stats(1, false) == counts{{0, {2, 2}}, {200, {1, 1}}, {999, {1, 1}}});
}

TEST_CASE_FIXTURE(world, "an account that nobody knows is there while lists show a call of it that is over") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(999), call{"2"}.named("stranger"));
  tell(sbc, call{"1", call_state::dead}, call{"2", call_state::dead});
  const auto told = disconnect(hang_up_account(999));
  CHECK(told.found);
  CHECK(told.sent == 0);
  auto by_name = hang_up_account(1);
  by_name.account.reset();
  by_name.account_name = "stranger";
  CHECK(disconnect(by_name).found);
  by_name.account_name = "other";
  CHECK_FALSE(disconnect(by_name).found);
  CHECK(sbc.at->hung_up.empty());
}

TEST_CASE_FIXTURE(world, "hanging up an account that nobody knows spares calls that have got a known one") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(999), call{"2"}.in(999), call{"3"}.named("stranger"), call{"4"}.named("stranger"));
  tell(sbc, call{"2"}.in(11), call{"4"}.named("user-3"));
  CHECK(disconnect(hang_up_account(999)).sent == 1);
  auto by_name = hang_up_account(1);
  by_name.account.reset();
  by_name.account_name = "stranger";
  CHECK(disconnect(by_name).sent == 1);
  CHECK(sbc.at->hung_up == lines{"1", "3"});
}

TEST_CASE_FIXTURE(world, "an account that comes late takes the call with it") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1", call_state::wait_auth});
  CHECK(list() == lines{"sbc-1:1 WaitAuth 0@1"});
  tell(sbc, call{"1", call_state::wait_route}.named("u33").again());
  CHECK(list() == lines{"sbc-1:1 WaitRoute 33@3"});
  CHECK(list(3) == lines{"sbc-1:1 WaitRoute 33@3"});
  CHECK(stats() == counts{{33, {1, 0}}});
}

TEST_CASE_FIXTURE(world, "a call that was looked up in the old directory learns its number from the new") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"0"}.named("other"));
  // The link has the news before it has the directory; the account has the directory before it has the call.
  reload([](auto& e) { e.accounts.push_back({account_id{77}, customer_id{4}, "late"}); });
  say(sbc, call{"1"}.named("late"), call{"0"}.named("late").again());
  sched.prioritize(sbc.session.link);
  sched.run_once();
  run();
  CHECK(list() == lines{"sbc-1:0 Connected 77@4", "sbc-1:1 Connected 77@4"});
}

TEST_CASE_FIXTURE(world, "an account that changed hands is out of the former customer's reach") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(22), call{"2"}.in(33));
  reload([](auto& e) {
    account_in(e, 22).customer = customer_id{4};
    customer_in(e, 3).wholesaler = customer_id{4};
  });
  run();
  CHECK(disconnect(hang_up_customer(2)).sent == 0);
  CHECK(sbc.at->hung_up.empty());
  CHECK(disconnect(hang_up_customer(4)).sent == 2);
}

TEST_CASE_FIXTURE(world, "the calls of an account that leaves the directory become the root customer's") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(33));
  reload([](auto& e) { std::erase_if(e.accounts, [](const auto& a) { return a.id == account_id{33}; }); });
  run();
  CHECK(list() == lines{"sbc-1:1 Connected 33@1"});
  CHECK(list(3).empty());
  CHECK(stats(1, false) == counts{{33, {1, 1}}});
}

TEST_CASE_FIXTURE(world, "a customer may leave with its accounts, and come back") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(33));
  const auto with = dir;
  reload([](auto& e) {
    std::erase_if(e.accounts, [](const auto& a) { return a.customer == customer_id{3}; });
    std::erase_if(e.customers, [](const auto& c) { return c.id == customer_id{3}; });
  });
  run();
  CHECK(list(3).empty());
  CHECK(list(1) == lines{"sbc-1:1 Connected 33@1"});
  CHECK(stats(1) == counts{{33, {1, 1}}});
  reload(with);
  run();
  CHECK(list(3) == lines{"sbc-1:1 Connected 33@3"});
  CHECK(list(2) == lines{"sbc-1:1 Connected 33@3"});
  CHECK(stats(1) == counts{{33, {1, 1}}});
  advance(20s);
  CHECK(list(1) == lines{"sbc-1:1 Connected 33@3"});
  CHECK(stats(2) == counts{{33, {1, 1}}});
  audit();
}

} // namespace rollcall::testing::node_directory_test
