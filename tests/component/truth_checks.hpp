#pragma once

#include "tests/component/actor_fixture.hpp"
#include "tests/component/truth_model.hpp"
#include "tests/component/truth_seeds.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

// Whether an answer agrees with the model of what was true while it was made.
namespace rollcall::testing {

/// For each call the number of the picture that a list has shown.
using pictures_shown = std::map<std::string, std::size_t>;

/// Checks a list that was asked for when lists of everything had shown `before`; returns what it shows.
inline pictures_shown check_list(const cluster_list_answer& list, const call_query& query,
                                 const directory& by, const truth_model& model,
                                 const pictures_shown& before) {
  pictures_shown shown;
  const auto everything = query.scope == customer_id{1} && query.recursive && !query.account;
  std::tuple last_place{std::numeric_limits<std::int64_t>::min(), timestamp{}, std::string{}};
  for (call_row row; list.rows->next(row) == row_source::step::row;) {
    const std::string id{row.record->id()};
    const auto seen = picture_of(*row.record);
    const auto found = model.heard.find(id);
    insist(found != model.heard.end(), id + " is shown, and is no call any more");
    const auto& pictures = found->second.since_rest;
    const auto first = std::find(pictures.begin(), pictures.end(), seen);
    const auto last = std::find(pictures.rbegin(), pictures.rend(), seen);
    insist(first != pictures.end(), id + " is shown as it never was");
    insist(shown.emplace(id, first - pictures.begin()).second, id + " is shown twice");
    insist(wanted(seen, query, by), id + " is shown, and was not asked for");
    insist(row.customer == owner_of(seen.account, by), id + " is shown with a wrong customer");
    const auto known = before.find(id);
    insist(!everything || known == before.end() || pictures.rend() - last > std::ptrdiff_t(known->second),
           id + " is shown as it was before");
    const auto setup = seen.setup.time_since_epoch().count();
    const auto duration = row.record->duration(list.now).count();
    const std::array keys{std::int64_t{0}, -setup, -duration, duration};
    const std::tuple place{keys[static_cast<std::size_t>(query.order)], seen.setup, id};
    insist(last_place < place, id + " is out of order");
    last_place = place;
  }
  for (const auto& [id, call] : model.heard)
    if (call.settled && !model.is_due(call) && !shown.contains(id))
      insist(!call.always([&](const auto& x) { return wanted(x, query, by); }), id + " is missing");
  return everything ? shown : pictures_shown{};
}

/// The bounds of an account's counts: what must be counted, and what may be.
struct count_bounds {
  std::pair<std::uint32_t, std::uint32_t> least;
  std::pair<std::uint32_t, std::uint32_t> most;
};

/// Checks stats that were asked for when lists of everything had shown `before`.
inline void check_stats(const stats_by_account& stats, customer_id scope, bool recursive, const directory& by,
                        const truth_model& model, const pictures_shown& before) {
  std::map<std::int64_t, count_bounds> expected;
  for (const auto& [id, call] : model.heard) {
    const auto known = before.find(id);
    const auto from = known == before.end() ? 0 : known->second;
    if (known != before.end() || call.settled) {
      const auto account = call.since_rest[from].account;
      const auto counted = [&](const auto& x) { return x.account == account && is_active(x.state); };
      const auto connected = [&](const auto& x) { return counted(x) && x.state == call_state::connected; };
      expected[account].least.first += call.always(counted, from);
      expected[account].least.second += call.always(connected, from);
    }
    std::set<std::int64_t> counted;
    std::set<std::int64_t> connected;
    for (const auto& x : call.since_rest) {
      if (is_active(x.state) && counted.insert(x.account).second)
        ++expected[x.account].most.first;
      if (x.state == call_state::connected && connected.insert(x.account).second)
        ++expected[x.account].most.second;
    }
  }
  std::map<std::int64_t, std::pair<std::uint32_t, std::uint32_t>> told;
  for (const auto& each : stats) {
    const auto account = each.account.account.value();
    const auto name = "account " + std::to_string(account);
    insist(in_scope(account, scope, recursive, by), name + " is counted, and is out of scope");
    insist(told.emplace(account, std::pair{each.counts.active(), each.counts.connected()}).second,
           name + " is counted twice");
    expected[account];
  }
  for (const auto& [account, bound] : expected) {
    if (!in_scope(account, scope, recursive, by))
      continue;
    const auto [total, connected] = told[account];
    const auto name = "account " + std::to_string(account);
    insist(total >= bound.least.first && connected >= bound.least.second, name + " is counted too low");
    insist(total <= bound.most.first && connected <= bound.most.second, name + " is counted too high");
  }
}

} // namespace rollcall::testing
