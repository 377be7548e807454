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

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Walks a comma-separated list of name=value. Every request has one.
class scanner {
public:
  scanner(std::string_view text, backslash in_quotes) : rest_(text), in_quotes_(in_quotes) {}

  bool at_end() {
    skip([](char c) { return is_blank(c) || c == ','; });
    return rest_.empty();
  }

  std::string_view name() {
    return take([](char c) { return c != '=' && c != ',' && c != '"' && !is_blank(c); });
  }

  bool equals_sign() {
    skip(is_blank);
    if (!rest_.starts_with('='))
      return false;
    rest_.remove_prefix(1);
    skip(is_blank);
    return true;
  }

  /// False when the quotes do not end.
  bool value(std::string& out) {
    if (rest_.starts_with('"'))
      return quoted(out);
    out = take([](char c) { return c != ',' && !is_blank(c); });
    return true;
  }

  /// True when a comma or the end follows, so that `a="x"b=y` is no list.
  bool separated() {
    skip(is_blank);
    return rest_.empty() || rest_.front() == ',';
  }

private:
  template <class Is>
  std::string_view take(Is is) {
    std::size_t length = 0;
    while (length < rest_.size() && is(rest_[length]))
      ++length;
    const auto taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }

  template <class Is>
  void skip(Is is) {
    take(is);
  }

  bool quoted(std::string& out) {
    rest_.remove_prefix(1);
    out.clear();
    for (;;) {
      out += take([this](char c) { return c != '"' && (c != '\\' || in_quotes_ == backslash::is_text); });
      if (rest_.empty())
        return false;
      const bool ended = rest_.front() == '"';
      rest_.remove_prefix(1);
      if (ended)
        return true;
      if (rest_.empty())
        return false;
      out += rest_.front();
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
  backslash in_quotes_;
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

std::optional<authorization> parse_authorization(std::string_view header, std::string& reason,
                                                 backslash in_quotes) {
  const auto refuse = [&reason](std::string why) {
    reason = std::move(why);
    return std::nullopt;
  };
  authorization result;
  std::bitset<parameters.size()> seen;
  std::string unknown;
  scanner in{header.substr(scheme.size()), in_quotes};
  while (!in.at_end()) {
    const auto name = in.name();
    if (name.empty() || !in.equals_sign())
      return refuse("Authorization is not a list of name=value");
    const auto* const known = std::find_if(parameters.begin(), parameters.end(),
                                           [&](const auto& one) { return iequals(one.name, name); });
    auto& value = known != parameters.end() ? result.*known->value : unknown;
    if (known != parameters.end()) {
      const auto index = static_cast<std::size_t>(known - parameters.begin());
      if (seen[index])
        return refuse("Authorization names " + std::string{known->name} + " twice");
      seen.set(index);
    }
    if (!in.value(value) || !in.separated())
      return refuse("Authorization has a broken value");
    if (known != parameters.end() && name.back() == '*') {
      auto decoded = decode_extended(value);
      if (!decoded)
        return refuse("Authorization has a broken username*");
      value = std::move(*decoded);
    }
  }
  return result;
}

} // namespace rollcall::http
