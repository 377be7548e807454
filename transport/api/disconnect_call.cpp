#include "transport/api/disconnect_call.hpp"

#include "transport/api/params.hpp"
#include "transport/api/scope.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <array>
#include <utility>

namespace rollcall::api {

namespace {

constexpr std::array<std::string_view, 1> parameters = {"ID"};
constexpr parameter_list takes{parameters, "i_customer"};

constexpr std::string_view help =
    "Disconnects one call. Takes one struct: ID (string, required; see listAllCalls). Returns a struct "
    "whose result is 'OK' when the disconnect was sent, or 'Call not found or not accessible'.";

void run(const invocation_ptr& call, done_fn done) {
  auto request = parse_disconnect_call(*call);
  if (!request)
    done(std::move(request.why()));
  else
    ask_disconnect(call, std::move(*request), render_disconnect_call, std::move(done));
}

} // namespace

const method disconnect_call{
    .name = "disconnectCall",
    .takes = takes,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = help,
    .run = run,
};

xmlrpc::or_fault<disconnect_request> parse_disconnect_call(const invocation& call) {
  param_reader in{call, takes};
  const auto named = in.id<customer_id>("i_customer");
  const auto id = in.text("ID");
  in.require(id, "ID");
  if (in.failure())
    return *in.failure();

  const auto& dir = *call.settings().directory;
  const auto scope = scope_of(call.who(), dir, "i_customer", named, unnamed_scope::root_customer);
  if (!scope)
    return scope.why();
  auto request = new_disconnect(call, *scope, "ID=" + *id);
  request.call = call_id{*id};
  return request;
}

outcome render_disconnect_call(const disconnect_report& told) {
  if (told.failed > 0)
    return nothing_sent(told);
  std::string value;
  xmlrpc::writer w{value};
  w.begin_struct();
  w.begin_member("result").text(told.found ? "OK" : "Call not found or not accessible").end_member();
  w.end_struct();
  return answer{std::move(value), coverage{}};
}

} // namespace rollcall::api
