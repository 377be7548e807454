#include "transport/api/disconnect.hpp"

#include "transport/api/ask.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <utility>

namespace rollcall::api {

disconnect_request new_disconnect(const invocation& call, customer_id scope, std::string target) {
  const auto& who = call.who();
  disconnect_request request;
  request.scope = scope;
  request.directory = call.settings().directory;
  request.audit.when = system_now();
  if (who.login) {
    request.audit.who = who.login->id;
    request.audit.login = who.login->web_login;
  }
  request.audit.address = who.address;
  request.audit.trusted = who.trusted();
  request.audit.method = call.method;
  request.audit.target = std::move(target);
  request.audit.scope = scope;
  return request;
}

outcome render_count(const disconnect_report& told) {
  if (told.sent == 0 && told.failed > 0)
    return nothing_sent(told);
  std::string value;
  xmlrpc::writer w{value};
  w.begin_struct();
  w.begin_member("result").text("OK").end_member();
  w.begin_member("count").integer(static_cast<std::int64_t>(told.sent)).end_member();
  if (told.failed > 0)
    w.begin_member("failed").integer(static_cast<std::int64_t>(told.failed)).end_member();
  w.end_struct();
  return answer{std::move(value), coverage{}};
}

xmlrpc::fault nothing_sent(const disconnect_report& told) {
  const auto fault = [](std::string text) {
    return xmlrpc::fault{xmlrpc::fault_code::unavailable, std::move(text)};
  };
  // Calls that did not answer in time count as failed too, and of them nothing is known.
  if (told.away.empty())
    return fault("Not known whether anything was sent: " + std::to_string(told.failed)
                 + (told.failed == 1 ? " call" : " calls") + " did not answer in time");
  if (told.away.size() == 1)
    return fault("Switch " + told.away.front() + " is away; nothing was sent");
  std::string names;
  for (const auto& name : told.away)
    names.append(names.empty() ? "" : ", ").append(name);
  return fault("Switches " + names + " are away; nothing was sent");
}

void ask_disconnect(const invocation_ptr& call, disconnect_request request,
                    outcome (*render)(const disconnect_report&), done_fn done) {
  const auto scope = request.scope;
  const auto render_reply = [render](const disconnect_report& told, admission::place) {
    return render(told);
  };
  ask<disconnect_report>(call, &service::disconnects, scope, disconnect_deadline, std::move(request),
                         render_reply, std::move(done));
}

} // namespace rollcall::api
