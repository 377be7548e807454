#include "transport/api/network.hpp"

#include "domain/base/event_meter.hpp"
#include "domain/base/moment_from.hpp"
#include "domain/base/text.hpp"
#include "transport/api/ask.hpp"
#include "transport/api/gaps.hpp"
#include "transport/api/params.hpp"
#include "transport/api/scope.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::api {

namespace {

using std::string_view;

constexpr std::array<string_view, 1> network_parameters = {"i_customer"};
constexpr parameter_list network_takes{network_parameters, "i_customer"};

constexpr string_view network_help =
    "Tells which nodes and switches there are. Takes one struct: i_customer (whose view: the caller's or "
    "that "
    "of a customer below; must be given in trusted mode). Returns a struct: result is 'OK', nodes an array "
    "of "
    "structs with node_id, state (up, missing), since (seconds since the epoch) and version, '' where it is "
    "not "
    "known, switches an array of structs with name, node_id ('' until it has connected to one), state "
    "(connected, "
    "lost, unknown: it has not told its calls yet), verified (boolean: connected, and its calls are all "
    "told), "
    "since and calls (active ones in scope; absent while their node is missing), and complete, a boolean. "
    "Switches are those of the customer's environment. For a root customer nodes have besides round_trip and "
    "clock_offset (seconds, while up) and directory_hash, and switches events_per_second (of the last 10 s; "
    "absent "
    "while their node is missing).";

constexpr std::int64_t one = 1'000'000; ///< in millionths

void write_time(xmlrpc::writer& to, timestamp t) {
  to.begin_member("since").seconds(t.time_since_epoch()).end_member();
}

void write(xmlrpc::writer& to, const node_picture& node, bool of_root) {
  to.begin_struct();
  to.begin_member("node_id").text(cleaned(node.name)).end_member();
  to.begin_member("state").text(node.up ? "up" : "missing").end_member();
  write_time(to, node.since);
  to.begin_member("version").text(cleaned(node.version)).end_member();
  if (of_root && node.up) {
    to.begin_member("round_trip").seconds(node.round_trip).end_member();
    to.begin_member("clock_offset").seconds(node.ahead).end_member();
  }
  if (of_root)
    to.begin_member("directory_hash").text(cleaned(node.directory)).end_member();
  to.end_struct();
}

void write(xmlrpc::writer& to, const switch_picture& shown, bool of_root) {
  const auto& [node, claim, missing] = shown.holder;
  to.begin_struct();
  to.begin_member("name").text(cleaned(claim.name.value())).end_member();
  to.begin_member("node_id").text(claim.term == 0 ? std::string{} : cleaned(node.value())).end_member();
  to.begin_member("state").text(to_string(presence_of(claim))).end_member();
  to.begin_member("verified").boolean(claim.verified).end_member();
  write_time(to, moment_from(claim.since));
  if (shown.calls)
    to.begin_member("calls").integer(*shown.calls).end_member();
  if (of_root && shown.events)
    to.begin_member("events_per_second").decimal(*shown.events * one / event_meter::window).end_member();
  to.end_struct();
}

void run_network(const invocation_ptr& call, done_fn done) {
  auto asked = parse_network(*call);
  if (!asked) {
    done(std::move(asked.why()));
    return;
  }
  auto request = asked->request;
  const auto scope = request.scope;
  const auto full_unicode = call->settings().style.full_unicode;
  const auto render = [asked = std::move(*asked), full_unicode](const cluster_stats_answer& told,
                                                                const request_quota::place&) {
    return render_network(asked, told, full_unicode);
  };
  ask<cluster_stats_answer>(call, &service::questions, scope, gather_deadline, std::move(request), render,
                            std::move(done));
}

} // namespace

const method get_network{
    .name = "getNetwork",
    .takes = network_takes,
    .needs = right::view,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = true,
    .help = network_help,
    .run = run_network,
};

xmlrpc::or_fault<network_question> parse_network(const invocation& call) {
  param_reader in{call, network_takes};
  const auto named = in.id<customer_id>("i_customer");
  if (in.failure())
    return *in.failure();
  const auto& dir = call.settings().directory;
  const auto scope = scope_of(call.who(), *dir, "i_customer", named, unnamed_scope::refused);
  if (!scope)
    return scope.why();
  network_question asked;
  asked.request = {*scope, true, dir, true};
  asked.of_root = !dir->find(*scope)->wholesaler.known();
  return asked;
}

answer render_network(const network_question& asked, const cluster_stats_answer& told, bool full_unicode) {
  const auto& network = told.network.value();
  std::string value;
  xmlrpc::writer w{value, full_unicode};
  w.begin_struct();
  w.begin_member("result").text("OK").end_member();
  w.begin_member("nodes").begin_array();
  for (const auto& node : network.nodes)
    write(w, node, asked.of_root);
  w.end_array().end_member();
  w.begin_member("switches").begin_array();
  for (const auto& shown : network.switches)
    write(w, shown, asked.of_root);
  w.end_array().end_member();
  w.begin_member("complete").boolean(is_complete(told.covers)).end_member();
  w.end_struct();
  return {std::move(value), coverage{}};
}

} // namespace rollcall::api
