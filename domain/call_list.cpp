#include "domain/call_list.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace rollcall {

namespace {

/// True when `a` comes after `b`: the order in which std heaps and backward sorts want their elements.
struct comes_later {
  template <class Candidate>
  bool operator()(const Candidate& a, const Candidate& b) const {
    return a.key != b.key ? a.key > b.key : by_setup{}(*b.record, *a.record);
  }
};

} // namespace

call_list::call_list(call_query query, directory_ptr dir, std::vector<list_part> parts, timestamp now)
    : query_(std::move(query)), directory_(std::move(dir)), now_(now) {
  drop_second_parts(parts);
  settle_moved(parts);
  take(std::move(parts));
  start();
  call_row skipped;
  for (std::uint64_t i = 0; i < query_.offset && advance(skipped); ++i) {
  }
}

bool call_list::next(call_row& row) {
  if (query_.limit && told_ >= *query_.limit)
    return false;
  if (!advance(row))
    return false;
  ++told_;
  return true;
}

// Only the records: what a second part tells of moves is true as well.
void call_list::drop_second_parts(std::vector<list_part>& parts) const {
  std::unordered_set<account_key> seen;
  for (auto& part : parts)
    if (!seen.insert(part.account).second)
      part.records.clear();
}

// A call that changes accounts while the accounts are asked can be in the parts of both, or of neither: the
// old account was asked after it had left, the new one before it arrived. Both accounts tell of such moves
// for longer than any list takes, so the newest picture of each mover is known here and is shown once.
void call_list::settle_moved(std::vector<list_part>& parts) {
  struct mover {
    record_ptr newest;
    bool shown = false; ///< or not to be shown
  };
  std::unordered_map<std::string_view, mover> movers; // by ID, which points into the parts' `moved`
  const auto learn = [](mover& known, const record_ptr& record) {
    if (!known.newest || known.newest->revision() < record->revision())
      known.newest = record;
  };
  for (const auto& part : parts)
    for (const auto& record : part.moved)
      learn(movers[record->id()], record);
  if (movers.empty())
    return;
  for (const auto& part : parts)
    for (const auto& record : part.over)
      if (const auto found = movers.find(record->id()); found != movers.end())
        found->second.shown = true;
  for (const auto& part : parts)
    for (const auto& record : part.records)
      if (const auto found = movers.find(record->id()); found != movers.end())
        learn(found->second, record);
  for (auto& part : parts)
    std::erase_if(part.records, [&](const record_ptr& record) {
      const auto found = movers.find(record->id());
      if (found == movers.end())
        return false;
      const auto newest = record->revision() == found->second.newest->revision();
      return !newest || std::exchange(found->second.shown, true);
    });
  for (const auto& [id, mover] : movers)
    if (!mover.shown && asked_for(*mover.newest))
      parts.push_back(
          {{mover.newest->source().environment, mover.newest->account()}, {mover.newest}, {}, {}});
}

bool call_list::asked_for(const call_record& record) const {
  if (query_.account && record.account() != *query_.account)
    return false;
  return matches(query_, *directory_, record);
}

void call_list::take(std::vector<list_part> parts) {
  for (auto& part : parts) {
    if (part.records.empty())
      continue;
    const auto* owner = directory_->owner(part.account.environment, part.account.account);
    if (!owner)
      continue;
    // A part may come from an account that changed hands after this request's directory was read.
    if (query_.recursive ? !directory_->covers(query_.scope, owner->id) : owner->id != query_.scope)
      continue;
    runs_.push_back({std::move(part.records), 0, owner->id});
  }
}

bool call_list::by_duration() const {
  return query_.order == call_order::longest_first || query_.order == call_order::longest_last;
}

call_list::candidate call_list::candidate_of(const record_ptr& record, std::uint32_t from) const {
  switch (query_.order) {
  case call_order::oldest_first:
    return {record->setup().time_since_epoch().count(), record.get(), from};
  case call_order::oldest_last:
    return {-record->setup().time_since_epoch().count(), record.get(), from};
  case call_order::longest_first:
    return {-record->duration(now_).count(), record.get(), from};
  case call_order::longest_last:
    break;
  }
  return {record->duration(now_).count(), record.get(), from};
}

// From oldest first to oldest last; calls of the same setup time stay in the order of their IDs.
void call_list::turn_round(std::vector<record_ptr>& records) const {
  std::reverse(records.begin(), records.end());
  for (auto first = records.begin(); first != records.end();) {
    const auto last = std::find_if(first, records.end(),
                                   [&](const record_ptr& r) { return r->setup() != (*first)->setup(); });
    std::reverse(first, last);
    first = last;
  }
}

void call_list::start() {
  if (by_duration()) {
    for (std::uint32_t i = 0; i < runs_.size(); ++i)
      for (const auto& record : runs_[i].records)
        candidates_.push_back(candidate_of(record, i));
    std::sort(candidates_.begin(), candidates_.end(), comes_later{});
    return;
  }
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    if (query_.order == call_order::oldest_last)
      turn_round(runs_[i].records);
    candidates_.push_back(candidate_of(runs_[i].records.front(), i));
  }
  std::make_heap(candidates_.begin(), candidates_.end(), comes_later{});
}

bool call_list::advance(call_row& row) {
  if (candidates_.empty())
    return false;
  if (!by_duration())
    std::pop_heap(candidates_.begin(), candidates_.end(), comes_later{});
  const auto next = candidates_.back();
  candidates_.pop_back();
  auto& from = runs_[next.run];
  row = {next.record, from.customer};
  if (!by_duration() && ++from.position < from.records.size()) {
    candidates_.push_back(candidate_of(from.records[from.position], next.run));
    std::push_heap(candidates_.begin(), candidates_.end(), comes_later{});
  }
  return true;
}

} // namespace rollcall
