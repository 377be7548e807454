#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace rollcall {

/// Where something stands in a text file; both counted from 1.
struct text_place {
  std::size_t line = 1;
  std::size_t column = 1;
  friend bool operator==(const text_place&, const text_place&) = default;
};

/// A configuration that cannot be used. what() is `file:line:column: reason`.
class config_error : public std::runtime_error {
public:
  config_error(const std::filesystem::path& file_of, text_place place, const std::string& why)
      : std::runtime_error(file_of.string() + ':' + std::to_string(place.line) + ':'
                           + std::to_string(place.column) + ": " + why),
        file(file_of),
        line(place.line),
        column(place.column),
        reason(why) {}

  std::filesystem::path file;
  std::size_t line;
  std::size_t column;
  std::string reason;
};

} // namespace rollcall
