#pragma once

#include "actors/requests/reply_port.hpp"
#include "transport/api/failure.hpp"
#include "transport/api/refused_orders.hpp"
#include "transport/api/service.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace rollcall::api {

/// How long the API waits for the frontend. Longer than the frontend's own deadlines (actors/defaults.hpp),
/// which know better what was late; these are for a frontend that does not answer at all.
constexpr std::chrono::seconds gather_deadline{5};
constexpr std::chrono::seconds disconnect_deadline{40};

/// The place of `call` among its customer's requests of that kind; null when there are too many.
inline request_quota::place place_for(const invocation& call, request_quota service::*places,
                                      customer_id scope) {
  const auto& who = call.who();
  return ((*call.session->served_by).*places)
      .enter(who.trusted() ? scope : who.login->customer->id, call.settings().requests_at_once);
}

/// What a call without a place is told.
inline xmlrpc::fault too_many_at_once() {
  return {xmlrpc::fault_code::too_many, "Too many requests at once"};
}

/// Asks the frontend on behalf of `call`, and gives `done` what `render` makes of the reply, or the fault
/// that came instead. `render` takes a Reply& and the call's place among its customer's requests, which it
/// may move into its answer; it and `done` run on a thread of the actor system, or at once when the customer
/// asks too much. `places` is what the request counts among: who polls too much can still hang up. Nobody's
/// thread is blocked.
template <class Reply, class Request, class Render>
void ask(const invocation_ptr& call, request_quota service::*places, customer_id scope,
         std::chrono::seconds deadline, Request request, Render render, done_fn done) {
  auto& shared = *call->session->served_by;
  auto place = place_for(*call, places, scope);
  if (!place) {
    refuse_order(call, too_many_at_once(), done);
    return;
  }
  // Shared by the copies of the lambdas below: given up before `done`, or the client's next request could
  // come while the last of them is still being destroyed, and be one too many.
  const auto held = std::make_shared<request_quota::place>(std::move(place));
  ask_from_outside<Reply>(
      shared.system, shared.front, deadline, std::move(request),
      [=](Reply& reply) {
        std::optional<outcome> result;
        try {
          auto covers = reply.covers; // a copy: render looks at it as well
          result.emplace(render(reply, std::exchange(*held, nullptr)));
          if (*result && (*result)->covers)
            (*result)->covers = std::move(covers);
        } catch (...) {
          result.emplace(fault_of_exception(call->method));
        }
        done(std::move(*result));
      },
      [=](const caf::error& error) {
        held->reset();
        done(fault_of(error, *call));
      });
}

} // namespace rollcall::api
