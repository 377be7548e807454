#pragma once

#include "domain/base/ids.hpp"
#include "transport/net/host_port.hpp"
#include "transport/switches/common/metric_family.hpp"
#include "transport/switches/common/session_limits.hpp"
#include "transport/switches/common/session_metrics.hpp"
#include "transport/switches/common/switch_notes.hpp"
#include "transport/switches/driver.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rollcall::switches {

/// A text of the configuration, checked: returns what is kept of it, and throws std::invalid_argument with a
/// reason that reads on after the key's name, "must be …".
using text_check = std::string (*)(std::string_view text);

struct text_setting {
  text_check check;
  std::string_view otherwise; ///< when the block leaves it out
};

struct duration_setting {
  std::chrono::milliseconds least;
  std::chrono::milliseconds most;
  std::chrono::milliseconds otherwise;
};

struct number_setting {
  std::uint64_t least;
  std::uint64_t most;
  std::uint64_t otherwise;
};

/// A secret, which must be given: by the key `secret`, or in a file that `secret_file` names.
struct secret_setting {};

/// Numbers by name, none when it is left out.
struct table_setting {
  std::uint64_t least;
  std::uint64_t most;
};

/// One key of the configuration block of a kind of switch, beside those that each has: `name`,
/// `i_environment`, `nodes`, and where and how it is dialled.
struct setting {
  std::string_view key;
  std::variant<text_setting, duration_setting, number_setting, secret_setting, table_setting> takes;
};

using number_table = std::map<std::string, std::uint64_t, std::less<>>;

/// What a block says, by key: each of driver_kind::settings has a value.
using setting_values =
    std::map<std::string, std::variant<std::string, std::chrono::milliseconds, std::uint64_t, number_table>,
             std::less<>>;

/// A configured switch that is dialled.
struct dialled {
  std::string kind; ///< driver_kind::block
  switch_name name;
  net::host_port at;
  setting_values values;
  std::string ca = {}; ///< certificates, PEM: TLS, and one of them has signed the switch's; empty: no TLS
  friend bool operator==(const dialled&, const dialled&) = default;
};

/// The drivers of one kind on one node: what they share, and what each configured switch has of its own. Any
/// thread.
class drivers {
public:
  virtual ~drivers() = default;

  virtual const session_limits& bounds() const = 0;
  virtual session_metrics& counters() const = 0;

  /// For a switch that is configured from now on; called once for each. The factory makes the driver of each
  /// connection, and keeps what outlives one. `notes` is where to note what operators should know.
  virtual driver_factory prepare(const dialled& to, std::shared_ptr<switch_notes::sheet> notes) = 0;

  /// For `/metrics`.
  virtual std::vector<metric_family> metrics() const = 0;

  /// For `/readyz?verbose`, beside the notes: sentences that begin with what they are about, `script of
  /// kam-1: …`.
  virtual std::vector<std::string> lines() const { return {}; }
};

/// A kind of switch that nodes dial: what stands in the registry.
struct driver_kind {
  std::string_view block;        ///< of the configuration, one for each switch; also its word in the log
  std::string_view address;      ///< the key of where it is dialled: host and port
  std::vector<setting> settings; ///< its other keys
  std::unique_ptr<drivers> (*make)();
  bool tls = false; ///< takes the keys `tls` and `ca`
};

} // namespace rollcall::switches
