#include "transport/api/refused_orders.hpp"

#include "transport/api/disconnect.hpp"
#include "transport/api/methods.hpp"
#include "transport/api/scope.hpp"
#include "transport/api/service.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::api {

namespace {

const xmlrpc::structure* given_to(const invocation& call) {
  return call.params.size() == 1 ? call.params.front().as<xmlrpc::structure>() : nullptr;
}

/// What the client named, also where that is what is wrong: `i_account=3, i_customer=99`.
std::string target_of(const invocation& call, const parameter_list& takes) {
  std::string text;
  const auto* given = given_to(call);
  if (!given)
    return text;
  for (const auto& [name, value] : *given) {
    if (name != takes.scope && std::find(takes.own.begin(), takes.own.end(), name) == takes.own.end())
      continue;
    const auto* said = value.as<std::string>();
    const auto* number = value.as<std::int64_t>();
    if (said || number)
      text.append(text.empty() ? "" : ", ")
          .append(name)
          .append("=")
          .append(said ? *said : std::to_string(*number));
  }
  return text;
}

std::optional<customer_id> named_scope(const invocation& call, const parameter_list& takes) {
  const auto* given = given_to(call);
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

} // namespace

void note_refusal(const invocation& call, const xmlrpc::fault& why) {
  auto& shared = *call.session->served_by;
  const auto* of = find_method(call.method);
  if (!shared.auditor || !of || of->takes.does != effect::acts)
    return;
  auto& backlog = shared.context->audit;
  auto request =
      new_disconnect(call, scope_of_refused(call, of->takes), cut_for_audit(target_of(call, of->takes)))
          .audit;
  const auto code = std::to_string(static_cast<std::int32_t>(why.code));
  audit_writes writes;
  writes.push_back({backlog.new_entry(),
                    std::make_shared<const audit_request>(std::move(request)),
                    {},
                    audit_answer{system_now(), cut_for_audit("Refused: " + code + ' ' + why.text)},
                    true});
  if (!backlog.admit(bytes_of(writes), audit_room::refusals))
    return backlog.count_dropped();
  // In order with the others.
  caf::anon_send<caf::message_priority::high>(shared.auditor, std::move(writes));
}

void refuse_order(const invocation_ptr& call, xmlrpc::fault why, const done_fn& done) {
  note_refusal(*call, why);
  done(std::move(why));
}

} // namespace rollcall::api
