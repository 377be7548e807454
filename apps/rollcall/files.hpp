#pragma once

#include <string>
#include <string_view>

namespace rollcall::cli {

/// Writes `text` under a name beside `path` and then takes its place, so that a reader sees the old file or
/// the new one and never a half. Throws command_error.
void replace_file(const std::string& path, std::string_view text);

/// The whole of a file. Throws command_error.
std::string read_file(const std::string& path);

/// All of standard input. Throws command_error.
std::string read_stdin();

/// A file's first line without its end: a secret. Throws command_error when there is none.
std::string read_secret(const std::string& path);

} // namespace rollcall::cli
