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
