#pragma once

#include "domain/calls/leg_graph.hpp"

#include <chrono>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace rollcall::test {

/// What a driver has told of calls, by the changes of a graph. Throws where a promise of the graph is broken.
class told_calls {
public:
  void take(const call_changes& all) {
    for (const auto& each : all)
      std::visit([this](const auto& change) { take(change); }, each);
  }

  /// The graph is another one now, which may tell what is known once more: with its account and setup time.
  void restarted() {
    for (const auto& [id, each] : calls_)
      ids_.erase(id);
    known_ = std::exchange(calls_, {});
  }

  const std::map<std::string, leg_call>& calls() const { return calls_; }
  const std::vector<call_ended>& ended() const { return ended_; }

  /// Each of those as it was told last.
  const std::vector<leg_call>& last() const { return last_; }

private:
  static void require(bool holds, const std::string& what) {
    if (!holds)
      throw std::logic_error(what);
  }

  void take(const call_began& said) {
    require(ids_.insert(said.call.id).second, "an id was used twice: " + said.call.id);
    require(!said.call.legs.empty(), "a call began without a leg");
    const auto before = known_.find(said.call.id);
    require(before == known_.end() || before->second.account.empty()
                || before->second.account == said.call.account,
            "an account was forgotten: " + said.call.id);
    require(before == known_.end() || before->second.setup == said.call.setup,
            "a setup time was forgotten: " + said.call.id);
    calls_[said.call.id] = said.call;
  }

  void take(const call_changed& said) {
    const auto found = calls_.find(said.call.id);
    require(found != calls_.end(), "a call changed that there is not: " + said.call.id);
    const auto& old = found->second;
    require(old.account.empty() || old.account == said.call.account, "an account changed: " + said.call.id);
    require(old.state <= said.call.state, "a state went back: " + said.call.id);
    require(old.setup == said.call.setup, "a setup time changed: " + said.call.id);
    require(old.connect == timestamp{} || old.connect == said.call.connect,
            "a connect time changed: " + said.call.id);
    require(!said.call.legs.empty(), "a call without a leg: " + said.call.id);
    found->second = said.call;
  }

  void take(const call_ended& said) {
    const auto found = calls_.find(said.id);
    require(found != calls_.end(), "a call ended that there is not: " + said.id);
    last_.push_back(found->second);
    calls_.erase(found);
    require((said.why == call_end::gone) == said.into.empty(), "where it goes on: " + said.id);
    require(said.at != timestamp{}, "when it has ended: " + said.id);
    ended_.push_back(said);
  }

  std::map<std::string, leg_call> calls_;
  std::map<std::string, leg_call> known_; ///< before the restart
  std::set<std::string> ids_;
  std::vector<call_ended> ended_;
  std::vector<leg_call> last_;
};

/// A graph that is told what happens in short words, at a time that passes when it is told to.
class leg_script {
public:
  leg_script() = default;
  explicit leg_script(const leg_graph::limits& bounds) : graph(bounds) {}

  /// A call comes in.
  leg_script& comes(std::string_view leg, std::string_view account, std::string_view group = {}) {
    graph.seen({.id = leg,
                .kind = leg_kind::external,
                .state = leg_state::calling,
                .group = group.empty() ? leg : group,
                .account = account,
                .caller = "caller",
                .callee = "callee"},
               now);
    return told();
  }

  /// A leg that will be dialled, as long as that is not said.
  leg_script& made(std::string_view leg, std::string_view group, std::string_view account = {}) {
    graph.seen(
        {.id = leg, .kind = leg_kind::external, .state = leg_state::down, .group = group, .account = account},
        now);
    return told();
  }

  leg_script& dials(std::string_view parent, std::string_view leg, std::string_view connection = {}) {
    graph.dialled({.id = leg, .kind = leg_kind::external, .connection = connection}, parent, "number", now);
    return told();
  }

  leg_script& dials_half(std::string_view parent, std::string_view leg) {
    graph.dialled({.id = leg, .kind = leg_kind::half}, parent, "number", now);
    return told();
  }

  leg_script& dial_fails(std::string_view leg) {
    graph.dial_ended(leg, false, now);
    return told();
  }

  leg_script& halves(std::string_view one, std::string_view two, std::string_view group) {
    for (const auto half : {one, two})
      graph.seen({.id = half, .kind = leg_kind::half, .group = group, .pair = one}, now);
    return told();
  }

  leg_script& up(std::string_view leg) {
    graph.seen({.id = leg, .state = leg_state::up}, now);
    graph.dial_ended(leg, true, now);
    return told();
  }

  leg_script& bridge(std::string_view bridge, std::initializer_list<std::string_view> legs,
                     bridge_kind kind = bridge_kind::conversation) {
    for (const auto each : legs) {
      graph.bridge_seen(bridge, kind, now);
      graph.joined(each, bridge, now);
    }
    return told();
  }

  leg_script& leaves(std::string_view bridge, std::initializer_list<std::string_view> legs) {
    for (const auto each : legs)
      graph.left(each, bridge, now);
    return told();
  }

  leg_script& gone(std::initializer_list<std::string_view> legs) {
    for (const auto each : legs)
      graph.gone(each, now);
    return told();
  }

  /// Two that talk: `leg` is dialled by `parent`, and answers.
  leg_script& talk(std::string_view parent, std::string_view leg, std::string_view in,
                   std::string_view connection = {}) {
    return dials(parent, leg, connection).up(leg).up(parent).bridge(in, {leg, parent});
  }

  leg_script& passes(std::chrono::milliseconds time) {
    for (auto left = time; left.count() > 0; left -= leg_graph::sweep_interval) {
      now.steady += leg_graph::sweep_interval;
      now.wall += leg_graph::sweep_interval;
      graph.sweep(now);
    }
    return told();
  }

  /// Of one list, all at once; each bridge is a conversation.
  leg_script& list(const std::vector<listed_leg>& all, bool whole = true) {
    graph.snapshot_begin();
    for (const auto& each : all)
      if (!each.bridge.empty())
        graph.listed_bridge(each.bridge, bridge_kind::conversation);
    for (const auto& each : all)
      graph.listed(each);
    graph.snapshot_end(whole, now);
    return told();
  }

  leg_script& told() {
    rows.take(graph.take_changes());
    return *this;
  }

  /// Each call as `id account: leg leg …`, the owner with a star, in the order of ids.
  std::vector<std::string> shown() const {
    std::vector<std::string> all;
    for (const auto& [id, each] : rows.calls()) {
      auto text = id + ' ' + each.account + ':';
      for (const auto& leg : each.legs)
        text += ' ' + leg + (leg == each.owner ? "*" : "");
      all.push_back(text);
    }
    return all;
  }

  /// Each ended call as `id why into`.
  std::vector<std::string> ended() const {
    std::vector<std::string> all;
    for (const auto& each : rows.ended())
      all.push_back(each.id
                    + (each.why == call_end::gone     ? " gone"
                       : each.why == call_end::joined ? " joined " + each.into
                                                      : " guess " + each.into));
    return all;
  }

  leg_moment now{std::chrono::steady_clock::time_point{std::chrono::hours{1}},
                 timestamp{std::chrono::hours{500'000}}};
  leg_graph graph;
  told_calls rows;
};

} // namespace rollcall::test
