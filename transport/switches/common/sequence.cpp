#include "transport/switches/common/sequence.hpp"

#include <algorithm>
#include <iterator>

namespace rollcall::switches {

namespace {

/// So many holes at once are no overtaking.
constexpr std::size_t most_holes = 10'000;

} // namespace

void sequence::start(std::uint64_t newest) {
  next_ = newest + 1;
  holes_.clear();
}

void sequence::seen(std::uint64_t number, moment now) {
  if (number < next_)
    return fill(number);
  announced(number - 1, now);
  next_ = number + 1;
}

void sequence::announced(std::uint64_t newest, moment now) {
  if (newest < next_)
    return;
  holes_.emplace(next_, hole{newest, now});
  next_ = newest + 1;
}

void sequence::fill(std::uint64_t number) {
  auto found = holes_.upper_bound(number);
  if (found == holes_.begin())
    return;
  --found;
  const auto [first, was] = *found;
  if (number > was.last)
    return;
  holes_.erase(found);
  if (first < number)
    holes_.emplace(first, hole{number - 1, was.since});
  if (number < was.last)
    holes_.emplace(number + 1, was);
}

bool sequence::lost(moment now) const {
  return holes_.size() > most_holes || std::any_of(holes_.begin(), holes_.end(), [&](const auto& each) {
           return now - each.second.since > patience_;
         });
}

void sequence::reset_gaps() { holes_.clear(); }

} // namespace rollcall::switches
