#include "transport/http/handshake_gate.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::http {

handshake_gate::ticket handshake_gate::enter(const net::address_key& who, callback start, callback evict) {
  callback replaced;
  ticket which = 0;
  {
    const std::lock_guard lock{mutex_};
    which = ++last_;
    auto& of = addresses_[who];
    if (of.running >= most_.of_one_address) {
      of.queue.push_back({which, std::move(start), std::move(evict)});
      ++queued_;
      count();
      return which;
    }
    replaced = begin(of, who, std::move(evict), which);
    count();
  }
  if (replaced)
    replaced();
  start();
  return which;
}

void handshake_gate::leave(const net::address_key& who, ticket which) {
  callback replaced;
  callback start;
  {
    const std::lock_guard lock{mutex_};
    const auto found = addresses_.find(who);
    if (found == addresses_.end())
      return;
    auto& of = found->second;
    if (running_.erase(which) > 0)
      --of.running;
    else
      queued_ -= std::erase_if(of.queue, [which](const auto& each) { return each.which == which; });
    if (!of.queue.empty() && of.running < most_.of_one_address) {
      auto next = std::move(of.queue.front());
      of.queue.pop_front();
      --queued_;
      start = std::move(next.start);
      replaced = begin(of, who, std::move(next.evict), next.which);
    }
    forget_if_idle(who);
    count();
  }
  if (replaced)
    replaced();
  if (start)
    start();
}

/// Returns what to call of one that had to give way.
handshake_gate::callback handshake_gate::begin(address& of, const net::address_key& who, callback evict,
                                               ticket which) {
  auto replaced = running_.size() >= most_.all ? make_room() : callback{};
  ++of.running;
  running_.emplace(which, handshake{who, std::move(evict)});
  return replaced;
}

/// Few are under way, and this is done only when they are too many: a look at each of them will do.
handshake_gate::callback handshake_gate::make_room() {
  auto goes = running_.end();
  address* crowded = nullptr;
  for (auto each = running_.begin(); each != running_.end(); ++each)
    if (auto& of = addresses_.at(each->second.who); !crowded || of.running > crowded->running) {
      goes = each;
      crowded = &of;
    }
  if (!crowded)
    return {};
  auto replaced = std::move(goes->second.evict);
  --crowded->running; // its address is forgotten when it leaves
  running_.erase(goes);
  return replaced;
}

void handshake_gate::forget_if_idle(const net::address_key& who) {
  const auto found = addresses_.find(who);
  if (found != addresses_.end() && found->second.running == 0 && found->second.queue.empty())
    addresses_.erase(found);
}

void handshake_gate::count() {
  counters_.handshakes = running_.size();
  counters_.handshakes_waiting = queued_;
}

} // namespace rollcall::http
