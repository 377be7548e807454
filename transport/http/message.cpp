#include "transport/http/message.hpp"

#include "transport/http/text.hpp"

#include <algorithm>

namespace rollcall::http {

const std::string* request::find(std::string_view name) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [name](const field& f) { return iequals(f.first, name); });
  return found == fields.end() ? nullptr : &found->second;
}

std::string_view request::value(std::string_view name) const {
  const auto* found = find(name);
  return found ? std::string_view{*found} : std::string_view{};
}

response text_response(unsigned status, std::string text) {
  response answer;
  answer.status = status;
  answer.content_type = "text/plain; charset=utf-8";
  answer.body = std::move(text += '\n');
  return answer;
}

} // namespace rollcall::http
