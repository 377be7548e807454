#include "transport/xmlrpc/gate.hpp"

#include <expat.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <type_traits>

namespace rollcall::xmlrpc {

namespace {

constexpr std::size_t piece_size = 1 << 20; // XML_Parse counts in int
constexpr std::size_t longest_i8 = 64;      // with leading zeros; whatever is longer is refused

struct parser_deleter {
  void operator()(XML_Parser parser) const noexcept { XML_ParserFree(parser); }
};

using parser_ptr = std::unique_ptr<std::remove_pointer_t<XML_Parser>, parser_deleter>;

struct inspection {
  XML_Parser parser = nullptr;
  std::size_t depth = 0;
  std::size_t depth_with_data = 0;
  bool in_i8 = false;
  std::string i8; ///< the text of the i8 that is open, as far as it matters
  bool refused = false;

  void refuse() {
    refused = true;
    XML_StopParser(parser, XML_FALSE);
  }
};

std::size_t levels_of(const XML_Char* name) { return std::string_view{name} == "data" ? 0 : 1; }

bool is_i8(const XML_Char* name) {
  const std::string_view element{name};
  return element == "i8" || element == "ex:i8";
}

// xmlrpc-c 1.33.14 crashes while it complains of an i8 that is none (a `%s` without its argument).
bool is_64_bit_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && text.size() <= longest_i8;
}

void on_start(void* data, const XML_Char* name, const XML_Char**) {
  auto& seen = *static_cast<inspection*>(data);
  if (seen.in_i8)
    seen.refuse();
  if (is_i8(name)) {
    seen.in_i8 = true;
    seen.i8.clear();
  }
  seen.depth += levels_of(name);
  if (seen.depth > max_depth || ++seen.depth_with_data > max_depth_with_data)
    seen.refuse();
}

void on_end(void* data, const XML_Char* name) {
  auto& seen = *static_cast<inspection*>(data);
  if (is_i8(name) && !is_64_bit_integer(seen.i8))
    seen.refuse();
  seen.in_i8 = false;
  seen.depth -= levels_of(name);
  --seen.depth_with_data;
}

void on_text(void* data, const XML_Char* text, int size) {
  auto& seen = *static_cast<inspection*>(data);
  if (seen.in_i8 && seen.i8.size() <= longest_i8)
    seen.i8.append(text, std::min(static_cast<std::size_t>(size), longest_i8 + 1));
}

void on_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  static_cast<inspection*>(data)->refuse();
}

} // namespace

std::optional<fault> refusal_of(std::string_view document) {
  const parser_ptr parser{XML_ParserCreate(nullptr)};
  if (!parser)
    throw std::bad_alloc{};
  inspection seen;
  seen.parser = parser.get();
  XML_SetUserData(parser.get(), &seen);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  for (bool last = false; !last;) {
    const auto piece = document.substr(0, piece_size);
    document.remove_prefix(piece.size());
    last = document.empty();
    if (XML_Parse(parser.get(), piece.data(), static_cast<int>(piece.size()), last) != XML_STATUS_OK)
      return seen.refused ? invalid_request() : parse_error();
  }
  return std::nullopt;
}

} // namespace rollcall::xmlrpc
