#pragma once

#include "tests/component/actor_fixture.hpp"

#include <cstdint>

namespace rollcall::testing {

inline customer& customer_in(directory_entries& e, std::int64_t id) {
  return entry_of(e.customers, customer_id{id});
}
inline account& account_in(directory_entries& e, std::int64_t id) {
  return entry_of(e.accounts, account_id{id});
}

} // namespace rollcall::testing
