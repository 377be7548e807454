#pragma once

#include "domain/directory/directory.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rollcall {

enum class entry_kind : std::uint8_t { environment, customer, account, vendor, connection };

/// One reason why entries make no directory.
struct directory_fault {
  entry_kind kind = entry_kind::customer;
  std::int64_t id = 0; ///< of the entry that it is about
  std::string reason;
};

/// Everything that directory::link() would refuse, not only the first: none exactly when it accepts the
/// entries. Of customers that form a cycle one is named.
std::vector<directory_fault> faults_of(const directory_entries& entries);

} // namespace rollcall
