#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace rollcall {

/// A secret that a node has made by itself because its configuration has none. Nodes that meet tell it each
/// other, and all take the one that precedes the others.
struct shared_secret {
  static constexpr std::size_t size = 32;         ///< bytes; what HMAC with SHA-256 takes up
  static constexpr std::size_t origin_bytes = 64; ///< of a node's id

  std::string origin;    ///< id of the node that has made it
  std::int64_t made = 0; ///< when, in microseconds since the epoch
  std::string bytes;     ///< empty: none

  bool known() const { return !bytes.empty(); }
  friend bool operator==(const shared_secret&, const shared_secret&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, shared_secret& x) {
    return f(x.origin, x.made, x.bytes);
  }
};

/// True for what a node may have made: nothing else that is told or read is taken.
bool is_sound(const shared_secret& one);

/// A total order, so that all nodes come to the same secret in whatever order they meet: the one of the
/// lowest node id; of a node that was installed anew the older one, which the others have already.
bool precedes(const shared_secret& a, const shared_secret& b);

} // namespace rollcall
