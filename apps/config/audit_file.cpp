#include "apps/config/config.hpp"
#include "storage/audit_log.hpp"
#include "storage/database_url.hpp"

namespace rollcall {

std::filesystem::path audit_file_of(const config& config) {
  if (!config.audit.file.empty())
    return config.audit.file;
  return audit_file_beside(parse_database_url(config.directory.url));
}

} // namespace rollcall
