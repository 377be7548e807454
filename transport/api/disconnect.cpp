#include "transport/api/disconnect.hpp"

#include "transport/api/ask.hpp"
#include "transport/api/bound_request.hpp"
#include "transport/api/preview.hpp"
#include "transport/api/refused_orders.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::api {

namespace {

std::string comma_separated(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

std::string nodes(const std::vector<std::string>& names) {
  return (names.size() == 1 ? "Node " : "Nodes ") + comma_separated(names);
}

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// `Node n1 is missing; `, `Nodes n1, n2 have another directory; `: whose switches count as away.
std::string missing_nodes(const cluster_disconnect_answer& told) {
  std::vector<std::string> missing;
  std::vector<std::string> others;
  for (const auto& name : told.covers.missing)
    if (is_among(told.covers.other_directory, name))
      others.push_back(name);
    else if (!is_among(told.late, name))
      missing.push_back(name);
  std::string text;
  if (!missing.empty())
    text += nodes(missing) + (missing.size() == 1 ? " is missing; " : " are missing; ");
  if (!others.empty())
    text += nodes(others) + (others.size() == 1 ? " has another directory; " : " have another directory; ");
  return text;
}

/// What the dry run allows that is confirmed; or why it cannot be.
std::optional<xmlrpc::fault> take_confirmation(const invocation& call, asked_disconnect& asked) {
  auto preview = call.settings().confirmations->read(asked.confirm, bound_request(call));
  if (!preview)
    return xmlrpc::fault{xmlrpc::fault_code::conflict,
                         "confirm is of another request, login or directory, or of none"};
  const auto& context = *call.session->served_by->context;
  if (!is_confirmable(*preview, context.node, context.now()))
    return xmlrpc::fault{xmlrpc::fault_code::conflict,
                         "confirm is older than " + std::to_string(confirmable.count()) + " s"};
  asked.confirmation = std::move(preview->id);
  asked.allowed = std::move(preview->nodes);
  asked.limits.above = 0;
  return std::nullopt;
}

} // namespace

disconnect_request new_disconnect(const invocation& call, customer_id scope, std::string target) {
  const auto& who = call.who();
  disconnect_request request;
  request.scope = scope;
  request.directory = call.settings().directory;
  request.audit.when = system_now();
  if (who.login) {
    request.audit.who = who.login->customer->id;
    request.audit.login = who.login->web_login;
  }
  request.audit.address = who.address;
  request.audit.trusted = who.trusted();
  request.audit.method = call.method;
  request.audit.target = cut_for_audit(std::move(target));
  request.audit.scope = scope;
  return request;
}

outcome render_count(const cluster_disconnect_answer& told) {
  if (!told.doubtful.empty())
    return in_doubt(told);
  if (told.sent == 0 && (told.failed > 0 || !told.late.empty()))
    return nothing_sent(told);
  std::string value;
  xmlrpc::writer w{value};
  w.begin_struct();
  w.begin_member("result").text("OK").end_member();
  w.begin_member("count").integer(static_cast<std::int64_t>(told.sent)).end_member();
  if (told.failed > 0)
    w.begin_member("failed").integer(static_cast<std::int64_t>(told.failed)).end_member();
  add_audited(w, told);
  w.end_struct();
  return answer{std::move(value), coverage{}};
}

void add_audited(xmlrpc::writer& w, const cluster_disconnect_answer& told) {
  if (!told.audited)
    w.begin_member("audited").boolean(false).end_member();
}

xmlrpc::fault nothing_sent(const cluster_disconnect_answer& told) {
  std::string text;
  if (!told.away.empty())
    text = (told.away.size() == 1 ? "Switch " + told.away.front() + " is"
                                  : "Switches " + comma_separated(told.away) + " are")
           + " away; ";
  text += missing_nodes(told);
  if (!told.late.empty())
    text += nodes(told.late) + " did not answer in time; ";
  if (text.empty())
    text = "The calls are not those that were counted; ";
  return {xmlrpc::fault_code::unavailable, text + "nothing was sent"};
}

xmlrpc::fault in_doubt(const cluster_disconnect_answer& told) {
  std::vector<std::string> names;
  std::uint64_t calls = 0;
  auto all_known = true;
  for (const auto& one : told.doubtful) {
    names.push_back(one.name);
    calls += one.calls;
    all_known = all_known && one.calls != 0;
  }
  auto text = nodes(names) + " did not answer in time; ";
  if (all_known)
    text += std::to_string(calls) + (calls == 1 ? " call" : " calls");
  else
    text += "an unknown number of calls";
  text += " may have been hung up";
  if (told.sent > 0)
    text += "; " + std::to_string(told.sent)
            + (told.sent == 1 ? " disconnect was sent" : " disconnects were sent");
  if (told.failed > 0)
    text += "; " + std::to_string(told.failed) + " failed";
  return {xmlrpc::fault_code::unavailable, std::move(text)};
}

void ask_disconnect(const invocation_ptr& call, asked_disconnect asked,
                    outcome (*render)(const cluster_disconnect_answer&), done_fn done) {
  if (asked.dry_run)
    return ask_preview(call, std::move(asked), std::move(done));
  if (!asked.confirm.empty())
    if (auto why = take_confirmation(*call, asked))
      return refuse_order(call, std::move(*why), done);
  const auto scope = asked.scope;
  auto request = static_cast<disconnect_request&&>(asked);
  request.arrived = call->session->served_by->context->boottime() - call->session->waited;
  const auto render_reply = [render](const cluster_disconnect_answer& told, request_quota::place) {
    return render(told);
  };
  // What was refused while it was counted no worker has seen, who would have written it down.
  const auto noted = [call, done = std::move(done)](outcome what) {
    if (!what && is_of_counting(what.why()))
      note_refusal(*call, what.why());
    done(std::move(what));
  };
  ask<cluster_disconnect_answer>(call, &service::disconnects, scope, disconnect_deadline, std::move(request),
                                 render_reply, noted);
}

} // namespace rollcall::api
