#include "apps/config/config.hpp"
#include "storage/audit_log.hpp"
#include "storage/database_url.hpp"

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

} // namespace rollcall
