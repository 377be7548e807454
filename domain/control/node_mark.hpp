#pragma once

#include <cstdint>

namespace rollcall {

/// Which calls of one node were there when it counted some: those up to its newest.
struct node_mark {
  std::uint64_t run = 0;    ///< which start of the node: a random number
  std::uint64_t newest = 0; ///< serial of its newest call

  friend bool operator==(const node_mark&, const node_mark&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, node_mark& x) {
    return f(x.run, x.newest);
  }
};

} // namespace rollcall
