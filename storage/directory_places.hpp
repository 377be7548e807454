#pragma once

#include "storage/directory_changes.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rollcall {

/// What the values of a JSON text do not tell: where its entries stand, and which keys are given twice. Lines
/// are counted from 1.
struct directory_places {
  std::unordered_map<std::string, std::vector<std::size_t>> sections; ///< of each entry its line
  std::vector<import_fault> faults;                                   ///< keys that stand twice
};

/// Looks through a text that is JSON. Of one that is not, as far as it is.
directory_places places_of(std::string_view text);

} // namespace rollcall
