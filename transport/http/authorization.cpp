#include "transport/http/authorization.hpp"

#include "transport/http/text.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <utility>

namespace rollcall::http {
namespace {

constexpr std::string_view scheme = "Digest";

struct parameter {
  std::string_view name;
  std::string authorization::*value;
};

// The order fixes nothing; the index only remembers which ones have been seen.
constexpr std::array parameters{
    parameter{"username", &authorization::username}, parameter{"realm", &authorization::realm},
    parameter{"nonce", &authorization::nonce},       parameter{"uri", &authorization::uri},
    parameter{"response", &authorization::response}, parameter{"algorithm", &authorization::algorithm},
    parameter{"cnonce", &authorization::cnonce},     parameter{"nc", &authorization::nc},
    parameter{"qop", &authorization::qop},           parameter{"username*", &authorization::username},
};

/// Walks a comma-separated list of name=value.
class scanner {
public:
  explicit scanner(std::string_view text) : rest_(text) {}

  bool at_end() {
    skip(" \t,");
    return rest_.empty();
  }

  std::string_view name() {
    const auto length = rest_.find_first_of("= \t,\"");
    return take(length == std::string_view::npos ? rest_.size() : length);
  }

  bool equals_sign() {
    skip(" \t");
    if (rest_.empty() || rest_.front() != '=')
      return false;
    rest_.remove_prefix(1);
    skip(" \t");
    return true;
  }

  std::optional<std::string> value() {
    if (!rest_.empty() && rest_.front() == '"')
      return quoted();
    const auto length = rest_.find_first_of(" \t,");
    return std::string{take(length == std::string_view::npos ? rest_.size() : length)};
  }

  /// True when a comma or the end follows, so that `a="x"b=y` is no list.
  bool separated() {
    skip(" \t");
    return rest_.empty() || rest_.front() == ',';
  }

private:
  void skip(std::string_view any_of) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(any_of), rest_.size()));
  }

  std::string_view take(std::size_t length) {
    const auto taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }

  std::optional<std::string> quoted() {
    std::string out;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return out;
      }
      if (rest_[i] == '\\' && ++i == rest_.size())
        break;
      out += rest_[i];
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

/// `UTF-8''J%C3%A4s%C3%B8n` to its bytes (RFC 8187, 3.2.1).
std::optional<std::string> decode_extended(std::string_view text) {
  constexpr std::string_view charset = "UTF-8'";
  if (text.size() < charset.size() || !iequals(text.substr(0, charset.size()), charset))
    return std::nullopt;
  const auto language_end = text.find('\'', charset.size());
  if (language_end == std::string_view::npos)
    return std::nullopt;
  std::string out;
  for (auto i = language_end + 1; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = i + 2 < text.size() ? hex_number(text.substr(i + 1, 2)) : std::nullopt;
    if (!byte)
      return std::nullopt;
    out += static_cast<char>(*byte);
    i += 2;
  }
  return out;
}

} // namespace

bool is_digest(std::string_view header) {
  return header.size() > scheme.size() && iequals(header.substr(0, scheme.size()), scheme)
         && (header[scheme.size()] == ' ' || header[scheme.size()] == '\t');
}

std::optional<authorization> parse_authorization(std::string_view header, std::string& reason) {
  const auto refuse = [&reason](std::string why) {
    reason = std::move(why);
    return std::nullopt;
  };
  authorization result;
  std::bitset<parameters.size()> seen;
  scanner in{header.substr(scheme.size())};
  while (!in.at_end()) {
    const auto name = in.name();
    if (name.empty() || !in.equals_sign())
      return refuse("Authorization is not a list of name=value");
    auto value = in.value();
    if (!value || !in.separated())
      return refuse("Authorization has a broken value");
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (!iequals(name, parameters[i].name))
        continue;
      if (seen[i])
        return refuse("Authorization names " + std::string{parameters[i].name} + " twice");
      seen.set(i);
      if (name.back() == '*' && !(value = decode_extended(*value)))
        return refuse("Authorization has a broken username*");
      result.*parameters[i].value = std::move(*value);
    }
  }
  return result;
}

} // namespace rollcall::http
