/// The floor of an event's time: what the actor framework itself takes for the two messages that no design
/// with an actor for each call and each account can do without.
///
/// peer_caf_events CALLS SECONDS has an actor send events, in batches like a read of the feed, to actors of
/// the very interface of our calls; each makes the next picture of its call and sends it to one of a thousand
/// accounts. There is nothing else: no line is read, no call is found by its id, none comes or goes, no
/// account keeps order or counts. The scheduler is CAF's own with one queue, on as many threads as there are
/// processors, the allocator the daemon's, and messages name no sender, as in the daemon. Prints what the
/// accounts have got and the processor time as JSON, and ends.

#include "actors/interfaces.hpp"
#include "actors/runtime/one_way.hpp"
#include "tests/bench/peers/simulated_calls.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace rollcall;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t events_of_a_read = 130;
constexpr int reads_under_way = 12; ///< as many as the daemon allows a switch

using shared_count = std::shared_ptr<std::atomic<std::uint64_t>>; ///< of one account; read by main()

struct account_floor {
  static inline const char* name = "account";
  record_ptr last;
};

call_owner_actor::behavior_type account_behavior(call_owner_actor::stateful_pointer<account_floor> self,
                                                 const shared_count& events) {
  return {
      one_way{[self, events](const record_ptr& record, slot) {
        self->state.last = record;
        events->store(events->load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      }},
      one_way{[](caf::delete_atom, const record_ptr&, slot) {}},
  };
}

struct call_floor {
  static inline const char* name = "call";
  record_ptr record;
  call_owner_actor account;
};

call_actor::behavior_type call_behavior(call_actor::stateful_pointer<call_floor> self,
                                        const record_ptr& record, const call_owner_actor& account) {
  self->state.record = record;
  self->state.account = account;
  return {
      one_way{[self](const call_event& event) {
        auto& state = self->state;
        state.record = state.record->after(event);
        tell(self, state.account, state.record, slot{});
      }},
      one_way{[](atom::placed, const account_key&, call_owner_actor&, slot) {}},
      one_way{[](const disconnect_job_ptr&) {}},
      one_way{[](link_notice) {}},
      one_way{[](account_id) {}},
  };
}

using turn_actor = caf::typed_actor<caf::reacts_to<caf::tick_atom>>;

struct link_floor {
  static inline const char* name = "link";
  std::vector<call_actor> calls;
  std::minstd_rand any;
  std::int64_t sent = 0;
  turn_actor
      next; ///< sends the tick back: so it goes behind the calls, as an actor's word to itself does not
};

turn_actor::behavior_type link_behavior(turn_actor::stateful_pointer<link_floor> self,
                                        const std::vector<call_actor>& calls) {
  self->state.calls = calls;
  self->state.next = self->spawn([link = turn_actor{self}](turn_actor::pointer next) {
    return turn_actor::behavior_type{one_way{[=](caf::tick_atom) { tell(next, link, caf::tick_atom_v); }}};
  });
  return {
      one_way{[self](caf::tick_atom) {
        auto& state = self->state;
        for (std::size_t i = 0; i < events_of_a_read; ++i) {
          call_event event;
          event.state = call_state::connected;
          event.connection = connection_id{1'000 + state.sent++}; // a new one, or nothing has changed
          tell(self, state.calls[state.any() % state.calls.size()], std::move(event));
        }
        tell(self, state.next, caf::tick_atom_v);
      }},
  };
}

struct mark {
  clock_type::time_point at = clock_type::now();
  double cpu = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  std::uint64_t events = 0;
};

} // namespace

int main(int argc, char** argv) {
  const auto count = argc == 3 ? std::strtoul(argv[1], nullptr, 10) : 0;
  const auto seconds = argc == 3 ? std::strtod(argv[2], nullptr) : 0;
  if (count == 0 || seconds <= 0)
    return std::fprintf(stderr, "usage: %s CALLS SECONDS\n", argv[0]), 64;

  caf::actor_system_config settings;
  settings.set("scheduler.policy", caf::atom("sharing"));
  settings.set("scheduler.max-threads", std::size_t{std::thread::hardware_concurrency()});
  settings.set("logger.file-verbosity", caf::atom("quiet"));
  settings.set("logger.console-verbosity", caf::atom("quiet"));
  caf::actor_system system{settings};
  std::vector<shared_count> counts;
  std::vector<call_owner_actor> accounts;
  for (std::int64_t n = 0; n < bench::accounts; ++n)
    accounts.push_back(
        system.spawn(account_behavior, counts.emplace_back(std::make_shared<std::atomic<std::uint64_t>>())));
  std::vector<call_actor> calls;
  bench::connected_calls{static_cast<std::uint32_t>(count)}.for_each([&](const record_ptr& record) {
    calls.push_back(system.spawn(call_behavior, record, accounts[calls.size() % accounts.size()]));
  });
  const auto marked = [&] {
    mark now;
    for (const auto& one : counts)
      now.events += one->load(std::memory_order_relaxed);
    return now;
  };

  const auto link = system.spawn(link_behavior, calls);
  for (int i = 0; i < reads_under_way; ++i)
    caf::anon_send(link, caf::tick_atom_v);
  std::this_thread::sleep_for(std::chrono::seconds{1}); // until all have run once
  const auto begin = marked();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const auto end = marked();
  std::printf("{\"calls\": %lu, \"events\": %lu, \"seconds\": %.3f, \"cpu\": %.3f}\n", count,
              end.events - begin.events, std::chrono::duration<double>(end.at - begin.at).count(),
              end.cpu - begin.cpu);
  std::fflush(stdout);
  std::_Exit(0); // the actors are left, not taken down
}
