#include "transport/api/disconnect_account.hpp"

#include "transport/api/params.hpp"
#include "transport/api/scope.hpp"

#include <array>
#include <utility>

namespace rollcall::api {

namespace {

constexpr std::array<std::string_view, 1> parameters = {"i_account"};
constexpr parameter_list takes{parameters, "i_customer"};

constexpr std::string_view help =
    "Disconnects all calls of an account. Takes one struct: i_account (integer, required). Returns a "
    "struct: result is 'OK', count the number of calls whose disconnect was sent; failed, when it is "
    "there, the number of those whose switch is away.";

void run(const invocation_ptr& call, done_fn done) {
  auto request = parse_disconnect_account(*call);
  if (!request)
    done(std::move(request.why()));
  else
    ask_disconnect(call, std::move(*request), render_count, std::move(done));
}

} // namespace

const method disconnect_account{
    .name = "disconnectAccount",
    .takes = takes,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = help,
    .run = run,
};

xmlrpc::or_fault<disconnect_request> parse_disconnect_account(const invocation& call) {
  param_reader in{call, takes};
  const auto named = in.id<customer_id>("i_customer");
  const auto id = in.id<account_id>("i_account");
  in.require(id, "i_account");
  if (in.failure())
    return *in.failure();

  const auto& dir = *call.settings().directory;
  const auto scope = scope_of(call.who(), dir, "i_customer", named, unnamed_scope::root_customer);
  if (!scope)
    return scope.why();
  const auto* account = dir.find(*id);
  if (!account || !dir.covers(*scope, account->customer))
    return xmlrpc::wrong_id("i_account");
  auto request = new_disconnect(call, *scope, "i_account=" + std::to_string(id->value()));
  request.account = *id;
  return request;
}

} // namespace rollcall::api
