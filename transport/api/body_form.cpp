#include "transport/api/body_form.hpp"

#include "domain/base/text.hpp"
#include "transport/http/text.hpp"
#include "transport/xmlrpc/encoding.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::api {

namespace {

using std::string_view;

bool is_identity(string_view codings) {
  while (!codings.empty())
    if (const auto one = http::next_element(codings); !one.empty() && !http::iequals(one, "identity"))
      return false;
  return true;
}

/// The values of the parameter `charset` in a Content-Type, without quotes. Quoted text may hold semicolons.
std::vector<std::string> charsets_in(string_view content_type) {
  std::vector<std::string> found;
  std::string part;
  bool quoted = false;
  const auto take = [&] {
    const auto equals = part.find('=');
    if (equals != std::string::npos
        && http::iequals(http::trim(string_view{part}.substr(0, equals)), "charset"))
      found.emplace_back(http::trim(string_view{part}.substr(equals + 1)));
    part.clear();
  };
  for (const char c : content_type) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ';' && !quoted)
      take();
    else
      part += c;
  }
  take();
  return found;
}

} // namespace

std::optional<http::response> refusal_of_body(const http::request& request) {
  for (const auto& [name, value] : request.fields)
    if (http::iequals(name, "Content-Encoding") && !is_identity(value))
      return http::text_response(415, "The body must not be encoded: send it without Content-Encoding.");
  for (const auto& [name, value] : request.fields) {
    if (!http::iequals(name, "Content-Type"))
      continue;
    for (const auto& charset : charsets_in(value)) {
      if (xmlrpc::may_be_sent_as(charset, request.body))
        continue;
      const auto own = xmlrpc::encoding_of(request.body);
      return http::text_response(400, "Content-Type says charset " + cleaned(charset)
                                          + ", but the document is "
                                          + cleaned(own.value_or("of two encodings")) + ".");
    }
  }
  return std::nullopt;
}

} // namespace rollcall::api
