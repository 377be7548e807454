#include "storage/directory_rows.hpp"

namespace rollcall {

void in_order(std::vector<login>& logins) {
  std::sort(logins.begin(), logins.end(),
            [](const auto& a, const auto& b) { return a.web_login < b.web_login; });
}

std::optional<std::string> text_or_null(const std::optional<rights>& granted) {
  return granted ? std::optional{to_string(*granted)} : std::nullopt;
}

rights stored_rights(std::string_view text, const std::string& whose) {
  std::string unknown;
  if (const auto found = parse_rights(text, unknown))
    return *found;
  throw directory_error{whose + ": the database has the api_rights '" + std::string{text} + "', and '"
                        + unknown + "' is no right"};
}

} // namespace rollcall
