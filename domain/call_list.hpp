#pragma once

#include "domain/account_key.hpp"
#include "domain/call_query.hpp"
#include "domain/call_record.hpp"
#include "domain/directory.hpp"
#include "domain/ids.hpp"
#include "domain/row_source.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace rollcall {

/// What one account contributes to a list, as it was at one moment.
struct list_part {
  account_key account;
  std::vector<record_ptr> records; ///< those that match the query, in by_setup order
  /// Calls that left for another account or came from one a moment ago, in their newest picture known here.
  /// They are what lets a list show a call once and never miss it while it changes accounts.
  std::vector<record_ptr> moved;
  /// Calls that are over and forgotten, in case another account still tells of them as moved.
  std::vector<record_ptr> over;
};

/// A list in order, read row by row: the answer to a call_query. It holds pointers to records, not rows, so
/// that a million calls cost eight megabytes while they are written. Movable, one thread at a time.
class call_list final : public row_source {
public:
  /// Joins the parts. Of an account that answered twice, because it changed hands while it was asked, the
  /// first part counts. `now` is the moment for which running times are told.
  call_list(call_query query, directory_ptr dir, std::vector<list_part> parts, timestamp now);

  /// The next row, or the end; never pending. Offset and limit are already applied. The row's record lives as
  /// long as the list.
  step next(call_row& row) override;

  bool wait(std::function<void()>) override { return false; }

  timestamp now() const noexcept { return now_; }

private:
  /// Records of one account in list order, not yet told from `position` on.
  struct run {
    std::vector<record_ptr> records;
    std::size_t position = 0;
    customer_id customer;
  };

  /// The next record of a run, with the key that decides its place.
  struct candidate {
    std::int64_t key;
    const call_record* record;
    std::uint32_t run;
  };

  void drop_second_parts(std::vector<list_part>& parts) const;
  void take(std::vector<list_part> parts);
  void settle_moved(std::vector<list_part>& parts);
  bool asked_for(const call_record& record) const;
  bool by_duration() const;
  candidate candidate_of(const record_ptr& record, std::uint32_t from) const;
  void turn_round(std::vector<record_ptr>& records) const;
  void start();
  bool advance(call_row& row);
  candidate next_of(std::uint32_t number);

  call_query query_;
  directory_ptr directory_;
  timestamp now_;
  std::vector<run> runs_;
  /// Orders by setup time: a heap with the next record of each run. By duration: every record, sorted
  /// backwards, so that the next is at the end.
  std::vector<candidate> candidates_;
  std::uint64_t told_ = 0;
};

} // namespace rollcall
