#include "domain/cluster/shared_secret.hpp"

#include <algorithm>
#include <tuple>

namespace rollcall {

bool is_sound(const shared_secret& one) {
  return one.bytes.size() == shared_secret::size && !one.origin.empty()
         && one.origin.size() <= shared_secret::origin_bytes
         && std::all_of(one.origin.begin(), one.origin.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

bool precedes(const shared_secret& a, const shared_secret& b) {
  return std::tie(a.origin, a.made, a.bytes) < std::tie(b.origin, b.made, b.bytes);
}

} // namespace rollcall
