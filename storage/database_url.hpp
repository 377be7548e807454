#pragma once

#include <filesystem>
#include <string_view>

namespace rollcall {

/// Where `[directory] url` points: `sqlite:///absolute/path` or `sqlite://relative/path`, taken as it is
/// written, without percent-decoding. Throws std::invalid_argument saying what is wrong with the url.
std::filesystem::path parse_database_url(std::string_view url);

} // namespace rollcall
