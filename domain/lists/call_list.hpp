#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/loser_tree.hpp"
#include "domain/base/time.hpp"
#include "domain/calls/call_record.hpp"
#include "domain/directory/account_key.hpp"
#include "domain/directory/directory.hpp"
#include "domain/lists/call_query.hpp"
#include "domain/lists/hidden_call.hpp"
#include "domain/lists/row_source.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace rollcall {

/// A record beside what decides its place in a list: a million of them are put in order without a look at
/// records that lie anywhere in memory.
struct listed_record {
  listed_record(record_ptr from) : setup(from->setup()), record(std::move(from)) {} // NOLINT: the same thing
  listed_record(timestamp its_setup, record_ptr its_record)
      : setup(its_setup), record(std::move(its_record)) {}

  timestamp setup;
  record_ptr record;
};

/// What one account contributes to a list, as it was at one moment.
struct list_part {
  account_key account;
  std::vector<listed_record> records; ///< those that match the query, in by_setup order
  /// Calls that left for another account or came from one a moment ago, in their newest picture known here.
  /// They are what lets a list show a call once and never miss it while it changes accounts.
  std::vector<record_ptr> moved;
  /// Serials of calls that are over and forgotten, in case another account still tells of them as moved.
  std::vector<std::uint64_t> over;
  /// Those that have changed lately, whether they match or not; see list_request.
  std::vector<record_ptr> changed = {};
};

/// A list in order, read row by row: the answer to a call_query. It holds pointers to records, not rows, so
/// that a million calls cost sixteen megabytes while they are written. Movable, one thread at a time.
class call_list final : public row_source {
public:
  /// Joins the parts. Of an account that answered twice, because it changed hands while it was asked, the
  /// first part counts. `now` is the moment for which running times are told. `watched`: by somebody who will
  /// be told what the accounts have yet to hear, and has to know which calls are hidden.
  call_list(call_query query, directory_ptr dir, std::vector<list_part> parts, timestamp now,
            bool watched = false);

  /// The next row, or the end; never pending. Offset and limit are already applied. The row's record lives as
  /// long as the list.
  step next(call_row& row) override;

  bool wait(std::function<void()>) override { return false; }

  timestamp now() const noexcept { return now_; }

  /// Hands over all records that are still to be told, in no order. The list is at its end then.
  std::vector<record_ptr> take_records();

  /// Those of all parts in scope, see list_part; and those that only another account than theirs knows of,
  /// when it is watched.
  const std::vector<record_ptr>& changed() const noexcept { return changed_; }

  /// When it is watched.
  const std::vector<hidden_call>& hidden() const noexcept { return hidden_; }

private:
  /// Records of one account in list order. What is told next lies here as well, as a copy: a thousand runs
  /// are too far apart to be looked into for each row.
  struct run {
    std::vector<listed_record> records;
    customer_id customer;
    std::size_t position = 0;          ///< of `next`
    const call_record* next = nullptr; ///< null at the end
  };

  /// A record with the key that decides its place.
  struct candidate {
    std::int64_t key;
    const call_record* record;
    std::uint32_t run;
  };

  void drop_second_parts(std::vector<list_part>& parts) const;
  void take(std::vector<list_part> parts);
  void settle_moved(std::vector<list_part>& parts, bool watched);
  const customer* owner_in_scope(const account_key& account) const;
  bool asked_for(const call_record& record) const;
  bool by_duration() const;
  candidate candidate_of(const listed_record& listed, std::uint32_t from) const;
  void turn_round(std::vector<listed_record>& records) const;
  void start();
  bool advance(call_row& row);
  void pick_ahead();
  bool pick(call_row& row);
  std::int64_t look_at_next(run& from) const;

  /// Decides between two runs whose next records have the same key.
  auto tie() const {
    return [this](std::uint32_t a, std::uint32_t b) { return by_setup{}(*runs_[a].next, *runs_[b].next); };
  }

  call_query query_;
  directory_ptr directory_;
  timestamp now_;
  std::vector<run> runs_;
  std::vector<record_ptr> changed_;
  std::vector<hidden_call> hidden_;
  loser_tree first_run_;              ///< in orders by setup time
  std::vector<candidate> candidates_; ///< by duration: every record, backwards: the next is at the end
  std::array<call_row, 32> soon_;     ///< a ring: the next rows, already taken from the candidates
  std::size_t first_ = 0;
  std::size_t picked_ = 0;
  std::uint64_t told_ = 0;
};

} // namespace rollcall
