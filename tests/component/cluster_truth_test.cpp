#include "cluster_world.hpp"
#include "truth_seeds.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>

namespace rollcall::testing::cluster_truth_test {

namespace {

using random = std::mt19937_64;

/// A switch that can connect to any node, and knows its calls.
struct roaming_switch {
  std::string name;
  std::uint64_t epoch = 0;
  std::uint64_t calls_made = 0;
  std::map<std::string, call_event> up;
  std::set<std::string> steady; ///< up since the last rest, told to a node by then, and unchanged
  std::optional<switch_wire> at;
  std::size_t site = 0;
  std::shared_ptr<std::optional<caf::expected<attached>>> attaching;
  std::shared_ptr<fake_switch> next;

  switch_news snapshot() const {
    switch_news news{snapshot_begin{}};
    for (const auto& [id, call] : up)
      news.emplace_back(call);
    news.emplace_back(snapshot_end{});
    return news;
  }
};

/// Three nodes, two switches that roam, cables that break, callers everywhere. Messages are worked off in
/// random order; what an answer shows has to be true whenever it is complete, and everything at rest.
struct cluster_run : cluster_world {
  random any;
  std::array<roaming_switch, 2> sbcs;
  std::vector<std::function<bool()>> requests; ///< check an answer once it is there

  explicit cluster_run(std::uint64_t seed) : any(seed) {
    for (auto& one : sites)
      one.context->dead_linger = std::chrono::milliseconds{any() % 3 * 1'000};
    sbcs[0].name = "sbc-1";
    sbcs[1].name = "sbc-2";
  }

  ~cluster_run() {
    requests.clear();
    run();
  }

  void live() {
    rest();
    for (auto bursts = 2 + any() % 2; bursts > 0; --bursts) {
      for (auto n = 5 + any() % 30; n > 0; --n) {
        act();
        for (auto k = any() % 15; k > 0 && step(); --k) {
        }
      }
      rest();
    }
  }

  bool step() {
    const auto worked = run_any(any);
    for (auto& sbc : sbcs)
      take_place(sbc);
    std::erase_if(requests, [](const auto& answered) { return answered(); });
    return worked;
  }

  void act() {
    auto& sbc = sbcs[any() % 2];
    const auto pick = any() % 100;
    if (pick < 45)
      happen(sbc);
    else if (pick < 65)
      ask_list();
    else if (pick < 72)
      ask_stats();
    else if (pick < 82)
      go(sbc, any() % sites.size());
    else if (pick < 86)
      leave(sbc);
    else if (pick < 92)
      break_or_mend();
    else
      pass(std::chrono::milliseconds{100 * (1 + any() % 10)});
  }

  void pass(std::chrono::milliseconds by) {
    sched.clock().advance_time(by);
    wall += by;
  }

  // --- switches

  void happen(roaming_switch& sbc) {
    const auto id =
        sbc.up.empty() || any() % 3 == 0 ? "" : std::next(sbc.up.begin(), any() % sbc.up.size())->first;
    if (id.empty()) {
      auto fresh =
          call{std::to_string(++sbc.calls_made), any() % 2 ? call_state::connected : call_state::wait_route};
      fresh.account = account_id{std::array{11, 22, 33, 99}[any() % 4]};
      sbc.up[fresh.id] = fresh;
      say_of(sbc, fresh);
      return;
    }
    sbc.steady.erase(id);
    auto& known = sbc.up[id];
    if (known.state == call_state::connected || any() % 3 == 0) {
      call_event end;
      end.id = id;
      end.state = call_state::dead;
      end.received = wall;
      sbc.up.erase(id);
      say_of(sbc, end);
      return;
    }
    known.state = call_state::connected;
    if (any() % 3 == 0)
      known.account = account_id{std::array{11, 22, 33, 99}[any() % 4]};
    say_of(sbc, known);
  }

  void say_of(roaming_switch& sbc, const call_event& event) {
    if (sbc.at)
      self->send(sbc.at->session.link, sbc.at->session.session, switch_news{event});
  }

  /// Connects to a node, with a higher epoch than ever.
  void go(roaming_switch& sbc, std::size_t site) {
    if (sbc.attaching)
      return;
    sbc.next = std::make_shared<fake_switch>();
    sbc.site = site;
    sbc.attaching = ask_later<attached>(attach_actor{sites[site].cluster},
                                        attach_request{switch_name{sbc.name}, ++sbc.epoch, sbc.next});
  }

  void take_place(roaming_switch& sbc) {
    if (!sbc.attaching || !*sbc.attaching)
      return;
    const auto answer = std::move(**sbc.attaching);
    sbc.attaching.reset();
    if (!answer)
      return;
    sbc.at = switch_wire{sbc.next, *answer};
    self->send(answer->link, answer->session, sbc.snapshot());
  }

  void leave(roaming_switch& sbc) {
    if (!sbc.at)
      return;
    self->send(sbc.at->session.link, sbc.at->session.session, atom::closed_v, std::string{"lost"});
    sbc.at.reset();
  }

  // --- cables

  void break_or_mend() {
    const auto pair = std::array<std::pair<std::size_t, std::size_t>, 3>{{{0, 1}, {0, 2}, {1, 2}}}[any() % 3];
    auto& by = cables[pair];
    if (!by->cut) {
      by->cut = true;
    } else {
      part(pair.first, pair.second);
      by = std::make_shared<cable>();
      join(pair.first, pair.second);
    }
  }

  // --- callers

  std::set<std::string> steady_calls() const {
    std::set<std::string> all;
    for (const auto& sbc : sbcs)
      for (const auto& id : sbc.steady)
        all.insert(sbc.name + ':' + id);
    return all;
  }

  void ask_list() {
    const auto site = any() % sites.size();
    auto query = all_of(1);
    query.order = call_order(any() % 4);
    requests.push_back(
        [this, answer = ask_later<cluster_list_answer>(sites[site].front, list_request{query, dir})] {
          if (!*answer)
            return false;
          if (!**answer)
            return true; // too late: time was let pass meanwhile
          std::set<std::string> shown;
          try {
            call_row row;
            for (auto step = row_source::step::row; step != row_source::step::end;) {
              step = (**answer)->rows->next(row);
              insist(step != row_source::step::pending, "a short list is pending");
              if (step == row_source::step::row)
                insist(shown.insert(std::string{row.record->id()}).second,
                       std::string{row.record->id()} + " is shown twice");
            }
          } catch (const list_lost&) {
            return true;
          }
          if ((**answer)->covers.missing.empty())
            for (const auto& id : steady_calls())
              insist(shown.contains(id), id + " is missing from a complete list");
          return true;
        });
  }

  void ask_stats() {
    const auto site = any() % sites.size();
    requests.push_back([this, answer = ask_later<cluster_stats_answer>(
                                  sites[site].front, stats_request{customer_id{1}, true, dir})] {
      if (!*answer)
        return false;
      if (!**answer || !(**answer)->covers.missing.empty())
        return true;
      std::uint32_t told = 0;
      for (const auto& account : (**answer)->accounts)
        told += account.counts.active();
      insist(told >= steady_calls().size(), "steady calls are not counted");
      return true;
    });
  }

  // --- at rest

  void rest() {
    for (auto& sbc : sbcs)
      sbc.steady.clear();
    for (const auto& [pair, by] : std::map{cables})
      if (by->cut) {
        part(pair.first, pair.second);
        cables[pair] = std::make_shared<cable>();
        join(pair.first, pair.second);
      }
    pass_until_equal(3s);
    for (auto& sbc : sbcs)
      go(sbc, any() % sites.size());
    pass_until_equal(8s);
    insist(requests.empty(), "a request was not answered");
    for (auto& sbc : sbcs)
      for (const auto& [id, call] : sbc.up)
        sbc.steady.insert(id);
    for (std::size_t at = 0; at < sites.size(); ++at)
      compare(at);
  }

  void pass_until_equal(std::chrono::milliseconds within) {
    for (; within > 0ms; within -= 250ms) {
      while (step()) {
      }
      pass(250ms);
    }
    while (step()) {
    }
  }

  void compare(std::size_t at) {
    lines expected;
    std::map<std::int64_t, std::pair<std::uint32_t, std::uint32_t>> counted;
    for (const auto& sbc : sbcs)
      for (const auto& [id, call] : sbc.up) {
        expected.push_back(sbc.name + ':' + id + ' ' + std::string{to_string(call.state)} + ' '
                           + std::to_string(call.account->value()) + ' ' + name_of(sbc.site));
        auto& [total, answered] = counted[call.account->value()];
        ++total;
        answered += call.state == call_state::connected;
      }
    auto answer = list_at(at, all_of(1));
    insist(answer.covers.missing.empty(), name_of(at) + " misses a node at rest");
    insist(answer.covers.unverified.empty(), name_of(at) + " misses a switch at rest");
    lines told;
    for (call_row row; answer.rows->next(row) == row_source::step::row;)
      if (row.record->state() != call_state::dead)
        told.push_back(std::string{row.record->id()} + ' ' + std::string{to_string(row.record->state())} + ' '
                       + std::to_string(row.record->account().value()) + ' '
                       + row.record->source().node.value());
    std::sort(told.begin(), told.end());
    std::sort(expected.begin(), expected.end());
    insist(told == expected, name_of(at) + " lists other calls than there are");
    insist(stats(at) == counted, name_of(at) + " counts other calls than there are");
  }
};

} // namespace

TEST_CASE("a cluster tells the truth, whatever breaks and whoever moves") { live_all_seeds<cluster_run>(); }

} // namespace rollcall::testing::cluster_truth_test
