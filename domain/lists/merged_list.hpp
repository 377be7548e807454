#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"
#include "domain/lists/call_query.hpp"
#include "domain/lists/row_source.hpp"

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace rollcall {

/// One of the lists that are merged.
struct merged_part {
  /// In the order of the whole, for the same `now`. Its own offset must be 0, its limit none or no less than
  /// offset and limit of the whole together. Nobody else reads it.
  std::shared_ptr<row_source> rows;
  /// Switches whose calls others tell, because they have taken them over: rows of these are passed over.
  std::vector<switch_name> without = {};
  /// For which its running times are told, by the clock of whoever has the calls. Unknown: as the whole.
  timestamp now = {};
};

/// Several ordered lists as one. Reads no further ahead than one row of each, and lets go of them at the end
/// or when the limit is reached. One thread at a time.
class merged_list final : public row_source {
public:
  /// Of the query, order, offset and limit count. `now` is the moment for which running times are told.
  merged_list(const call_query& query, timestamp now, std::vector<merged_part> parts);

  /// Pending while any part that may have the next row is. Throws what a part throws, from then on.
  step next(call_row& row) override;

  /// Waits for exactly the parts that next() would need; `ready` is called when the first of them can be
  /// read, or has failed.
  bool wait(std::function<void()> ready) override;

  timestamp now() const noexcept { return now_; }

private:
  /// The next row of a part, with the key that decides its place.
  struct candidate {
    std::int64_t key = 0;
    const call_record* record = nullptr;
    customer_id customer;
    std::uint32_t part = 0;
    std::optional<symptoms> found = {}; ///< see call_row
  };

  bool find_next();
  bool start();
  bool replace_told();
  step read(std::uint32_t number, candidate& into);
  timestamp now_of(const merged_part& part) const { return part.now == timestamp{} ? now_ : part.now; }
  bool started() const noexcept { return unread_.empty(); }
  bool ended();
  void let_go();

  const call_order order_;
  const std::uint64_t offset_;
  const std::optional<std::uint64_t> limit_;
  const timestamp now_;
  std::vector<merged_part> parts_;
  std::vector<std::uint32_t> unread_; ///< parts whose first row has not come yet
  std::vector<candidate> heap_;       ///< once none is unread: the next row of each part
  bool gone_ = false;                 ///< at the end
  bool first_told_ =
      false; ///< the heap's first row was told, and its part is to be read before anything else
  std::uint64_t passed_ = 0;
  std::uint64_t told_ = 0;
  std::exception_ptr failure_;
};

} // namespace rollcall
