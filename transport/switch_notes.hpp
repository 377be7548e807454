#pragma once

#include "domain/ids.hpp"

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

/// What operators should know of switches beyond their state, for `/readyz?verbose`: one sentence for each
/// switch and subject, as long as it is true. Any thread.
class switch_notes {
public:
  /// Replaces what was noted about that subject.
  void set(const switch_name& of, const std::string& subject, std::string text);

  void clear(const switch_name& of, const std::string& subject);

  /// How many seconds the clock of that switch is ahead of this node's.
  void set_clock(const switch_name& of, double ahead);

  /// By name, of the switches whose clock was measured.
  std::map<std::string, double> clocks() const;

  /// The switch is none any more.
  void forget(const switch_name& of);

  /// `switch kam-1: ` and a sentence, by name and subject.
  std::vector<std::string> lines() const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, std::string>> notes_; ///< by switch, then by subject
  std::map<std::string, double> clocks_;
};

} // namespace rollcall
