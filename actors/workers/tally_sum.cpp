#include "actors/workers/tally_sum.hpp"

#include "actors/runtime/log.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace rollcall {

stats_job_ptr tally_sum::begin(const stats_request& request, stats_sink_actor sink) {
  request_ = request;
  return std::make_shared<stats_job>(stats_job{request.scope, request.recursive, std::move(sink)});
}

// An account that changed hands a moment ago is told of by its former customer too, or by itself, or by a
// customer that is in scope no more: the newest counts hold, and the request's directory.
void tally_sum::add(const stats_part& part) {
  for (const auto& news : part.accounts) {
    if (!is_meant(news.account))
      continue;
    auto& known = found_[news.account];
    if (known.version <= news.version)
      known = news;
  }
}

bool tally_sum::is_meant(const account_key& account) const {
  const auto& dir = *request_.directory;
  const auto* owner = dir.owner(account.environment, account.account);
  return owner && (request_.recursive ? dir.covers(request_.scope, owner->id) : owner->id == request_.scope);
}

stats_by_account tally_sum::take() const {
  stats_by_account answer;
  answer.reserve(found_.size());
  for (const auto& [key, news] : found_)
    if (!news.counts.none())
      answer.push_back({key, news.counts});
  std::sort(answer.begin(), answer.end(),
            [](const account_stats& a, const account_stats& b) { return a.account < b.account; });
  return answer;
}

stats_by_account limited_stats(const stats_by_account& of, const directory& dir) {
  std::unordered_map<customer_id, bool> counted; // customers that have a limit, or are below one that has
  const auto counts = [&](const customer& owner) {
    const auto [found, fresh] = counted.try_emplace(owner.id, false);
    for (const auto* above = &owner; fresh && above && !found->second; above = dir.find(above->wholesaler))
      found->second = above->max_sessions != no_limit;
    return found->second;
  };
  stats_by_account result;
  std::unordered_map<customer_id, std::size_t> others; // where the first of a customer's is in the result
  for (const auto& account : of) {
    const auto* owner = dir.owner(account.account.environment, account.account.account);
    if (!owner)
      continue;
    const auto* known = dir.find(account.account.account);
    if (known && known->customer == owner->id && known->max_sessions != no_limit) {
      result.push_back(account);
    } else if (counts(*owner)) {
      const auto [found, fresh] = others.try_emplace(owner->id, result.size());
      if (fresh)
        result.push_back(account);
      else
        result[found->second].counts.add(account.counts);
    }
  }
  return result;
}

stats_by_account one_account(const stats_by_account& of) {
  std::unordered_map<const switch_identity*, state_counts> sums;
  for (const auto& account : of)
    for (const auto& [source, counts] : account.counts.by_switch())
      sums[source] += counts;
  stats_by_account whole(1);
  for (const auto& [source, counts] : sums)
    whole.front().counts.of(*source) += counts;
  return whole;
}

caf::error tally_sum::late(node_context& context, std::uint64_t open) {
  ++context.metrics.requests_late;
  log::error("stats", "{} tallies did not answer in time", open);
  return caf::make_error(ec::too_late);
}

} // namespace rollcall
