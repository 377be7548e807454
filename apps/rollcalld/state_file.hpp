#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace rollcall {

// Files of what a node keeps over a restart, in the folder of its state. They are the node's alone.

/// All of the file; none where there is none. Throws std::system_error for one that cannot be read, is longer
/// than `most` bytes, or is no file.
std::optional<std::string> read_state_file(const std::filesystem::path& file, std::size_t most);

/// Has the file hold `text` and nothing else, for the eyes of its owner alone: at any moment, also of a power
/// failure, it is the one before or this one. Makes the folder that it is in. Throws std::system_error.
void replace_state_file(const std::filesystem::path& file, const std::string& text);

} // namespace rollcall
