#include "cluster_world.hpp"

// What a disconnect would mean is counted on all nodes, and what is held to that hangs up nothing else.

namespace rollcall::testing::cluster_preview_test {

namespace {

using customers = std::map<std::int64_t, std::uint64_t>;

std::int64_t time_of(timestamp at) { return at.time_since_epoch().count(); }

/// node-a has calls of accounts 11 and 22, node-b one of account 11.
struct previewed : cluster_world {
  switch_wire of_a = switched_on(0, "sbc-1");
  switch_wire of_b = switched_on(1, "sbc-2");

  previewed() {
    tell(of_a, call{"1"}.in(11), call{"2"}.in(22));
    tell(of_b, call{"3"}.in(11));
    advance(1s);
  }

  disconnect_request customer(std::int64_t id) const {
    auto request = hang_up_account(0);
    request.account.reset();
    request.customer = customer_id{id};
    return request;
  }

  cluster_preview_answer preview(const disconnect_request& of) {
    auto answer = ask<cluster_preview_answer>(sites[0].front, preview_request{of});
    REQUIRE(answer);
    return *answer;
  }

  /// What comes of the order, or why it is refused.
  std::string order(const disconnect_request& request, std::size_t at = 0) {
    auto answer = ask<cluster_disconnect_answer>(sites[at].front, request);
    if (!answer)
      return answer.error() == ec::out_of_bounds ? answer.error().context().get_as<std::string>(0)
                                                 : sys.render(answer.error());
    return std::to_string(answer->sent) + " sent, " + std::to_string(answer->failed) + " failed";
  }

  /// The request with what a dry run of it has counted.
  disconnect_request confirmed(disconnect_request request, const std::string& id = "a preview") {
    request.allowed = preview(request).nodes;
    request.confirmation = id;
    return request;
  }

  lines hung_up() const {
    auto all = of_a.at->hung_up;
    all.insert(all.end(), of_b.at->hung_up.begin(), of_b.at->hung_up.end());
    std::sort(all.begin(), all.end());
    return all;
  }
};

} // namespace

TEST_CASE_FIXTURE(previewed, "a preview counts the calls of all nodes, and sends nothing") {
  const auto told = preview(customer(1));
  CHECK(told.found);
  CHECK(told.calls.reachable == 3);
  CHECK(told.calls.away == 0);
  CHECK(told.calls.customers == customers{{1, 2}, {2, 1}});
  CHECK(told.calls.sample.size() == 3);
  CHECK(told.nodes.size() == 3);
  CHECK(told.nodes.at("node-a").calls == std::map<std::string, std::uint64_t>{{"sbc-1", 2}});
  CHECK(told.unreached == 0);
  CHECK(hung_up().empty());
  CHECK(preview(hang_up_call("sbc-2:3")).calls.reachable == 1);
  CHECK(preview(hang_up_account(22)).calls.reachable == 1);
  CHECK_FALSE(preview(hang_up_call("sbc-2:4")).found);
}

TEST_CASE_FIXTURE(previewed, "calls of a switch that is away are told apart, as are nodes that are missing") {
  lose(of_b);
  const auto told = preview(customer(1));
  CHECK(told.calls.reachable == 2);
  CHECK(told.calls.away == 1);
  cut(0, 1);
  advance(30s);
  const auto without = preview(customer(1));
  CHECK(without.covers.missing == lines{"node-b"});
  CHECK(without.calls.reachable == 2);
  CHECK(without.unreached == 1);
}

TEST_CASE_FIXTURE(previewed, "more calls than max_calls: nothing is sent") {
  auto request = customer(1);
  request.limits.max_calls = 2;
  CHECK(order(request) == "3 calls match, max_calls is 2");
  CHECK(hung_up().empty());
  request.limits.max_calls = 3;
  CHECK(order(request) == "3 sent, 0 failed");
  CHECK(hung_up() == lines{"1", "2", "3"});
  CHECK(order(request) == "0 sent, 0 failed");
}

TEST_CASE_FIXTURE(previewed, "calls of a switch that is away do not count, and are told as failed") {
  lose(of_b);
  auto request = customer(1);
  request.limits.max_calls = 2;
  CHECK(order(request) == "2 sent, 1 failed");
  CHECK(hung_up() == lines{"1", "2"});
}

TEST_CASE_FIXTURE(previewed,
                  "a switch that comes back after the count has nothing hung up that was not counted") {
  auto request = customer(1);
  request.allowed.emplace();
  for (std::size_t i = 0; i < 3; ++i)
    request.allowed->emplace(
        name_of(i),
        node_allowance{{sites[i].context->run, call_record::newest_serial(), time_of(wall)}, {{"sbc-1", 2}}});
  const auto told = disconnect(0, [&](auto& r) { r = request; });
  CHECK(told.sent == 2);
  CHECK(told.failed == 1);
  CHECK(of_b.at->hung_up.empty());
}

TEST_CASE_FIXTURE(previewed, "an order of more calls than confirm_above has to say how many it means") {
  auto request = customer(1);
  request.limits.above = 2;
  CHECK(order(request).starts_with("3 calls match, more than 2"));
  CHECK(hung_up().empty());
  request.limits.max_calls = 3;
  CHECK(order(request) == "3 sent, 0 failed");
}

TEST_CASE_FIXTURE(previewed, "an order is held to its filter, by each call as it is now") {
  tell(of_a, call{"6"}.in(11).from("44111"), call{"7"}.in(22).from("44222"), call{"8"}.in(11).from("77"));
  advance(1s);
  auto request = customer(1);
  request.filter.emplace();
  request.filter->cli = text_pattern::parse("44*");
  request.limits.max_calls = 2;
  CHECK(preview(request).calls.reachable == 2);
  SUBCASE("everywhere below") {
    CHECK(order(request) == "2 sent, 0 failed");
    CHECK(hung_up() == lines{"6", "7"});
  }
  SUBCASE("of the customer alone") {
    request.recursive = false;
    CHECK(preview(request).calls.reachable == 1);
    CHECK(order(request) == "1 sent, 0 failed");
    CHECK(hung_up() == lines{"6"});
  }
  SUBCASE("of one account") {
    request.customer.reset();
    request.account = account_id{22};
    CHECK(order(request) == "1 sent, 0 failed");
    CHECK(hung_up() == lines{"7"});
  }
  SUBCASE("of one node") {
    request.filter = call_filter{};
    request.filter->node = node_id{"node-b"};
    CHECK(order(request) == "1 sent, 0 failed");
    CHECK(hung_up() == lines{"3"});
  }
}

TEST_CASE_FIXTURE(previewed,
                  "a node that came back between counting and the order has nothing to do with it") {
  auto request = customer(1);
  request.allowed.emplace(); // as if nobody had counted but node-a
  request.allowed->emplace(
      "node-a",
      node_allowance{{sites[0].context->run, call_record::newest_serial(), time_of(wall)}, {{"sbc-1", 2}}});
  const auto told = disconnect(0, [&](auto& r) { r = request; });
  CHECK(told.sent == 2);
  CHECK(told.covers.missing == lines{"node-b", "node-c"});
  CHECK(of_b.at->hung_up.empty());
}

TEST_CASE_FIXTURE(previewed, "no more is hung up than was allowed, and the rest is told") {
  auto request = customer(1);
  request.allowed.emplace();
  for (std::size_t i = 0; i < 3; ++i)
    request.allowed->emplace(
        name_of(i), node_allowance{{sites[i].context->run, call_record::newest_serial(), time_of(wall)},
                                   {{"sbc-1", 1}, {"sbc-2", 1}}});
  const auto told = disconnect(0, [&](auto& r) { r = request; });
  CHECK(told.sent == 2);
  CHECK(told.failed == 1);
  CHECK(of_a.at->hung_up.size() == 1);
  CHECK(of_b.at->hung_up.size() == 1);
}

TEST_CASE_FIXTURE(previewed,
                  "an order that was counted before a restart of the node hangs up nothing there") {
  auto request = customer(1);
  request.allowed.emplace();
  request.allowed->emplace(
      "node-a",
      node_allowance{{sites[0].context->run, call_record::newest_serial(), time_of(wall)}, {{"sbc-1", 2}}});
  request.allowed->emplace(
      "node-b", node_allowance{{sites[1].context->run + 1, call_record::newest_serial(), time_of(wall)},
                               {{"sbc-2", 1}}});
  const auto told = disconnect(0, [&](auto& r) { r = request; });
  CHECK(told.sent == 2);
  CHECK(of_b.at->hung_up.empty());
}

TEST_CASE_FIXTURE(previewed, "one call is counted only where that could matter") {
  auto request = hang_up_call("sbc-1:1");
  request.limits.max_calls = 0;
  CHECK(order(request) == "1 call matches, max_calls is 0");
  request.limits.max_calls = 1;
  CHECK(order(request) == "1 sent, 0 failed");
}

TEST_CASE_FIXTURE(previewed,
                  "a preview that is confirmed hangs up what was there, and nothing that came since") {
  const auto request = confirmed(customer(1));
  tell(of_a, call{"4"}.in(11));
  tell(of_b, over("3"));
  advance(1s);
  CHECK(order(request) == "2 sent, 0 failed");
  CHECK(hung_up() == lines{"1", "2"});
}

TEST_CASE_FIXTURE(previewed, "a preview that is confirmed twice does no more") {
  const auto request = confirmed(customer(1));
  CHECK(order(request) == "3 sent, 0 failed");
  // Old calls that match only now would have room for those that were hung up.
  tell(of_a, over("1"), over("2"));
  advance(1s);
  CHECK(order(request, 1) == "0 sent, 0 failed");
  CHECK(hung_up() == lines{"1", "2", "3"});
}

TEST_CASE_FIXTURE(previewed, "calls that match since take no place of those that were hung up") {
  tell(of_a, call{"6"}.in(22).from("44"), call{"7"}.in(22).from("77"));
  advance(1s);
  auto request = customer(1);
  request.filter.emplace().cli = text_pattern::parse("44");
  request = confirmed(request);
  CHECK(order(request) == "1 sent, 0 failed");
  tell(of_a, over("6"), call{"7"}.in(22).from("44").again());
  advance(1s);
  CHECK(order(request) == "0 sent, 1 failed");
  CHECK(hung_up() == lines{"6"});
}

TEST_CASE_FIXTURE(previewed, "more calls than the preview has counted: nothing is sent") {
  tell(of_a, call{"6"}.in(22).from("44"), call{"7"}.in(22).from("77"));
  advance(1s);
  auto request = customer(1);
  request.filter.emplace().cli = text_pattern::parse("44");
  request = confirmed(request);
  tell(of_a, call{"7"}.in(22).from("44").again());
  advance(1s);
  CHECK(order(request) == "More calls of switch sbc-1 match than the dry run has counted");
  CHECK(hung_up().empty());
}

TEST_CASE_FIXTURE(previewed, "max_calls beside a confirmation is checked as well, and confirm_above is not") {
  auto request = confirmed(customer(1));
  request.limits.max_calls = 2;
  CHECK(order(request) == "3 calls match, max_calls is 2");
  CHECK(hung_up().empty());
  request.limits.max_calls = 3;
  CHECK(order(request) == "3 sent, 0 failed");
}

TEST_CASE_FIXTURE(previewed, "a preview of a node that has restarted is not confirmed") {
  auto request = confirmed(customer(1));
  SUBCASE("another node") {
    ++request.allowed->at("node-b").mark.run;
    CHECK(order(request) == "Node node-b has restarted since the dry run");
  }
  SUBCASE("the node that is asked") {
    ++request.allowed->at("node-a").mark.run;
    CHECK(order(request) == "Node node-a has restarted since the dry run");
  }
  CHECK(hung_up().empty());
}

TEST_CASE_FIXTURE(previewed,
                  "calls that have come from another node since are left out, and told as failed") {
  const auto request = confirmed(customer(1));
  auto moved = attach(2, "sbc-2", 2);
  REQUIRE(moved);
  say(*moved, snapshot_begin{});
  say(*moved, call{"3"}.in(11));
  tell(*moved, snapshot_end{});
  advance(1s);
  CHECK(order(request) == "2 sent, 1 failed");
  CHECK(moved->at->hung_up.empty());
  CHECK(hung_up() == lines{"1", "2"});
}

TEST_CASE_FIXTURE(previewed, "a switch that was away at the preview has nothing hung up") {
  lose(of_b);
  const auto request = confirmed(customer(1));
  of_b = switched_on(1, "sbc-2", 2);
  tell(of_b, call{"3"}.in(11));
  advance(1s);
  CHECK(order(request).starts_with("2 sent"));
  CHECK(of_b.at->hung_up.empty());
}

TEST_CASE_FIXTURE(previewed, "a node that is no part of the preview hangs up nothing") {
  auto request = confirmed(customer(1));
  request.allowed->erase("node-b");
  CHECK(order(request) == "2 sent, 0 failed");
  CHECK(of_b.at->hung_up.empty());
}

TEST_CASE_FIXTURE(previewed, "ages are those of the preview") {
  auto request = customer(1);
  auto old = call{"6"}.in(11);
  old.setup = wall - 10s;
  auto young = call{"7"}.in(11);
  young.setup = wall - 5s;
  tell(of_a, std::move(old), std::move(young));
  advance(1s);
  request.filter.emplace().least_age = 8s;
  request = confirmed(request);
  wall += 30s;
  advance(30s);
  CHECK(order(request) == "1 sent, 0 failed");
  CHECK(hung_up() == lines{"6"});
}

TEST_CASE_FIXTURE(previewed, "a switch that comes back from another node has lost nothing by that") {
  const auto there = [&](std::size_t at, std::uint64_t epoch) {
    auto moved = attach(at, "sbc-2", epoch);
    REQUIRE(moved);
    say(*moved, snapshot_begin{});
    say(*moved, call{"3"}.in(11).again());
    tell(*moved, snapshot_end{});
    wall += 10min;
    advance(10s);
  };
  auto request = customer(1);
  request.filter.emplace().suspect = true;
  there(0, 2);
  auto back = attach(1, "sbc-2", 3); // and has told nothing yet
  REQUIRE(back);
  CHECK(preview(request).calls.reachable == 0);
  request.limits.max_calls = 10;
  CHECK(order(request) == "0 sent, 0 failed");
}

TEST_CASE_FIXTURE(previewed, "the reason goes to the switch with the call") {
  auto request = hang_up_account(22);
  request.audit.reason = "a bill is not paid";
  CHECK(order(request) == "1 sent, 0 failed");
  CHECK(of_a.at->reasons == lines{"2: a bill is not paid"});
  advance(10s); // and again when it is repeated
  CHECK(of_a.at->reasons.size() > 1);
  CHECK(order(hang_up_account(11)) == "2 sent, 0 failed");
  CHECK(of_b.at->reasons.empty());
}

} // namespace rollcall::testing::cluster_preview_test
