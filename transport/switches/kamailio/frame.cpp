#include "transport/switches/kamailio/frame.hpp"

#include "transport/switches/common/object_reader.hpp"
#include "transport/switches/common/quoted.hpp"
#include "transport/switches/kamailio/answer.hpp"
#include "transport/switches/kamailio/dialog_id.hpp"
#include "transport/switches/kamailio/hex.hpp"
#include "transport/switches/kamailio/natural.hpp"

#include <charconv>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>

namespace rollcall::kamailio {

namespace {

using kind = switches::json_value::kind;

/// A pong of a rollcall.cfg that does not know of faults.
constexpr const char* old_script = "rollcall.cfg is of an older rollcall: replace it, and restart Kamailio";

/// The fields of ours that the feed does not have.
struct extras {
  std::string type, run, transaction, error;
  std::optional<std::uint64_t> seq;
  std::string_view time; ///< a number
  bool hex = false;
  std::string faults{old_script};
};

std::optional<timestamp> time_of(std::string_view number) {
  double seconds = 0;
  const auto [at, failed] = std::from_chars(number.data(), number.data() + number.size(), seconds);
  return failed == std::errc{} ? timestamp_from_seconds(seconds) : std::nullopt;
}

void take(std::string& out, const switches::json_value& value) {
  if (value.type == kind::string)
    out = value.text;
}

/// Null, or what is wrong with the JSON.
const char* read_extras(std::string_view object, std::string& scratch, extras& out) {
  switches::object_reader reader{object, scratch};
  std::string_view name;
  switches::json_value value;
  while (reader.next(name, value)) {
    if (name == "type")
      take(out.type, value);
    else if (name == "seq")
      out.seq = natural(value);
    else if (name == "time" && value.type == kind::number)
      out.time = value.text;
    else if (name == "hex")
      out.hex = value.type == kind::boolean && value.text == "true";
    else if (name == "transaction")
      take(out.transaction, value);
    else if (name == "faults")
      take(out.faults, value);
    else if (name == "run")
      take(out.run, value);
    else if (name == "error")
      take(out.error, value);
  }
  return reader.error();
}

/// rollcall.cfg sends these, each with its type first.
bool is_ours(std::string_view type) {
  return type == "call" || type == "end" || type == "pong" || type == "rpc" || type == "hello";
}

bool decode_texts(call_event& event) {
  using text = call_text;
  for (const auto which : {text::sip_call_id, text::cli, text::cld, text::caller_media_ip, text::direction,
                           text::account_name}) {
    const auto said = event.texts.get(which);
    if (!said)
      continue;
    std::string decoded{*said};
    // An address is plain text, but was not in events of older rollcall.cfg.
    if (!decode_hex(decoded) && which != text::caller_media_ip)
      return false;
    event.texts.set(which, decoded);
  }
  return true;
}

frame report_of(switch_news& news, extras& extra) {
  if (news.empty())
    return bad_frame{"an empty frame"};
  if (auto* bad = std::get_if<malformed_event>(&news.front()))
    return bad_frame{std::move(bad->reason)};
  auto* event = std::get_if<call_event>(&news.front());
  if (!event)
    return bad_frame{"type does not belong here"};
  call_report report{extra.seq.value_or(0), std::move(extra.transaction), std::move(*event)};
  for (auto& each : std::span{news}.subspan(1))
    if (auto* bad = std::get_if<malformed_field>(&each))
      report.bad_fields.push_back(std::move(*bad));
  if (!is_transaction_id(report.transaction))
    report.transaction.clear();
  if (extra.hex && !decode_texts(report.event))
    return bad_frame{"call " + switches::quoted(report.event.id) + ": bad hexadecimal digits"};
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
  const auto* error = read_extras(payload, scratch_, extra);
  if (!is_ours(extra.type))
    return foreign_frame{};
  if (error)
    return bad_frame{std::string{"not JSON: "} + error};
  if (extra.type == "rpc")
    return bad_frame{"a command was not understood: " + switches::one_line(extra.error, 100)};
  if (!extra.seq)
    return bad_frame{"seq is required"};
  if (extra.type == "pong")
    return pong{*extra.seq, time_of(extra.time), std::move(extra.faults)};
  if (extra.type == "hello")
    return extra.run.empty() ? frame{bad_frame{"hello: run is required"}}
                             : frame{hello{extra.run, *extra.seq, time_of(extra.time)}};
  switch_news news;
  parser_.parse(payload, received, news);
  return report_of(news, extra);
}

} // namespace rollcall::kamailio
