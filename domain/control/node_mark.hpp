#pragma once

#include <cstdint>

namespace rollcall {

/// Which calls of one node were there when it counted some: those up to its newest. And for when it did.
struct node_mark {
  std::uint64_t run = 0;    ///< which start of the node: a random number
  std::uint64_t newest = 0; ///< serial of its newest call
  std::int64_t at = 0;      ///< for which it took ages: microseconds since 1970, by its own clock

  friend bool operator==(const node_mark&, const node_mark&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, node_mark& x) {
    return f(x.run, x.newest, x.at);
  }
};

} // namespace rollcall
