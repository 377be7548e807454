#pragma once

#include "transport/kamailio/settings.hpp"

#include <filesystem>

namespace rollcall::kamailio {

/// The file into which a Kamailio dumps its dialogs, always the same: what a dump that was given up has left
/// there is removed by the next. Empty when it shall not.
inline std::filesystem::path dump_file(const settings& of) {
  return of.dump_directory.empty() ? std::filesystem::path{}
                                   : of.dump_directory / ("rollcall-" + of.name.value() + ".dialogs");
}

} // namespace rollcall::kamailio
