#include "tests/unit/leg_graph_world.hpp"

#include <memory>

/// How a leg_world lists what there is, and begins with another graph.
namespace rollcall::test {

void leg_world::snapshot_step(const step& s) {
  switch (phase_) {
  case phase::synced:
  case phase::deaf:
  case phase::unsure:
    phase_ = phase::begun;
    graph_->snapshot_begin();
    told_dead_.insert(dead_.begin(), dead_.end()); // who is not listed counts as said to be gone
    return;
  case phase::begun:
    phase_ = phase::captured;
    captured_.clear();
    for (const auto& [number, each] : legs_)
      if (s.y % 4 != 0 || &each != pick(s.z) || !each.bridge.empty())
        captured_.push_back(each);
      else
        tell(each); // the list has missed it, but it is heard of
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

/// Of who is gone nothing comes any more. That takes more than a second.
void leg_world::restart(const step& s) {
  if (!is_synced() || s.x % 2 != 0)
    return;
  pass(5);
  rows_.take(graph_->take_changes());
  graph_ = std::make_unique<leg_graph>();
  for (const auto& [id, each] : rows_.calls())
    graph_->remember({.id = id,
                      .account = each.account,
                      .caller = each.caller,
                      .callee = each.callee,
                      .setup = each.setup,
                      .connect = each.connect,
                      .owner = each.owner,
                      .legs = each.legs});
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
