#pragma once

#include "transport/switches/common/switch_notes.hpp"

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
  /// What one Kamailio tells. It is shown until the sheet is gone, or what is noted of that Kamailio is
  /// closed: a client that is let go may still have work under way.
  class sheet {
  public:
    sheet(std::string of, std::shared_ptr<switch_notes::sheet> beside)
        : of_(std::move(of)), beside_(std::move(beside)) {}

    /// The faults are these now, one a line; logs what is new.
    void heard(const std::string& faults);

  private:
    friend class script_faults;

    const std::string of_;
    const std::shared_ptr<switch_notes::sheet> beside_;
    mutable std::mutex mutex_;
    std::vector<std::string> faults_;
  };

  std::shared_ptr<sheet> open(const std::string& of, std::shared_ptr<switch_notes::sheet> beside);

  /// A line for each fault, by switch: `script of kam-1: …`.
  std::vector<std::string> lines() const;

private:
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<sheet>> sheets_;
};

} // namespace rollcall::kamailio
