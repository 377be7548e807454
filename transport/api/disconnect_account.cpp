#include "transport/api/disconnect_account.hpp"

#include "domain/directory/addressed_account.hpp"
#include "transport/api/filters.hpp"
#include "transport/api/params.hpp"
#include "transport/api/refused_orders.hpp"
#include "transport/api/scope.hpp"

#include <array>
#include <string>
#include <utility>

namespace rollcall::api {

namespace {

constexpr std::array<std::string_view, 2> disconnect_account_own_parameters = {"i_account", "account"};
constexpr auto disconnect_account_parameters = joined(disconnect_account_own_parameters, order_parameters);
constexpr parameter_list disconnect_account_takes{disconnect_account_parameters, "i_customer", effect::acts};

const std::string disconnect_account_help =
    std::string{
        "Disconnects all calls of an account. Takes one struct: i_account (integer) or account (string, its "
        "username), one of them and not both; i_customer (under whose rights: the caller or a descendant; "
        "any "
        "customer in trusted mode). No parameter may be empty. A root customer may also name an account that "
        "the "
        "directory does not know, as its lists show it, while there are calls of it. Returns a struct: "
        "result is "
        "'OK', count the number of calls whose disconnect was sent; failed, when it is there, the number of "
        "those "
        "whose switch is away; audited is there, and false, when the audit log could not be written in time."}
    + std::string{order_help};

/// An account that the directory does not know exists as long as it has calls. Where it is not known whether
/// it has any (nodes or switches are missing, or did not answer in time) the answer says that instead.
outcome render(const cluster_disconnect_answer& told, std::string_view named_by) {
  if (!told.found && told.doubtful.empty() && told.late.empty() && told.covers.missing.empty())
    return xmlrpc::wrong_id(named_by);
  return render_count(told);
}

outcome render_by_number(const cluster_disconnect_answer& told) { return render(told, "i_account"); }
outcome render_by_name(const cluster_disconnect_answer& told) { return render(told, "account"); }

/// By its number, or by its username. None when that says nothing within the scope.
bool set_target(disconnect_request& request, std::optional<account_id> id,
                std::optional<std::string> username) {
  const auto& dir = *request.directory;
  const auto found = id ? address(dir, request.scope, *id) : address(dir, request.scope, *username);
  if (!found)
    return false;
  if (id || found->known)
    request.account = found->key.account;
  else
    request.account_name = std::move(username);
  return true;
}

void run_disconnect_account(const invocation_ptr& call, done_fn done) {
  auto request = parse_disconnect_account(*call);
  if (!request) {
    refuse_order(call, std::move(request.why()), done);
    return;
  }
  const auto render_reply = request->account_name ? render_by_name : render_by_number;
  ask_disconnect(call, std::move(*request), render_reply, std::move(done));
}

} // namespace

const method disconnect_account{
    .name = "disconnectAccount",
    .takes = disconnect_account_takes,
    .needs = right::bulk,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = disconnect_account_help,
    .run = run_disconnect_account,
};

xmlrpc::or_fault<asked_disconnect> parse_disconnect_account(const invocation& call) {
  param_reader in{call, disconnect_account_takes};
  const auto named = in.id<customer_id>("i_customer");
  const auto id = in.id<account_id>("i_account");
  const auto username = in.text("account");
  if (!username)
    in.require(id, "i_account");
  else if (id)
    in.fail("Parameters i_account and account exclude each other");
  auto words = read_order_words(in);
  if (in.failure())
    return *in.failure();

  const auto& dir = *call.settings().directory;
  const auto scope = scope_of(call.who(), dir, "i_customer", named, unnamed_scope::root_customer);
  if (!scope)
    return scope.why();
  auto request =
      new_disconnect(call, *scope, id ? "i_account=" + std::to_string(id->value()) : "account=" + *username);
  if (!set_target(request, id, username))
    return xmlrpc::wrong_id(id ? "i_account" : "account");
  return std::move(words).put_into(std::move(request), call.settings().confirm_above);
}

} // namespace rollcall::api
