#include "apps/simulator/lines.hpp"
#include "domain/base/text.hpp"
#include "fuzz.hpp"
#include "news_text.hpp"
#include "transport/switches/common/line_parser.hpp"
#include "transport/switches/common/line_splitter.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <regex>
#include <string>

// Bytes of a hostile switch. However they are cut, the lines are those between line feeds; no line says more
// than one thing besides what is wrong with its fields, nor anything of the line before; the id of what it
// says is fit to be shown; what is said of a call can be said again; and the JSON reader agrees with
// Boost.JSON.

namespace {

using namespace rollcall;
using fuzz::must;

constexpr std::size_t line_limit = 200;

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
  switches::object_reader reader{line, scratch};
  std::string_view name;
  switches::json_value value;
  while (reader.next(name, value))
    ;
  const auto taken = reader.error() == nullptr;
  must(taken == boost_takes(without_surrogates(line)).value_or(taken), "Boost.JSON agrees");
}

std::string line_of(const call_event& said) {
  std::string line = said.state == call_state::dead ? R"({"type":"end","id":)" : R"({"type":"call","id":)";
  append_json_string(line, said.id);
  if (said.state != call_state::dead)
    line.append(R"(,"state":")").append(to_string(said.state)) += '"';
  const auto moment = [&line](const char* name, const std::optional<timestamp>& at) {
    if (!at)
      return;
    if (*at == timestamp{}) { // was said, and of no use
      line.append(",\"").append(name).append("\":-1");
      return;
    }
    const auto micros = at->time_since_epoch().count();
    const auto rest = std::to_string(1'000'000 + micros % 1'000'000);
    line.append(",\"").append(name).append("\":").append(std::to_string(micros / 1'000'000)) += '.';
    line += rest.substr(1);
  };
  moment("time", said.ended);
  moment("setup_time", said.setup);
  moment("connect_time", said.connect);
  if (said.account)
    line += R"(,"i_account":)" + std::to_string(said.account->value());
  if (said.connection)
    line += R"(,"i_connection":)" + std::to_string(said.connection->value());
  said.texts.each([&line](call_text which, std::string_view text) {
    constexpr std::string_view names[] = {
        "", "call_id", "cli", "cld", "caller_media_ip", "callee_media_ip", "direction", "account"};
    line.append(",\"").append(names[static_cast<std::size_t>(which)]).append("\":");
    append_json_string(line, text);
  });
  return line + '}';
}

void check_line(switches::line_parser& parser, std::string_view line) {
  switch_news news;
  parser.parse(line, timestamp{}, news);
  switch_news alone;
  switches::line_parser{}.parse(line, timestamp{}, alone);
  must(fuzz::text_of(news) == fuzz::text_of(alone), "a line says nothing of the one before");
  must(std::count_if(news.begin(), news.end(),
                     [](const auto& item) { return !std::holds_alternative<malformed_field>(item); })
           <= 1,
       "a line says one thing");
  for (const auto& item : news) {
    if (const auto* bad = std::get_if<malformed_field>(&item))
      must(!bad->reason.empty() && is_clean(bad->reason), "a reason can be shown");
    if (const auto* bad = std::get_if<malformed_event>(&item))
      must(!bad->reason.empty() && is_clean(bad->reason), "a reason can be shown");
    if (const auto* call = std::get_if<call_event>(&item)) {
      must(!call->id.empty() && is_clean(call->id), "an id can be shown");
      switch_news again;
      parser.parse(line_of(*call), timestamp{}, again);
      must(!again.empty() && fuzz::text_of(switch_news{again.front()}) == fuzz::text_of(switch_news{item}),
           "what is said of a call can be said again");
    }
  }
}

/// The lines as they are defined: each up to its line feed, without a carriage return before that.
std::vector<std::string> lines_in(std::string_view bytes) {
  std::vector<std::string> lines;
  for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
    auto line = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    lines.emplace_back(line.size() <= line_limit ? line : "too long");
  }
  if (bytes.size() > line_limit + 1) // whatever is still to come
    lines.emplace_back("too long");
  return lines;
}

void check_lines(switches::line_parser& parser, std::string_view bytes) {
  using found = switches::line_splitter::found;
  switches::line_splitter splitter{line_limit};
  std::vector<std::string> lines;
  fuzz::in_pieces(bytes, [&](std::string_view piece) {
    while (!piece.empty()) {
      const auto space = splitter.space();
      const auto size = std::min(piece.size(), space.size());
      must(size > 0, "there is room for what comes");
      std::copy_n(piece.begin(), size, space.begin());
      splitter.added(size);
      piece.remove_prefix(size);
      std::string_view line;
      for (auto what = splitter.next(line); what != found::none; what = splitter.next(line)) {
        lines.emplace_back(what == found::line ? line : "too long");
        if (what == found::line)
          check_line(parser, line);
      }
    }
  });
  must(lines == lines_in(bytes), "lines are the same however they are cut");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Used again and again, as a connection does.
  static switches::line_parser parser;
  const std::string bytes{fuzz::text_of(data, size)};
  check_reader(bytes);
  check_line(parser, bytes);
  parser.parse_hello(bytes);
  check_lines(parser, bytes);
  return 0;
}
