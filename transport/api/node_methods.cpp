#include "transport/api/node_methods.hpp"

#include "transport/api/ask.hpp"
#include "transport/api/disconnect.hpp"
#include "transport/api/params.hpp"
#include "transport/api/refused_orders.hpp"
#include "transport/api/scope.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::api {

namespace {

constexpr std::array<std::string_view, 1> parameters = {"node_id"};
constexpr parameter_list takes{parameters, {}, effect::acts};

constexpr std::string_view drain_help =
    "Has a node of the cluster hand its switches, their calls and outstanding hang-ups over to other nodes, "
    "leave without being missed, and stop. For the root customer of environment 1 and trusted requests from "
    "the same machine. Takes one struct: node_id (string, required). Returns a struct: result is 'OK' when "
    "everything is handed over. Fault 503 when that cannot be done; the node then stays.";

constexpr std::string_view forget_help =
    "Has the cluster no longer miss a node that is away for good, until it is met again. For the root "
    "customer of environment 1 and trusted requests from the same machine. Takes one struct: node_id "
    "(string, required). Returns a struct: result is 'OK'. Fault 409 when the node is up.";

bool is_loopback(const std::string& address) {
  boost::system::error_code ec;
  const auto parsed = boost::asio::ip::make_address(address, ec);
  return !ec && parsed.is_loopback();
}

outcome render_ok(const node_order_answer&, request_quota::place) {
  std::string value;
  xmlrpc::writer w{value};
  w.begin_struct();
  w.begin_member("result").text("OK").end_member();
  w.end_struct();
  return answer{std::move(value)};
}

template <node_order::kind What>
void run(const invocation_ptr& call, done_fn done) {
  auto order = parse_node_order(*call, What);
  if (!order) {
    refuse_order(call, std::move(order.why()), done);
    return;
  }
  const auto who = order->audit.scope;
  ask<node_order_answer>(call, &service::disconnects, who,
                         std::chrono::duration_cast<std::chrono::seconds>(defaults::node_order_deadline),
                         std::move(*order), render_ok, std::move(done));
}

} // namespace

const method drain_node{
    .name = "drainNode",
    .takes = takes,
    .needs = right::bulk,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = drain_help,
    .run = run<node_order::kind::drain>,
};

const method forget_node{
    .name = "forgetNode",
    .takes = takes,
    .needs = right::bulk,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = forget_help,
    .run = run<node_order::kind::forget>,
};

xmlrpc::or_fault<node_order> parse_node_order(const invocation& call, node_order::kind what) {
  param_reader in{call, takes};
  auto node = in.text("node_id");
  in.require(node, "node_id");
  if (in.failure())
    return *in.failure();
  const auto& who = call.who();
  const auto root = scope_of({std::nullopt, who.address}, *call.settings().directory, "node_id", std::nullopt,
                             unnamed_scope::root_customer);
  const auto allowed = who.trusted() ? is_loopback(who.address) : root && who.login->customer->id == *root;
  if (!allowed)
    return xmlrpc::fault{xmlrpc::fault_code::forbidden, "Only the root customer may call this method"};
  node_order order;
  order.what = what;
  order.audit = new_disconnect(call, root ? *root : customer_id{}, "node_id=" + *node).audit;
  order.node = std::move(*node);
  return order;
}

} // namespace rollcall::api
