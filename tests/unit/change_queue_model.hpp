#pragma once

#include "domain/base/random.hpp"
#include "domain/watch/change_log.hpp"
#include "domain/watch/change_queue.hpp"
#include "tests/unit/watch_fixture.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

// Calls, the accounts that show them, and what a client makes of the changes, for the tests of change_queue.
namespace rollcall::change_queue_model {

using namespace watch_fixture;

/// Calls that change at random, and the accounts that show them and write the log. Each account hears of its
/// calls in its own time. One that goes to another account is shown by both for a while: it comes to the new
/// one at once, and the former hears later what the call was before that, and then that it has left. By then
/// it may have gone on to a third, be over and forgotten there, or be let go.
class model {
public:
  explicit model(std::uint64_t seed) : random_{seed} { log.set_directory(sample()); }

  /// A call comes or changes, or an account hears of a change.
  void step() {
    ++steps_;
    if (calls_.size() < 20 && random_.chance(0.3))
      return begin();
    if (calls_.empty())
      return;
    const auto one = std::next(calls_.begin(), static_cast<std::ptrdiff_t>(random_.below(calls_.size())));
    auto& it = one->second;
    if (random_.chance(0.5))
      hear(it, random_.below(it.stays.size()));
    else
      happen(it);
    if (it.stays.empty())
      calls_.erase(one);
  }

  /// Every account hears all.
  void rest() {
    for (auto& [serial, one] : calls_)
      hear_all(one);
    std::erase_if(calls_, [](const auto& one) { return one.second.stays.empty(); });
  }

  struct gathered {
    std::vector<record_ptr> calls;   ///< each once
    std::vector<record_ptr> changed; ///< after a position of the log, as each account shows them
    std::vector<hidden_call> hidden;
  };

  /// What a list has while `steps` happen: each account of the scope is asked at a moment of its own, and of
  /// each call the newest picture counts that one of them shows, or knows of (call_list).
  gathered gather(const call_query& query, std::size_t steps,
                  std::uint64_t since = std::numeric_limits<std::uint64_t>::max()) {
    std::map<std::int64_t, std::size_t> when;
    for (const std::int64_t account : {11, 22, 33, 44})
      if (query.scope == customer_id{1} || account == 22 || account == 33)
        when[account] = random_.below(steps + 1);
    gathered result;
    parts found{steps_, since, {}, {}, {}, {}};
    for (std::size_t i = 0; i <= steps; ++i) {
      for (const auto& [account, at] : when)
        if (at == i)
          ask(account_id{account}, found, result.changed);
      if (i < steps)
        step();
    }
    std::map<std::uint64_t, hidden_call> known;
    for (const auto& record : found.shown) {
      auto& one = known[record->serial()];
      if (!one.newest || one.newest->revision() < record->revision())
        one.newest = record;
      if (shows(query, *sample(), *record) && (!one.older || record->revision() < one.older->revision()))
        one.older = record;
    }
    for (const auto& record : found.left) {
      auto& one = known[record->serial()];
      if (!one.newest || one.newest->revision() < record->revision())
        one.newest = record;
    }
    for (auto& [serial, one] : known) {
      const auto moves = found.movers.contains(serial);
      one.over = moves && found.over.contains(serial);
      if (one.over || (moves && !shows(query, *sample(), *one.newest))) {
        result.hidden.push_back(one);
        continue;
      }
      result.calls.push_back(one.newest);
      if (std::find(found.shown.begin(), found.shown.end(), one.newest) == found.shown.end())
        result.changed.push_back(one.newest);
    }
    return result;
  }

  /// True when a client who was told everything that is in the log has these calls, by ID. Of a call that two
  /// accounts show it has, or misses, any picture from what the former shows to what the new one does.
  bool agrees(const std::map<std::string, record_ptr>& mirror, const call_query& query) const {
    std::size_t known = 0;
    for (const auto& [serial, one] : calls_) {
      const auto found = mirror.find(std::string{one.pictures.front()->id()});
      const auto has = found == mirror.end() ? record_ptr{} : found->second;
      known += has ? 1 : 0;
      const auto is_right = [&](const record_ptr& picture) {
        return has ? has == picture && shows(query, *sample(), *picture)
                   : one.gone || !shows(query, *sample(), *picture);
      };
      const auto at = [&](const record_ptr& picture) {
        return std::find(one.pictures.begin(), one.pictures.end(), picture);
      };
      const auto last =
          one.gone ? one.pictures.end() : std::next(at(one.stays.back().shown), std::ptrdiff_t{1});
      if (std::none_of(at(one.stays.front().shown), last, is_right))
        return false;
    }
    return known == mirror.size();
  }

  sim_random& dice() { return random_; }

  double lets_go = 0; ///< how likely a change is that another node has the call now

  change_log log;

private:
  /// An account that shows a call.
  struct stay {
    account_id account;
    record_ptr shown;
    std::uint64_t changed = 0;           ///< as the log counts its last change
    bool came = false;                   ///< from another account
    std::deque<record_ptr> unheard = {}; ///< what it has yet to show
    record_ptr next = {};                ///< then it leaves, for it came elsewhere as this
  };

  struct call {
    std::vector<record_ptr> pictures; ///< all, in their order
    std::vector<stay> stays;          ///< the last is where it is; those before that have yet to hear of it
    bool gone = false;                ///< over or let go, and only former accounts show it
  };

  /// An account from which a call has gone.
  struct departure {
    std::uint64_t when; ///< in steps
    account_id account;
    record_ptr next;
    bool came;
  };

  /// What the accounts that were asked have told.
  struct parts {
    std::uint64_t begun; ///< in steps
    std::uint64_t since; ///< a position of the log
    std::vector<record_ptr> shown;
    std::vector<record_ptr> left; ///< as they came elsewhere
    std::set<std::uint64_t> movers;
    std::set<std::uint64_t> over;
  };

  account_id any_account() {
    constexpr std::int64_t accounts[] = {11, 22, 33, 44};
    return account_id{accounts[random_.below(4)]};
  }

  void begin() {
    auto record = first(std::to_string(++ids_), any_account().value(), call_state::idle,
                        random_.chance(0.5) ? "sbc-1" : "sbc-2");
    auto& one = calls_[record->serial()];
    one.pictures.push_back(record);
    one.stays.push_back({record->account(), record, log.append({}, record, {}, woken_)});
  }

  /// False when the account knows all.
  bool hear(call& of, std::size_t which) {
    auto& at = of.stays[which];
    if (!at.unheard.empty()) {
      auto after = std::move(at.unheard.front());
      at.unheard.pop_front();
      at.changed = log.append(at.shown, after, {}, woken_);
      at.shown = std::move(after);
      return true;
    }
    if (!at.next)
      return false;
    log.depart(at.shown, at.next, {}, woken_);
    departures_.push_back({steps_, at.account, at.next, at.came});
    of.stays.erase(of.stays.begin() + static_cast<std::ptrdiff_t>(which));
    return true;
  }

  void hear_all(call& of) {
    for (std::size_t which = 0; which < of.stays.size();)
      if (!hear(of, which))
        ++which;
  }

  void happen(call& of) {
    if (of.gone)
      return;
    const auto now = of.pictures.back();
    if (now->state() == call_state::dead) {
      if (random_.chance(0.2))
        show(of, with_state(now, call_state::connected));
      else
        forget(of);
    } else if (random_.chance(lets_go)) {
      hear_home(of);
      log.let_go(of.stays.back().shown, {}, woken_);
      forget(of);
    } else if (random_.chance(0.3)) {
      if (of.stays.size() < 3)
        move(of, any_account());
    } else {
      show(of, later(now));
    }
  }

  /// The account where it is hears all that is to be heard there.
  void hear_home(call& of) {
    while (!of.stays.back().unheard.empty())
      hear(of, of.stays.size() - 1);
  }

  void show(call& of, const record_ptr& after) {
    of.pictures.push_back(after);
    of.stays.back().unheard.push_back(after);
  }

  void forget(call& of) {
    hear_home(of);
    if (of.stays.back().came)
      over_.emplace(of.stays.back().account, of.pictures.back()->serial());
    of.stays.pop_back();
    of.gone = true;
  }

  void move(call& of, account_id to) {
    // An account that shows it still hears of the move before the call can come back.
    if (std::any_of(of.stays.begin(), of.stays.end(), [&](const stay& at) { return at.account == to; }))
      return;
    if (!log.is_active({}))
      hear_home(of); // what was before is told to nobody
    auto came = of.pictures.back()->in_account(to);
    of.pictures.push_back(came);
    of.stays.back().next = came;
    const auto changed = log.arrive(came, {});
    of.stays.push_back({to, std::move(came), changed, true});
  }

  /// The same state, or one of the next two.
  record_ptr later(const record_ptr& now) {
    constexpr auto last = static_cast<std::uint64_t>(call_state::dead);
    const auto next = std::min(static_cast<std::uint64_t>(now->state()) + random_.below(3), last);
    auto after = with_state(now, static_cast<call_state>(next));
    return after ? after : dead(now);
  }

  void ask(account_id account, parts& found, std::vector<record_ptr>& changed) const {
    for (const auto& [serial, one] : calls_)
      for (const auto& at : one.stays) {
        if (at.account != account)
          continue;
        found.shown.push_back(at.shown);
        if (at.came)
          found.movers.insert(serial);
        if (at.changed > found.since)
          changed.push_back(at.shown);
      }
    for (const auto& left : departures_)
      if (left.account == account && (left.came || left.when > found.begun)) {
        found.left.push_back(left.next);
        found.movers.insert(left.next->serial());
      }
    for (const auto& [of, serial] : over_)
      if (of == account)
        found.over.insert(serial);
  }

  sim_random random_;
  std::uint64_t steps_ = 0;
  std::uint64_t ids_ = 0;
  std::map<std::uint64_t, call> calls_; ///< by serial
  std::vector<departure> departures_;
  std::set<std::pair<account_id, std::uint64_t>> over_; ///< calls that came to an account, and are forgotten
  std::vector<std::uint64_t> woken_;
};

} // namespace rollcall::change_queue_model
