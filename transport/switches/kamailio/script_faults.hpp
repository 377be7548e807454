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
  /// What one Kamailio tells. It is shown until the sheet is gone.
  class sheet {
  public:
    explicit sheet(std::string of) : of_(std::move(of)) {}

    /// The faults are these now, one a line; logs what is new.
    void heard(const std::string& faults);

  private:
    friend class script_faults;

    const std::string of_;
    mutable std::mutex mutex_;
    std::vector<std::string> faults_;
  };

  std::shared_ptr<sheet> open(const std::string& of);

  /// A line for each fault, by switch: `script of kam-1: …`.
  std::vector<std::string> lines() const;

private:
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<sheet>> sheets_;
};

} // namespace rollcall::kamailio
