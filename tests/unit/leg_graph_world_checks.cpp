#include "tests/unit/leg_graph_world.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

/// What must hold in a leg_world.
namespace rollcall::test {

void leg_world::require(bool holds, const std::string& what) {
  if (!holds)
    throw std::logic_error(what);
}

void leg_world::check() {
  std::set<std::string> shown;
  for (const auto& [id, each] : rows_.calls()) {
    require(graph_->find(id) != nullptr && *graph_->find(id) == each, "a change was not told: " + id);
    for (const auto& name : each.legs)
      require(shown.insert(name).second, "a leg is in two calls: " + name);
  }
  require(graph_->call_count() == rows_.calls().size(), "a call was not told");
  check_times();
  if (!is_synced())
    return;
  std::set<std::string> up;
  for (const auto& [number, each] : legs_)
    if (each.external)
      up.insert(each.id);
  require(up == shown, "the legs of the calls are not those that are up");
  check_accounts(false);
  check_ended();
}

/// Each came when the leg came with which it began.
void leg_world::check_times() {
  for (const auto& [id, each] : rows_.calls()) {
    const auto* const first = find(id.substr(0, id.find('/')));
    require(!first || each.setup == first->since, "a setup time is not that of its leg: " + id);
    require(each.connect == timestamp{} || each.connect >= each.setup,
            "it was answered before it came: " + id);
  }
}

/// What a call ends by: none is made part of another while its owner is there, unless that takes the other
/// one over.
void leg_world::check_ended() {
  for (; ended_checked_ < rows_.ended().size(); ++ended_checked_) {
    const auto& said = rows_.ended()[ended_checked_];
    const auto& owner = rows_.last()[ended_checked_].owner;
    require(said.why != call_end::joined || !find(owner) || have_replaced_.contains(owner),
            "a call with an owner was joined: " + said.id);
  }
}

void leg_world::check_accounts(bool settled) {
  for (const auto& [id, each] : rows_.calls())
    for (const auto& name : each.legs) {
      const auto* of = find(name);
      const auto is_sure = of->dial_told || !of->dialled || (settled && of->state == leg_state::up);
      require(!is_sure || of->guess_kept || each.account.empty() || of->account.empty()
                  || of->account == each.account,
              "a leg is in another account's call: " + name);
    }
}

std::set<std::string> leg_world::heard_by(const leg& of) {
  std::vector<const leg*> all{&of};
  std::set<std::string> ids{of.id};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const auto& [number, each] : legs_) {
      const auto talks = !each.bridge.empty() && each.bridge == all[i]->bridge
                         && bridges_[each.bridge] == bridge_kind::conversation;
      if ((talks || each.id == all[i]->pair) && ids.insert(each.id).second)
        all.push_back(&each);
    }
  return ids;
}

void leg_world::check_settled() {
  check_accounts(true);
  for (const auto& [id, each] : rows_.calls()) {
    const auto heard = heard_by(*find(each.legs.front()));
    for (const auto& name : each.legs) {
      const auto* of = find(name);
      const auto is_dialled =
          of->state != leg_state::up || (of->bridge.empty() && find(of->parent) != nullptr);
      require(heard.contains(name) || is_dialled, "a leg is apart from its call: " + name);
    }
    if (!each.owner.empty() || each.account.empty())
      continue;
    for (const auto& [other, row] : rows_.calls())
      require(other == id || row.account != each.account
                  || std::none_of(row.legs.begin(), row.legs.end(),
                                  [&](const auto& one) { return heard.contains(one); }),
              "two calls are one: " + id + " and " + other);
  }
}

} // namespace rollcall::test
