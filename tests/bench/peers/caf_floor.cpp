/// The floor of a call's memory: what the actor framework itself takes for an actor that holds the same
/// record.
///
/// peer_caf_floor ACTORS spawns so many actors of the very interface of our calls, each with its five
/// handlers and one immutable record, on a scheduler of CAF, and sends each a message. There is nothing else:
/// no account that keeps the record in order, no counts, no switch that finds the call by its id, no
/// disconnect under way. Prints the resident bytes of an actor as JSON, and ends.
///
/// It is built twice: with glibc's malloc, and as peer_caf_floor_mimalloc with the daemon's.

#include "actors/interfaces.hpp"
#include "tests/bench/peers/simulated_calls.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace rollcall;

std::atomic<std::uint32_t> ready{0}; ///< actors that have handled their message

struct floor_state {
  static inline const char* name = "floor";
  record_ptr record;
};

call_actor::behavior_type floor_behavior(call_actor::stateful_pointer<floor_state> self,
                                         const record_ptr& record) {
  self->state.record = record;
  return {
      [self](const call_event& event) { self->state.record = self->state.record->after(event); },
      [self](atom::placed, const account_key& key, call_owner_actor&, slot) {
        self->state.record = self->state.record->in_account(key.account);
      },
      [self](const disconnect_job_ptr&) { self->state.record = self->state.record->disconnecting(); },
      [self](link_notice) { self->state.record = {}; },
      [](account_id) { ++ready; },
  };
}

std::size_t resident_bytes() {
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

} // namespace

int main(int argc, char** argv) {
  const auto actors = argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
  if (actors == 0)
    return std::fprintf(stderr, "usage: %s ACTORS\n", argv[0]), 64;

  caf::actor_system_config settings;
  settings.set("scheduler.policy", caf::atom("sharing")); // which spawns faster by an order of magnitude
  settings.set("logger.file-verbosity", caf::atom("quiet"));
  settings.set("logger.console-verbosity", caf::atom("quiet"));
  caf::actor_system system{settings};
  bench::connected_calls calls{static_cast<std::uint32_t>(actors)};
  std::vector<call_actor> handles(actors); // resident before the measurement begins
  const auto before = resident_bytes();

  auto next = handles.begin();
  calls.for_each([&](record_ptr record) {
    *next = system.spawn(floor_behavior, std::move(record));
    caf::anon_send(*next++, account_id{1});
  });
  while (ready < actors)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});

  std::printf("{\"actors\": %lu, \"bytes\": %.0f}\n", actors,
              static_cast<double>(resident_bytes() - before) / static_cast<double>(actors));
  std::fflush(stdout);
  std::_Exit(0); // the actors are left, not taken down
}
