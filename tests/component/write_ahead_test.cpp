#include "tests/component/audited_world.hpp"

#include <numeric>
#include <random>

namespace rollcall::testing::write_ahead_test {

TEST_CASE_FIXTURE(slow_log, "the line of a hang-up leaves when the audit log has its call, and not before") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  const auto answer = later(named(hang_up_call("sbc-1:1")));
  run();
  CHECK(sbc.at->hung_up.empty());
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
  write_one();
  CHECK(sbc.at->hung_up == lines{"1"});
  write_all();
  CHECK(answer_in(answer).sent == 1);
  CHECK(answer_in(answer).audited);
}

TEST_CASE_FIXTURE(
    slow_log,
    "a log that does not answer holds a hang-up for 2 s, and the answer says that it is not audited") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  const auto answer = later(named(hang_up_call("sbc-1:1")));
  run();
  advance(1875ms);
  CHECK(sbc.at->hung_up.empty());
  advance(125ms);
  CHECK(sbc.at->hung_up == lines{"1"});
  CHECK(answer_in(answer).sent == 1);
  CHECK_FALSE(answer_in(answer).audited);
  CHECK(context->metrics.audit_failures == 1);
}

TEST_CASE_FIXTURE(
    slow_log, "no hang-up waits longer than 2 s for the log, also one that came while a block was written") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
  const auto first = later(named(hang_up_call("sbc-1:1")));
  run();
  advance(1500ms);
  const auto second = later(named(hang_up_call("sbc-1:2")));
  run();
  advance(500ms);
  CHECK(sbc.at->hung_up == lines{"1"});
  advance(1500ms);
  CHECK(sbc.at->hung_up == lines{"1", "2"});
}

TEST_CASE_FIXTURE(slow_log, "the lines of a block leave while the next one is written") {
  const auto sbc = connected("sbc-1");
  switch_news news;
  for (int i = 0; i < 2'500; ++i)
    news.emplace_back(call{std::to_string(i)}.in(11));
  self->send(sbc.session.link, sbc.session.session, std::move(news));
  run();
  const auto answer = later(named(hang_up_account(11)));
  run();
  CHECK(log->blocks == std::vector<std::size_t>{1, 1000, 1000});
  write_one();
  CHECK(sbc.at->hung_up.size() == 1);
  write_one();
  CHECK(sbc.at->hung_up.size() == 1001);
  write_one();
  CHECK(log->blocks == std::vector<std::size_t>{1, 1000, 1000, 499});
  write_all();
  CHECK(sbc.at->hung_up.size() == 2500);
  CHECK(answer_in(answer).sent == 2500);
}

TEST_CASE_FIXTURE(slow_log, "a backlog that is full for a moment loses no call's entry in the log") {
  context->audit.limit(1024 * 1024);
  const auto sbc = connected("sbc-1");
  const auto other = connected("sbc-2");
  for (const auto& at : {sbc, other}) {
    switch_news news;
    for (int i = 0; i < 10'000; ++i)
      news.emplace_back(call{std::to_string(i)}.in(11));
    self->send(at.session.link, at.session.session, std::move(news));
  }
  run();
  const auto answer = later(named(hang_up_account(11)));
  run();
  write_all();
  CHECK(sbc.at->hung_up.size() + other.at->hung_up.size() == 20'000);
  CHECK(answer_in(answer).sent == 20'000);
  CHECK(answer_in(answer).audited);
  CHECK(std::accumulate(log->blocks.begin(), log->blocks.end(), std::size_t{0}) == 20'000);
  CHECK(context->audit.status().dropped == 0);
  CHECK(log->most_bytes < 2 * 1024 * 1024); // each link may bring one block more
  CHECK(context->audit.status().waiting_bytes == 0);
}

TEST_CASE_FIXTURE(slow_log,
                  "a call that ends while its hang-up waits for the log gets no line, and the log says so") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  const auto answer = later(named(hang_up_call("sbc-1:1")));
  run();
  SUBCASE("it ended") { tell(sbc, over("1")); }
  SUBCASE("it ended, and another call has its id") {
    context->dead_linger = 0ms;
    tell(sbc, over("1"));
    advance(500ms);
    wall += 1s;
    tell(sbc, call{"1"}.in(11));
  }
  write_all();
  CHECK(sbc.at->hung_up.empty());
  CHECK(log->notes == lines{"sbc-1:1 not sent: the call was over"});
  write_all();
  CHECK_FALSE(answer_in(answer).found);
}

TEST_CASE_FIXTURE(slow_log, "a switch that is lost while a hang-up waits for the log is unreachable") {
  connected("sbc-2"); // a switch that has not told its calls counts as failed, too
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  const auto answer = later(named(hang_up_account(11)));
  run();
  lose(sbc);
  write_all();
  write_all();
  CHECK(answer_in(answer).sent == 0);
  CHECK(answer_in(answer).failed == 1);
  CHECK(log->notes == lines{"sbc-1:1 not sent: the switch cannot be reached"});
}

TEST_CASE_FIXTURE(slow_log,
                  "an order that expires while the log is written is not begun, and the log says so") {
  connected("sbc-2");
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  const auto answer = later(named(hang_up_account(11)));
  run();
  boottime += defaults::disconnect_deadline; // the node stood still
  write_all();
  CHECK(sbc.at->hung_up.empty());
  CHECK(log->notes == lines{"sbc-1:1 not sent: the order came too late"});
  CHECK(answer_in(answer).sent == 0);
  CHECK(answer_in(answer).late == lines{"node-a"});
  CHECK(context->metrics.disconnects_expired == 1);
}

TEST_CASE_FIXTURE(slow_log, "that a hang-up was not sent is noted as soon as the log has room again") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  const auto answer = later(named(hang_up_account(11)));
  run();
  boottime += defaults::disconnect_deadline;
  context->audit.limit(1);
  write_all();
  write_all();
  CHECK(sbc.at->hung_up.empty());
  CHECK(log->notes.empty());
  context->audit.limit(1'000'000);
  tell(sbc, call{"2"}.in(11));
  write_all();
  CHECK(log->notes == lines{"sbc-1:1 not sent: the order came too late"});
}

TEST_CASE_FIXTURE(slow_log, "a log that stands still lets no order expire that has little time left") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  auto order = named(hang_up_call("sbc-1:1"));
  order.arrived = boottime - 4s;
  order.expires = boottime + 1s;
  const auto answer = later(order);
  run();
  CHECK(sbc.at->hung_up.empty());
  advance(500ms);
  CHECK(sbc.at->hung_up == lines{"1"});
  CHECK_FALSE(answer_in(answer).audited);
}

TEST_CASE_FIXTURE(slow_log, "a call that an order does not mean is not written as one that was hung up") {
  connected("sbc-2");
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  auto order = named(hang_up_account(11));
  order.arrived = boottime - 1s; // before the call began
  const auto answer = later(order);
  run();
  CHECK(log->blocks == std::vector<std::size_t>{0}); // the answer alone
  write_all();
  CHECK(sbc.at->hung_up.empty());
  CHECK(log->notes.empty());
  CHECK(answer_in(answer).sent == 0);
}

TEST_CASE("the log never shows an expired order as carried out, wherever in the node it waited") {
  std::minstd_rand random{1};
  for (int steps = 0;; ++steps) {
    CAPTURE(steps);
    kept_log w;
    w.connected("sbc-2");
    const auto sbc = w.connected("sbc-1");
    w.tell(sbc, call{"1"}.in(11));
    auto order = kept_log::named(w.hang_up_account(11));
    order.arrived = kept_log::boottime;
    const auto answer = w.later(order);
    auto under_way = true;
    for (int i = 0; under_way && i < steps; ++i)
      under_way = w.run_any(random);
    const auto begun = sbc.at->hung_up;
    kept_log::boottime += defaults::disconnect_deadline;
    w.run();
    CHECK(sbc.at->hung_up == begun);
    w.advance(defaults::disconnect_deadline + defaults::disconnect_grace);
    CHECK(kept_log::answer_in(answer).sent == begun.size());
    const auto has = [&](const char* line) {
      return std::find(w.log->lines.begin(), w.log->lines.end(), line) != w.log->lines.end();
    };
    CHECK((has("m: sbc-1:1") || begun.empty()));
    if (begun.empty()) {
      CHECK_FALSE(has("m = OK, 1 sent, 0 failed"));
      CHECK(has("m: sbc-1:1") == has("sbc-1:1 not sent: the order came too late"));
    }
    if (!under_way)
      break;
  }
}

TEST_CASE_FIXTURE(kept_log, "a request that came too late is in the log as such") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  auto order = named(hang_up_call("sbc-1:1"));
  order.arrived = boottime - 6s;
  order.expires = boottime - 1s;
  const auto answer = later(order);
  run();
  CHECK(sbc.at->hung_up.empty());
  CHECK(log->lines == lines{"m = Too late, nothing sent"});
}

TEST_CASE_FIXTURE(kept_log,
                  "a switch that has not told its calls is in the log as what made the answer a fault") {
  connected("sbc-1");
  CHECK(disconnect(named(hang_up_account(11))).failed == 1);
  CHECK(disconnect(named(hang_up_call("sbc-2:1"))).failed == 1);
  CHECK_FALSE(disconnect(named(hang_up_call("sbc-1:1"))).found);
  CHECK(log->lines
        == lines{"m = Nothing sent, 1 failed, switch sbc-2 has not told its calls",
                 "m = Nothing sent, 1 failed, switch sbc-2 has not told its calls",
                 "m = Call not found or not accessible"});
}

TEST_CASE_FIXTURE(kept_log, "the log has the call, then its answer, then its end") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
  disconnect(named(hang_up_call("sbc-1:1"), "one"));
  tell(sbc, over("1"));
  CHECK(log->lines == lines{"one: sbc-1:1", "one = OK, 1 sent, 0 failed", "sbc-1:1 ended"});
}

TEST_CASE_FIXTURE(kept_log, "entries that a broken log could not take are written later, in order") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
  log->broken = true;
  const auto first = later(named(hang_up_call("sbc-1:1"), "one"));
  run();
  advance(2s);
  CHECK(sbc.at->hung_up == lines{"1"});
  CHECK_FALSE(answer_in(first).audited);
  CHECK(context->audit.status().unwritable_since.has_value());
  CHECK(context->audit.status().waiting_bytes > 0);
  // The next one does not wait again for a log that is known to fail.
  const auto second = later(named(hang_up_call("sbc-1:2"), "two"));
  run();
  CHECK(sbc.at->hung_up == lines{"1", "2"});
  CHECK_FALSE(answer_in(second).audited);
  tell(sbc, over("1"));
  CHECK(log->lines.empty());
  log->broken = false;
  advance(500ms);
  CHECK(log->lines
        == lines{"one: sbc-1:1", "one = OK, 1 sent, 0 failed", "two: sbc-1:2", "two = OK, 1 sent, 0 failed",
                 "sbc-1:1 ended"});
  CHECK(context->audit.status().waiting_bytes == 0);
  CHECK_FALSE(context->audit.status().unwritable_since.has_value());
}

TEST_CASE_FIXTURE(kept_log, "a log that is broken for less than 2 s costs nothing but that time") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  log->broken = true;
  const auto answer = later(named(hang_up_call("sbc-1:1")));
  run();
  advance(1s);
  CHECK(sbc.at->hung_up.empty());
  log->broken = false;
  advance(500ms);
  CHECK(sbc.at->hung_up == lines{"1"});
  CHECK(answer_in(answer).audited);
}

TEST_CASE_FIXTURE(
    kept_log,
    "the memory for what waits for a broken log is bounded; hang-ups go on, and what is lost is counted") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  tell(sbc, call{"2"}.in(11), call{"3"}.in(11));
  log->broken = true;
  context->audit.limit(100);
  const auto first = later(named(hang_up_call("sbc-1:1")));
  run();
  advance(2s);
  CHECK(sbc.at->hung_up == lines{"1"});
  CHECK_FALSE(answer_in(first).audited);
  const auto one = context->audit.status().waiting_bytes;
  const auto second = later(named(hang_up_call("sbc-1:2")));
  const auto third = later(named(hang_up_call("sbc-1:3")));
  run();
  CHECK(sbc.at->hung_up == lines{"1", "2", "3"});
  CHECK_FALSE(answer_in(third).audited);
  CHECK(context->audit.status().dropped >= 2);
  CHECK(context->audit.status().waiting_bytes == one);
}

TEST_CASE_FIXTURE(kept_log, "an entry that the log can never take is answered as not audited") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
  log->refuses = true;
  const auto answer = disconnect(named(hang_up_call("sbc-1:1")));
  CHECK(answer.sent == 1);
  CHECK_FALSE(answer.audited);
  CHECK(sbc.at->hung_up == lines{"1"});
  CHECK(context->audit.status().dropped == 2);
  log->refuses = false;
  CHECK(disconnect(named(hang_up_call("sbc-1:2"))).audited);
}

TEST_CASE_FIXTURE(kept_log, "a lost file of the audit log is reported") {
  log->loss = "it was moved or deleted";
  advance(500ms);
  CHECK(context->audit.status().losses == 1);
  CHECK(context->audit.status().loss == "it was moved or deleted");
}

TEST_CASE_FIXTURE(kept_log, "requests that hang up nothing are 20 a second in the log, the rest one line a "
                            "minute; one that hangs up is always there") {
  const auto sbc = connected("sbc-1");
  for (int i = 0; i < 30; ++i)
    CHECK(disconnect(named(hang_up_call("sbc-1:none"))).audited);
  CHECK(log->lines.size() == 20);
  tell(sbc, call{"1"}.in(11));
  CHECK(disconnect(named(hang_up_call("sbc-1:1"))).sent == 1);
  CHECK(log->lines.size() == 22);
  advance(61s);
  CHECK(log->lines.back() == " customer 0: 10 more requests that hung up nothing are not in the log");
  CHECK(context->audit.status().left_out == 10);
}

TEST_CASE_FIXTURE(kept_log, "a refusal is noted once, only for a call that was to be hung up") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
  disconnect(named(hang_up_call("sbc-1:1"), "one"));
  const auto before = log->lines.size();
  for (int i = 0; i < 100; ++i)
    tell(sbc, refusal{"1", std::string(10'000, 'x')}, refusal{"2", "not asked"},
         refusal{"invented", "no such call"});
  REQUIRE(log->lines.size() == before + 1);
  CHECK(log->lines.back().starts_with("sbc-1:1 refused: xxx"));
  CHECK(log->lines.back().size() < 400);
}

TEST_CASE_FIXTURE(world, "a disconnect that is sent again never meets another call that has the same id") {
  context->dead_linger = 100ms;
  context->disconnect_retry = 5s;
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  disconnect(hang_up_call("sbc-1:1"));
  CHECK(sbc.at->hung_up == lines{"1"});
  tell(sbc, over("1"));
  advance(1s);
  tell(sbc, call{"1"}.in(11)); // began a second later
  advance(20s);
  CHECK(sbc.at->hung_up == lines{"1"});
}

} // namespace rollcall::testing::write_ahead_test
