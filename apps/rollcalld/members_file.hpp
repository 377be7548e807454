#pragma once

#include "domain/cluster/member_memory.hpp"

#include <filesystem>

namespace rollcall {

/// Where a node keeps the members of its cluster over a restart: members.json in the folder of its state.
/// One thread at a time.
class members_file {
public:
  explicit members_file(const std::filesystem::path& folder) : file_(folder / "members.json") {}

  /// Nothing where there is no such file, or one that cannot be read: the log says so then.
  known_members read() const;

  /// Replaces the file as a whole. What fails is in the log, once: the node goes on without.
  void write(const known_members& members);

private:
  std::filesystem::path file_;
  bool failed_ = false;
};

} // namespace rollcall
