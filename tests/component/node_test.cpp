#include "tests/component/directory_entries.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>

namespace rollcall::testing::node_test {

using lines = world::lines;

TEST_CASE_FIXTURE(world, "a switch that is not configured cannot attach") {
  const auto refused = attach("sbc-7", 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == ec::unknown_switch);
}

TEST_CASE_FIXTURE(actor_fixture, "a node without a directory has no calls and no customers") {
  const auto node = spawn_node(sys, context, {});
  const auto front = spawn_cluster_frontend(sys, context, node, {});
  const auto dir = directory::link(sample_entries());
  call_query query;
  query.scope = customer_id{1};
  CHECK(world::lines_of(ask<cluster_list_answer>(front, list_request{query, dir})).empty());
  CHECK(world::counts_of(ask<cluster_stats_answer>(front, stats_request{customer_id{1}, true, dir})).empty());
  CHECK(ask<link_statuses>(node, caf::get_atom_v)->empty());
  CHECK_FALSE(ask<attached>(node, attach_request{switch_name{"sbc-1"}, 1, std::make_shared<fake_switch>()}));
  self->send(node, atom::audit_v);
  run();
  caf::anon_send_exit(node, caf::exit_reason::user_shutdown);
  run();
}

TEST_CASE_FIXTURE(world,
                  "a root customer lists and hangs up an account that nobody knows as its lists show it") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(999), call{"2"}.named("stranger"), call{"3"}.named("other"), call{"4"}.in(200),
       call{"5"}.in(11), call{"6"});
  const auto of = [this](std::int64_t account, std::int64_t scope = 1) {
    auto query = all_of(scope);
    query.account = account_id{account};
    return list(query);
  };
  const auto named = [this](const std::string& name, std::int64_t scope = 1) {
    auto query = all_of(scope);
    query.account_name = name;
    return list(query);
  };
  CHECK(of(999) == lines{"sbc-1:1 Connected 999@1"});
  CHECK(of(200) == lines{"sbc-1:4 Connected 200@1"}); // another environment's number
  CHECK(named("stranger") == lines{"sbc-1:2 Connected 0@1"});
  CHECK(of(0).empty()); // what is not known of yet is no account
  CHECK(of(999, 2).empty());
  CHECK(of(999, 10).empty());
  CHECK(named("stranger", 2).empty());

  const auto hang_up_name = [this](const std::string& name, std::int64_t scope = 1) {
    auto request = hang_up_account(1, scope);
    request.account.reset();
    request.account_name = name;
    return disconnect(request);
  };
  for (const auto& nobody : {disconnect(hang_up_account(998)), disconnect(hang_up_account(999, 2)),
                             disconnect(hang_up_account(0)), hang_up_name("nobody"), hang_up_name(""),
                             hang_up_name("stranger", 2), hang_up_name("stranger", 10)}) {
    CHECK_FALSE(nobody.found);
    CHECK(nobody.sent == 0);
  }
  CHECK(sbc.at->hung_up.empty());
  CHECK(disconnect(hang_up_account(12)).found); // known, without calls
  CHECK(disconnect(hang_up_account(999)).sent == 1);
  CHECK(sbc.at->hung_up == lines{"1"});
  const auto again = disconnect(hang_up_account(999));
  CHECK(again.found); // it still has the call
  CHECK(again.sent == 0);
  CHECK(hang_up_name("stranger").sent == 1);
  CHECK(disconnect(hang_up_account(200)).sent == 1);
  CHECK(sbc.at->hung_up == lines{"1", "2", "4"});
}

TEST_CASE_FIXTURE(world,
                  "a username that the directory learns moves its calls, but not those that are over") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.named("late"), call{"2"}.named("later"), call{"3"}.named("late"));
  tell(sbc, over("3"));
  reload([](auto& e) { e.accounts.push_back({account_id{77}, customer_id{4}, "late"}); });
  run();
  CHECK(list() == lines{"sbc-1:1 Connected 77@4", "sbc-1:2 Connected 0@1", "sbc-1:3 Dead 0@1"});
  CHECK(stats() == counts{{0, {1, 1}}, {77, {1, 1}}});
  tell(sbc, call{"4"}.named("late"));
  CHECK(list(4) == lines{"sbc-1:1 Connected 77@4", "sbc-1:4 Connected 77@4"});
}

TEST_CASE_FIXTURE(
    world, "an account that changes its customer takes its calls and counts along, and none shows twice") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(22), call{"2"}.in(22));
  const auto before = dir;
  reload([](auto& e) { account_in(e, 22).customer = customer_id{4}; });
  run();
  for (int seconds = 0; seconds < 3; ++seconds) {
    CHECK(list(2).empty());
    CHECK(stats(2).empty());
    CHECK(list(4) == lines{"sbc-1:1 Connected 22@4", "sbc-1:2 Connected 22@4"});
    CHECK(stats(4) == counts{{22, {2, 2}}});
    CHECK(list(1).size() == 2);
    CHECK(stats(1) == counts{{22, {2, 2}}});
    advance(4s);
  }
  audit();
}

TEST_CASE_FIXTURE(world,
                  "a request that was let in by the former directory still finds what it was let in for") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(22), call{"2"}.in(33));
  const auto before = dir;
  reload([](auto& e) {
    account_in(e, 22).customer = customer_id{4};
    customer_in(e, 3).wholesaler = customer_id{4};
  });
  run();
  const list_request request{all_of(2), before};
  CHECK(lines_of(ask<cluster_list_answer>(front, request))
        == lines{"sbc-1:1 Connected 22@2", "sbc-1:2 Connected 33@3"});
  CHECK(counts_of(ask<cluster_stats_answer>(front, stats_request{customer_id{2}, true, before}))
        == counts{{22, {1, 1}}, {33, {1, 1}}});
  auto one = request;
  one.query.account = account_id{22};
  CHECK(lines_of(ask<cluster_list_answer>(front, one)) == lines{"sbc-1:1 Connected 22@2"});
}

TEST_CASE_FIXTURE(world,
                  "an environment may leave with its switch and come back, and its calls are seen again") {
  const auto other = connected("sbc-9");
  tell(other, call{"1"}.in(200));
  const auto with = dir;
  reload([](auto& e) {
    e.accounts.pop_back();
    std::erase_if(e.customers, [](const auto& c) { return c.environment == environment_id{2}; });
    e.environments.pop_back();
  });
  run();
  CHECK(list(10).empty());
  reload(with);
  run();
  CHECK(list(10) == lines{"sbc-9:1 Connected 200@20"});
  CHECK(stats(20) == counts{{200, {1, 1}}});
}

TEST_CASE_FIXTURE(world, "a switch removed from the configuration is told so, and its calls are forgotten") {
  const auto sbc = connected("sbc-1");
  const auto kept = connected("sbc-2");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(22));
  tell(sbc, call{"2"}.in(33).again()); // moved a moment ago: two accounts tell of it
  tell(kept, call{"1"}.in(11));
  reload(dir, {{switch_name{"sbc-2"}, environment_id{1}}});
  run();
  CHECK(sbc.at->closed == std::vector{close_reason::unknown_switch});
  CHECK(list() == lines{"sbc-2:1 Connected 11@1"});
  CHECK(stats() == counts{{11, {1, 1}}});
  CHECK_FALSE(attach("sbc-1", 2));
  CHECK_FALSE(disconnect(hang_up_call("sbc-1:1")).found);
  CHECK(kept.at->closed.empty());
}

TEST_CASE_FIXTURE(world, "a switch that changes its environment begins anew there") {
  const auto sbc = connected("sbc-2");
  tell(sbc, call{"1"}.in(11));
  reload(dir, {{switch_name{"sbc-1"}, environment_id{1}}, {switch_name{"sbc-2"}, environment_id{2}}});
  run();
  CHECK(sbc.at->closed == std::vector{close_reason::unknown_switch});
  CHECK(list(1).empty());
  tell(connected("sbc-2", 2), call{"9"}.in(200));
  CHECK(list(10) == lines{"sbc-2:9 Connected 200@20"});
}

TEST_CASE_FIXTURE(world, "an ID that names no switch, or no call of one, is not found") {
  connected("sbc-1");
  for (const auto* id : {"", ":", "sbc-1", "sbc-1:", "sbc-1:9", "sbc-7:9", "9"}) {
    CAPTURE(id);
    CHECK_FALSE(disconnect(hang_up_call(id)).found);
  }
}

TEST_CASE_FIXTURE(world, "the state of every switch is told, also of those that never came") {
  connected("sbc-2");
  CHECK_FALSE(status("sbc-1").connected);
  CHECK_FALSE(status("sbc-1").synced);
  CHECK(status("sbc-2").connected);
  CHECK(status("sbc-2").synced);
  CHECK(status("sbc-9").calls == 0);
}

TEST_CASE_FIXTURE(world, "accounts are recounted by themselves, and nothing drifts") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(22), call{"3"});
  advance(defaults::audit_interval * 2);
  CHECK(context->metrics.tally_drift == 0);
  CHECK(stats() == counts{{0, {1, 1}}, {11, {1, 1}}, {22, {1, 1}}});
}

TEST_CASE_FIXTURE(world, "accounts are recounted each in its turn, all of them in one interval") {
  const auto sbc = connected("sbc-1");
  constexpr std::size_t accounts = 2'000;
  for (std::size_t i = 0; i < accounts; ++i)
    say(sbc, call{std::to_string(i)}.in(static_cast<std::int64_t>(1'000 + i)));
  run();
  std::size_t most = 0;
  std::size_t all = 0;
  for (auto passed = 0ms; passed < defaults::audit_interval; passed += defaults::audit_pause) {
    sched.clock().advance_time(defaults::audit_pause);
    const auto messages = sched.run();
    most = std::max(most, messages);
    all += messages;
  }
  CHECK(all > accounts);
  CHECK(most < accounts / 4);
}

TEST_CASE_FIXTURE(world,
                  "a call that passed through a customer's accounts a moment ago is not hung up with them") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(22));
  tell(sbc, call{"1"}.in(33).again());
  tell(sbc, call{"1"}.in(44).again());
  advance(1s);
  CHECK(disconnect(hang_up_customer(2)).sent == 0);
  CHECK(list() == lines{"sbc-1:1 Connected 44@4"});
  CHECK(disconnect(hang_up_customer(4)).sent == 1);
}

TEST_CASE_FIXTURE(world, "accounts that the directory does not know go when their calls have gone") {
  const auto sbc = connected("sbc-1");
  const auto life = [&](int turn) {
    for (int i = 0; i < 50; ++i)
      tell(sbc, call{std::to_string(turn * 1000 + i)}.in(1000 + i));
    for (int i = 0; i < 50; ++i)
      tell(sbc, over(std::to_string(turn * 1000 + i)));
    advance(context->dead_linger.load() + defaults::audit_interval);
    return sys.registry().running();
  };
  CHECK(life(1) == life(2));
  CHECK(list().empty());
}

TEST_CASE_FIXTURE(world,
                  "an account that has retired is counted, listed and hung up when it has calls again") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(99), over("1"));
  advance(context->dead_linger.load() + 2 * defaults::audit_interval);
  tell(sbc, call{"2"}.in(99), call{"3"}.in(11));
  CHECK(list() == lines{"sbc-1:2 Connected 99@1", "sbc-1:3 Connected 11@1"});
  CHECK(stats() == counts{{11, {1, 1}}, {99, {1, 1}}});
  tell(sbc, call{"3"}.in(99).again());
  CHECK(stats() == counts{{99, {2, 2}}});
  CHECK(disconnect(hang_up_customer(1)).sent == 2);
  advance(2 * defaults::audit_interval);
  CHECK(stats().empty());
}

TEST_CASE_FIXTURE(world, "a call that comes while its account is about to retire keeps it") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(99), over("1"));
  advance(context->dead_linger.load() + 1s);
  std::mt19937_64 any{7};
  for (int turn = 2; turn < 200; ++turn) {
    say(sbc, call{std::to_string(turn)}.in(99));
    // An answer to one question must not be taken for that to another.
    for (int ticks = 0; ticks < 3; run_any(any))
      if (any() % 4 == 0 && ++ticks)
        self->send(node, atom::audit_v);
    while (run_any(any)) {
    }
    REQUIRE(list().size() == 1);
    REQUIRE(stats() == counts{{99, {1, 1}}});
    tell(sbc, over(std::to_string(turn)));
    advance(context->dead_linger.load() + 1s);
  }
}

TEST_CASE_FIXTURE(world, "a node that ends leaves no actor behind, whatever is under way") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(22));
  say(sbc, call{"1"}.in(22).again(), call{"3"}.in(44));
  sched.run(3);
  ask_later<cluster_disconnect_answer>(front, hang_up_customer(1));
  sched.run(6);
  // That the fixture comes to its end is the test: the actor system waits for every actor.
}

} // namespace rollcall::testing::node_test
