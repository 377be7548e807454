#pragma once

#include "domain/calls/call_record.hpp"
#include "domain/directory/directory.hpp"
#include "domain/lists/call_query.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

// Calls of a small tree, for the tests of what watchers are told.
namespace rollcall::watch_fixture {

using namespace std::chrono_literals;

/// Customers 1 > 2 > 3 and 1 > 4; account 11 is of customer 1, 22 of 2, 33 of 3, 44 of 4.
inline directory_ptr sample() {
  static const auto dir = [] {
    directory_entries e;
    e.environments = {{environment_id{1}, "default"}};
    for (const auto& [id, above] : {std::pair{1, 0}, {2, 1}, {3, 2}, {4, 1}}) {
      customer c;
      c.id = customer_id{id};
      c.wholesaler = customer_id{above};
      c.environment = environment_id{1};
      c.name = "customer " + std::to_string(id);
      e.customers.push_back(std::move(c));
      e.accounts.push_back({account_id{id * 11}, customer_id{id}, "user " + std::to_string(id)});
    }
    return directory::link(std::move(e));
  }();
  return dir;
}

inline const switch_identity& source(const std::string& name = "sbc-1") {
  return *interned({switch_name{name}, node_id{"node-a"}, environment_id{1}});
}

inline record_ptr first(const std::string& id, std::int64_t account, call_state state = call_state::connected,
                        const std::string& of = "sbc-1") {
  call_event event;
  event.id = id;
  event.state = state;
  event.setup = event.received = timestamp{1'000s};
  event.account = account_id{account};
  return call_record::first(source(of), event);
}

inline record_ptr with_state(const record_ptr& record, call_state state) {
  call_event event;
  event.state = state;
  event.received = timestamp{2'000s};
  event.revives = record->state() == call_state::dead;
  return record->after(event);
}

inline record_ptr dead(const record_ptr& record, bool unseen = false) {
  call_event event;
  event.state = call_state::dead;
  event.unseen = unseen;
  event.received = timestamp{2'000s};
  return record->after(event);
}

inline call_query all_of(std::int64_t scope) {
  call_query query;
  query.scope = customer_id{scope};
  return query;
}

} // namespace rollcall::watch_fixture
