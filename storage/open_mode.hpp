#pragma once

#include <cstdint>

namespace rollcall {

/// How a database is opened.
enum class open_mode : std::uint8_t {
  create,    ///< for reading and writing; a missing file is made, with the folders that lead to it
  existing,  ///< for reading and writing; a missing file, or an empty one, is an error
  read_only, ///< nothing is changed; a missing or empty file is an error
};

} // namespace rollcall
