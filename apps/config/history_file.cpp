#include "apps/config/config.hpp"

namespace rollcall {

std::filesystem::path history_file_of(const config& config) {
  return history_file_of(config, state_folder_of(config));
}

std::filesystem::path history_file_of(const config& config, const std::filesystem::path& state_folder) {
  return config.history.file.empty() ? state_folder / "history.db" : config.history.file;
}

} // namespace rollcall
