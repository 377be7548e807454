#include "transport/http/header_rules.hpp"

#include "transport/http/text.hpp"

#include <algorithm>

namespace rollcall::http {
namespace {

auto count(const request& header, std::string_view name) {
  return std::count_if(header.fields.begin(), header.fields.end(),
                       [name](const field& f) { return iequals(f.first, name); });
}

bool known_form(const request& header) {
  const std::string_view target = header.target;
  return target.starts_with('/') || target.find("://") != std::string_view::npos
         || (target == "*" && header.method == "OPTIONS");
}

/// A weight of zero in any spelling: `0`, `0.`, `0.000`.
bool is_zero(std::string_view weight) {
  return !weight.empty() && weight.front() == '0' && weight.find_first_not_of("0.") == std::string_view::npos;
}

} // namespace

std::optional<refusal> check_header(const request& header) {
  const bool modern = header.version >= 11;
  const auto hosts = count(header, "Host");
  if (hosts > 1 || (modern && hosts == 0))
    return refusal{400, "A request names its Host once."};
  if (count(header, "Content-Type") > 1) // nobody knows which one counts
    return refusal{400, "A request names its Content-Type once."};
  if (!known_form(header))
    return refusal{400, "The request target is not a path."};
  if (const auto* encoding = header.find("Transfer-Encoding")) {
    if (!modern)
      return refusal{400, "HTTP/1.0 has no Transfer-Encoding."};
    if (header.find("Content-Length"))
      return refusal{400, "Transfer-Encoding and Content-Length exclude each other."};
    if (count(header, "Transfer-Encoding") > 1 || !iequals(trim(*encoding), "chunked"))
      return refusal{501, "The only Transfer-Encoding understood is chunked."};
  }
  if (modern && header.find("Expect") && !expects_continue(header))
    return refusal{417, "The only Expect understood is 100-continue."};
  return std::nullopt;
}

bool expects_continue(const request& header) {
  return header.version >= 11 && count(header, "Expect") == 1
         && iequals(trim(header.value("Expect")), "100-continue");
}

void split_target(request& header) {
  std::string_view rest = header.target;
  const auto scheme_end = rest.find("://");
  if (!rest.starts_with('/') && scheme_end != std::string_view::npos) {
    rest.remove_prefix(scheme_end + 3);
    rest.remove_prefix(std::min(rest.find_first_of("/?"), rest.size()));
  }
  const auto mark = std::min(rest.find('?'), rest.size());
  header.path = rest.substr(0, mark);
  rest.remove_prefix(mark);
  header.query = rest.empty() ? rest : rest.substr(1);
  if (header.path.empty())
    header.path = '/';
}

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const auto element = next_element(accept_encoding);
    const auto semicolon = element.find(';');
    const auto coding = trim(element.substr(0, semicolon));
    bool allowed = true;
    if (semicolon != std::string_view::npos) {
      const auto weight = trim(element.substr(semicolon + 1));
      if (weight.size() > 2 && iequals(weight.substr(0, 2), "q="))
        allowed = !is_zero(trim(weight.substr(2)));
    }
    if (iequals(coding, "gzip") || iequals(coding, "x-gzip"))
      return allowed; // its own word counts more than that of `*`
    if (coding == "*")
      any = allowed;
  }
  return any;
}

} // namespace rollcall::http
