#pragma once

#include "tests/unit/storage_folder.hpp"

#include <string>
#include <sys/types.h>

namespace rollcall::testing {

/// A real PostgreSQL server of this process alone: in a temporary folder, on a Unix socket in it, without a
/// care for the disk. It starts when the first test asks for it and ends with the process, however that ends.
class postgres_server {
public:
  static postgres_server& running();

  /// The url of a fresh and empty database.
  std::string new_database();

  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;

private:
  postgres_server();
  ~postgres_server();
  std::string url(const std::string& database) const;
  void await() const;

  temporary_folder folder_;
  pid_t process_ = -1;
  int databases_ = 0;
};

} // namespace rollcall::testing
