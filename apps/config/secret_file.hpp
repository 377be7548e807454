#pragma once

#include <filesystem>
#include <string>

namespace rollcall {

/// The secret that a file holds: all of it, but for one line end at its end. At most 4 KB. Throws
/// std::invalid_argument with a reason that reads on after the file's name.
std::string secret_in(const std::filesystem::path& file);

} // namespace rollcall
