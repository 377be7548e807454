#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// A process that connects under a switch's name.
struct switch_host {
  std::string run = {};     ///< as its hello says: another one after each restart. Empty: it says none
  std::string address = {}; ///< without the port. Both empty: it is not known who it is

  const std::string& identity() const noexcept { return run.empty() ? address : run; }
  bool known() const noexcept { return !identity().empty(); }

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, switch_host& x) {
    return f(x.run, x.address);
  }
};

/// Which hosts have connected under one switch's name lately, as it travels to the node that takes the switch
/// over: by how long ago, for no other node knows this one's clock.
struct name_history {
  struct entry {
    switch_host host;
    std::int64_t ms_ago = 0;

    template <class Inspector>
    friend typename Inspector::result_type inspect(Inspector& f, entry& x) {
      return f(x.host, x.ms_ago);
    }
  };

  std::vector<entry> last;      ///< who connected, in order
  bool disputed = false;        ///< two hosts use the name, and the last of `last` keeps it
  std::int64_t gone_ms_ago = 0; ///< since when that one is gone; 0: it is connected

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, name_history& x) {
    return f(x.last, x.disputed, x.gone_ms_ago);
  }
};

/// True when `a` knows of more connections than `b`, or of newer ones.
bool knows_more(const name_history& a, const name_history& b);

/// Tells a switch that restarts (B, C, D: each replaces the one before) from two hosts with one name, which
/// show as runs that alternate: A, B, and A again within a minute. Then A keeps the name until it has been
/// gone for ten seconds. One thread at a time.
///
///   undisputed ──the one before the last comes again──► disputed ──another one comes, A being gone──►
///   undisputed
class name_holders {
public:
  using moment = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds alternation{60};
  static constexpr std::chrono::seconds patience{10}; ///< how long a holder may be gone

  /// `host` wants to connect. False when the name is another's.
  bool admit(const switch_host& host, moment now);

  /// Whoever was admitted last is gone.
  void gone(moment now);

  /// As another node tells it. It counts when somebody connected there later than here.
  void take_over(const name_history& theirs, moment now);
  name_history history(moment now) const;

  /// True while somebody keeps the name against another.
  bool is_disputed(moment now) const { return disputed_ && (!gone_ || now - *gone_ < patience); }

  /// Who keeps it and who was refused, for the log.
  std::string sides() const;

private:
  struct visit {
    switch_host host;
    moment when;
  };

  std::vector<visit> last_; ///< the last two that differ, in order
  bool disputed_ = false;
  std::optional<moment> gone_;
  std::string refused_; ///< address of who was refused last
};

} // namespace rollcall
