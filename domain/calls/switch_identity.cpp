#include "domain/calls/switch_identity.hpp"

#include <algorithm>
#include <deque>
#include <mutex>

namespace rollcall {

const switch_identity* interned(const switch_identity& identity) {
  static std::mutex guard;
  static auto& all = *new std::deque<switch_identity>; // never destroyed: records may outlive statics
  const std::lock_guard lock{guard};
  const auto found = std::find(all.begin(), all.end(), identity);
  return found != all.end() ? &*found : &all.emplace_back(identity);
}

} // namespace rollcall
