#include "transport/api/selection.hpp"

#include "domain/directory/addressed_account.hpp"
#include "transport/api/scope.hpp"

#include <string>
#include <utility>

namespace rollcall::api {

namespace {

/// To the calls of one account by its username, besides its number when that is given.
void narrow_to(call_query& query, const directory& dir, std::string username) {
  const auto found = address(dir, query.scope, username);
  const auto id = found && found->known ? found->key.account : account_id{};
  if (!found || (query.account && (!found->known || *query.account != id)))
    query.account = account_id{}; // nobody's
  else if (found->known)
    query.account = id;
  else
    query.account_name = std::move(username);
}

} // namespace

xmlrpc::or_fault<list_request> read_selection(param_reader& in, const invocation& call) {
  call_query query;
  const auto named = in.id<customer_id>("i_customer");
  query.recursive = in.boolean("recursive").value_or(true);
  query.account = in.id<account_id>("i_account");
  auto username = in.text("account");
  query.filter = read_filter(in, call.settings().style.full_unicode);
  if (in.failure())
    return *in.failure();
  const auto& dir = call.settings().directory;
  const auto scope = scope_of(call.who(), *dir, "i_customer", named, unnamed_scope::refused);
  if (!scope)
    return scope.why();
  query.scope = *scope;
  if (username)
    narrow_to(query, *dir, std::move(*username));
  return list_request{std::move(query), dir};
}

} // namespace rollcall::api
