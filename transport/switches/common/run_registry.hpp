#pragma once

#include "domain/base/ids.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace rollcall::switches {

/// Which run of a process each configured switch is, so that one process is not connected to under two
/// names: each of its calls would be listed, and hung up, twice. Any thread.
class run_registry {
public:
  /// Who claims: a switch may be configured anew, and what dialled it before is not gone yet.
  using owner = const void*;

  /// The switch `name` is this run now. Refused, with the name of the other one, when that is the same run,
  /// also while it is not connected: its calls are listed.
  std::optional<std::string> claim(const switch_name& name, owner by, const std::string& run);

  /// The connection of that owner is gone.
  void release(const switch_name& name, owner by);

  /// And it will have none any more.
  void forget(const switch_name& name, owner by);

private:
  struct known {
    owner by = nullptr;
    std::string run;
    bool connected = false;
  };

  struct refusal {
    owner by = nullptr;
    std::string other; ///< the name that the process has
  };

  std::mutex mutex_;
  std::map<std::string, known> runs_; ///< by name
  std::map<std::string, refusal> refused_;
};

} // namespace rollcall::switches
