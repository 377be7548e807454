#pragma once

#include "domain/base/text_hash.hpp"
#include "domain/calls/switch_counts.hpp"
#include "domain/directory/account_key.hpp"
#include "domain/directory/directory.hpp"
#include "domain/lists/row_source.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rollcall {

/// By what calls are counted (events.md, 2).
enum class group_kind : std::uint8_t {
  customer,     ///< direct
  top_customer, ///< the child of the scope under which it is, or the scope itself
  account,
  vendor,
  connection,
  state,
  source, ///< the switch
  node,
  direction,
  cld_prefix,
  cli_prefix,
};

struct grouping {
  static constexpr std::size_t most_digits = 15;

  group_kind by = group_kind::customer;
  std::size_t digits = 0; ///< of a prefix

  /// `i_customer`, `cld_prefix:3`. None for anything else.
  static std::optional<grouping> parse(std::string_view written);

  /// True where the counts that accounts keep decide, without a look at their calls.
  bool is_tallied() const;

  friend bool operator==(const grouping&, const grouping&) = default;
};

/// What parse() takes, for people.
constexpr std::string_view grouping_names =
    "i_customer, top_customer, i_account, i_vendor, i_connection, cc_state, switch, node_id, direction, "
    "cld_prefix:N, cli_prefix:N (N 1-15)";

/// The calls of one key.
struct call_group {
  std::string key;  ///< empty: not known
  std::string name; ///< as the directory has it; empty where it has none
  std::uint64_t total = 0;
  std::uint64_t connected = 0;
};

enum class group_order : std::uint8_t { total, key };

/// Counts calls by what they have in common. As many groups as there are keys: no more than calls. One
/// thread.
class call_groups {
public:
  /// `scope` is whose calls they are. Texts that rows show alike are one key: without `full_unicode` those
  /// that differ in nothing but characters above U+FFFF.
  call_groups(grouping by, directory_ptr dir, customer_id scope, bool full_unicode = false);

  /// Counts one call.
  void add(const call_row& row);

  /// Counts those of one account. Only for what is_tallied().
  void add(const account_key& account, const switch_counts& counts);

  std::uint64_t total() const noexcept { return total_; }
  std::uint64_t connected() const noexcept { return connected_; }

  /// How many groups have calls.
  std::size_t size() const noexcept { return by_id_.size() + by_text_.size(); }

  /// The first `limit` of them: the largest first, or by key; numbers by their size. Ties go by key.
  std::vector<call_group> sorted(group_order order, std::uint64_t limit) const;

private:
  struct count {
    std::uint64_t total = 0;
    std::uint64_t connected = 0;
  };

  count& of(std::string_view key);
  count& of(std::int64_t id) { return by_id_[id]; }
  count& group_of(const call_row& row);
  count& group_of(const account_key& account, customer_id customer, const switch_identity& source);
  void add(count& to, std::uint64_t total, std::uint64_t connected);
  customer_id top_of(customer_id id);
  std::string_view name_of(std::int64_t id) const;

  const grouping by_;
  const directory_ptr directory_;
  const customer_id scope_;
  const bool full_unicode_;
  std::unordered_map<std::int64_t, count> by_id_; ///< 0: not known
  std::unordered_map<std::string, count, text_hash, std::equal_to<>> by_text_;
  std::unordered_map<customer_id, customer_id> tops_; ///< as far as looked up
  std::uint64_t total_ = 0;
  std::uint64_t connected_ = 0;
};

} // namespace rollcall
