#include "domain/directory/same_calls.hpp"

#include <algorithm>

namespace rollcall {

bool has_same_calls(const directory& before, const directory& after) {
  const auto& was = before.entries();
  const auto all = [](const auto& entries, auto is_same) {
    return std::all_of(entries.begin(), entries.end(), is_same);
  };
  return all(was.customers,
             [&](const customer& one) {
               const auto* now = after.find(one.id);
               return now && now->wholesaler == one.wholesaler && now->environment == one.environment
                      && now->name == one.name;
             })
         && all(was.accounts,
                [&](const account& one) {
                  const auto* now = after.find(one.id);
                  return !now || now->username == one.username; // whose it is, its calls tell
                })
         && all(was.vendors,
                [&](const vendor& one) { return after.has(one.id) && after.name_of(one.id) == one.name; })
         && all(was.connections,
                [&](const connection& one) {
                  const auto* now = after.find(one.id);
                  return now && *now == one;
                })
         // Calls may have borne its number before it was known.
         && was.connections.size() == after.entries().connections.size();
}

} // namespace rollcall
