#include "transport/switches/common/link_port.hpp"

#include "actors/defaults.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <utility>

namespace rollcall {

namespace {

class link_port final : public switch_port {
public:
  explicit link_port(attached to) : to_(std::move(to)) {}

  void deliver(switch_news news) override { caf::anon_send(to_.link, to_.session, std::move(news)); }

  void closed(const std::string& reason) override {
    caf::anon_send(to_.link, to_.session, atom::closed_v, reason);
  }

private:
  attached to_;
};

attach_result refused(const caf::error& why, const switch_name& name) {
  if (why == ec::unknown_switch)
    return {nullptr, close_reason::unknown_switch, "no switch of this name is configured"};
  if (why == ec::stale_epoch)
    return {nullptr, close_reason::stale_epoch, "a connection with the same or a higher epoch is up"};
  if (why == ec::two_hosts)
    return {nullptr, close_reason::stale_epoch, "two hosts use the name " + name.value()};
  if (why == ec::draining)
    return {nullptr, close_reason::leaving, "this node hands its switches over to others"};
  return {nullptr, close_reason::too_slow, "the node did not answer in time"};
}

} // namespace

attach_fn attach_to(caf::actor_system& system, attach_actor by) {
  return [&system, by = std::move(by)](const switch_name& name, std::uint64_t epoch,
                                       switch_connection_ptr connection,
                                       std::function<void(attach_result)> done) {
    // An actor for the length of one request, so that no thread waits.
    system.spawn([=](caf::event_based_actor* self) {
      self->request(by, caf::duration{defaults::attach_deadline}, attach_request{name, epoch, connection})
          .then([=](attached& to) { done({std::make_unique<link_port>(std::move(to))}); },
                [=](const caf::error& why) { done(refused(why, name)); });
    });
  };
}

} // namespace rollcall
