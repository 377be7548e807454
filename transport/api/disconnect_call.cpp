#include "transport/api/disconnect_call.hpp"

#include "domain/calls/shown_id.hpp"
#include "transport/api/filters.hpp"
#include "transport/api/params.hpp"
#include "transport/api/refused_orders.hpp"
#include "transport/api/scope.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <array>
#include <string>
#include <utility>

namespace rollcall::api {

namespace {

constexpr std::array<std::string_view, 1> disconnect_call_own_parameters = {"ID"};
constexpr auto disconnect_call_parameters = joined(disconnect_call_own_parameters, order_parameters);
constexpr parameter_list disconnect_call_takes{disconnect_call_parameters, "i_customer", effect::acts};

const std::string disconnect_call_help =
    std::string{
        "Disconnects one call. Takes one struct: ID (string or integer, required; see listAllCalls), "
        "i_customer "
        "(under whose rights: the caller or a descendant; any customer in trusted mode). No parameter may be "
        "empty. Returns a struct whose result is 'OK' when the disconnect was sent, or 'Call not found or "
        "not "
        "accessible'; audited is there, and false, when the audit log could not be written in time."}
    + std::string{order_help};

/// The call that is shown by this ID. What no call is shown by may still be another one's ID: it must not
/// find that one. It names its switch alone, so that one that is away is told as such.
call_id call_shown_as(const std::string& shown, bool full_unicode) {
  if (full_unicode)
    return call_id{shown};
  auto id = without_codes(shown);
  return call_id{id ? std::move(*id) : shown.substr(0, shown.find(':') + 1)};
}

void run_disconnect_call(const invocation_ptr& call, done_fn done) {
  auto request = parse_disconnect_call(*call);
  if (!request)
    refuse_order(call, std::move(request.why()), done);
  else
    ask_disconnect(call, std::move(*request), render_disconnect_call, std::move(done));
}

} // namespace

const method disconnect_call{
    .name = "disconnectCall",
    .takes = disconnect_call_takes,
    .needs = right::disconnect,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = disconnect_call_help,
    .run = run_disconnect_call,
};

xmlrpc::or_fault<asked_disconnect> parse_disconnect_call(const invocation& call) {
  param_reader in{call, disconnect_call_takes};
  const auto named = in.id<customer_id>("i_customer");
  const auto id = in.identifier("ID");
  in.require(id, "ID");
  auto words = read_order_words(in);
  if (in.failure())
    return *in.failure();

  const auto& dir = *call.settings().directory;
  const auto scope = scope_of(call.who(), dir, "i_customer", named, unnamed_scope::root_customer);
  if (!scope)
    return scope.why();
  auto request = new_disconnect(call, *scope, "ID=" + *id);
  request.call = call_shown_as(*id, call.settings().style.full_unicode);
  return std::move(words).put_into(std::move(request), call.settings().confirm_above);
}

outcome render_disconnect_call(const cluster_disconnect_answer& told) {
  if (!told.doubtful.empty())
    return in_doubt(told);
  if (told.failed > 0 || !told.late.empty())
    return nothing_sent(told);
  std::string value;
  xmlrpc::writer w{value};
  w.begin_struct();
  w.begin_member("result").text(told.found ? "OK" : "Call not found or not accessible").end_member();
  add_audited(w, told);
  w.end_struct();
  return answer{std::move(value), coverage{}};
}

} // namespace rollcall::api
