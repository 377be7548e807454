#include "domain/directory/addressed_account.hpp"

#include <cstddef>

namespace rollcall {

namespace {

/// Up to here calls keep a name whole (call_record::draft::fit()).
constexpr std::size_t longest_whole_name = 512;

/// What calls keep of other names may be what they keep of this one: each character that XML cannot carry
/// is U+FFFD there, and what is longer may be cut.
bool may_be_many(std::string_view username) {
  return username.size() > longest_whole_name || username.find("\xEF\xBF\xBD") != username.npos;
}

std::optional<addressed_account> covered(const directory& dir, customer_id scope, const account* found) {
  const auto* owner = found ? dir.find(found->customer) : nullptr;
  if (!owner || !dir.covers(scope, owner->id))
    return std::nullopt;
  return addressed_account{{owner->environment, found->id}, owner->id, true};
}

std::optional<addressed_account> unknown(const directory& dir, customer_id scope, account_id id) {
  const auto* root = dir.find(scope);
  if (!root || root->wholesaler.known())
    return std::nullopt;
  return addressed_account{{root->environment, id}, root->id, false};
}

} // namespace

std::optional<addressed_account> address(const directory& dir, customer_id scope, account_id id) {
  if (id.value() < 1) // 0 is what calls have that are nobody's yet: they are not one account's
    return std::nullopt;
  const auto found = covered(dir, scope, dir.find(id));
  return found ? found : unknown(dir, scope, id);
}

std::optional<addressed_account> address(const directory& dir, customer_id scope, std::string_view username) {
  const auto* top = dir.find(scope);
  if (!top || username.empty())
    return std::nullopt;
  const auto* found = dir.find_username(top->environment, username);
  if (found)
    return covered(dir, scope, found);
  return may_be_many(username) ? std::nullopt : unknown(dir, scope, account_id{});
}

} // namespace rollcall
