#include "tests/unit/leg_graph_world.hpp"
#include "transport/switches/asterisk/call_note.hpp"

#include <memory>
#include <utility>

/// How a leg_world lists what there is, and begins with another graph.
namespace rollcall::test {

void leg_world::snapshot_step(const step& s) {
  switch (phase_) {
  case phase::synced:
  case phase::deaf:
  case phase::unsure:
    phase_ = phase::begun;
    last_before_list_ = last_;
    graph_->snapshot_begin();
    for (const auto& id : dead_) // who is not listed counts as said to be gone, where it was known
      if (graph_->has_leg(id) || remembered_.contains(id))
        told_dead_.insert(id);
    return;
  case phase::begun:
    phase_ = phase::captured;
    captured_.clear();
    for (const auto& [number, each] : legs_)
      if (s.y % 4 != 0 || &each != pick(s.z) || !each.bridge.empty() || number <= last_before_list_)
        captured_.push_back(each);
      else
        tell(each); // the list has missed it, for it is new, but it is heard of
    return;
  case phase::captured:
    return list(s.z % 4 != 1, s);
  }
}

void leg_world::list(bool whole, const step& s) {
  for (const auto& [id, kind] : bridges_)
    graph_->listed_bridge(id, kind);
  for (const auto& each : captured_)
    if (whole || (each.id.back() + s.y) % 3 != 0)
      graph_->listed({.facts = facts(each), .bridge = each.bridge, .child = each.dialled});
  graph_->snapshot_end(whole, now_);
  phase_ = whole ? phase::synced : phase::unsure;
}

namespace {

known_call all_of(const leg_call& call) {
  return {.id = call.id,
          .account = call.account,
          .caller = call.caller,
          .callee = call.callee,
          .setup = call.setup,
          .connect = call.connect,
          .owner = call.owner,
          .legs = call.legs};
}

/// What is left of a call in the notes of its channels.
known_call noted_of(const leg_call& call) {
  known_call known;
  for (const auto& leg : call.legs)
    if (auto noted = asterisk::call_in(asterisk::note_of(call, leg), leg, timestamp::max())) {
      noted->legs.insert(noted->legs.begin(), known.legs.begin(), known.legs.end());
      known = std::move(*noted);
    }
  return known;
}

/// True when a call has a leg that has brought one of its own into it. That is noted nowhere while the owner
/// is there (docs/decisions/0157): it begins its former one again.
bool has_joined(const told_calls& rows) {
  const auto is_own = [](const std::string& id, const std::string& leg) {
    return id == leg || id.starts_with(leg + '/');
  };
  for (const auto& [id, call] : rows.calls())
    for (const auto& leg : call.legs)
      for (const auto& end : rows.ended())
        if (leg != call.owner && is_own(end.id, leg))
          return true;
  return false;
}

} // namespace

/// Of who is gone nothing comes any more. That takes more than a second.
void leg_world::restart(const step& s) {
  if (!is_synced() || s.x % 2 != 0)
    return;
  pass(5);
  rows_.take(graph_->take_changes());
  graph_ = std::make_unique<leg_graph>();
  remembered_.clear();
  const auto is_noted = s.y % 2 != 0 && !has_joined(rows_);
  for (const auto& [id, each] : rows_.calls()) {
    auto known = is_noted ? noted_of(each) : all_of(each);
    remembered_.insert(known.legs.begin(), known.legs.end());
    graph_->remember(std::move(known));
  }
  for (auto& [number, each] : legs_)
    if (each.dialled && each.state != leg_state::up) {
      each.guess_kept = each.guess_kept || !each.dial_told;
      each.dial_told = false; // who has dialled it may be gone before it is heard of
    }
  rows_.restarted();
  dead_.clear();
  told_dead_.clear();
  phase_ = s.z % 2 == 0 ? phase::deaf : phase::unsure;
}

} // namespace rollcall::test
