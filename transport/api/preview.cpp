#include "transport/api/preview.hpp"

#include "domain/base/moment_from.hpp"
#include "domain/calls/shown_id.hpp"
#include "domain/directory/addressed_account.hpp"
#include "transport/api/ask.hpp"
#include "transport/api/bound_request.hpp"
#include "transport/api/disconnect.hpp"
#include "transport/api/refused_orders.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace rollcall::api {

namespace {

xmlrpc::fault conflict(std::string text) { return {xmlrpc::fault_code::conflict, std::move(text)}; }

/// An account that the directory does not know exists as long as it has calls.
bool names_unknown_account(const disconnect_request& request) {
  if (request.filter)
    return false; // of which nobody matches
  if (request.account_name)
    return true;
  if (!request.account)
    return false;
  const auto found = address(*request.directory, request.scope, *request.account);
  return !found || !found->known;
}

void add_counts(xmlrpc::writer& w, std::string_view name,
                const std::map<std::int64_t, std::uint64_t>& counts) {
  w.begin_member(name).begin_struct();
  for (const auto& [id, calls] : counts)
    w.begin_member(std::to_string(xmlrpc::shown_id(id)))
        .integer(static_cast<std::int64_t>(calls))
        .end_member();
  w.end_struct().end_member();
}

std::string summary(const cluster_preview_answer& told) {
  return "Dry run, " + std::to_string(told.calls.reachable) + " would be sent, "
         + std::to_string(told.calls.away + told.unreached) + " could not be";
}

answer render(const invocation& call, const asked_disconnect& asked, const cluster_preview_answer& told) {
  const auto full_unicode = call.settings().style.full_unicode;
  const auto& calls = told.calls;
  std::string value;
  xmlrpc::writer w{value};
  w.begin_struct();
  w.begin_member("result")
      .text(asked.call && !told.found && told.unreached == 0 ? "Call not found or not accessible" : "OK")
      .end_member();
  w.begin_member("count").integer(static_cast<std::int64_t>(calls.reachable)).end_member();
  w.begin_member("failed").integer(static_cast<std::int64_t>(calls.away + told.unreached)).end_member();
  add_counts(w, "customers", calls.customers);
  add_counts(w, "connections", calls.connections);
  const auto age = calls.oldest == 0
                       ? std::chrono::microseconds{0}
                       : told.at.time_since_epoch() - moment_from(calls.oldest).time_since_epoch();
  w.begin_member("oldest").seconds(std::max(age, std::chrono::microseconds{0})).end_member();
  w.begin_member("sample").begin_array();
  for (const auto& id : calls.sample)
    w.text(!full_unicode && needs_codes(id) ? with_codes(id) : id);
  w.end_array().end_member();
  if (const auto token = call.settings().confirmations->token_of(told, bound_request(call)); !token.empty())
    w.begin_member("confirm").text(token).end_member();
  w.end_struct();
  return {std::move(value), coverage{}};
}

outcome judge(const invocation& call, const asked_disconnect& asked, const cluster_preview_answer& told) {
  if (!told.found && told.covers.missing.empty() && names_unknown_account(asked))
    return xmlrpc::wrong_id(asked.account_name ? "account" : "i_account");
  disconnect_limits limits;
  limits.max_calls = asked.limits.max_calls;
  if (auto why = exceeded(limits, told.calls.reachable))
    return conflict(std::move(*why));
  note_dry_run(call, asked.audit, summary(told));
  return render(call, asked, told);
}

} // namespace

void ask_preview(const invocation_ptr& call, asked_disconnect asked, done_fn done) {
  const auto scope = asked.scope;
  preview_request request{static_cast<const disconnect_request&>(asked)};
  const auto render_reply = [call, asked = std::move(asked)](const cluster_preview_answer& told,
                                                             const request_quota::place&) {
    auto result = judge(*call, asked, told);
    if (!result)
      note_refusal(*call, result.why());
    return result;
  };
  ask<cluster_preview_answer>(call, &service::questions, scope, 2 * gather_deadline, std::move(request),
                              render_reply, std::move(done));
}

} // namespace rollcall::api
