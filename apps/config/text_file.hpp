#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace rollcall {

/// All of a file that the configuration names, of at most `most` bytes. Throws std::invalid_argument with a
/// reason that reads on after the file's name.
std::string text_in(const std::filesystem::path& file, std::size_t most);

} // namespace rollcall
