#include "domain/base/text_pattern.hpp"

#include <cstring>

namespace rollcall {

namespace {

constexpr std::string_view star = "*";
constexpr std::string_view escaped_star = "\\*";

/// In time that grows with the sum of both, whatever they are: the text is a stranger's.
bool holds(std::string_view text, std::string_view part) {
  return part.empty() || memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

} // namespace

std::optional<text_pattern> text_pattern::parse(std::string_view written) {
  text_pattern result;
  result.open_front_ = written.starts_with(star);
  if (result.open_front_)
    written.remove_prefix(star.size());
  while (!written.empty()) {
    if (written == star) {
      result.open_back_ = true;
      break;
    }
    if (written.starts_with(star))
      return std::nullopt;
    if (written.starts_with(escaped_star))
      written.remove_prefix(escaped_star.size() - star.size());
    result.text_ += written.front();
    written.remove_prefix(1);
  }
  return result;
}

bool text_pattern::matches(std::string_view text) const noexcept {
  if (open_front_ && open_back_)
    return holds(text, text_);
  if (open_front_)
    return text.ends_with(text_);
  return open_back_ ? text.starts_with(text_) : text == text_;
}

std::string text_pattern::written() const {
  std::string result{open_front_ ? star : ""};
  for (const auto c : text_)
    result.append(star == std::string_view{&c, 1} ? escaped_star : std::string_view{&c, 1});
  return result.append(open_back_ ? star : "");
}

} // namespace rollcall
