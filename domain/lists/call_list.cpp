#include "domain/lists/call_list.hpp"

#include "domain/base/prefetch.hpp"
#include "domain/lists/list_order.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace rollcall {

namespace {

/// What is known of a call that moved.
struct mover {
  std::uint64_t serial = 0;         ///< 0: none
  const record_ptr* told = nullptr; ///< its newest picture among those told as moved
  std::uint32_t newest = 0;         ///< revision of its newest picture anywhere
  bool shown = false;               ///< or not to be shown
  bool over = false;
};

/// The movers by serial: open addressing, for after a storm of new calls there is one for each row of a list.
class mover_table {
public:
  /// Has room for `most` movers.
  explicit mover_table(std::size_t most)
      : slots_(std::bit_ceil(2 * most)), shift_(std::countl_zero(slots_.size() - 1)) {}

  mover* find(std::uint64_t serial) {
    auto& slot = slot_of(serial);
    return slot.told ? &slot : nullptr;
  }

  void add(const record_ptr& record) {
    auto& slot = slot_of(record->serial());
    if (slot.told && slot.newest >= record->revision())
      return;
    slot.serial = record->serial();
    slot.told = &record;
    slot.newest = record->revision();
  }

  template <class F>
  void each(F f) const {
    for (const auto& slot : slots_)
      if (slot.told)
        f(slot);
  }

private:
  /// The slot of this serial, or the free one that it would take.
  mover& slot_of(std::uint64_t serial) {
    constexpr std::uint64_t spread =
        0x9E3779B97F4A7C15; // Knuth's multiplicative hashing, by the golden ratio
    auto at = static_cast<std::size_t>((serial * spread) >> shift_);
    while (slots_[at].told && slots_[at].serial != serial)
      at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }

  std::vector<mover> slots_;
  int shift_;
};

/// Asks for the rest of a record whose beginning was asked for: all that most of them have.
void fetch_rest(const call_record* record) {
  constexpr std::size_t usual = 256; // bytes
  prefetch(reinterpret_cast<const char*>(record) + cache_line, usual - cache_line);
}

} // namespace

call_list::call_list(call_query query, directory_ptr dir, std::vector<list_part> parts, timestamp now,
                     bool watched)
    : query_(std::move(query)), directory_(std::move(dir)), now_(now) {
  drop_second_parts(parts);
  settle_moved(parts, watched);
  take(std::move(parts));
  start();
  call_row skipped;
  for (std::uint64_t i = 0; i < query_.offset && advance(skipped); ++i) {
  }
}

row_source::step call_list::next(call_row& row) {
  if (query_.limit && told_ >= *query_.limit)
    return step::end;
  if (!advance(row))
    return step::end;
  ++told_;
  return step::row;
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
void call_list::settle_moved(std::vector<list_part>& parts, bool watched) {
  std::size_t told = 0;
  for (const auto& part : parts)
    told += part.moved.size();
  if (told == 0)
    return;
  mover_table movers{told};
  for (const auto& part : parts)
    for (const auto& record : part.moved)
      movers.add(record);
  for (const auto& part : parts)
    for (const auto serial : part.over)
      if (auto* const known = movers.find(serial))
        known->shown = known->over = true;
  for (const auto& part : parts)
    for (const auto& [setup, record] : part.records)
      if (auto* const known = movers.find(record->serial()))
        known->newest = std::max(known->newest, record->revision());
  std::unordered_map<std::uint64_t, record_ptr> older;
  for (auto& part : parts)
    std::erase_if(part.records, [&](const listed_record& listed) {
      const auto& record = listed.record;
      auto* const known = movers.find(record->serial());
      const auto drops = known && (record->revision() != known->newest || std::exchange(known->shown, true));
      if (drops && watched)
        if (auto& oldest = older[record->serial()]; !oldest || record->revision() < oldest->revision())
          oldest = record;
      return drops;
    });
  movers.each([&](const mover& known) {
    const auto& record = *known.told;
    const account_key in{record->source().environment, record->account()};
    const auto tells = !known.shown && record->revision() == known.newest;
    const auto shows = tells && asked_for(*record);
    if (shows)
      parts.push_back({in, {record}, {}, {}, watched ? std::vector{record} : std::vector<record_ptr>{}});
    if (watched && (known.over || (tells && !(shows && owner_in_scope(in))))) {
      const auto found = older.find(record->serial());
      hidden_.push_back({record, found == older.end() ? record_ptr{} : found->second, known.over});
    }
  });
}

/// Null when it is not in scope: an account may have changed hands after this request's directory was read.
const customer* call_list::owner_in_scope(const account_key& account) const {
  const auto* owner = directory_->owner(account.environment, account.account);
  if (!owner)
    return nullptr;
  return (query_.recursive ? directory_->covers(query_.scope, owner->id) : owner->id == query_.scope)
             ? owner
             : nullptr;
}

bool call_list::asked_for(const call_record& record) const {
  if (query_.account && record.account() != *query_.account)
    return false;
  return matches(query_, *directory_, record, now_);
}

void call_list::take(std::vector<list_part> parts) {
  for (auto& part : parts) {
    if (part.records.empty() && part.changed.empty())
      continue;
    const auto* owner = owner_in_scope(part.account);
    if (!owner)
      continue;
    changed_.insert(changed_.end(), part.changed.begin(), part.changed.end());
    if (!part.records.empty())
      runs_.push_back({std::move(part.records), owner->id});
  }
}

std::vector<record_ptr> call_list::take_records() {
  std::vector<record_ptr> all;
  std::size_t count = 0;
  for (const auto& from : runs_)
    count += from.records.size();
  all.reserve(count);
  for (auto& from : std::exchange(runs_, {}))
    for (auto& listed : from.records)
      all.push_back(std::move(listed.record));
  picked_ = 0;
  first_run_ = {};
  candidates_.clear();
  return all;
}

bool call_list::by_duration() const {
  return query_.order == call_order::longest_first || query_.order == call_order::longest_last;
}

call_list::candidate call_list::candidate_of(const listed_record& listed, std::uint32_t from) const {
  return {list_key(query_.order, listed.setup, *listed.record, now_), listed.record.get(), from};
}

// From oldest first to oldest last; calls of the same setup time stay in the order of their IDs.
void call_list::turn_round(std::vector<listed_record>& records) const {
  std::reverse(records.begin(), records.end());
  for (auto first = records.begin(); first != records.end();) {
    const auto last =
        std::find_if(first, records.end(), [&](const listed_record& r) { return r.setup != first->setup; });
    std::reverse(first, last);
    first = last;
  }
}

void call_list::start() {
  if (by_duration()) {
    for (std::uint32_t i = 0; i < runs_.size(); ++i)
      for (const auto& listed : runs_[i].records)
        candidates_.push_back(candidate_of(listed, i));
    std::sort(candidates_.begin(), candidates_.end(), comes_later{});
    return;
  }
  std::vector<std::int64_t> keys;
  for (auto& each : runs_) {
    if (query_.order == call_order::oldest_last)
      turn_round(each.records);
    keys.push_back(look_at_next(each));
  }
  first_run_.start(keys, tie());
}

bool call_list::advance(call_row& row) {
  if (picked_ <= soon_.size() / 2)
    pick_ahead();
  if (picked_ == 0)
    return false;
  row = soon_[first_];
  constexpr std::size_t near = 6;
  if (picked_ > near)
    fetch_rest(soon_[(first_ + near) % soon_.size()].record);
  first_ = (first_ + 1) % soon_.size();
  --picked_;
  return true;
}

/// Picks some rows before they are told, and asks for their records: they lie anywhere in memory, and what a
/// row costs is waiting for them. One right after the other, so that they are waited for together.
void call_list::pick_ahead() {
  const auto before = picked_;
  while (picked_ < soon_.size() && pick(soon_[(first_ + picked_) % soon_.size()]))
    ++picked_;
  for (auto i = before; i < picked_; ++i)
    prefetch(soon_[(first_ + i) % soon_.size()].record);
}

bool call_list::pick(call_row& row) {
  if (by_duration()) {
    if (candidates_.empty())
      return false;
    row = {candidates_.back().record, runs_[candidates_.back().run].customer};
    candidates_.pop_back();
  } else {
    if (!first_run_.any())
      return false;
    auto& from = runs_[first_run_.first()];
    row = {from.next, from.customer};
    ++from.position;
    first_run_.move_on(look_at_next(from), tie());
  }
  if (const auto& filter = query_.filter; filter.suspect.value_or(false) && filter.rules)
    row.found = filter.rules->of(*row.record, now_);
  return true;
}

/// Returns the key of the record at the position of a run.
std::int64_t call_list::look_at_next(run& from) const {
  if (from.position == from.records.size()) {
    from.next = nullptr;
    return loser_tree::ended;
  }
  const auto& listed = from.records[from.position];
  from.next = listed.record.get();
  // There are more runs than the processor notices that it walks along.
  constexpr std::size_t ahead = 8;
  prefetch(from.records.data() + std::min(from.position + ahead, from.records.size() - 1));
  return list_key(query_.order, listed.setup, *from.next, now_);
}

} // namespace rollcall
