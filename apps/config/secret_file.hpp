#pragma once

#include <filesystem>
#include <string>

namespace rollcall {

/// The secret that a file holds: all of it, but for one line end at its end. At most 4 KB. Throws
/// std::invalid_argument with a reason that reads on after the file's name.
std::string secret_in(const std::filesystem::path& file);

/// True of a file that every user of this machine may read, as far as its own mode says.
bool is_readable_by_all(const std::filesystem::path& file);

/// What is said of such a file, behind its name.
inline constexpr auto readable_by_all = " can be read by every user of this machine";

} // namespace rollcall
