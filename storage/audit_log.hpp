#pragma once

#include "domain/audit/audit.hpp"
#include "storage/audit_file.hpp"
#include "storage/open_mode.hpp"
#include "storage/sqlite.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
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

/// One call of an entry.
struct audited_call {
  std::string id; ///< the API's `ID`
  disconnect_outcome outcome = disconnect_outcome::sent;
  std::string call_id;
  std::string cli;
  std::string cld;
  account_id account;
  timestamp setup;
  friend bool operator==(const audited_call&, const audited_call&) = default;
};

/// The audit log in an SQLite file. Append-only: the file's own triggers refuse to change or delete what is
/// written, whoever asks. What is written survives the process; the last moments before a power failure may
/// be lost, the file never is. When the file is taken away, a new one is begun, at the latest at the next
/// write or check. Throws sqlite::error.
class audit_log : public audit_sink {
public:
  explicit audit_log(const std::filesystem::path& file, open_mode mode = open_mode::create);

  void write(const audit_writes& writes) override;
  void note(const audit_notes& notes) override;
  void check() override;
  std::optional<std::string> take_loss() override { return std::exchange(loss_, std::nullopt); }

  /// The latest entries, newest first.
  std::vector<audit_entry> entries(std::size_t limit);

  /// The calls an entry meant, in the order in which they were reported.
  std::vector<audited_call> calls(std::int64_t entry);

  /// What came of a call later, oldest first.
  std::vector<audit_note> notes(const std::string& id);

  /// Hang-ups that were asked for since then and whose end is not known, by the name of the switch.
  std::map<std::string, outstanding_hang_ups> outstanding(timestamp since);

private:
  /// An entry that has no answer yet.
  struct open_entry {
    std::int64_t number = 0;
    std::int64_t calls = 0;
  };

  using open_entries = std::unordered_map<std::uint64_t, open_entry>;

  void add(const audit_write& write, open_entries& entries);
  template <class F>
  void guarded(F write);
  void mend(std::string why, bool damaged);
  sqlite::database& db();

  audit_file file_;
  open_entries open_; ///< of this file
  std::optional<std::string> loss_;
  bool busy_ = false;    ///< something was written since the last look
  bool put_off_ = false; ///< the last look made no checkpoint
};

} // namespace rollcall
