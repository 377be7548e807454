#include "transport/api/endpoint.hpp"

#include "transport/api/dispatch.hpp"
#include "transport/api/failure.hpp"
#include "transport/api/login.hpp"
#include "transport/api/methods.hpp"
#include "transport/api/service.hpp"
#include "transport/http/text.hpp"
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
#include <vector>

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
  response.content_type = "text/xml";
  response.body = std::move(body);
  return response;
}

/// The names as the value of a header. Clients bound a header's length: what is too long ends with how many
/// more there are.
std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t most_bytes = 1024;
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (list.size() > most_bytes)
      return list + ", and " + std::to_string(names.size() - i) + " more";
    list.append(list.empty() ? "" : ", ").append(names[i]);
  }
  return list;
}

http::response response_to(outcome result) {
  if (!result)
    return xml_response(xmlrpc::fault_response(result.why()));
  auto response = xml_response(xmlrpc::response_around(std::move(result->value)));
  if (result->covers) {
    const auto& missing = result->covers->missing;
    response.headers.emplace_back("X-Rollcall-Complete", missing.empty() ? "yes" : "no");
    if (!missing.empty())
      response.headers.emplace_back("X-Rollcall-Missing-Nodes", joined(missing));
    if (const auto& names = result->covers->unverified; !names.empty())
      response.headers.emplace_back("X-Rollcall-Unverified-Switches", joined(names));
  }
  return response;
}

/// A request without a content type is taken for what it must be.
bool is_xml(const http::request& request) {
  const auto* type = request.find("Content-Type");
  if (!type)
    return true;
  const auto essence = http::trim(std::string_view{*type}.substr(0, type->find(';')));
  return http::iequals(essence, "text/xml") || http::iequals(essence, "application/xml");
}

} // namespace

struct endpoint::state {
  std::shared_ptr<service> shared;
  std::mutex mutex;
  settings_ptr current; ///< under mutex

  settings_ptr picture() {
    const std::lock_guard lock{mutex};
    return current;
  }

  void serve(const http::request& request, const http::reply_fn& reply);
  void call(const http::request& request, session_ptr in, const http::reply_fn& reply);
  void refuse(const xmlrpc::fault& why, const http::reply_fn& reply);
};

endpoint::endpoint(caf::actor_system& system, front_actor front, context_ptr context, settings first)
    : state_(std::make_shared<state>()) {
  state_->shared = std::make_shared<service>(system, std::move(front), std::move(context), method_names());
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

void endpoint::operator()(http::request request, http::reply_fn reply) const {
  try {
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
  auto let_in = log_in(*by, request, shared->counters, shared->refused);
  if (auto* refusal = std::get_if<http::response>(&let_in)) {
    reply(std::move(*refusal));
    return;
  }
  if (!is_xml(request)) {
    reply(http::text_response(415, "XML-RPC requests are text/xml."));
    return;
  }
  auto& who = std::get<caller>(let_in);
  call(request, std::make_shared<const session>(session{shared, std::move(by), std::move(who)}), reply);
}

void endpoint::state::call(const http::request& request, session_ptr in, const http::reply_fn& reply) {
  if (in->who.login && !in->who.login->api_access) {
    shared->counters.count(metrics::refusal::no_access);
    refuse({xmlrpc::fault_code::forbidden, "API access is not enabled"}, reply);
    return;
  }
  thread_local xmlrpc::recent_calls calls;
  auto decoded = calls.decode(request.body);
  if (!decoded) {
    refuse(decoded.why(), reply);
    return;
  }
  auto call = std::make_shared<const invocation>(
      invocation{std::move(in), std::move(decoded->name), std::move(decoded->params), false});
  dispatch(call, [reply](outcome result) { reply(response_to(std::move(result))); });
}

void endpoint::state::refuse(const xmlrpc::fault& why, const http::reply_fn& reply) {
  shared->counters.count(metrics::no_method, why.code, std::chrono::microseconds{0});
  reply(xml_response(xmlrpc::fault_response(why)));
}

} // namespace rollcall::api
