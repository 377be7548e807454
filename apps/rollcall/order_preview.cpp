#include "apps/rollcall/order_preview.hpp"

#include "apps/rollcall/members.hpp"
#include "domain/base/visible_text.hpp"
#include "domain/calls/typed_id.hpp"

#include <cmath>
#include <ostream>
#include <string_view>
#include <utility>

namespace rollcall::cli {

namespace {

// `customers: 2 (10), 3 (2)`.
void write_counts(std::ostream& out, const boost::json::object& answer, std::string_view key) {
  const auto* value = answer.if_contains(key);
  const auto* counts = value ? value->if_object() : nullptr;
  if (!counts || counts->empty())
    return;
  out << key << ':';
  auto first = true;
  for (const auto& [id, calls] : *counts) {
    out << (std::exchange(first, false) ? " " : ", ") << visible_text(std::string(id)) << " ("
        << boost::json::serialize(calls) << ')';
  }
  out << '\n';
}

// `2:05:09`.
std::string clock_of(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::floor(seconds));
  const auto pair = [](std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return std::to_string(whole / 3600) + ':' + pair(whole / 60 % 60) + ':' + pair(whole % 60);
}

} // namespace

void order_options::add_to(boost::json::object& parameters) const {
  if (max)
    parameters["max_calls"] = *max;
  if (!reason.empty())
    parameters["reason"] = reason;
}

order_preview preview_order(api_client& api, const std::string& method, boost::json::object parameters) {
  parameters["dry_run"] = true;
  auto told = api.call(method, parameters);
  auto* object = told.value.if_object();
  if (!object)
    throw command_error(exit_code::failure, "the server's answer is not a result");
  order_preview found;
  found.count = number_of(*object, "count");
  found.failed = number_of(*object, "failed");
  found.answer = std::move(*object);
  found.gaps = std::move(told.gaps);
  return found;
}

void confirm(boost::json::object& parameters, const order_preview& found) {
  if (const auto token = text_of(found.answer, "confirm"); !token.empty())
    parameters["confirm"] = token;
  else
    parameters["max_calls"] = found.count;
}

void write_preview(std::ostream& out, const order_preview& found) {
  out << found.count << (found.count == 1 ? " call" : " calls") << " would be hung up";
  if (found.failed > 0)
    out << ", " << found.failed << " could not be reached";
  if (const auto* oldest = found.answer.if_contains("oldest");
      oldest && oldest->is_double() && found.count > 0)
    out << ", the oldest is up for " << clock_of(oldest->get_double());
  out << '\n';
  write_counts(out, found.answer, "customers");
  write_counts(out, found.answer, "connections");
  const auto* sample = found.answer.if_contains("sample");
  const auto* ids = sample ? sample->if_array() : nullptr;
  if (!ids || ids->empty())
    return;
  out << "for example:";
  for (const auto& id : *ids)
    if (id.is_string())
      out << ' ' << typed_id(std::string(id.get_string()));
  out << '\n';
}

} // namespace rollcall::cli
