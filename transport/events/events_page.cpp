#include "transport/events/events_page.hpp"

#include "actors/requests/reply_port.hpp"
#include "transport/api/failure.hpp"
#include "transport/api/params.hpp"
#include "transport/api/permission.hpp"
#include "transport/api/selection.hpp"
#include "transport/api/service.hpp"
#include "transport/events/event_stream.hpp"
#include "transport/events/query_parameters.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace rollcall::events {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds open_deadline{5};

constexpr auto accepted = api::joined(api::selection_parameters, std::array<std::string_view, 1>{"since"});
constexpr api::parameter_list parameters{accepted, "i_customer"};

/// A stream tells changes, and time passes without one.
constexpr std::array<std::string_view, 5> of_time = {"min_duration", "max_duration", "min_delay", "max_delay",
                                                     "min_age"};

unsigned status_of(xmlrpc::fault_code code) {
  using xmlrpc::fault_code;
  switch (code) {
  case fault_code::wrong_id:
    return 404;
  case fault_code::bad_parameter:
  case fault_code::forbidden:
  case fault_code::conflict:
  case fault_code::too_many:
  case fault_code::internal:
  case fault_code::unavailable:
    return static_cast<unsigned>(code);
  default:
    return 400;
  }
}

http::response json_refusal(unsigned status, std::string_view message) {
  http::response response;
  response.status = status;
  response.content_type = "application/json";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = json::serialize(json::object{{"code", status}, {"message", message}}) + '\n';
  return response;
}

http::response refusal(const xmlrpc::fault& why) { return json_refusal(status_of(why.code), why.text); }

json::value json_of(const xmlrpc::value& value) {
  if (const auto* items = value.as<xmlrpc::array>()) {
    json::array all;
    for (const auto& each : *items)
      all.push_back(json_of(each));
    return all;
  }
  if (const auto* truth = value.as<bool>())
    return *truth;
  return json::value(*value.as<std::string>());
}

/// What was understood, without what says whose calls are meant or where the stream goes on; by name, in
/// whatever order it was given.
std::string filters_of(const xmlrpc::structure& given) {
  std::map<std::string, json::value> understood;
  for (const auto& [name, held] : given)
    if (const auto* text = held.as<std::string>();
        name != "i_customer" && name != "since" && !(text && text->empty()))
      understood.emplace(name, json_of(held));
  json::object all;
  for (auto& [name, value] : understood)
    all.emplace(name, std::move(value));
  return json::serialize(all);
}

/// Whom a token is for.
std::string reader_of(const api::caller& who, customer_id scope, std::string_view filters) {
  // Quoted, so that no name can be another one and a scope.
  const auto login = who.trusted() ? std::string{"-"} : json::serialize(json::value(who.login->web_login));
  return login + ' ' + std::to_string(scope.value()) + ' ' + std::string{filters};
}

/// Whether by this directory, which may be newer than the one by which it was let in, it may watch the scope.
bool has_access(const directory& dir, const api::caller& who, customer_id scope) {
  if (who.trusted()) {
    const auto* named = dir.find(scope);
    return named && directory::rights_of(*named).has(right::view);
  }
  const auto now = dir.find_login(who.login->web_login);
  return now && now->customer->id == who.login->customer->id && *now->password == *who.login->password
         && now->customer->api_access && now->may.has(right::view) && dir.covers(now->customer->id, scope);
}

} // namespace

void events_page::set_tokens(std::shared_ptr<const token_seal> tokens) {
  const std::lock_guard lock{mutex_};
  tokens_.swap(tokens);
}

std::shared_ptr<const token_seal> events_page::tokens() const {
  const std::lock_guard lock{mutex_};
  return tokens_;
}

http::response refusal_of_stream(http::response why) {
  auto* const text = std::get_if<std::string>(&why.body);
  if (why.status == 401 || !text) // a challenge is for whoever asks, whatever for
    return why;
  while (text->ends_with('\n'))
    text->pop_back();
  auto told = json_refusal(why.status, *text);
  std::move(why.headers.begin(), why.headers.end(), std::back_inserter(told.headers));
  return told;
}

void events_page::serve(const http::request& request, const api::session_ptr& by,
                        http::reply_fn reply) const {
  const auto& settings = *by->settings;
  if (by->who.login && !by->who.login->customer->api_access)
    return reply(refusal({xmlrpc::fault_code::forbidden, "API access is not enabled"}));
  if (!settings.directory->has_customers())
    return reply(
        refusal({xmlrpc::fault_code::unavailable, "There is no directory of customers to serve yet"}));
  if (by->who.login && !by->who.login->may.has(right::view))
    return reply(refusal(api::missing_right(right::view)));
  auto given = parse_query(request.query);
  if (!given)
    return reply(refusal(given.why()));
  for (const auto& [name, held] : *given)
    if (std::find(of_time.begin(), of_time.end(), name) != of_time.end())
      return reply(
          refusal(xmlrpc::bad_parameter("Parameter " + name + " selects by time, which a stream cannot")));
    else if (std::find(accepted.begin(), accepted.end(), name) == accepted.end())
      return reply(refusal(xmlrpc::bad_parameter("Unknown parameter " + name)));
  const auto filters = filters_of(*given);
  std::string token{
      request.value("Last-Event-ID")}; // of a client that comes back by itself: newer than the address
  if (const auto* since = xmlrpc::find(*given, "since"); since && token.empty())
    token = *since->as<std::string>();
  const api::invocation call{by, "events", {xmlrpc::value{std::move(*given)}}, false};
  api::param_reader in{call, parameters};
  auto selected = api::read_selection(in, call);
  if (!selected)
    return reply(refusal(selected.why()));
  const auto scope = selected->query.scope;
  if (!has_access(*settings.directory, by->who, scope))
    return reply(refusal(api::missing_right(right::view)));
  watch_request what{std::move(selected->query), settings.directory, std::nullopt};
  const auto& states = what.query.filter.states;
  if (call_states only_dead; only_dead.add(call_state::dead), states == only_dead)
    return reply(
        refusal(xmlrpc::bad_parameter("Parameter cc_state names no state in which a stream shows a call")));
  const auto reader = reader_of(by->who, scope, filters);
  const auto seal = tokens();
  if (!token.empty()) {
    what.since = seal->open(token, reader);
    if (!what.since)
      return reply(refusal(xmlrpc::bad_parameter("The token is not one of this stream")));
  }
  auto place = registry_->enter(by->who.trusted() ? scope : by->who.login->customer->id);
  if (!place)
    return reply(refusal({xmlrpc::fault_code::too_many, "Too many streams"}));

  const auto wants_lines = request.value("Accept").find("application/x-ndjson") != std::string_view::npos;
  const auto form = wants_lines ? stream_form::ndjson : stream_form::sse;
  auto access = [settings_now = settings_, by, scope] {
    const auto now = settings_now();
    const auto allowed = has_access(*now->directory, by->who, scope);
    return reader_access{now->directory, allowed ? std::string{} : "access has ended"};
  };
  auto& shared = *by->served_by;
  ask_from_outside<cluster_watch_actor>(
      shared.system, shared.front, open_deadline, std::move(what),
      [=, registry = registry_, style = settings.style, node = settings.node, &system = shared.system,
       access = std::move(access), place = std::move(place)](cluster_watch_actor& watch) mutable {
        http::response response;
        response.content_type = form == stream_form::sse ? "text/event-stream" : "application/x-ndjson";
        response.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
        response.live = true;
        response.body =
            make_stream({system, std::move(watch), event_writer{form, {node.value(), scope, filters}, style},
                         std::move(access), seal, reader, std::move(registry), std::move(place)});
        reply(std::move(response));
      },
      [reply, call](const caf::error& why) { reply(refusal(api::fault_of(why, call))); });
}

} // namespace rollcall::events
