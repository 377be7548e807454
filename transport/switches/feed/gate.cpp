#include "transport/switches/feed/gate.hpp"

#include "domain/base/wait_message.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <utility>

namespace rollcall::feed {

gate::gate(std::shared_ptr<service> shared) : service_(std::move(shared)) { ++service_->counters.strangers; }

gate::~gate() { attached(); }

void gate::enter(const std::string& address, std::function<void(const std::string& reason)> cut) {
  address_ = address;
  boost::system::error_code ec;
  const auto from = boost::asio::ip::make_address(address_, ec);
  if (ec)
    return; // gone again
  place_ = service_->unknown.add(from, [cut = std::move(cut), shared = service_] {
    ++shared->counters.turned_away;
    cut("it has sent no hello, and a newer connection takes its place");
  });
}

std::optional<switches::admission::refusal> gate::admit(switches::claim& who) {
  // Who guesses is told nothing of this secret, also when it is right. A name that is not configured has
  // none.
  if (const auto wait = service_->guessers.wait(address_, who.name.value(), std::chrono::steady_clock::now());
      wait && service_->switches.contains(who.name)) {
    ++service_->counters.braked;
    return refusal{close_reason::auth_failed, wait_message(*wait)};
  }
  switch (service_->switches.check(who.name, who.secret)) {
  case switch_table::check_result::unknown:
    return refusal{close_reason::unknown_switch, "no switch of this name is configured"};
  case switch_table::check_result::wrong_secret:
    return wrong_secret(who.name);
  case switch_table::check_result::homeless:
    return refusal{close_reason::no_environment, "the directory does not have its environment yet"};
  case switch_table::check_result::welcome:
    break;
  }
  return std::nullopt;
}

switches::admission::refusal gate::wrong_secret(const switch_name& of) {
  auto& guessers = service_->guessers;
  guessers.wrong(address_, of.value(), std::chrono::steady_clock::now());
  service_->counters.guessing = guessers.addresses();
  service_->counters.forgotten = guessers.forgotten();
  return {close_reason::auth_failed, "the secret is wrong"};
}

void gate::attached() {
  place_.reset();
  if (std::exchange(stranger_, false))
    --service_->counters.strangers;
}

std::optional<switches::admission::refusal> gate::revise(const switch_name& name) {
  if (service_->switches.contains(name))
    return std::nullopt;
  return refusal{close_reason::unknown_switch, "this switch was removed from the configuration"};
}

} // namespace rollcall::feed
