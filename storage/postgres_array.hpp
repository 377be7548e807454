#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::postgres {

/// Many values that travel as one parameter: unnest($1::bigint[]) makes rows of them. A statement for each
/// row would wait for the server each time.
class array {
public:
  void add(std::int64_t number) { element() += std::to_string(number); }

  void add(std::optional<std::int64_t> number) {
    if (number)
      add(*number);
    else
      add_null();
  }

  void add_null() { element() += "NULL"; }

  void add(bool flag) { element() += flag ? 't' : 'f'; }

  void add(std::string_view text) {
    element() += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\')
        text_ += '\\';
      text_ += c;
    }
    text_ += '"';
  }

  /// As PostgreSQL reads it.
  std::string text() const { return text_ + '}'; }

private:
  std::string& element() {
    if (text_.size() > 1)
      text_ += ',';
    return text_;
  }

  std::string text_ = "{";
};

} // namespace rollcall::postgres
