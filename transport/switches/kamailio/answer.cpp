#include "transport/switches/kamailio/answer.hpp"

#include "transport/switches/common/object_reader.hpp"
#include "transport/switches/common/quoted.hpp"
#include "transport/switches/kamailio/natural.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <utility>

namespace rollcall::kamailio {

namespace json = boost::json;

namespace {

/// rollcall.cfg writes it in exactly this way, whatever the answer looks like.
constexpr std::string_view before_answer = R"({"type":"rpc","answer":)";

/// What JSON-RPC calls an answer that makes no sense.
constexpr int nonsense = -32603;

/// Bytes of an error's message that are kept, and of an answer whose error is looked at.
constexpr std::size_t message_bytes = 200;
constexpr std::size_t error_bytes = 64 * 1024;

/// The fields of an answer.
struct parts {
  std::optional<std::uint64_t> number;
  bool has_result = false;
  bool has_error = false;
};

/// None when it is not JSON.
std::optional<parts> parts_of(std::string_view text) {
  std::string scratch;
  switches::object_reader reader{text, scratch};
  std::string_view name;
  switches::json_value value;
  parts found;
  while (reader.next(name, value)) {
    if (name == "id")
      found.number = natural(value);
    else if (name == "result")
      found.has_result = true;
    else if (name == "error")
      found.has_error = value.type != switches::json_value::kind::null;
  }
  return reader.error() ? std::nullopt : std::optional{found};
}

void read_error(std::string_view text, rpc_answer& into) {
  into.code = nonsense;
  if (text.size() > error_bytes)
    return;
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::system::error_code ec;
  const auto value = json::parse({text.data(), text.size()}, ec, {}, options);
  const auto* object = ec ? nullptr : value.if_object();
  const auto* error = object ? object->if_contains("error") : nullptr;
  const auto* fields = error ? error->if_object() : nullptr;
  if (!fields)
    return;
  const auto* code = fields->if_contains("code");
  const auto* message = fields->if_contains("message");
  // One that is cut to its lower bits may become 0, which is a success.
  if (code && code->is_int64() && code->get_int64() != 0 && std::in_range<int>(code->get_int64()))
    into.code = static_cast<int>(code->get_int64());
  if (message && message->is_string())
    into.message =
        switches::one_line({message->get_string().data(), message->get_string().size()}, message_bytes);
}

rpc_answer answer_of(const std::optional<parts>& found, std::string_view text) {
  rpc_answer answer;
  answer.json = text;
  if (!found || (!found->has_error && !found->has_result)) {
    answer.code = nonsense;
    answer.message = "not a JSON-RPC answer";
    return answer;
  }
  answer.request = found->number;
  if (found->has_error)
    read_error(text, answer);
  return answer;
}

} // namespace

std::string_view answer_in(std::string_view payload) {
  if (!payload.starts_with(before_answer) || !payload.ends_with('}'))
    return {};
  return payload.substr(before_answer.size(), payload.size() - before_answer.size() - 1);
}

frame read_answer(std::string_view text) {
  const auto found = parts_of(text);
  if (!found || !found->number)
    return bad_frame{"an answer without the number of its request"};
  return answer_of(found, text);
}

rpc_answer outcome_of(std::string_view text) { return answer_of(parts_of(text), text); }

} // namespace rollcall::kamailio
