#include "domain/control/matched_calls.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace rollcall {

namespace {

void count_part(std::map<std::int64_t, std::uint64_t>& parts, std::int64_t id) {
  ++parts[parts.size() < preview_parts || parts.contains(id) ? id : 0];
}

std::uint64_t saturated_sum(std::uint64_t a, std::uint64_t b) {
  return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}

} // namespace

void match_counter::add(const call_row& row) {
  const auto& record = *row.record;
  found_ = true;
  if (!can_disconnect(record.state()))
    return;
  if (last_.first != &record.source())
    last_ = {&record.source(), &switches_[&record.source()]};
  auto& of = *last_.second;
  if (record.serial() > there_.newest) {
    of.moved += record.setup().time_since_epoch().count() <= there_.at;
    return;
  }
  ++of.calls;
  count_part(of.customers, row.customer.value());
  count_part(of.connections, record.connection().value());
  if (of.oldest == 0)
    of.oldest = record.setup().time_since_epoch().count();
  if (of.sample.size() < preview_sample)
    of.sample.emplace_back(record.id());
}

std::vector<switch_matches> match_counter::take() {
  std::vector<switch_matches> all;
  for (auto& [source, matches] : switches_) {
    matches.name = source->name.value();
    all.push_back(std::move(matches));
  }
  switches_.clear();
  last_ = {};
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

void matched_calls::add(switch_matches of, bool is_away) {
  if (is_away) {
    away = saturated_sum(away, of.calls);
    return;
  }
  reachable = saturated_sum(reachable, of.calls);
  for (const auto& [customer, calls] : of.customers)
    customers[customer] = saturated_sum(customers[customer], calls);
  for (const auto& [connection, calls] : of.connections)
    connections[connection] = saturated_sum(connections[connection], calls);
  if (of.oldest != 0 && (oldest == 0 || of.oldest < oldest))
    oldest = of.oldest;
  const auto room = preview_sample - std::min(preview_sample, sample.size());
  const auto some = static_cast<std::ptrdiff_t>(std::min(room, of.sample.size()));
  sample.insert(sample.end(), std::make_move_iterator(of.sample.begin()),
                std::make_move_iterator(of.sample.begin() + some));
}

} // namespace rollcall
