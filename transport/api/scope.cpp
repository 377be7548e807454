#include "transport/api/scope.hpp"

#include <string>

namespace rollcall::api {

namespace {

/// Its root customer is what trusted requests that name nobody mean.
const environment_id default_environment{1};

} // namespace

xmlrpc::or_fault<customer_id> scope_of(const caller& who, const directory& dir, std::string_view parameter,
                                       std::optional<customer_id> named, unnamed_scope otherwise) {
  if (named) {
    const bool allowed =
        who.trusted() ? dir.find(*named) != nullptr : dir.covers(who.login->customer->id, *named);
    if (!allowed)
      return xmlrpc::wrong_id(parameter);
    return *named;
  }
  if (!who.trusted())
    return who.login->customer->id;
  if (otherwise == unnamed_scope::refused)
    return xmlrpc::bad_parameter("Parameter " + std::string{parameter} + " is required");
  const auto* root = dir.root(default_environment);
  if (!root)
    return xmlrpc::wrong_id(parameter);
  return root->id;
}

} // namespace rollcall::api
