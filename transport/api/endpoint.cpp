#include "transport/api/endpoint.hpp"

#include "actors/runtime/log.hpp"
#include "transport/api/body_form.hpp"
#include "transport/api/dispatch.hpp"
#include "transport/api/failure.hpp"
#include "transport/api/gaps.hpp"
#include "transport/api/login.hpp"
#include "transport/api/methods.hpp"
#include "transport/api/refused_orders.hpp"
#include "transport/api/service.hpp"
#include "transport/http/text.hpp"
#include "transport/net/address_key.hpp"
#include "transport/xmlrpc/body.hpp"
#include "transport/xmlrpc/recent_calls.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace rollcall::api {

namespace {

constexpr std::array<std::string_view, 3> paths = {"/xmlapi/xmlapi", "/xmlapi", "/RPC2"};

settings_ptr checked(settings from) {
  if (!from.directory || !from.authenticator)
    throw std::invalid_argument("API settings need a directory and an authenticator");
  return std::make_shared<const settings>(std::move(from));
}

http::response xml_response(xmlrpc::body body) {
  http::response response;
  response.content_type = "text/xml; charset=utf-8";
  response.body = std::move(body);
  return response;
}

http::response response_to(outcome result, const settings& by) {
  if (!result)
    return xml_response(xmlrpc::fault_response(result.why(), by.style.full_unicode));
  auto response = xml_response(xmlrpc::response_around(std::move(result->value)));
  if (result->covers)
    add_headers(response.headers, *result->covers);
  return response;
}

/// False also without a content type: a web page can have a browser send an untyped body to any address, and
/// none of type XML without asking us first.
bool is_xml(const http::request& request) {
  const auto* type = request.find("Content-Type");
  if (!type)
    return false;
  const auto essence = http::trim(std::string_view{*type}.substr(0, type->find(';')));
  return http::iequals(essence, "text/xml") || http::iequals(essence, "application/xml");
}

} // namespace

struct endpoint::state {
  std::shared_ptr<service> shared;
  login_brake brake;
  std::mutex mutex;
  settings_ptr current; ///< under mutex

  std::optional<http::response> screen(const settings& by, http::request& request);

  settings_ptr picture() {
    const std::lock_guard lock{mutex};
    return current;
  }

  void serve(const http::request& request, const http::reply_fn& reply);
  void call(const http::request& request, session_ptr in, const http::reply_fn& reply);
  void refuse(const xmlrpc::fault& why, const http::reply_fn& reply);
};

endpoint::endpoint(caf::actor_system& system, cluster_frontend_actor front, auditor_actor auditor,
                   context_ptr context, settings first)
    : state_(std::make_shared<state>()) {
  state_->shared = std::make_shared<service>(system, std::move(front), std::move(auditor), std::move(context),
                                             method_names());
  state_->current = checked(std::move(first));
}

bool endpoint::serves(std::string_view path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

void endpoint::change(settings next) {
  auto picture = checked(std::move(next));
  const std::lock_guard lock{state_->mutex};
  state_->current.swap(picture);
}

const metrics& endpoint::counters() const noexcept { return state_->shared->counters; }

std::optional<http::response> endpoint::screen(http::request& request) const {
  return state_->screen(*state_->picture(), request);
}

std::optional<http::response> endpoint::state::screen(const settings& by, http::request& request) {
  http::identify_client(request, by.proxies);
  auto refusal = http::check_site(request, by.hosts);
  if (!refusal)
    return std::nullopt;
  shared->counters.count(metrics::refusal::other_site);
  const auto text = [&] {
    return "a request from " + request.client + " is refused with " + std::to_string(refusal->status) + ": "
           + refusal->reason;
  };
  if (const auto line = shared->other_sites.line(net::address_key{request.client}.text(),
                                                 std::chrono::steady_clock::now(), text))
    log::info("api", "{}", *line);
  return http::text_response(refusal->status, std::move(refusal->reason));
}

std::variant<session_ptr, http::response> endpoint::let_in(const http::request& request) const {
  auto by = state_->picture();
  auto who = log_in(*by, request, *state_->shared, state_->brake);
  if (auto* refusal = std::get_if<http::response>(&who))
    return std::move(*refusal);
  return std::make_shared<const session>(
      session{state_->shared, std::move(by), std::move(std::get<caller>(who))});
}

settings_ptr endpoint::current() const { return state_->picture(); }

access_counts endpoint::access() const {
  const auto& shared = *state_->shared;
  const auto& brake = state_->brake;
  return {brake.braked,
          brake.guessers.addresses(),
          brake.guessers.forgotten(),
          shared.refused.left_out(),
          brake.lines.left_out(),
          shared.distrusted.left_out(),
          shared.other_sites.left_out()};
}

void endpoint::operator()(http::request request, http::reply_fn reply) const {
  try {
    if (auto refusal = state_->screen(*state_->picture(), request))
      return reply(std::move(*refusal));
    state_->serve(request, reply);
  } catch (...) {
    state_->refuse(fault_of_exception(metrics::no_method), reply);
  }
}

void endpoint::state::serve(const http::request& request, const http::reply_fn& reply) {
  if (!serves(request.path)) {
    reply(http::text_response(404, "Not found."));
    return;
  }
  if (request.method != "POST") {
    auto response = http::text_response(405, "XML-RPC requests are POST.");
    response.headers.emplace_back("Allow", "POST");
    reply(std::move(response));
    return;
  }
  auto by = picture();
  auto let_in = log_in(*by, request, *shared, brake);
  if (auto* refusal = std::get_if<http::response>(&let_in)) {
    reply(std::move(*refusal));
    return;
  }
  if (!by->directory->has_customers()) {
    reply(nobody_is_served(*shared));
    return;
  }
  if (!is_xml(request)) {
    reply(http::text_response(415, "XML-RPC requests are text/xml."));
    return;
  }
  if (auto refusal = refusal_of_body(request)) {
    reply(std::move(*refusal));
    return;
  }
  auto& who = std::get<caller>(let_in);
  call(request,
       std::make_shared<const session>(session{shared, std::move(by), std::move(who), request.waited}),
       reply);
}

void endpoint::state::call(const http::request& request, session_ptr in, const http::reply_fn& reply) {
  thread_local xmlrpc::recent_calls calls;
  auto decoded = calls.decode(request.body);
  if (in->who.login && !in->who.login->customer->api_access) {
    shared->counters.count(metrics::refusal::no_access);
    const xmlrpc::fault why{xmlrpc::fault_code::forbidden, "API access is not enabled"};
    if (decoded)
      note_refusal({std::move(in), std::move(decoded->name), std::move(decoded->params), false}, why);
    refuse(why, reply);
    return;
  }
  if (!decoded) {
    refuse(decoded.why(), reply);
    return;
  }
  auto call = std::make_shared<const invocation>(
      invocation{std::move(in), std::move(decoded->name), std::move(decoded->params), false});
  dispatch(call, [reply, by = call->session->settings](outcome result) {
    reply(response_to(std::move(result), *by));
  });
}

void endpoint::state::refuse(const xmlrpc::fault& why, const http::reply_fn& reply) {
  shared->counters.count(metrics::no_method, why.code, std::chrono::microseconds{0});
  reply(xml_response(xmlrpc::fault_response(why)));
}

} // namespace rollcall::api
