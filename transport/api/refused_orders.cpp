#include "transport/api/refused_orders.hpp"

#include "transport/api/disconnect.hpp"
#include "transport/api/methods.hpp"
#include "transport/api/multicall.hpp"
#include "transport/api/order_words.hpp"
#include "transport/api/scope.hpp"
#include "transport/api/service.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::api {

namespace {

/// Orders of a refused system.multicall that its entry names.
constexpr std::size_t named_orders = 5;

const xmlrpc::structure* given_to(const xmlrpc::array& params) {
  return params.size() == 1 ? params.front().as<xmlrpc::structure>() : nullptr;
}

/// As the log has it; empty for what no parameter is.
std::string written(const xmlrpc::value& value) {
  if (const auto* text = value.as<std::string>())
    return text->find_first_of(",=") == std::string::npos ? *text : '"' + *text + '"';
  if (const auto* number = value.as<std::int64_t>())
    return std::to_string(*number);
  if (const auto* truth = value.as<bool>())
    return *truth ? "true" : "false";
  if (const auto* decimal = value.as<double>())
    return fmt::format("{}", *decimal);
  std::string text;
  if (const auto* values = value.as<xmlrpc::array>())
    for (const auto& each : *values)
      text.append(text.empty() ? "" : "|").append(each.as<xmlrpc::array>() ? "" : written(each));
  return text;
}

bool is_order(const method& one) { return one.takes.does == effect::acts; }

/// A part of a system.multicall as far as it can be read, whatever is wrong with it. Where it names two
/// methods, one that is an order counts.
struct part_read {
  const method* of = nullptr; ///< null: there is no such method
  const xmlrpc::array* params = nullptr;
};

part_read read_part(const xmlrpc::value& part) {
  static const xmlrpc::array none;
  part_read read{nullptr, &none};
  const auto* members = part.as<xmlrpc::structure>();
  if (!members)
    return read;
  for (const auto& [name, value] : *members) {
    const auto* text = name == "methodName" ? value.as<std::string>() : nullptr;
    const auto* params = name == "params" ? value.as<xmlrpc::array>() : nullptr;
    const auto* of = text ? find_method(*text) : nullptr;
    if (of && (!read.of || is_order(*of)))
      read.of = of;
    if (params)
      read.params = params;
  }
  return read;
}

/// `2 orders among 70 parts: disconnectCall ID=a:1; disconnectCall ID=a:2`; empty when there is none.
std::string orders_among(const xmlrpc::array& parts) {
  std::size_t orders = 0;
  std::string first;
  for (const auto& part : parts) {
    const auto read = read_part(part);
    if (!read.of || !is_order(*read.of) || ++orders > named_orders)
      continue;
    first.append(orders == 1 ? " " : "; ").append(read.of->name);
    if (const auto target = target_of(*read.params, read.of->takes); !target.empty())
      first.append(" ").append(target);
  }
  if (orders == 0)
    return {};
  return std::to_string(orders) + (orders == 1 ? " order" : " orders") + " among "
         + std::to_string(parts.size()) + (parts.size() == 1 ? " part:" : " parts:") + first;
}

std::optional<customer_id> named_scope(const invocation& call, const parameter_list& takes) {
  const auto* given = given_to(call.params);
  const auto* value = given && !takes.scope.empty() ? xmlrpc::find(*given, takes.scope) : nullptr;
  if (!value)
    return std::nullopt;
  if (const auto* number = value->as<std::int64_t>())
    return customer_id{*number};
  const auto* digits = value->as<std::string>();
  std::int64_t number = 0;
  if (!digits || std::from_chars(digits->data(), digits->data() + digits->size(), number).ec != std::errc{})
    return std::nullopt;
  return customer_id{number};
}

/// Under whose rights it was to be done; where that is what is wrong, as if nobody had been named. Always one
/// of the directory's, so that nobody makes up customers whose bound is not used up.
customer_id scope_of_refused(const invocation& call, const parameter_list& takes) {
  const auto& dir = *call.settings().directory;
  const auto as = [&](std::optional<customer_id> named) {
    return scope_of(call.who(), dir, takes.scope, named, unnamed_scope::root_customer);
  };
  auto scope = as(named_scope(call, takes));
  if (!scope)
    scope = as(std::nullopt);
  return scope ? *scope : customer_id{};
}

/// The reason that was given, as far as it is one.
std::string reason_of(const xmlrpc::array& params) {
  const auto* given = given_to(params);
  const auto* value = given ? xmlrpc::find(*given, "reason") : nullptr;
  const auto* text = value ? value->as<std::string>() : nullptr;
  return text && is_reason(*text) ? *text : std::string{};
}

/// The entry waits for the log.
void write_down(const invocation& call, audit_request request, std::string text) {
  auto& shared = *call.session->served_by;
  auto& backlog = shared.context->audit;
  audit_writes writes;
  writes.push_back({backlog.new_entry(),
                    std::make_shared<const audit_request>(std::move(request)),
                    {},
                    audit_answer{system_now(), cut_for_audit(std::move(text))},
                    true});
  if (!backlog.admit(bytes_of(writes), audit_room::refusals))
    return backlog.count_dropped();
  // In order with the others.
  caf::anon_send<caf::message_priority::high>(shared.auditor, std::move(writes));
}

/// Who named which target, under whose rights.
void write_down(const invocation& call, customer_id scope, std::string target, const xmlrpc::fault& why) {
  auto request = new_disconnect(call, scope, cut_for_audit(std::move(target))).audit;
  request.reason = reason_of(call.params);
  const auto code = std::to_string(static_cast<std::int32_t>(why.code));
  write_down(call, std::move(request), "Refused: " + code + ' ' + why.text);
}

} // namespace

std::string target_of(const xmlrpc::array& params, const parameter_list& takes) {
  std::string text;
  const auto* given = given_to(params);
  if (!given)
    return text;
  for (const auto& [name, value] : *given) {
    const auto is_known =
        name == takes.scope || std::find(takes.own.begin(), takes.own.end(), name) != takes.own.end();
    if (!is_known || is_order_word(name))
      continue;
    if (const auto said = written(value); !said.empty())
      text.append(text.empty() ? "" : ", ").append(name).append("=").append(said);
  }
  return text;
}

void note_dry_run(const invocation& call, const audit_request& asked, std::string text) {
  if (call.session->served_by->auditor)
    write_down(call, asked, std::move(text));
}

void note_refusal(const invocation& call, const xmlrpc::fault& why) {
  const auto* of = find_method(call.method);
  if (!call.session->served_by->auditor || !of)
    return;
  if (is_order(*of)) {
    write_down(call, scope_of_refused(call, of->takes), target_of(call.params, of->takes), why);
    return;
  }
  const auto* parts =
      of == &multicall && !call.params.empty() ? call.params.front().as<xmlrpc::array>() : nullptr;
  if (auto orders = parts ? orders_among(*parts) : std::string{}; !orders.empty())
    write_down(call, scope_of_refused(call, of->takes), std::move(orders), why);
}

void note_refused_part(const invocation& whole, const xmlrpc::value& part, const xmlrpc::fault& why) {
  if (const auto read = read_part(part); read.of)
    note_refusal({whole.session, std::string{read.of->name}, *read.params, true}, why);
}

void refuse_order(const invocation_ptr& call, xmlrpc::fault why, const done_fn& done) {
  note_refusal(*call, why);
  done(std::move(why));
}

} // namespace rollcall::api
