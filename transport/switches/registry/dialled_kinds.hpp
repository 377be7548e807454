#pragma once

#include "domain/base/time.hpp"
#include "transport/switches/common/dialled_switches.hpp"
#include "transport/switches/common/driver_kind.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rollcall::switches {

/// All switches that a node dials, of every kind. set() is for one thread at a time, the rest for any.
class dialled_kinds {
public:
  /// `attach` is called on threads of the io_context, which outlives this; `now` stamps the arrival of each
  /// event.
  dialled_kinds(boost::asio::io_context& io, const std::vector<driver_kind>& kinds, const attach_fn& attach,
                wall_clock now);

  /// Connects to these from now on, and to no others. One that is there already, as it is configured now, is
  /// not disturbed.
  void set(const std::vector<dialled>& switches);

  /// What is to be known of them, for `/readyz?verbose`.
  std::vector<std::string> notes() const;

  /// By name, how many seconds the clocks of switches are ahead, as far as they were measured.
  std::map<std::string, double> clocks() const;

  /// For `/metrics`, kind by kind.
  std::vector<metric_family> metrics() const;

private:
  std::map<std::string, std::unique_ptr<dialled_switches>, std::less<>> kinds_; ///< by driver_kind::block
};

} // namespace rollcall::switches
