#include "transport/switches/kamailio/snapshot_answer.hpp"

#include "transport/switches/kamailio/answer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace rollcall::kamailio {

namespace json = boost::json;

namespace {

json::value json_of(std::string_view text) {
  boost::system::error_code ec;
  auto value = json::parse({text.data(), text.size()}, ec);
  return ec ? json::value{} : value;
}

const json::value* member_of(const json::value* of, const char* name) {
  const auto* object = of ? of->if_object() : nullptr;
  return object ? object->if_contains(name) : nullptr;
}

} // namespace

std::optional<snapshot_error> error_of(std::string_view text, std::uint64_t request) {
  const auto outcome = outcome_of(text);
  if (!outcome.request && outcome.code != 0)
    return snapshot_error{snapshot_failure::malformed, "not a JSON-RPC answer"};
  if (outcome.request != request)
    return snapshot_error{snapshot_failure::malformed, "an answer to another request"};
  if (outcome.code != 0)
    return snapshot_error{snapshot_failure::refused,
                          "error " + std::to_string(outcome.code) + ": " + outcome.message};
  return std::nullopt;
}

std::optional<std::uint64_t> dialogs_counted(std::string_view text) {
  const auto answer = json_of(text);
  const auto* all = member_of(member_of(&answer, "result"), "all");
  if (!all || !all->is_int64() || all->get_int64() < 0)
    return std::nullopt;
  return static_cast<std::uint64_t>(all->get_int64());
}

std::optional<std::string> run_told(std::string_view text) {
  const auto answer = json_of(text);
  const auto* run = member_of(member_of(member_of(&answer, "result"), "item"), "value");
  if (run && run->is_int64())
    return std::to_string(run->get_int64());
  if (!run || !run->is_string())
    return std::nullopt;
  return std::string{run->get_string().data(), run->get_string().size()};
}

bool is_list_of_objects(std::string_view skeleton) {
  const auto answer = json_of(skeleton);
  const auto* list = member_of(&answer, "result");
  return list && list->is_array() && list->get_array().empty();
}

} // namespace rollcall::kamailio
