#pragma once

#include "domain/calls/switch_identity.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace rollcall {

/// How many of something each switch has: of few switches, so that they stand in a row.
class counts_by_switch {
public:
  using entry = std::pair<const switch_identity*, std::size_t>; ///< interned

  std::size_t& of(const switch_identity* source) {
    const auto found =
        std::find_if(all_.begin(), all_.end(), [&](const entry& one) { return one.first == source; });
    return found != all_.end() ? found->second : all_.emplace_back(source, 0).second;
  }

  void add(const switch_identity* source, std::size_t more) {
    if (more > 0)
      of(source) += more;
  }

  void forget(const switch_name& name) {
    std::erase_if(all_, [&](const entry& one) { return one.first->name == name; });
  }

  void clear() noexcept { all_.clear(); }
  auto begin() const noexcept { return all_.begin(); }
  auto end() const noexcept { return all_.end(); }

private:
  std::vector<entry> all_;
};

} // namespace rollcall
