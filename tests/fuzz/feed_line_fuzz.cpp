#include "domain/base/text.hpp"
#include "transport/switches/common/line_parser.hpp"
#include "transport/switches/feed/line_splitter.hpp"

#include <boost/json/src.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <regex>
#include <string>

// Bytes of a hostile switch, as one line and cut into lines. What must hold: no line says more than one
// thing besides what is wrong with its fields, the id of what it says is fit to be shown, and the JSON reader
// agrees with Boost.JSON.

namespace {

using namespace rollcall;

void must(bool holds) {
  if (!holds)
    std::abort();
}

/// With escaped surrogates replaced by letters: lone ones are the one thing that we take and Boost does not.
std::string without_surrogates(const std::string& text) {
  static const std::regex surrogate{R"(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"};
  return std::regex_replace(text, surrogate, "\\u0041");
}

/// None when a number's exponent makes Boost give up before it has seen everything.
std::optional<bool> boost_takes(const std::string& text) {
  namespace json = boost::json;
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  json::error_code ec;
  const auto value = json::parse(text, ec, {}, options);
  if (ec == json::error::exponent_overflow)
    return std::nullopt;
  return !ec && value.is_object();
}

void check_reader(const std::string& line) {
  std::string scratch;
  feed::object_reader reader{line, scratch};
  std::string_view name;
  feed::json_value value;
  while (reader.next(name, value))
    ;
  const auto taken = reader.error() == nullptr;
  must(taken == boost_takes(without_surrogates(line)).value_or(taken));
}

void check_news(feed::line_parser& parser, std::string_view line) {
  switch_news news;
  parser.parse(line, timestamp{}, news);
  must(std::count_if(news.begin(), news.end(),
                     [](const auto& item) { return !std::holds_alternative<bad_field>(item); })
       <= 1);
  for (const auto& item : news) {
    if (const auto* call = std::get_if<call_event>(&item))
      must(!call->id.empty() && is_clean(call->id));
    if (const auto* bad = std::get_if<bad_field>(&item))
      must(!bad->reason.empty() && is_clean(bad->reason));
    if (const auto* bad = std::get_if<bad_line>(&item))
      must(!bad->reason.empty() && is_clean(bad->reason));
  }
}

void check_lines(feed::line_parser& parser, std::string_view bytes) {
  constexpr std::size_t line_limit = 64;
  feed::line_splitter splitter{line_limit};
  while (!bytes.empty()) {
    const auto space = splitter.space();
    const auto size = std::min(bytes.size(), space.size());
    std::copy_n(bytes.begin(), size, space.begin());
    splitter.added(size);
    bytes.remove_prefix(size);
    std::string_view line;
    for (auto what = splitter.next(line); what != feed::line_splitter::found::none;
         what = splitter.next(line))
      if (what == feed::line_splitter::found::line) {
        must(line.size() <= line_limit && line.find('\n') == line.npos);
        check_news(parser, line);
      }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Used again and again, as a connection does.
  static feed::line_parser parser;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  check_reader(bytes);
  check_news(parser, bytes);
  parser.parse_hello(bytes);
  check_lines(parser, bytes);
  return 0;
}
