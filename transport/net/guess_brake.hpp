#pragma once

#include "transport/net/address_key.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace rollcall::net {

/// Slows those down who guess passwords (contract, 4.1) or the secrets of switches and nodes: a pair of
/// address and login that was wrong ten times within a minute, and an address that was wrong for ten logins,
/// are told to wait, the right password included. What others do to a login from elsewhere never counts, so
/// that nobody can lock anybody out. Any thread.
///
/// Bounded: the address that was wrong longest ago leaves for a new one. Costs nothing while nobody guesses.
class guess_brake {
public:
  using moment = std::chrono::steady_clock::time_point;

  static constexpr std::size_t most_wrong = 10; ///< passwords of a pair, and logins of an address
  static constexpr std::chrono::seconds window{60};

  /// How long after its last wrong password one may try again that had too many; never longer than until ten
  /// of them are no longer within a minute. Over minutes, both let ten a minute through, or ten for each of
  /// ten logins; the difference is how long others of the same address have to wait.
  struct pauses {
    std::chrono::milliseconds pair;
    std::chrono::milliseconds address;
  };

  static constexpr pauses of_people{window, window};

  /// For machines, which try again by themselves. A guesser behind the same NAT must not keep them out for
  /// long.
  static constexpr pauses of_machines{std::chrono::milliseconds{window} / most_wrong,
                                      std::chrono::milliseconds{window} / (most_wrong * most_wrong)};

  /// `capacity`: addresses that are remembered.
  explicit guess_brake(std::size_t capacity = 4096, const pauses& between = of_people)
      : capacity_(capacity), pauses_(between) {}

  /// How long this address must wait before it may try this login; none: it may at once.
  std::optional<std::chrono::seconds> wait(std::string_view address, std::string_view login, moment now);

  /// The same for whatever login: of an address that tried too many.
  std::optional<std::chrono::seconds> wait(std::string_view address, moment now);

  /// Counts a wrong password. True when the pair or the address has to wait from now on.
  bool wrong(std::string_view address, std::string_view login, moment now);

  std::size_t addresses() const noexcept { return size_; }        ///< remembered now
  std::uint64_t forgotten() const noexcept { return forgotten_; } ///< for want of room

private:
  /// When the last passwords of a login were wrong: a ring.
  struct attempts {
    std::size_t login = 0; ///< its hash; two of one address that share one share the brake
    std::array<moment, most_wrong> at{};
    std::size_t next = 0;

    moment oldest() const { return at[next]; }
    moment latest() const { return at[(next + most_wrong - 1) % most_wrong]; }
  };

  struct guesser {
    address_key address;
    std::array<attempts, most_wrong> logins{};
  };

  using guessers = std::list<guesser>; ///< the one that was wrong last is at the front

  using wait_time = std::optional<std::chrono::seconds>;

  static bool recent(moment at, moment now) { return at != moment{} && now - at < window; }
  static wait_time left(moment until, moment now);
  wait_time wait_of(const attempts& one, moment now) const;
  wait_time wait_of(const guesser& one, moment now) const;
  guesser* find(std::string_view address);
  guesser& remember(std::string_view address);

  const std::size_t capacity_;
  const pauses pauses_;
  std::atomic<std::size_t> size_{0};
  std::atomic<std::uint64_t> forgotten_{0};
  std::mutex mutex_; ///< guards what follows
  guessers guessers_;
  std::unordered_map<address_key, guessers::iterator, address_key::hash> by_address_;
};

} // namespace rollcall::net
