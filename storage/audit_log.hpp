#pragma once

#include "domain/audit.hpp"
#include "storage/open_mode.hpp"
#include "storage/sqlite.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// Where the audit log of a directory at `directory_file` is: `audit.db` beside it. A file of its own,
/// because a directory is backed up, restored and replaced as an operator likes, and the trail must outlive
/// that; and because an import holds the write lock for seconds, and a disconnect must not wait for it.
std::filesystem::path audit_file_beside(const std::filesystem::path& directory_file);

/// One line of the log, as far as it is written.
struct audit_entry {
  std::int64_t number = 0;
  audit_request request;
  std::optional<timestamp> answered; ///< none: still at work, or the daemon stopped before it answered
  std::string answer;
  std::size_t calls = 0; ///< how many the request meant
  std::size_t sent = 0;  ///< of these
};

/// The audit log in an SQLite file. Append-only: the file's own triggers refuse to change or delete what is
/// written, whoever asks. What is written survives the process; the last moments before a power failure may
/// be lost, the file never is. Nodes on one machine may share a file. Throws sqlite::error.
class audit_log : public audit_sink {
public:
  explicit audit_log(const std::filesystem::path& file, open_mode mode = open_mode::create);

  std::int64_t begin(const audit_request& request) override;
  void finish(std::int64_t entry, timestamp when, const std::string& answer,
              const std::vector<audit_call>& calls) override;
  void note(const std::vector<audit_note>& notes) override;

  /// The latest entries, newest first.
  std::vector<audit_entry> entries(std::size_t limit);

  /// The calls an entry meant, in the order in which they were reported.
  std::vector<audit_call> calls(std::int64_t entry);

  /// What came of a call later, oldest first.
  std::vector<audit_note> notes(const std::string& id);

private:
  sqlite::database db_;
};

} // namespace rollcall
