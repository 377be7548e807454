#include "domain/directory/rights.hpp"

#include <algorithm>

namespace rollcall {

std::string to_string(rights which) {
  std::string text;
  for (const auto& [each, name] : right_names)
    if (which.has(each))
      text.append(text.empty() ? "" : " ").append(name);
  return text;
}

std::optional<rights> parse_rights(std::string_view text, std::string& unknown) {
  rights found;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.empty())
      continue;
    const auto* const named = std::find_if(right_names.begin(), right_names.end(),
                                           [&](const auto& each) { return each.second == word; });
    if (named == right_names.end()) {
      unknown = word;
      return std::nullopt;
    }
    found.add(named->first);
  }
  return found;
}

} // namespace rollcall
