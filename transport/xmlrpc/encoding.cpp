#include "transport/xmlrpc/encoding.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rollcall::xmlrpc {

namespace {

using std::string_view;

constexpr string_view utf8_mark = "\xEF\xBB\xBF";

/// The names that clients use, beside the canonical ones (IANA, "Character Sets").
constexpr std::array<std::pair<string_view, string_view>, 14> aliases{{
    {"utf8", "utf-8"},
    {"utf-16le", "utf-16"},
    {"utf-16be", "utf-16"},
    {"ascii", "us-ascii"},
    {"iso646-us", "us-ascii"},
    {"latin1", "iso-8859-1"},
    {"latin-1", "iso-8859-1"},
    {"iso8859-1", "iso-8859-1"},
    {"iso_8859-1", "iso-8859-1"},
    {"cp1252", "windows-1252"},
    {"x-cp1252", "windows-1252"},
    {"latin9", "iso-8859-15"},
    {"latin-9", "iso-8859-15"},
    {"iso8859-15", "iso-8859-15"},
}};

/// Bytes 0x80 to 0x9F of windows-1252. Five of them are nothing.
constexpr std::array<int, 32> windows_1252{
    0x20AC, -1,     0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, -1,     0x017D, -1,     -1,     0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, -1,     0x017E, 0x0178,
};

/// Where ISO-8859-15 differs from ISO-8859-1.
constexpr std::array<std::pair<int, int>, 8> latin_9{{
    {0xA4, 0x20AC},
    {0xA6, 0x0160},
    {0xA8, 0x0161},
    {0xB4, 0x017D},
    {0xB8, 0x017E},
    {0xBC, 0x0152},
    {0xBD, 0x0153},
    {0xBE, 0x0178},
}};

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

string_view without_blanks(string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  return text;
}

bool is_utf16(string_view document) {
  constexpr std::array<string_view, 4> begins{"\xFE\xFF", "\xFF\xFE", {"\0<", 2}, {"<\0", 2}};
  return std::any_of(begins.begin(), begins.end(),
                     [&](string_view one) { return document.starts_with(one); });
}

bool is_ascii(string_view document) {
  return std::none_of(document.begin(), document.end(), [](char c) { return (c & 0x80) != 0; });
}

} // namespace

std::string canonical_encoding(string_view name) {
  std::string lower{name};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto* const known =
      std::find_if(aliases.begin(), aliases.end(), [&](const auto& one) { return one.first == lower; });
  return known == aliases.end() ? lower : std::string{known->second};
}

string_view declared_encoding(string_view document) {
  constexpr string_view begin = "<?xml";
  constexpr string_view key = "encoding";
  if (document.starts_with(utf8_mark))
    document.remove_prefix(utf8_mark.size());
  if (!document.starts_with(begin) || document.size() == begin.size() || !is_blank(document[begin.size()]))
    return {};
  auto rest = document.substr(begin.size(), document.find("?>") - begin.size());
  const auto at = rest.find(key);
  if (at == 0 || at == string_view::npos || !is_blank(rest[at - 1]))
    return {};
  rest = without_blanks(rest.substr(at + key.size()));
  if (!rest.starts_with('='))
    return {};
  rest = without_blanks(rest.substr(1));
  if (rest.empty() || (rest.front() != '"' && rest.front() != '\''))
    return {};
  const auto end = rest.find(rest.front(), 1);
  return end == string_view::npos ? string_view{} : rest.substr(1, end - 1);
}

std::optional<std::string> encoding_of(string_view document) {
  if (is_utf16(document))
    return "utf-16";
  const auto declared = declared_encoding(document);
  auto name = declared.empty() ? std::string{"utf-8"} : canonical_encoding(declared);
  if (!document.starts_with(utf8_mark))
    return name;
  if (name != "utf-8" && name != "us-ascii")
    return std::nullopt;
  return "utf-8";
}

bool may_be_sent_as(string_view charset, string_view document) {
  const auto told = canonical_encoding(charset);
  const auto own = encoding_of(document);
  if (!own || told == *own)
    return own.has_value();
  return (told == "utf-8" && *own == "us-ascii")
         || (told == "us-ascii" && *own == "utf-8" && is_ascii(document));
}

bool map_bytes(string_view name, int (&map)[256]) {
  const auto known = canonical_encoding(name);
  if (known != "windows-1252" && known != "iso-8859-15")
    return false;
  for (int byte = 0; byte < 256; ++byte)
    map[byte] = byte;
  if (known == "windows-1252")
    std::copy(windows_1252.begin(), windows_1252.end(), map + 0x80);
  else
    for (const auto& [byte, code] : latin_9)
      map[byte] = code;
  return true;
}

} // namespace rollcall::xmlrpc
