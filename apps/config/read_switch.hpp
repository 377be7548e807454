#pragma once

#include "apps/config/config.hpp"
#include "apps/config/config_section.hpp"
#include "transport/switches/common/driver_kind.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

// The blocks of switches, and what they share. Each throws config_error, naming the key.

/// Reads what every switch has. Names are unique in the file, for they begin the IDs of calls.
void read_switch(const config_section& in, switch_name& name, environment_id& environment,
                 std::vector<switch_name>& taken);

/// A secret stands in the file itself, by `secret`, or in a file of its own that `secret_file` names. `parse`
/// throws std::invalid_argument with what is wrong with it. `out` stays as it is when there is none.
void read_secret(const config_section& in, std::string& out, std::string (*parse)(std::string_view));

/// What a switch that is dialled has, of any kind.
void read_dialled(const config_section& in, const switches::driver_kind& kind, dialled_config& out,
                  std::vector<switch_name>& taken);

/// All keys of its block.
config_section::keys keys_of(const switches::driver_kind& kind);

} // namespace rollcall
