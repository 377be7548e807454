#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace rollcall::kamailio {

/// What each Kamailio's script has left out of what rollcall.cfg asks for, as rollcall.cfg itself has
/// noticed. For any thread.
class script_faults {
public:
  /// The faults of a switch are these now, one a line; logs what is new.
  void heard(const std::string& name, const std::string& faults);

  /// The switch is gone from the configuration.
  void forget(const std::string& name);

  /// A line for each fault: `script of kam-1: …`.
  std::vector<std::string> lines() const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> faults_; ///< by switch
};

} // namespace rollcall::kamailio
