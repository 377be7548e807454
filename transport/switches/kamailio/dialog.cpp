#include "transport/switches/kamailio/dialog.hpp"

#include "transport/switches/kamailio/dialog_id.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <optional>
#include <utility>

namespace rollcall::kamailio {

namespace json = boost::json;

namespace {

/// The dialog module's states (its README, "dlg.list").
enum dialog_state : std::int64_t {
  unconfirmed = 1,
  early = 2,
  confirmed_no_ack = 3,
  confirmed = 4,
  deleted = 5
};

/// What rollcall.cfg writes for the media address of a gateway that is tried no more.
constexpr std::string_view no_media = "-";

/// What rollcall.cfg keeps in a dialog.
struct variables {
  std::string_view id, call, stage, transaction, answer, caller, media;
};

json::value parsed(std::string_view text) {
  json::parse_options options;
  options.allow_invalid_utf8 = true; // Kamailio copies dialled numbers as they came
  boost::system::error_code ec;
  auto value = json::parse({text.data(), text.size()}, ec, {}, options);
  return ec ? json::value{} : value;
}

std::optional<std::int64_t> integer(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value && value->is_int64() ? std::optional{value->get_int64()} : std::nullopt;
}

void collect(const json::object& from, variables& into) {
  const auto read = [&from](const char* name, std::string_view& out) {
    if (const auto* value = from.if_contains(name); value && value->is_string())
      out = {value->get_string().data(), value->get_string().size()};
  };
  read("rc_id", into.id);
  read("rc_call", into.call);
  read("rc_stage", into.stage);
  read("rc_trans", into.transaction);
  read("rc_answer", into.answer);
  read("rc_caller", into.caller);
  read("rc_media", into.media);
}

/// dlg.dump_file writes one object, dlg.list an array of objects with one field each.
variables variables_of(const json::object& dialog) {
  variables found;
  const auto* value = dialog.if_contains("variables");
  if (value && value->is_object())
    collect(value->get_object(), found);
  else if (value && value->is_array())
    for (const auto& each : value->get_array())
      if (const auto* one = each.if_object())
        collect(*one, found);
  return found;
}

std::string quoted_json(std::string_view text) {
  return json::serialize(json::string{text.data(), text.size()});
}

/// The dialog as an object of the feed. Its id comes with what the script keeps: whoever restarts Kamailio
/// while a list is made gets calls of the new run under their own names.
std::string as_event(bool answered, std::int64_t answered_at, const variables& known) {
  // What the script has said last may be younger than the state here, or older: the later stage is right.
  const auto state = answered ? std::string_view{"Connected"} : known.stage;
  std::string object = R"({"type":"call","state":)" + quoted_json(state);
  object += ',';
  object += known.call;
  if (!known.answer.empty())
    object.append(R"(,"connect_time":)").append(known.answer);
  else if (answered && answered_at > 0)
    object += R"(,"connect_time":)" + std::to_string(answered_at);
  if (!known.transaction.empty())
    object += R"(,"transaction":)" + quoted_json(known.transaction);
  if (!known.caller.empty())
    object += R"(,"caller_media_ip":)" + quoted_json(known.caller);
  if (!known.media.empty())
    object +=
        R"(,"callee_media_ip":)" + quoted_json(known.media == no_media ? std::string_view{} : known.media);
  return object + '}';
}

} // namespace

dialog dialog_reader::read(std::string_view text, timestamp received) {
  const auto value = parsed(text);
  const auto* object = value.if_object();
  if (!object)
    return bad_dialog{{}, "a dialog that is not a JSON object"};
  const auto entry = integer(*object, "h_entry");
  const auto number = integer(*object, "h_id");
  const auto state = integer(*object, "state");
  constexpr std::int64_t largest = 0xFFFFFFFF;
  if (!entry || !number || !state || *entry < 0 || *entry > largest || *number < 0 || *number > largest)
    return bad_dialog{{}, "a dialog without h_entry, h_id or state"};
  const auto known = variables_of(*object);
  auto id = known.id.empty() ? to_string(
                dialog_id{run_, static_cast<std::uint32_t>(*entry), static_cast<std::uint32_t>(*number)})
                             : std::string{known.id};
  if (*state >= deleted || known.call.empty())
    return no_call{std::move(id), *state >= deleted};
  const auto answered_at = integer(*object, "start_ts").value_or(0);
  auto report = reader_.read_report(as_event(*state >= confirmed_no_ack, answered_at, known), received);
  if (auto* call = std::get_if<call_report>(&report))
    return std::move(*call);
  return bad_dialog{std::move(id), std::move(std::get<bad_frame>(report).reason)};
}

} // namespace rollcall::kamailio
