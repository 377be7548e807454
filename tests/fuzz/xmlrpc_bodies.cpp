#include "domain/base/text.hpp"
#include "fuzz.hpp"
#include "transport/xmlrpc/decode.hpp"
#include "transport/xmlrpc/encoding.hpp"
#include "transport/xmlrpc/escape.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <variant>

// The body of a request. What is read from it is fit for every text of ours, and is the same again when it is
// written anew, in UTF-8 as in UTF-16.

namespace {

using namespace rollcall;
using fuzz::must;

std::string escaped(std::string_view text) {
  std::string out;
  xmlrpc::escape(text, true, [&out](std::string_view piece) { out += piece; });
  return out;
}

std::string text_of(const xmlrpc::value& said);

struct as_xml {
  std::string operator()(const xmlrpc::nil&) const { return "<nil/>"; }
  std::string operator()(bool truth) const { return truth ? "<boolean>1</boolean>" : "<boolean>0</boolean>"; }
  std::string operator()(std::int64_t number) const { return "<i8>" + std::to_string(number) + "</i8>"; }
  std::string operator()(double number) const {
    std::array<char, 400> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed).ptr;
    return "<double>" + std::string{digits.data(), end} + "</double>";
  }
  std::string operator()(const std::string& text) const {
    must(is_clean(text), "a text is fit to be shown");
    return "<string>" + escaped(text) + "</string>";
  }
  std::string operator()(const xmlrpc::opaque&) const { return "<base64></base64>"; }
  std::string operator()(const xmlrpc::array& all) const {
    std::string out = "<array><data>";
    for (const auto& each : all)
      out += text_of(each);
    return out + "</data></array>";
  }
  std::string operator()(const xmlrpc::structure& all) const {
    std::string out = "<struct>";
    for (const auto& [name, held] : all) {
      must(is_clean(name), "a name is fit to be shown");
      out += "<member><name>" + escaped(name) + "</name>" + text_of(held) + "</member>";
    }
    return out + "</struct>";
  }
};

std::string text_of(const xmlrpc::value& said) {
  return "<value>" + std::visit(as_xml{}, said.data) + "</value>";
}

std::string document_of(const xmlrpc::method_call& call) {
  must(is_clean(call.name) && !call.name.empty(), "a method has a name that can be shown");
  auto out = "<methodCall><methodName>" + escaped(call.name) + "</methodName><params>";
  for (const auto& each : call.params)
    out += "<param>" + text_of(each) + "</param>";
  return out + "</params></methodCall>";
}

/// Of clean UTF-8; with the mark of its byte order.
std::string as_utf16(std::string_view text) {
  std::string out = "\xFF\xFE";
  const auto put = [&out](std::uint32_t unit) {
    out += static_cast<char>(unit & 0xFF);
    out += static_cast<char>(unit >> 8);
  };
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    auto code = size == 1 ? std::uint32_t{first} : first & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i)
      code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
    if (code > 0xFFFF) {
      put(0xD800 + ((code - 0x10000) >> 10));
      code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    put(code);
    text.remove_prefix(size);
  }
  return out;
}

/// xmlrpc-c computes a double digit by digit, so that the last bits of one may differ from what was written.
bool same(const xmlrpc::value& a, const xmlrpc::value& b) {
  if (const auto* x = a.as<double>(), *y = b.as<double>(); x && y)
    return *x == *y
           || (std::abs(*x) < 1e15 && *x == std::floor(*x) ? false
                                                           : std::abs(*x - *y) <= 1e-9 * std::abs(*x));
  if (const auto* x = a.as<xmlrpc::array>(), *y = b.as<xmlrpc::array>(); x && y)
    return std::equal(x->begin(), x->end(), y->begin(), y->end(), same);
  if (const auto* x = a.as<xmlrpc::structure>(), *y = b.as<xmlrpc::structure>(); x && y)
    return std::equal(x->begin(), x->end(), y->begin(), y->end(), [](const auto& one, const auto& other) {
      return one.name == other.name && same(one.held, other.held);
    });
  return a == b;
}

bool same(const xmlrpc::method_call& a, const xmlrpc::method_call& b) {
  return a.name == b.name && same(xmlrpc::value{a.params}, xmlrpc::value{b.params});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = fuzz::text_of(data, size);
  const auto own = xmlrpc::encoding_of(body);
  must(own.has_value() == xmlrpc::may_be_sent_as(own.value_or("utf-8"), body),
       "a document may be sent as what it is");
  const auto call = xmlrpc::decode(body);
  if (!call) {
    must(call.why() == xmlrpc::parse_error() || call.why() == xmlrpc::invalid_request(),
         "a refusal has its fault");
    return 0;
  }
  const auto document = document_of(*call);
  const auto again = xmlrpc::decode(document);
  must(static_cast<bool>(again) && same(*call, *again), "what was read can be written");
  const auto wide = xmlrpc::decode(as_utf16(document));
  must(static_cast<bool>(wide) && same(*call, *wide), "and in UTF-16");
  return 0;
}
