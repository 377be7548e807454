#include "transport/kamailio/frame.hpp"

#include "transport/feed/object_reader.hpp"
#include "transport/feed/quoted.hpp"
#include "transport/kamailio/answer.hpp"
#include "transport/kamailio/hex.hpp"

#include <charconv>
#include <initializer_list>
#include <optional>
#include <utility>

namespace rollcall::kamailio {

namespace {

using kind = feed::json_value::kind;

/// The fields of ours that the feed does not have.
struct extras {
  std::string type, run, cseq, error;
  std::optional<std::uint64_t> seq;
  bool hex = false;
};

std::optional<std::uint64_t> natural(const feed::json_value& value) {
  std::uint64_t number = 0;
  const auto* const end = value.text.data() + value.text.size();
  if (value.type != kind::number || value.text.empty())
    return std::nullopt;
  const auto [at, failed] = std::from_chars(value.text.data(), end, number);
  return failed == std::errc{} && at == end ? std::optional{number} : std::nullopt;
}

void take(std::string& out, const feed::json_value& value) {
  if (value.type == kind::string)
    out = value.text;
}

/// Null, or what is wrong with the JSON.
const char* read_extras(std::string_view object, std::string& scratch, extras& out) {
  feed::object_reader reader{object, scratch};
  std::string_view name;
  feed::json_value value;
  while (reader.next(name, value)) {
    if (name == "type")
      take(out.type, value);
    else if (name == "seq")
      out.seq = natural(value);
    else if (name == "hex")
      out.hex = value.type == kind::boolean && value.text == "true";
    else if (name == "cseq")
      take(out.cseq, value);
    else if (name == "run")
      take(out.run, value);
    else if (name == "error")
      take(out.error, value);
  }
  return reader.error();
}

bool decode_texts(call_event& event) {
  using text = call_text;
  for (const auto which : {text::sip_call_id, text::cli, text::cld, text::caller_media_ip, text::direction,
                           text::account_name}) {
    const auto said = event.texts.get(which);
    if (!said)
      continue;
    std::string decoded{*said};
    if (!decode_hex(decoded))
      return false;
    event.texts.set(which, decoded);
  }
  return true;
}

frame report_of(switch_news& news, extras& extra) {
  if (news.empty())
    return bad_frame{"an empty frame"};
  if (auto* bad = std::get_if<bad_line>(&news.front()))
    return bad_frame{std::move(bad->reason)};
  auto* event = std::get_if<call_event>(&news.front());
  if (!event)
    return bad_frame{"type does not belong here"};
  call_report report{extra.seq.value_or(0), std::move(extra.cseq), std::move(*event)};
  if (extra.hex && (!decode_texts(report.event) || !decode_hex(report.cseq)))
    return bad_frame{"call " + feed::quoted(report.event.id) + ": bad hexadecimal digits"};
  return report;
}

} // namespace

frame frame_reader::read_report(std::string_view object, timestamp received) {
  extras extra;
  if (const auto* error = read_extras(object, scratch_, extra))
    return bad_frame{std::string{"not JSON: "} + error};
  switch_news news;
  parser_.parse(object, received, news);
  return report_of(news, extra);
}

frame frame_reader::read(std::string_view payload, timestamp received) {
  if (const auto answer = answer_in(payload); !answer.empty())
    return read_answer(answer);
  extras extra;
  if (const auto* error = read_extras(payload, scratch_, extra))
    return bad_frame{std::string{"not JSON: "} + error};
  if (extra.type == "rpc")
    return bad_frame{"a command was not understood: " + feed::one_line(extra.error, 100)};
  if (!extra.seq)
    return bad_frame{"seq is required"};
  if (extra.type == "pong")
    return pong{*extra.seq};
  if (extra.type == "hello")
    return extra.run.empty() ? frame{bad_frame{"hello: run is required"}}
                             : frame{hello{extra.run, *extra.seq}};
  switch_news news;
  parser_.parse(payload, received, news);
  return report_of(news, extra);
}

} // namespace rollcall::kamailio
