#include "domain/history/counted_minute.hpp"

#include <utility>

namespace rollcall {

counted_minute joined(const counted_minute& known, const counted_minute& other) {
  if ((known.moments & other.moments) == 0)
    return {known.start, static_cast<moment_mask>(known.moments | other.moments),
            known.complete && other.complete, joined(known.rows, other.rows)};
  const auto worth = [](const counted_minute& one) { return std::pair{count_of(one.moments), one.complete}; };
  return worth(other) > worth(known) ? other : known;
}

} // namespace rollcall
