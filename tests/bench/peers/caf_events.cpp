/// The floor of an event's time: what the actor framework itself takes for the two messages that no design
/// with an actor for each call and each account can do without.
///
/// peer_caf_events CALLS SECONDS has an actor send events, in batches like a read of the feed, to actors of
/// the very interface of our calls; each makes the next picture of its call and sends it to one of a thousand
/// accounts. There is nothing else: no line is read, no call is found by its id, none comes or goes, no
/// account keeps order or counts. The scheduler is one of CAF's own, the allocator the daemon's. Prints
/// events and processor time as JSON, and ends.

#include "actors/interfaces.hpp"
#include "tests/bench/peers/simulated_calls.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
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

struct account_floor {
  static inline const char* name = "account";
  record_ptr last;
};

keeper_actor::behavior_type account_behavior(keeper_actor::stateful_pointer<account_floor> self) {
  return {
      [self](const record_ptr& record, seat) { self->state.last = record; },
      [](caf::delete_atom, const record_ptr&, seat) {},
  };
}

struct call_floor {
  static inline const char* name = "call";
  record_ptr record;
  keeper_actor account;
};

call_actor::behavior_type call_behavior(call_actor::stateful_pointer<call_floor> self,
                                        const record_ptr& record, const keeper_actor& account) {
  self->state.record = record;
  self->state.account = account;
  return {
      [self](const call_event& event) {
        auto& state = self->state;
        state.record = state.record->after(event);
        self->send(state.account, state.record, seat{});
      },
      [](atom::placed, const account_key&, keeper_actor&, seat) {},
      [](const disconnect_job_ptr&) {},
      [](link_word) {},
      [](account_id) {},
  };
}

struct link_floor {
  static inline const char* name = "link";
  std::vector<call_actor> calls;
  std::minstd_rand any;
  std::int64_t sent = 0;
};

std::atomic<std::int64_t> sent{0};

caf::behavior link_behavior(caf::stateful_actor<link_floor>* self, const std::vector<call_actor>& calls) {
  self->state.calls = calls;
  return {
      [self](caf::tick_atom) {
        auto& state = self->state;
        for (std::size_t i = 0; i < events_of_a_read; ++i) {
          call_event event;
          event.id = "19ab3f1e8d2-" + std::to_string(state.sent);
          event.state = call_state::connected;
          event.connection = connection_id{1000 + ++state.sent}; // a new one, or nothing has changed
          self->send(state.calls[state.any() % state.calls.size()], std::move(event));
        }
        sent.store(state.sent, std::memory_order_relaxed);
        self->send(self, caf::tick_atom_v); // behind what this has set in motion
      },
  };
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

} // namespace

int main(int argc, char** argv) {
  const auto count = argc == 3 ? std::strtoul(argv[1], nullptr, 10) : 0;
  const auto seconds = argc == 3 ? std::strtod(argv[2], nullptr) : 0;
  if (count == 0 || seconds <= 0)
    return std::fprintf(stderr, "usage: %s CALLS SECONDS\n", argv[0]), 64;

  caf::actor_system_config settings;
  settings.set("scheduler.policy", caf::atom("sharing"));
  settings.set("logger.file-verbosity", caf::atom("quiet"));
  settings.set("logger.console-verbosity", caf::atom("quiet"));
  caf::actor_system system{settings};
  std::vector<keeper_actor> accounts;
  for (std::int64_t n = 0; n < bench::accounts; ++n)
    accounts.push_back(system.spawn(account_behavior));
  std::vector<call_actor> calls;
  bench::connected_calls{static_cast<std::uint32_t>(count)}.for_each([&](const record_ptr& record) {
    calls.push_back(system.spawn(call_behavior, record, accounts[calls.size() % accounts.size()]));
  });

  const auto link = system.spawn(link_behavior, calls);
  for (int i = 0; i < reads_under_way; ++i)
    caf::anon_send(link, caf::tick_atom_v);
  std::this_thread::sleep_for(std::chrono::seconds{1}); // until all have run once
  const auto began = clock_type::now();
  const auto events = sent.load();
  const auto cpu = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  std::printf("{\"calls\": %lu, \"events\": %ld, \"seconds\": %.3f, \"cpu\": %.3f}\n", count,
              static_cast<long>(sent.load() - events),
              std::chrono::duration<double>(clock_type::now() - began).count(), cpu_seconds() - cpu);
  std::fflush(stdout);
  std::_Exit(0); // the actors are left, not taken down
}
