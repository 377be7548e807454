#pragma once

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>
#include <caf/message_id.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/sec.hpp>

#include <atomic>
#include <chrono>
#include <utility>

namespace rollcall {

/// Where the answer to one request comes back to who is no actor. To CAF it is an actor, but it has no
/// mailbox, and is neither started nor scheduled: whoever answers hands the answer over on the spot.
template <class Reply, class Then, class Otherwise>
class reply_port final : public caf::monitorable_actor {
public:
  reply_port(caf::actor_config& config, Then then, Otherwise otherwise)
      : monitorable_actor(config), then_(std::move(then)), otherwise_(std::move(otherwise)) {}

  const char* name() const override { return "reply_port"; }

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override {
    if (!what->mid.is_response() || answered_.exchange(true))
      return;
    home_system().clock().cancel_timeouts(this);
    auto& content = what->content();
    if (content.template match_elements<Reply>())
      pass(then_, content.template get_mutable_as<Reply>(0), content.shared());
    else if (content.template match_elements<caf::error>())
      pass(otherwise_, content.template get_mutable_as<caf::error>(0), content.shared());
    else
      fail(caf::sec::unexpected_response);
  }

private:
  template <class To, class T>
  static void pass(To& to, T& value, bool shared) {
    if (!shared)
      return to(value);
    auto own = value;
    to(own);
  }

  void fail(caf::error why) { otherwise_(why); }

  Then then_;
  Otherwise otherwise_;
  std::atomic<bool> answered_{false};
};

/// Asks `whom`, who has until `deadline` from now. Its Reply& goes to `then`, or what came instead, as a
/// caf::error&, to `otherwise`: sec::request_timeout after the deadline. One of them is called, once, on the
/// thread that answers or that of the clock; it must not throw. Any thread.
template <class Reply, class Handle, class Request, class Then, class Otherwise>
void ask_from_outside(caf::actor_system& in, const Handle& whom, std::chrono::steady_clock::duration deadline,
                      Request request, Then then, Otherwise otherwise) {
  using port_type = reply_port<Reply, Then, Otherwise>;
  constexpr auto id = caf::make_message_id(1); // it asks only once
  caf::actor_config config;
  const auto port = caf::make_actor<port_type, caf::strong_actor_ptr>(
      in.next_actor_id(), in.node(), &in, config, std::move(then), std::move(otherwise));
  auto& clock = in.clock();
  clock.set_request_timeout(clock.now() + deadline, port->get(), id.response_id());
  caf::actor_cast<caf::strong_actor_ptr>(whom)->enqueue(
      caf::make_mailbox_element(port, id, {}, std::move(request)), nullptr);
}

} // namespace rollcall
