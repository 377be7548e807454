#include "apps/rollcall/directory_names.hpp"

#include "apps/rollcall/members.hpp"
#include "domain/base/visible_text.hpp"

#include <string_view>

namespace rollcall::cli {

directory_names names_of(api_client& api, const char* kind, boost::json::object by,
                         std::optional<std::int64_t> as) {
  by["kind"] = kind;
  if (as)
    by["i_customer"] = *as;
  try {
    const auto answer = api.call("findNames", by);
    const auto* members = answer.value.if_object();
    const auto* entries = members ? members->if_contains("entries") : nullptr;
    if (!entries || !entries->is_array())
      return {};
    if (entries->get_array().empty())
      return {false, {}, 0, 0};
    const auto& entry = entries->get_array().front();
    return {true, " \"" + visible_text(text_of(entry, "name")) + '"', number_of(entry, "id"),
            number_of(entry, "i_customer")};
  } catch (const unknown_method&) {
    return {};
  }
}

std::string exactly(const std::string& text) {
  std::string pattern;
  for (const char c : text)
    pattern += c == '*' ? std::string("\\*") : std::string(1, c);
  return pattern;
}

} // namespace rollcall::cli
