#include "domain/watch/change_log.hpp"
#include "domain/watch/change_queue.hpp"
#include "tests/unit/change_queue_model.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

// change_queue behind a log that accounts write: whoever applies what it tells has the calls there are.
namespace rollcall::change_queue_model_test {

using namespace change_queue_model;
using kind = change_queue::kind;

namespace {

constexpr std::size_t plenty = 100'000'000;

/// What a client makes of what it is told.
struct mirror {
  void apply(const change_queue::told& one, bool strict) {
    const auto id = std::string{one.record->id()};
    if (one.what == kind::call)
      calls[id] = one.record;
    else if (calls.erase(id) == 0 && strict)
      FAIL(id, " is over or leaves, and was not told");
  }
  std::map<std::string, record_ptr> calls;
};

/// What is asked for: all calls below a customer, or some of them.
call_query any_query(sim_random& dice) {
  auto query = all_of(dice.chance(0.5) ? 1 : 2);
  if (dice.chance(0.5))
    for (const auto state : {call_state::idle, call_state::connected})
      query.filter.states.add(state);
  return query;
}

std::size_t sum_of(const counts_by_switch& held) {
  std::size_t sum = 0;
  for (const auto& [source, count] : held)
    sum += count;
  return sum;
}

} // namespace

TEST_CASE("change_queue: whenever all is told, the mirror is what is shown") {
  CHECK(rc::check([](std::uint64_t seed) {
    model world{seed};
    auto& dice = world.dice();
    world.lets_go = dice.chance(0.5) ? 0.1 : 0;
    const auto query = any_query(dice);
    change_log::reader another; // may watch before
    if (dice.chance(0.5))
      another = world.log.subscribe(customer_id{1}, {});
    for (int i = 0; i < 30; ++i)
      world.step();
    change_queue queue{query, sample(), plenty};
    mirror client;
    auto reader = world.log.subscribe(query.scope, {});
    auto listed = world.gather(query, dice.below(10));
    queue.list(std::move(listed.calls), world.log.position(), listed.hidden);
    std::vector<picture_change> changes;
    std::function<void(std::size_t)> read;
    const auto catch_up = [&] { // with what happened while a list was made, before anything is told
      while (world.log.behind(reader) > 0)
        read(3);
    };
    read = [&](std::size_t most) {
      changes.clear();
      change_log::read(reader, most, changes);
      for (const auto& one : changes)
        queue.take(one);
    };
    const auto list_again = [&] { // false when nothing had to be
      bool listed_any = false;
      for (auto void_of = queue.take_distrusted(); !void_of.empty(); void_of = queue.take_distrusted())
        for (const auto* const source : void_of) {
          listed_any = true;
          std::erase_if(client.calls, [&](const auto& one) { return &one.second->source() == source; });
          auto again = world.gather(query, dice.below(5));
          queue.list(source->name, std::move(again.calls), world.log.position(), again.hidden);
          catch_up();
        }
      return listed_any;
    };
    catch_up();
    change_queue::told one;
    for (int i = 0; i < 200; ++i) {
      switch (dice.below(4)) {
      case 0:
        world.step();
        break;
      case 1:
        read(1 + dice.below(5));
        break;
      default:
        list_again();
        if (queue.next(one))
          client.apply(one, true);
      }
      if (i % 20 != 19)
        continue;
      if (dice.chance(0.5))
        world.rest();
      do {
        read(1000);
      } while (list_again());
      while (queue.next(one))
        client.apply(one, true);
      RC_ASSERT(world.agrees(client.calls, query));
      RC_ASSERT(sum_of(queue.held()) == client.calls.size());
    }
    world.log.leave(reader, {});
    world.log.leave(another, {});
  }));
}

TEST_CASE("change_queue: who comes back is told what makes the mirror right, and of each end") {
  CHECK(rc::check([](std::uint64_t seed) {
    model world{seed};
    auto& dice = world.dice();
    const auto query = any_query(dice);
    auto keeper = world.log.subscribe(customer_id{1}, {}); // somebody else watches all the time
    for (int i = 0; i < 30; ++i)
      world.step();
    mirror client; // up to some position of the log
    std::vector<picture_change> changes;
    change_log::read(keeper, 1'000'000, changes);
    for (const auto& change : changes)
      if (shows(query, *sample(), *change.after))
        client.calls[std::string{change.after->id()}] = change.after;
      else
        client.calls.erase(std::string{change.after->id()});
    const auto since = world.log.position();
    for (auto i = dice.below(60); i > 0; --i)
      world.step();
    change_queue queue{query, sample(), plenty};
    auto reader = world.log.subscribe(query.scope, {});
    auto listed = world.gather(query, dice.below(10), since);
    std::vector<picture_change> gone;
    world.log.each_kept(since, [&](const picture_change& change) { gone.push_back(change); });
    queue.resume(std::move(listed.calls), listed.changed, gone, world.log.position(), listed.hidden);
    const auto tell_all = [&] {
      changes.clear();
      change_log::read(reader, 1'000'000, changes);
      for (const auto& one : changes)
        queue.take(one);
      change_queue::told one;
      while (queue.next(one))
        client.apply(one, false); // a leave may be of a call that it does not have
      RC_ASSERT(world.agrees(client.calls, query));
      RC_ASSERT(sum_of(queue.held()) == client.calls.size());
    };
    tell_all();
    for (int i = 0; i < 30; ++i)
      world.step();
    tell_all();
    world.rest();
    tell_all();
    world.log.leave(reader, {});
    world.log.leave(keeper, {});
  }));
}

} // namespace rollcall::change_queue_model_test
