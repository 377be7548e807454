#pragma once

#include "transport/xmlrpc/fault.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>

namespace rollcall::api {

/// What the API counts since its start; `/metrics` reads it. Any thread.
class metrics {
public:
  using counter = std::atomic<std::uint64_t>;

  /// What came of a call of a method, in the order of method_counters::outcomes: `ok`, then the codes of
  /// xmlrpc::fault_codes.
  static constexpr std::size_t outcome_count = 1 + xmlrpc::fault_codes.size();

  /// Upper bounds of the histogram's buckets, seconds. A list counts until its first row can be written.
  static constexpr std::array<double, 12> duration_bounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                             0.05,   0.1,   0.25,   1.0,   5.0,  30.0};

  struct method_counters {
    std::array<counter, outcome_count> outcomes{};
    std::array<counter, duration_bounds.size() + 1> durations{}; ///< not cumulative; the last has no bound
    counter duration_micros{0};                                  ///< the sum
  };

  /// Why somebody was not let in.
  enum class refusal : std::uint8_t {
    no_login,     ///< challenged: no Authorization header, as every client begins
    bad_login,    ///< unknown login, wrong password, or another scheme than Digest
    stale,        ///< the nonce was too old, of another node, or used
    malformed,    ///< a header that no Digest client sends
    no_access,    ///< the customer's api_access is false
    distrusted,   ///< of a trusted host, but forwarded, a browser's, or for a name that may be a stranger's
    other_site,   ///< a web page of another site had a browser send it, or it is for a host that we are not
    no_directory, ///< nobody can be served yet
  };
  static constexpr std::array<std::string_view, 8> refusal_names = {
      "no_login", "bad_login", "stale", "malformed", "no_access", "distrusted", "other_site", "no_directory"};

  /// The name under which requests count that call no method of ours, or cannot be read.
  static constexpr std::string_view no_method = "none";

  /// `methods` must outlive this.
  explicit metrics(std::span<const std::string_view> methods);

  void count(refusal why) { ++refusals_[static_cast<std::size_t>(why)]; }

  /// Counts a call that took this long; null for one that succeeded. An unknown method counts as no_method.
  void count(std::string_view method, std::optional<xmlrpc::fault_code> fault,
             std::chrono::microseconds took);

  const std::map<std::string_view, method_counters>& methods() const noexcept { return methods_; }
  std::uint64_t refusals(refusal why) const { return refusals_[static_cast<std::size_t>(why)]; }

private:
  std::map<std::string_view, method_counters>
      methods_; ///< complete from the start, so that no lock is needed
  std::array<counter, refusal_names.size()> refusals_{};
};

} // namespace rollcall::api
