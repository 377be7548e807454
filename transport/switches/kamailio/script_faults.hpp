#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::kamailio {

/// What each Kamailio's script has left out of what rollcall.cfg asks for, as rollcall.cfg itself has
/// noticed. Any thread.
class script_faults {
public:
  /// What one client hears from its switch. It is told until the sheet is closed or gone, as with
  /// switch_notes::sheet: a client that is let go may still have work under way.
  class sheet {
  public:
    explicit sheet(std::string of) : of_(std::move(of)) {}

    /// The faults are these now, one a line; logs what is new.
    void heard(const std::string& faults);

    /// The switch is gone from the configuration. Nothing is heard any more.
    void close();

  private:
    friend class script_faults;

    const std::string of_;
    mutable std::mutex mutex_;
    std::vector<std::string> faults_;
    bool closed_ = false;
  };

  std::shared_ptr<sheet> open(const std::string& of);

  /// A line for each fault, by switch: `script of kam-1: …`.
  std::vector<std::string> lines() const;

private:
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<sheet>> sheets_;
};

} // namespace rollcall::kamailio
