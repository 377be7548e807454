#pragma once

#include "domain/base/ids.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// What operators should know of switches beyond their state, for `/readyz?verbose`: one sentence for each
/// switch and subject, as long as it is true. Any thread.
class switch_notes {
public:
  /// What one dialler and its driver note of their switch. It is told until the sheet is closed or gone: a
  /// dialler that is let go may still have work under way, and must not note anything of a name that may be
  /// another's by then.
  class sheet {
  public:
    explicit sheet(switch_name of) : of_(std::move(of)) {}

    /// Replaces what was noted about that subject.
    void set(const std::string& subject, std::string text);

    void clear(const std::string& subject);

    /// How many seconds the clock of the switch is ahead of this node's.
    void set_clock(double ahead);

    /// Takes away what was noted; nothing is noted any more.
    void close();
    bool is_closed() const;

  private:
    friend class switch_notes;

    const switch_name of_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> notes_; ///< by subject
    std::optional<double> clock_;
    bool closed_ = false;
  };

  std::shared_ptr<sheet> open(const switch_name& of);

  /// By name, of the switches whose clock was measured.
  std::map<std::string, double> clocks() const;

  /// `switch kam-1: ` and a sentence, by name and subject.
  std::vector<std::string> lines() const;

private:
  std::vector<std::shared_ptr<sheet>> sheets() const;

  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<sheet>> sheets_;
};

} // namespace rollcall
