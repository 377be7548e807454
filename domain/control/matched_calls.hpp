#pragma once

#include "domain/control/node_mark.hpp"
#include "domain/lists/row_source.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

/// IDs that a preview shows.
constexpr std::size_t preview_sample = 10;

/// Customers, and connections, that a node counts one by one for each switch. It counts the calls of all
/// further ones together, under 0.
constexpr std::size_t preview_parts = 10'000;

/// The calls of one switch that a disconnect would mean: from Idle to Connected.
struct switch_matches {
  std::string name;
  std::uint64_t calls = 0;
  std::uint64_t moved = 0;                         ///< further calls, which were there then, on another node
  std::map<std::int64_t, std::uint64_t> customers; ///< calls by `i_customer`
  std::map<std::int64_t, std::uint64_t> connections; ///< calls by `i_connection`; 0: not known
  std::int64_t oldest = 0;         ///< SETUP_TIME of the oldest, in microseconds since 1970; 0: there is none
  std::vector<std::string> sample; ///< IDs of the oldest

  friend bool operator==(const switch_matches&, const switch_matches&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, switch_matches& x) {
    return f(x.name, x.calls, x.moved, x.customers, x.connections, x.oldest, x.sample);
  }
};

/// Counts the rows of one node that match, in the order of their setup. One thread.
class match_counter {
public:
  /// By what was there: calls that are newer there were not, unless they are older than it.
  explicit match_counter(const node_mark& there) : there_(there) {}

  void add(const call_row& row);

  /// True when a row was added, whatever its state.
  bool found() const noexcept { return found_; }

  /// By name of the switch.
  std::vector<switch_matches> take();

private:
  node_mark there_;
  std::map<const switch_identity*, switch_matches> switches_;
  std::pair<const switch_identity*, switch_matches*> last_{}; ///< rows of one switch come in a row
  bool found_ = false;
};

/// What all nodes have counted.
struct matched_calls {
  std::uint64_t reachable = 0;
  std::uint64_t away = 0;                          ///< their switch cannot be told to hang them up now
  std::map<std::int64_t, std::uint64_t> customers; ///< of those that can be reached, as the rest
  std::map<std::int64_t, std::uint64_t> connections;
  std::int64_t oldest = 0;
  std::vector<std::string> sample;

  /// `is_away`: its switch cannot be reached. Another node may tell any numbers.
  void add(switch_matches of, bool is_away);
};

} // namespace rollcall
