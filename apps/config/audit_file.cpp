#include "apps/config/config.hpp"
#include "storage/audit_log.hpp"
#include "storage/database_url.hpp"

#include <cstdlib>
#include <string>

namespace rollcall {

namespace {

constexpr auto without_a_directory_file = "/var/lib/rollcall/audit.db";

} // namespace

std::filesystem::path audit_file_of(const config& config) {
  if (!config.audit.file.empty())
    return config.audit.file;
  const auto directory = parse_database_url(config.directory.url);
  return directory.kind == database_kind::sqlite ? audit_file_beside(directory.file)
                                                 : std::filesystem::path{without_a_directory_file};
}

std::filesystem::path state_folder_of(const config& config) {
  if (!config.node.state.empty())
    return config.node.state;
  if (const auto* given = std::getenv("STATE_DIRECTORY"); given && *given) {
    const std::string folders{given}; // systemd separates several by colons
    return folders.substr(0, folders.find(':'));
  }
  const auto folder = audit_file_of(config).parent_path();
  return folder.empty() ? std::filesystem::path{"."} : folder;
}

} // namespace rollcall
