#include "transport/api/disconnect_customer.hpp"

#include "transport/api/filters.hpp"
#include "transport/api/params.hpp"
#include "transport/api/refused_orders.hpp"
#include "transport/api/scope.hpp"

#include <array>
#include <string>
#include <utility>

namespace rollcall::api {

namespace {

constexpr std::array<std::string_view, 2> disconnect_customer_own_parameters = {"i_customer", "i_wholesaler"};
constexpr auto disconnect_customer_parameters = joined(disconnect_customer_own_parameters, order_parameters);
constexpr parameter_list disconnect_customer_takes{disconnect_customer_parameters, "i_wholesaler",
                                                   effect::acts, "i_wholesaler"};

const std::string disconnect_customer_help =
    std::string{
        "Disconnects all calls of a customer's accounts and of all its descendants. Takes one struct: "
        "i_customer (integer, required), i_wholesaler (under whose rights: the caller or a descendant; any "
        "customer in trusted mode). i_customer must not be empty; i_wholesaler may be, as if it were not "
        "there. "
        "Returns what disconnectAccount returns."}
    + std::string{order_help};

void run_disconnect_customer(const invocation_ptr& call, done_fn done) {
  auto request = parse_disconnect_customer(*call);
  if (!request)
    refuse_order(call, std::move(request.why()), done);
  else
    ask_disconnect(call, std::move(*request), render_count, std::move(done));
}

} // namespace

const method disconnect_customer{
    .name = "disconnectCustomer",
    .takes = disconnect_customer_takes,
    .needs = right::bulk,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = disconnect_customer_help,
    .run = run_disconnect_customer,
};

xmlrpc::or_fault<asked_disconnect> parse_disconnect_customer(const invocation& call) {
  param_reader in{call, disconnect_customer_takes};
  const auto named = in.id<customer_id>("i_wholesaler");
  const auto target = in.id<customer_id>("i_customer");
  in.require(target, "i_customer");
  auto words = read_order_words(in);
  if (in.failure())
    return *in.failure();

  const auto& dir = *call.settings().directory;
  const auto scope = scope_of(call.who(), dir, "i_wholesaler", named, unnamed_scope::root_customer);
  if (!scope)
    return scope.why();
  if (!dir.covers(*scope, *target))
    return xmlrpc::wrong_id("i_customer");
  auto request = new_disconnect(call, *scope, "i_customer=" + std::to_string(target->value()));
  request.customer = *target;
  return std::move(words).put_into(std::move(request), call.settings().confirm_above);
}

} // namespace rollcall::api
