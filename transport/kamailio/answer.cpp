#include "transport/kamailio/answer.hpp"

#include "transport/feed/quoted.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <optional>

namespace rollcall::kamailio {

namespace json = boost::json;

namespace {

/// rollcall.cfg writes it in exactly this way.
constexpr std::string_view before_answer = R"({"type":"rpc","answer":)";

/// Kamailio puts the number of the request last.
constexpr std::string_view before_number = R"("id":)";

/// What JSON-RPC calls an answer that makes no sense.
constexpr int nonsense = -32603;

/// Bytes of an error's message that are kept.
constexpr std::size_t message_bytes = 200;

std::optional<std::uint64_t> number_of(std::string_view answer) {
  const auto at = answer.rfind(before_number);
  std::uint64_t number = 0;
  if (at == answer.npos)
    return std::nullopt;
  const auto text = answer.substr(at + before_number.size());
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || text.substr(static_cast<std::size_t>(end - text.data())) != "}")
    return std::nullopt;
  return number;
}

json::value parsed(std::string_view text) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::system::error_code ec;
  auto value = json::parse({text.data(), text.size()}, ec, {}, options);
  return ec ? json::value{} : value;
}

} // namespace

std::string_view answer_in(std::string_view payload) {
  if (!payload.starts_with(before_answer) || !payload.ends_with('}'))
    return {};
  return payload.substr(before_answer.size(), payload.size() - before_answer.size() - 1);
}

frame read_answer(std::string_view text) {
  const auto number = number_of(text);
  if (!number)
    return bad_frame{"an answer without the number of its request"};
  if (*number == snapshot_request)
    return snapshot_answer{text};
  auto answer = outcome_of(text);
  answer.request = *number;
  return answer;
}

rpc_answer outcome_of(std::string_view text) {
  rpc_answer answer;
  const auto value = parsed(text);
  const auto* object = value.if_object();
  const auto* error = object ? object->if_contains("error") : nullptr;
  if (!object || (!error && !object->contains("result"))) {
    answer.code = nonsense;
    answer.message = "not a JSON-RPC answer";
  } else if (error) {
    answer.code = nonsense;
    if (const auto* fields = error->if_object()) {
      const auto* code = fields->if_contains("code");
      const auto* message = fields->if_contains("message");
      if (code && code->is_int64() && code->get_int64() != 0)
        answer.code = static_cast<int>(code->get_int64());
      if (message && message->is_string())
        answer.message =
            feed::one_line({message->get_string().data(), message->get_string().size()}, message_bytes);
    }
  }
  return answer;
}

} // namespace rollcall::kamailio
