#include "transport/switches/registry/registry.hpp"

#include "transport/switches/asterisk/kind.hpp"
#include "transport/switches/kamailio/kind.hpp"

namespace rollcall::switches {

const std::vector<driver_kind>& registry() {
  static const std::vector<driver_kind> kinds{kamailio::kind(), asterisk::kind()};
  return kinds;
}

} // namespace rollcall::switches
