#include "transport/api/permission.hpp"

#include "transport/api/params.hpp"
#include "transport/api/scope.hpp"

#include <string>

namespace rollcall::api {

namespace {

/// The customer whose scope a trusted call has; null where there is none. It is read as methods read it: what
/// they do not take for a customer is none here.
const customer* customer_of_scope(const invocation& call, const parameter_list& takes) {
  if (takes.scope.empty())
    return nullptr;
  param_reader in{call, takes};
  const auto named = in.id<customer_id>(takes.scope);
  if (in.failure())
    return nullptr;
  const auto& dir = *call.settings().directory;
  const auto scope = scope_of(call.who(), dir, takes.scope, named, unnamed_scope::root_customer);
  return scope ? dir.find(*scope) : nullptr;
}

} // namespace

xmlrpc::fault missing_right(right which) {
  return {xmlrpc::fault_code::forbidden, "The right '" + std::string{name_of(which)} + "' is missing"};
}

std::optional<xmlrpc::fault> missing_right(const invocation& call, const method& of) {
  const auto needed = of.needs.value();
  if (!needed)
    return std::nullopt;
  const auto& who = call.who();
  auto may = rights::all();
  if (!who.trusted())
    may = who.login->may;
  else if (const auto* customer = customer_of_scope(call, of.takes))
    may = directory::rights_of(*customer);
  return may.has(*needed) ? std::nullopt : std::optional{missing_right(*needed)};
}

} // namespace rollcall::api
