#include "tests/unit/leg_graph_world.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::test {

void leg_world::take(const step& s) {
  act(s);
  rows_.take(graph_->take_changes());
  check();
}

void leg_world::settle() {
  while (!is_synced())
    snapshot_step({.x = 0, .y = 1});
  pass(12);
  rows_.take(graph_->take_changes());
  check();
  check_settled();
}

leg_world::leg* leg_world::pick(std::uint8_t x, bool external) {
  std::vector<leg*> all;
  for (auto& [number, each] : legs_)
    if (each.external || !external)
      all.push_back(&each);
  return all.empty() ? nullptr : all[x % all.size()];
}

leg_world::leg* leg_world::find(const std::string& id) {
  for (auto& [number, each] : legs_)
    if (each.id == id)
      return &each;
  return nullptr;
}

leg_world::leg& leg_world::make(bool external) {
  auto& made = legs_[++last_];
  made.id = "leg" + std::to_string(last_);
  made.external = external;
  made.group = made.id;
  made.since = now_.wall;
  return made;
}

leg_facts leg_world::facts(const leg& of) const {
  const auto is_said = accounts_ == accounts::said;
  return {.id = of.id,
          .kind = of.external ? leg_kind::external : leg_kind::half,
          .state = of.state,
          .since = of.since,
          .group = of.group,
          .pair = of.pair.empty() ? std::string_view{} : std::min<std::string_view>(of.id, of.pair),
          .account = is_said ? std::string_view{of.from_carrier ? "trunk" : ""} : of.account,
          .said_account = is_said ? std::string_view{of.account} : "",
          .connection = of.from_carrier ? "carrier" : ""};
}

void leg_world::tell(const leg& of) {
  if (tells())
    graph_->seen(facts(of), now_);
}

void leg_world::act(const step& s) {
  switch (s.what % kinds) {
  case 0:
  case 1:
    return call(s);
  case 2:
  case 3:
    return dial(s);
  case 4:
    return answer(pick(s.x));
  case 5:
    return talk(s);
  case 6:
    return fail(s);
  case 7:
  case 8:
    return hang_up(s);
  case 9:
    return join(s);
  case 10:
    return leave(s);
  case 11:
    return pass(s.z % 8);
  case 12:
    return confuse(s);
  case 13:
    return regroup(s);
  case 14:
    if (s.x % 4 == 0 && is_synced())
      phase_ = phase::deaf;
    else if (s.x % 2 == 0)
      replace(s);
    return;
  case 15:
    return s.x % 2 == 0 ? snapshot_step(s) : park(s);
  case 16:
  case 17:
    return transfer(s);
  case 18:
    return restart(s);
  }
}

void leg_world::call(const step& s) {
  if (legs_.size() > 24)
    return;
  auto& made = make(true);
  made.state = leg_state::calling;
  made.account = s.z % 9 == 0 ? "" : std::to_string(1 + s.y % 2);
  made.from_carrier = accounts_ == accounts::said && !made.account.empty() && s.y % 3 == 0;
  tell(made);
}

void leg_world::dial(const step& s) {
  auto* parent = pick(s.x);
  if (!parent || legs_.size() > 24 || (parent->dialled && parent->state != leg_state::up))
    return;
  const auto account = parent->account;
  const auto is_sure = parent->dial_told || !parent->dialled;
  auto from = parent->id;
  if (s.y % 4 == 0) { // over a pair of halves
    auto& one = make(false);
    auto& two = make(false);
    one.pair = two.id;
    two.pair = one.id;
    one.account = two.account = account;
    one.group = two.group = find(from)->group;
    tell(one);
    tell(two);
    one.parent = from;
    if (tells())
      graph_->dialled(facts(one), from, "", now_);
    from = two.id;
  }
  auto& made = make(true);
  if (s.z % 3 != 0)
    made.group = find(from)->group;
  // It has an account of its own, until it is given its caller's. Without its caller it would be taken for
  // it.
  if (s.z % 2 != 0 && phase_ != phase::unsure) {
    made.account = account.empty() ? "" : "9";
    tell(made);
  }
  made.account = account;
  made.dialled = true;
  made.parent = from;
  made.dial_told = is_synced() && is_sure;
  made.guess_kept = parent->guess_kept;
  if (tells())
    graph_->dialled(facts(made), from, "number", now_);
}

void leg_world::answer(leg* of) {
  if (!of || of->state == leg_state::up)
    return;
  of->state = leg_state::up;
  tell(*of);
  if (of->dialled && tells() && find(of->parent))
    graph_->still_dialled(facts(*of), of->parent, now_);
  if (of->dialled && tells())
    graph_->dial_ended(of->id, true, now_);
}

void leg_world::talk(const step& s) {
  auto* of = pick(s.x);
  auto* parent = of ? find(of->parent) : nullptr;
  if (!parent)
    return;
  answer(of);
  enter(*of, "bridge" + std::to_string(++last_), s);
  enter(*parent, of->bridge, s);
  if (parent->external)
    return answer(parent);
  auto* one = find(parent->pair);
  auto* caller = one ? find(one->parent) : nullptr;
  if (!caller)
    return;
  answer(caller);
  enter(*one, "bridge" + std::to_string(++last_), s);
  enter(*caller, one->bridge, s);
}

void leg_world::enter(leg& of, const std::string& bridge, const step& s) {
  if (of.bridge == bridge)
    return;
  const auto old = of.bridge;
  of.bridge = bridge;
  bridges_.try_emplace(bridge, bridge_kind::conversation);
  tell(of);
  if (!tells())
    return;
  if (s.z % 3 == 0 && !old.empty())
    graph_->left(of.id, old, now_);
  graph_->bridge_seen(bridge, bridges_[bridge], now_);
  graph_->joined(of.id, bridge, now_);
  if (s.z % 3 == 1 && !old.empty()) // late
    graph_->left(of.id, old, now_);
}

void leg_world::join(const step& s) {
  auto* of = pick(s.x, false);
  auto* to = pick(s.y, false);
  if (of && to && of != to && !to->bridge.empty())
    enter(*of, to->bridge, s);
}

void leg_world::park(const step& s) {
  auto* of = pick(s.y);
  if (!of)
    return;
  const auto bridge = "hall" + std::to_string(s.z % 2);
  bridges_[bridge] = s.z % 2 != 0 ? bridge_kind::holding : bridge_kind::conference;
  enter(*of, bridge, s);
}

void leg_world::leave(const step& s) {
  auto* of = pick(s.x, false);
  if (!of || of->bridge.empty())
    return;
  tell(*of);
  if (tells())
    graph_->left(of->id, of->bridge, now_);
  of->bridge.clear();
}

void leg_world::fail(const step& s) {
  auto* of = pick(s.x);
  if (!of || !of->dialled || of->state == leg_state::up)
    return;
  if (tells())
    graph_->dial_ended(of->id, false, now_);
  end(of->id);
}

void leg_world::hang_up(const step& s) {
  auto* of = pick(s.x, s.y % 2 == 0);
  if (!of)
    return;
  if (s.z % 2 == 0)
    leave({.x = s.x});
  const auto pair = of->external ? std::string{} : of->pair;
  end(of->id);
  if (!pair.empty() && find(pair))
    end(pair);
}

void leg_world::end(std::string id) {
  std::erase_if(legs_, [&](const auto& each) { return each.second.id == id; });
  dead_.push_back(id);
  if (!tells())
    return;
  graph_->gone(id, now_);
  told_dead_.insert(id);
}

void leg_world::replace(const step& s) {
  auto* old = pick(s.y);
  auto* by = pick(s.z);
  if (old && by && old != by && tells())
    graph_->replaced(old->id, by->id, now_);
  if (by)
    have_replaced_.insert(by->id);
}

void leg_world::confuse(const step& s) {
  if (!tells())
    return;
  const auto* of = pick(s.y);
  if (of && s.z % 2 == 0) {
    auto said = facts(*of);
    (accounts_ == accounts::said ? said.said_account : said.account) = "8";
    if (of->state == leg_state::up && is_synced() && of->dialled)
      graph_->seen(said, now_);
    tell(*of);
    graph_->dial_ended(of->id, true, now_);
  }
  const auto* other = pick(s.x);
  if (of && is_synced() && of->state == leg_state::up && !of->account.empty() && !other->account.empty()
      && of->account != other->account && (other->dial_told || !other->dialled))
    graph_->dialled({.id = of->id}, other->id, "", now_); // an answered one of another account
  if (told_dead_.empty())
    return;
  auto dead = told_dead_.begin();
  std::advance(dead, s.x % told_dead_.size());
  graph_->seen({.id = *dead, .kind = leg_kind::external, .state = leg_state::up, .account = "1"}, now_);
  graph_->bridge_seen("late", bridge_kind::conversation, now_);
  graph_->joined(*dead, "late", now_);
  graph_->dialled({.id = *dead, .kind = leg_kind::external}, of ? of->id : "", "", now_);
  graph_->gone(*dead, now_);
}

void leg_world::regroup(const step& s) {
  auto* of = pick(s.x, false);
  auto* to = pick(s.y, false);
  if (!of || !to)
    return;
  of->group = to->group;
  tell(*of);
}

/// Attended: who has dialled, or was dialled, in two conversations brings the others together.
void leg_world::transfer(const step& s) {
  std::vector<std::pair<leg*, leg*>> pairs; // who goes, and who stays
  for (auto& [number, each] : legs_) {
    auto* const parent = each.external ? find(each.parent) : nullptr;
    if (!parent || !parent->external || each.bridge.empty() || each.bridge != parent->bridge)
      continue;
    pairs.emplace_back(&each, parent);
    pairs.emplace_back(parent, &each);
  }
  if (pairs.empty())
    return;
  const auto [goes, stays] = pairs[s.x % pairs.size()];
  const auto [goes_too, target] = pairs[s.y % pairs.size()];
  if (std::set{goes, stays, goes_too, target}.size() < 4)
    return;
  const std::vector<std::string> both{goes->id, goes_too->id};
  enter(*stays, target->bridge, s);
  for (const auto& each : both)
    end(each);
}

void leg_world::pass(int sweeps) {
  for (; sweeps > 0; --sweeps) {
    now_.steady += leg_graph::sweep_interval;
    now_.wall += leg_graph::sweep_interval;
    graph_->sweep(now_);
  }
}

} // namespace rollcall::test
