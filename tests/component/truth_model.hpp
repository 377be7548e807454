#pragma once

#include "tests/component/actor_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace rollcall::testing {

/// A call as it was between two events.
struct picture {
  call_state state = call_state::idle;
  std::int64_t account = 0;
  std::string account_name;
  std::string cli;
  timestamp setup;
  timestamp connect;
  timestamp end;
  friend bool operator==(const picture&, const picture&) = default;
};

inline picture picture_of(const call_record& r) {
  using text = call_record::text;
  return {r.state(),
          r.account().value(),
          std::string{r.get(text::account_name)},
          std::string{r.get(text::cli)},
          r.setup(),
          r.connect(),
          r.end()};
}

/// A call as its link has heard of it.
struct heard_call {
  std::vector<picture> since_rest; ///< when `settled`, the first is how it was when all was last at rest
  bool settled = false;
  std::chrono::steady_clock::time_point ended;
  std::uint64_t seen = 0; ///< the snapshot that named it last, or in which it ended

  const picture& now() const { return since_rest.back(); }
  void show(const picture& next) {
    if (next != now())
      since_rest.push_back(next);
  }
  template <class Test>
  bool always(Test test, std::size_t from = 0) const {
    return std::all_of(since_rest.begin() + static_cast<std::ptrdiff_t>(from), since_rest.end(), test);
  }
  template <class Test>
  bool ever(Test test) const {
    return std::any_of(since_rest.begin(), since_rest.end(), test);
  }
};

/// What rollcall must show of everything that its links have heard, in a few lines: no actors, no moves.
struct truth_model {
  using moment = std::chrono::steady_clock::time_point;
  using calls = std::map<std::string, heard_call>; // by ID

  calls heard;
  std::map<std::string, std::uint64_t> snapshots; ///< that began, by switch
  std::set<std::string> in_snapshot;              ///< switches
  directory_ptr names;                            ///< by which links know usernames
  std::function<moment()> clock;
  std::chrono::milliseconds linger{};

  void hear(const std::string& name, const switch_news& news) {
    for (const auto& item : news) {
      if (const auto* event = std::get_if<call_event>(&item))
        hear(name, *event);
      else if (std::holds_alternative<snapshot_begin>(item))
        ++snapshots[name], in_snapshot.insert(name);
      else if (std::holds_alternative<snapshot_end>(item) && in_snapshot.erase(name) == 1)
        end_unnamed(name);
    }
  }

  /// A disconnect line went out to the switch.
  void hung_up(const std::string& id) {
    auto& call = heard.at(id);
    auto next = call.now();
    next.state = std::max(next.state, call_state::disconnecting);
    call.show(next);
  }

  /// The directory knows a username that it did not know.
  void learn(const std::string& username, std::int64_t account) {
    for (auto& [id, call] : heard)
      if (call.now().state != call_state::dead && call.now().account_name == username) {
        auto next = call.now();
        next.account = account;
        call.show(next);
      }
  }

  /// Dead for so long that it is forgotten, or may be at any moment.
  bool is_due(const heard_call& call) const {
    return call.now().state == call_state::dead && clock() >= call.ended + linger;
  }

  /// Dead for so long that it must be forgotten: the link has looked after its calls since.
  bool is_gone(const heard_call& call) const {
    return is_due(call) && clock() >= call.ended + linger + 2 * defaults::link_tick;
  }

  /// Everything has been worked off.
  void rest() {
    std::erase_if(heard, [&](const auto& x) { return is_gone(x.second); });
    for (auto& [id, call] : heard) {
      call.since_rest = {call.now()};
      call.settled = true;
    }
  }

private:
  void hear(const std::string& name, const call_event& event) {
    const auto id = name + ':' + event.id;
    if (!heard.contains(id) && !event.setup && event.state == call_state::dead)
      return;
    auto& call = heard[id];
    const auto fresh = call.since_rest.empty();
    const auto over = !fresh && call.now().state == call_state::dead;
    const auto revived =
        over && in_snapshot.contains(name) && call.seen != snapshots[name] && event.state != call_state::dead;
    if (!over || revived)
      call.seen = snapshots[name];
    if (fresh) {
      call.since_rest.emplace_back().setup = event.setup.value_or(event.received);
      fill(call.since_rest.back(), event);
    } else if (revived) {
      auto next = call.now();
      next.end = {};
      fill(next, event);
      call.show(next);
      // Its username may have become known while it was over: its account tells it the number now.
      if (const auto* known = names->find_username(environment_id{1}, next.account_name);
          known && next.account == 0) {
        next.account = known->id.value();
        call.show(next);
      }
    } else if (call.now().state != call_state::dead && event.state >= call.now().state) {
      auto next = call.now();
      fill(next, event);
      call.show(next);
    } else {
      return;
    }
    if (event.state == call_state::dead)
      call.ended = clock();
  }

  void fill(picture& next, const call_event& event) const {
    const auto username = event.texts.get(call_text::account_name);
    if (event.account || username) {
      const auto* known = event.account ? nullptr : names->find_username(environment_id{1}, *username);
      next.account = known ? known->id.value() : event.account.value_or(account_id{}).value();
      next.account_name = username.value_or("");
    }
    next.cli = event.texts.get(call_text::cli).value_or(next.cli);
    next.state = event.state;
    if (next.state >= call_state::connected && event.connect)
      next.connect = *event.connect;
    else if (next.state == call_state::connected && next.connect == timestamp{})
      next.connect = event.received;
    if (next.state == call_state::dead)
      next.end = event.ended.value_or(event.received);
  }

  void end_unnamed(const std::string& name) {
    for (auto& [id, call] : heard)
      if (id.starts_with(name + ':') && call.seen != snapshots[name]
          && call.now().state != call_state::dead) {
        auto next = call.now();
        next.state = call_state::dead;
        next.end = actor_fixture::wall;
        call.ended = clock();
        call.show(next);
      }
  }
};

/// Whose calls those of an account are, in the first environment.
inline customer_id owner_of(std::int64_t account, const directory& by) {
  return by.owner(environment_id{1}, account_id{account})->id;
}

inline bool in_scope(std::int64_t account, customer_id scope, bool recursive, const directory& by) {
  const auto owner = owner_of(account, by);
  return recursive ? by.covers(scope, owner) : owner == scope;
}

/// True when a list for `query` shows a call that looks so.
inline bool wanted(const picture& call, const call_query& query, const directory& by) {
  return (!query.active_only || is_active(call.state))
         && (!query.account || call.account == query.account->value())
         && in_scope(call.account, query.scope, query.recursive, by);
}

} // namespace rollcall::testing
